package modemtest

import (
	"io"
	"strings"
	"time"
)

// Forever is a duration that does not end in a test.
const Forever = 100 * 365 * 24 * time.Hour

// faults are what the test asked the modem to do wrong, under Modem.mu.
type faults struct {
	silentUntil time.Time
	commands    []commandFault
	urcs        []urcFault
	atStall     time.Time
	audioStall  time.Time
	noFrames    bool
	audioDead   bool // after Config.AudioDies
	stray       bool // the next stream begins within a sample
}

// commandFault is for the next command lines that begin with prefix.
type commandFault struct {
	prefix string
	times  int
	ignore bool
	late   time.Duration
	reply  string
}

// urcFault is for the next lines by itself that begin with prefix.
type urcFault struct {
	prefix string
	times  int
	copies int
	delay  time.Duration
}

func (f *faults) silent(now time.Time) bool { return now.Before(f.silentUntil) }

// onCommand takes the fault for a line, if there is one: the one asked for
// first.
func (f *faults) onCommand(line string) commandFault {
	for i := range f.commands {
		c := &f.commands[i]
		if c.times > 0 && strings.HasPrefix(line, c.prefix) {
			c.times--
			return *c
		}
	}
	return commandFault{}
}

// onURC takes the fault for a line, if there is one.
func (f *faults) onURC(text string) (copies int, delay time.Duration) {
	text = strings.TrimLeft(text, "\r\n")
	for i := range f.urcs {
		u := &f.urcs[i]
		if u.times > 0 && strings.HasPrefix(text, u.prefix) {
			u.times--
			return u.copies, u.delay
		}
	}
	return 1, 0
}

// Silence makes the modem dead to its AT port for d from now: it answers
// nothing, sends nothing by itself, and forgets what it is sent. The network
// goes on around it. [Forever] is a duration; zero ends a silence.
func (m *Modem) Silence(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.silentUntil = time.Now().Add(d)
}

// Ignore makes the modem not hear the next n command lines that begin with
// prefix, such as "AT+CSQ" (in upper case; "AT" is any): they are echoed and
// nothing else happens.
func (m *Modem) Ignore(prefix string, n int) {
	m.addFault(commandFault{prefix: prefix, times: n, ignore: true})
}

// Delay makes the answers to the next n command lines that begin with prefix
// come so much later. What the command does is done at once.
func (m *Modem) Delay(prefix string, n int, d time.Duration) {
	m.addFault(commandFault{prefix: prefix, times: n, late: d})
}

// Reply makes the modem answer the next n command lines that begin with prefix
// with these bytes, as they are, and not execute them. For an error write
// "\r\nERROR\r\n".
func (m *Modem) Reply(prefix string, n int, raw string) {
	m.addFault(commandFault{prefix: prefix, times: n, reply: raw})
}

func (m *Modem) addFault(f commandFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.commands = append(m.faults.commands, f)
}

// LoseURCs makes the next n lines that the modem sends by itself and that
// begin with prefix, such as "RING" or "+CLIP:", never arrive.
func (m *Modem) LoseURCs(prefix string, n int) {
	m.addURCFault(urcFault{prefix: prefix, times: n})
}

// DoubleURCs makes the next n such lines come twice.
func (m *Modem) DoubleURCs(prefix string, n int) {
	m.addURCFault(urcFault{prefix: prefix, times: n, copies: 2})
}

// DelayURCs makes the next n such lines come so much later. Other lines pass
// them.
func (m *Modem) DelayURCs(prefix string, n int, d time.Duration) {
	m.addURCFault(urcFault{prefix: prefix, times: n, copies: 1, delay: d})
}

func (m *Modem) addURCFault(f urcFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.urcs = append(m.faults.urcs, f)
}

// Inject puts bytes on the AT port's wire at once, between any two others:
// noise, half a line, what a driver bug leaves behind.
func (m *Modem) Inject(raw []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at != nil {
		m.at.out.write(raw)
	}
}

// URC makes the modem send a line by itself, framed by CR LF, in the manner of
// its own.
func (m *Modem) URC(line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue(block{text: "\r\n" + line + "\r\n"})
}

// EchoOn switches the echo on without a word, on all ports.
func (m *Modem) EchoOn() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.manners {
		m.manners[i].echo = true
	}
}

// Disconnect ends all ports from the modem's side, as a bad contact does:
// reads return what was sent, then err, and writes fail with err. A nil err is
// io.EOF. The ports can be opened again at once, and the modem goes on as it
// was; for one that loses its power, see [Modem.Unplug].
func (m *Modem) Disconnect(err error) {
	if err == nil {
		err = io.EOF
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.openPorts() {
		p.hangUp(err)
	}
	if m.audio != nil {
		m.audio.hangUp(err)
	}
}

// StallAT makes writes to the AT port block for d from now, or until the port
// is closed.
func (m *Modem) StallAT(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.atStall = time.Now().Add(d)
}

// StallAudio makes writes to the audio port block for d from now, or until the
// port is closed: the endpoint takes no data.
func (m *Modem) StallAudio(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.audioStall = time.Now().Add(d)
}

// StopAudio makes the modem send no audio, though AT+CPCMREG=1 is answered OK
// and writes succeed: a known fault of SIM7600 firmware in the second call.
// With false the audio comes again.
func (m *Modem) StopAudio(stop bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.noFrames = stop
}

// RefuseAudio makes AT+CPCMREG=1 answer ERROR until d after a call was
// connected, as Config.AudioDelay does.
func (m *Modem) RefuseAudio(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cfg.AudioDelay = d
}

// SplitSample makes the next stream of audio begin with one stray byte, half a
// sample.
func (m *Modem) SplitSample() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.stray = true
}

// stalled reads one of the times until which writes block.
func (m *Modem) stalled(until *time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *until
}

// stall lets writers wait for a time or for the end of their port.
type stall struct{ ended chan struct{} }

func newStall() *stall { return &stall{ended: make(chan struct{})} }

func (s *stall) wait(until time.Time) {
	d := time.Until(until)
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.ended:
	}
}

// end lets all writers go. It is called under Modem.mu.
func (s *stall) end() {
	select {
	case <-s.ended:
	default:
		close(s.ended)
	}
}
