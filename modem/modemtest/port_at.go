package modemtest

import (
	"errors"
	"io"
	"os"
	"time"
)

const (
	atInLimit  = 4 << 10  // what the modem keeps of what it has not read
	atOutLimit = 64 << 10 // what the program may leave unread

	longestLine = 120 // of a command line; longer ones are answered with ERROR

	// abortAfter is how long after the end of a command line characters are
	// ignored rather than abort it (V.250, 5.6.1).
	abortAfter = 125 * time.Millisecond
)

// atPort is the AT port while it is open. Its goroutine does what the modem
// does on this port: it reads, executes and answers. It sleeps between turns;
// in a turn it does whatever is due, in this order:
//
//	receive   takes bytes until a command line is whole
//	begin     echoes the line, and looks for a fault that is meant for it
//	prepare   takes the next command off the line and plans when it runs
//	step      runs it
//	await     asks a command that waits (ATD, ATA, AT+COPS=?) for its result,
//	          or aborts it when a byte has come
//	conclude  plans the lines of the answer, and the final result if the line
//	          is done or has failed
//	emit      sends one planned block, with the unsolicited lines that fall
//	          around it
//
// While a command runs, what the program writes stays unread: that is how a
// command with a final result still out pushes the next one back.
type atPort struct {
	m     *Modem
	index int // 0, or 1 for the second port
	out   *buffer
	alarm alarm
	done  chan struct{} // closed when the goroutine has ended
	stall *stall

	// Under Modem.mu.
	shutDown  bool
	executing bool  // a command is being executed, on the port's goroutine
	err       error // what Write returns; nil while open
	in        []arrival
	inLen     int       // bytes in in
	line      []byte    // of the line that is being received
	busy      *running  // nil between commands
	sent      []byte    // in this turn
	blocks    []timed   // of the answer, in order
	freeAt    time.Time // when the last final result went out
	urcs      []urc     // on their way, in the order of their times
	partial   []byte    // of the line that is being written
}

// arrival is what one Write brought.
type arrival struct {
	at   time.Time
	data []byte
}

// timed is a block with the time to send it.
type timed struct {
	block
	at    time.Time
	final bool // the final result of the line
	rest  bool // the rest of the block before: nothing may come between
}

func newATPort(m *Modem, index int) *atPort {
	return &atPort{
		m: m, index: index, out: newBuffer(atOutLimit, m.delivery.cuts()),
		alarm: newAlarm(), done: make(chan struct{}), stall: newStall(),
	}
}

// Read reads what the modem sent.
func (p *atPort) Read(b []byte) (int, error) { return p.out.read(b) }

// Write gives the modem bytes. It takes all of them, unless the port is closed.
func (p *atPort) Write(b []byte) (int, error) {
	p.stall.wait(p.m.stalled(&p.m.faults.atStall))
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	now := time.Now() // the abort rule and Written want the time of writing, not of reading
	p.record(now, b)
	fits := min(len(b), atInLimit-p.inLen)
	p.m.stats.ATLost += len(b) - fits
	if fits > 0 {
		p.in = append(p.in, arrival{at: now, data: append([]byte(nil), b[:fits]...)})
		p.inLen += fits
		p.alarm.ring()
	}
	return len(b), nil
}

// Close closes the port and waits for its goroutine. The modem stays as it is.
func (p *atPort) Close() error {
	p.m.mu.Lock()
	p.shut()
	p.m.mu.Unlock()
	<-p.done
	return nil
}

// shut ends the port at once, under Modem.mu.
func (p *atPort) shut() {
	p.err = os.ErrClosed
	p.out.close()
	p.stop()
}

// hangUp ends the port from the modem's side, under Modem.mu: the program
// reads what was sent, then err.
func (p *atPort) hangUp(err error) {
	if p.err == nil {
		p.err = ofWriting(err)
	}
	p.out.end(err)
	p.stop()
}

// ofWriting returns what Write says when Read says err.
func ofWriting(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrClosedPipe
	}
	return err
}

// stop takes the port off the modem and lets all who wait at it go. A call that
// is being set up goes on without it.
func (p *atPort) stop() {
	switch p {
	case p.m.at:
		p.m.at = nil
	case p.m.second:
		p.m.second = nil
	}
	p.m.stats.ATUnread += p.out.takeLost()
	p.shutDown = true
	if p.busy != nil && p.busy.wait != nil {
		p.busy.wait.orphan(p.m)
	}
	p.forget()
	p.stall.end()
	p.alarm.ring()
}

// forget drops what is in progress, as a reset does.
func (p *atPort) forget() { p.busy, p.blocks, p.line = nil, nil, nil }

// run is the port's goroutine. It ends when the port is shut.
func (p *atPort) run() {
	defer close(p.done)
	for {
		next, open := p.turn()
		if !open {
			return
		}
		p.alarm.sleep(next)
	}
}

// turn does all that is due and returns when the next turn is.
func (p *atPort) turn() (next time.Time, open bool) {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.shutDown {
		return time.Time{}, false
	}
	now := time.Now()
	p.m.runEvents(now)
	if p.m.wears(p) {
		return p.m.face.show(p, now), true
	}
	for p.advance(now) {
	}
	if len(p.blocks) == 0 || !p.blocks[0].rest { // never into a line that is half out
		p.flush(now, noCommand)
	}
	p.out.write(p.sent)
	p.sent = p.sent[:0]
	return p.next(), true
}

// advance does one thing that is due, if there is one.
func (p *atPort) advance(now time.Time) bool {
	switch {
	case len(p.blocks) > 0:
		if p.blocks[0].at.After(now) {
			return false
		}
		p.emit(now)
		return true
	case p.busy == nil:
		return p.receive()
	case p.busy.wait != nil:
		return p.await(now)
	case p.busy.runAt.After(now):
		return false
	}
	p.step(now)
	return true
}

// next returns when something is due, if nothing is written before.
func (p *atPort) next() time.Time {
	next := p.nextURC()
	if len(p.m.events) > 0 {
		next = earliest(next, p.m.events[0].at)
	}
	switch {
	case len(p.blocks) > 0:
		if p.blocks[0].rest {
			return p.blocks[0].at
		}
		next = earliest(next, p.blocks[0].at)
	case p.busy == nil:
	case p.busy.wait != nil:
		next = earliest(next, p.busy.pollAt)
	default:
		next = earliest(next, p.busy.runAt)
	}
	return next
}

// manner is how this port speaks.
func (p *atPort) manner() *manner { return &p.m.manners[p.index] }

// enter and leave stand around the execution of a command. What it queues comes
// after its result, and ATE, ATV and ATQ are those of this port.
func (p *atPort) enter() {
	p.executing, p.m.turn = true, p
	p.m.set.manner = *p.manner()
}

func (p *atPort) leave() {
	p.executing, p.m.turn = false, nil
	*p.manner() = p.m.set.manner
}

// send puts a block on the wire. What one turn sends goes out together, so that
// what a read finds does not depend on how goroutines are scheduled.
func (p *atPort) send(b block) {
	if p.m.faults.silent(time.Now()) {
		return
	}
	p.sent = append(p.sent, b.text...)
}
