package modemtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// What methods of a Modem and of a Caller fail with.
var (
	// ErrClosed means that the virtual modem was closed.
	ErrClosed = errors.New("modemtest: the virtual modem is closed")

	// ErrPortInUse means that a port is open already: a device has one user.
	ErrPortInUse = errors.New("modemtest: the port is in use")

	// ErrEnded means that the call is over. What wraps it says how, as
	// [Caller.Ended] does.
	ErrEnded = errors.New("modemtest: the call is over")

	// ErrNotAnswered means that the call was not answered yet.
	ErrNotAnswered = errors.New("modemtest: the call is not answered")
)

// Modem is a virtual modem: it has an AT port and, if its family does, an
// audio port, as a modem on USB has. It is a transport for package modem. The
// world around it, the network and the people who call, is in its methods.
// All of them may be called from any goroutine.
//
// A Modem prints and logs without the numbers that it knows.
type Modem struct {
	cfg      Config
	fam      *family
	spelling map[string]int // which form of a line this modem uses
	burst    time.Duration  // of its audio

	wg sync.WaitGroup // the goroutines of ports and calls

	mu       sync.Mutex // guards all below; held briefly, and never while user code runs
	delivery *delivery
	closed   bool
	set      settings
	stored   settings  // by AT&W, across resets
	manners  [2]manner // of the two AT ports
	power    int       // +CFUN
	sim      SIM
	slot     slotState
	network  network
	started  time.Time // when it was switched on, or its port first opened

	at     *atPort    // nil while not open
	second *atPort    // nil while not open
	audio  *audioPort // nil while not open
	turn   *atPort    // whose command is being executed
	events []event    // what happens later, in the order of their times
	supply supply     // whether there are ports at all
	face   face       // what the AT port is in place of an AT port

	calls   []*Caller       // in the order of their ids
	dialled []*Caller       // all calls of the program, for WaitDialled and Dialled; they are kept
	claimed int             // how many of them WaitDialled has given out
	waiters []chan struct{} // for what may change next, see waiting
	cause   string          // the line of the last call's end for AT+CEER
	lastVTS time.Time
	pcm     pcm
	vendor  vendor

	outcomes map[string]Outcome
	faults   faults
	written  []Line
	stats    Stats
}

// event is something that the modem does by itself later.
type event struct {
	at time.Time
	do func()
}

// New makes a virtual modem. A nil cfg is the zero [Config]. It starts nothing:
// no goroutine, no timer, no channel is made, so that it may be called outside
// a testing/synctest bubble for use inside one. Close it at the end.
//
// New panics if cfg.Family is unknown.
func New(cfg *Config) *Modem {
	m := &Modem{cfg: cfg.withDefaults(), power: 1, network: homeNetwork(), outcomes: map[string]Outcome{}}
	fam, ok := families[m.cfg.Family]
	if !ok {
		panic(fmt.Sprintf("modemtest: New with unknown %v", m.cfg.Family))
	}
	m.fam = fam
	m.network.access = fam.access
	m.delivery = newDelivery(m.cfg.Seed, m.cfg.Calm)
	m.set, m.stored = m.factory(), m.factory()
	m.manners = [2]manner{m.stored.manner, m.stored.manner}
	m.face.line = m.cfg.Line
	m.sim = m.cfg.SIM
	m.cause = "+CEER none"
	m.spelling = map[string]int{}
	for _, name := range fam.lines.names() {
		m.spelling[name] = m.delivery.pick(len(fam.lines[name]))
	}
	if fam.audio != nil {
		m.burst = fam.audio.bursts[m.delivery.pick(len(fam.audio.bursts))]
	}
	if m.cfg.Boot || m.sim.State != SIMReady || m.sim.Busy > 0 {
		m.network.stat = 0
	}
	return m
}

// factory returns the settings of AT&F.
func (m *Modem) factory() settings {
	s := m.fam.defaults()
	s.reports = m.cfg.Reports
	s.catr = max(0, slices.Index(catrPorts[:], s.reports)) // 0, all there are, for one port
	return s
}

// OpenAT opens the AT port. Opening it again after Close finds the modem as it
// was left, calls included; what it sent in between is lost. It fails with
// [ErrPortInUse] while the port is open, with [fs.ErrNotExist] while the modem
// is unplugged or its ports are gone after a reset, with [ErrClosed] after
// Close, and with the cause of ctx when that is done.
//
// Writing to the port never blocks: a UART that is not read loses what does
// not fit, and so does this. A read blocks until there is something or the
// port is closed, which the same goroutine or another may do.
func (m *Modem) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.mayOpen(ctx, m.at != nil); err != nil {
		return nil, err
	}
	m.at = m.openPort(0)
	return m.at, nil
}

// openPort starts the AT port with that index.
func (m *Modem) openPort(index int) *atPort {
	m.runEvents(time.Now()) // what it says about them is lost: nobody read it
	p := newATPort(m, index)
	m.switchOn()
	m.wg.Go(p.run)
	return p
}

// OpenAudio opens the audio port. It fails as OpenAT does, and with
// [errors.ErrUnsupported] if the family has no such port.
//
// The port carries audio in both directions, s16le mono, while a call is up
// and audio was switched on, and nothing else ever. It is a stream of bytes:
// reads may end within a sample.
func (m *Modem) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fam.audio == nil {
		return nil, fmt.Errorf("modemtest: %s has no audio port: %w", m.fam.name, errors.ErrUnsupported)
	}
	if err := m.mayOpen(ctx, m.audio != nil); err != nil {
		return nil, err
	}
	m.audio = newAudioPort(m)
	return m.audio, nil
}

func (m *Modem) mayOpen(ctx context.Context, held bool) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case m.closed:
		return ErrClosed
	case m.supply.off:
		return fmt.Errorf("modemtest: the modem is not plugged in: %w", fs.ErrNotExist)
	case held:
		return ErrPortInUse
	}
	return nil
}

// Close switches the modem off: its ports and calls end, reads return, and all
// its goroutines have ended when Close returns. In a synctest bubble call it
// before the bubble's function returns, as t.Cleanup in it does: a call that
// still rings is a goroutine that waits. Closing twice is a no-op. It returns
// nil.
func (m *Modem) Close() error {
	m.mu.Lock()
	m.closed = true
	m.dropCalls()
	m.supply.end()
	for _, p := range m.openPorts() {
		p.shut()
	}
	if m.audio != nil {
		m.audio.shut()
	}
	m.tellWaiters()
	m.mu.Unlock()
	m.wg.Wait()
	return nil
}

// switchOn starts the modem's clock when its port is first opened.
func (m *Modem) switchOn() {
	if !m.started.IsZero() {
		return
	}
	m.started, m.slot.since = time.Now(), time.Now()
	m.onStart(m.cfg.Boot)
	if m.cfg.Boot {
		m.sayStart()
		return
	}
	if m.sim.Busy > 0 {
		m.later(m.sim.Busy, func() { m.register(m.network.registration) })
	}
}

// sayStart plans the lines of a start, and the registration after it.
func (m *Modem) sayStart() {
	_, trouble := m.simTrouble()
	wants := m.sim.State != SIMReady
	for _, l := range m.fam.start {
		if l.sim && wants || !l.comes(m) {
			continue
		}
		after := l.after
		if l.sim && trouble {
			after += m.sim.Busy
		}
		plan := m.later
		if l.sim {
			plan = m.laterWithCard
		}
		plan(after, func() { m.queue(m.line(l.name, l.args...)) })
	}
	if !wants {
		m.later(m.sim.Busy+registering, func() { m.register(m.network.registration) })
	}
}

// later plans something for the AT port's goroutine to do.
func (m *Modem) later(d time.Duration, do func()) {
	e := event{at: time.Now().Add(d), do: do}
	i, _ := slices.BinarySearchFunc(m.events, e, func(a, b event) int {
		if a.at.After(b.at) {
			return 1
		}
		return -1 // after all of the same time
	})
	m.events = slices.Insert(m.events, i, e)
	m.wakeAT()
	m.tellWaiters()
}

// laterWithCard is later, unless the SIM is taken out before.
func (m *Modem) laterWithCard(d time.Duration, do func()) {
	card := m.slot.card
	m.later(d, func() {
		if m.slot.card == card {
			do()
		}
	})
}

func (m *Modem) runEvents(now time.Time) {
	for len(m.events) > 0 && !m.events[0].at.After(now) {
		e := m.events[0]
		m.events = m.events[1:]
		e.do()
	}
}

// openPorts returns the AT ports that are open.
func (m *Modem) openPorts() []*atPort {
	var open []*atPort
	for _, p := range []*atPort{m.at, m.second} {
		if p != nil {
			open = append(open, p)
		}
	}
	return open
}

func (m *Modem) wakeAT() {
	for _, p := range m.openPorts() {
		p.alarm.ring()
	}
}

// String names the family and counts the calls.
func (m *Modem) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("modemtest.Modem(%s, %d calls)", m.fam.name, len(m.calls))
}

// GoString returns what String does.
func (m *Modem) GoString() string { return m.String() }

// Format writes what String returns, whatever the verb.
func (m *Modem) Format(f fmt.State, _ rune) { writeMasked(f, m.String()) }

// LogValue returns what String does.
func (m *Modem) LogValue() slog.Value { return slog.StringValue(m.String()) }
