package modem

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

const (
	// identifyWithin is how long the handler of a call waits for its number.
	identifyWithin = 2 * time.Second

	// ringTimeout ends a ringing call that rings no more and is not listed.
	// Rings come every 5 s on circuit-switched networks, every 3 s on others.
	ringTimeout = 12 * time.Second

	// echoTime is how long the several reports of one end may take. Within it,
	// an end that does not say whose it is has to be checked.
	echoTime = 3 * time.Second

	// believeAfter is how long a report that a call is over waits to be
	// confirmed by the list.
	believeAfter = time.Second

	// listTimeout bounds AT+CLCC.
	listTimeout = 5 * time.Second
)

// owner holds what is known about the modem's calls. All its methods run on one
// goroutine, that of Modem.inbox, and none of them waits: commands go to the
// worker, and what comes of them is posted back.
type owner struct {
	m       *Modem
	calls   []*call
	leaving []*call // over, but for the network's word on why
	handler voice.Handler
	running int  // handlers
	ready   bool // the link is open, and the modem initialised
	drain   bool // no new calls
	closing bool // Close has begun
	stopped bool // the modem is closed or given up: nothing begins any more

	turn      int        // counts links, and their ends: what is of an older one counts no more
	audioPort *audioPort // nil where calls carry no audio
	setup     int        // commands that set up a call and are under way: nothing else may be sent
	moments   moment
	lastEnd   time.Time         // of a call
	endedAt   moment            // the same
	asked     int               // commands of the worker that were not answered
	behind    bool              // some of them are from before that end
	caughtUp  time.Time         // when that was over
	recent    map[int]time.Time // when the call of an index ended
	stuck     []*call           // given up: the modem may still have them

	lastNumber events.Number // of the call that ended last
	poll       poll
	audio      audioSwitch
	net        network
	twins      []twin
	lastKey    lastKey
	health     health
	sim        simWatch
	idle       []chan struct{} // closed when there is no call and no handler
}

func newOwner(m *Modem) *owner {
	return &owner{m: m, handler: m.cfg.OnCall, recent: make(map[int]time.Time)}
}

// moment is a point in the order of what happens to the calls. A list of calls
// knows nothing of what came after the moment at which it was asked for.
type moment int

func (o *owner) now() moment {
	o.moments++
	return o.moments
}

// echo tells whether a call ended just now, so that what is reported may be
// about that one. Just now lasts on while the modem has not answered what it was
// asked before: its lines wait behind one another.
func (o *owner) echo() bool {
	return o.behind || time.Since(o.lastEnd) < echoTime || time.Since(o.caughtUp) < echoTime
}

// noteAnswer counts a command of the worker as answered, or as given up.
func (o *owner) noteAnswer(err error) {
	o.asked--
	if o.behind && !errors.Is(err, atcmd.ErrTimeout) && !errors.Is(err, voice.ErrEnded) {
		o.behind, o.caughtUp = false, time.Now()
	}
}

// add makes a call known.
func (o *owner) add(dir voice.Direction, state voice.State, number events.Number) *call {
	c := newCall(o.m, dir, state, number)
	c.born, c.late = o.now(), o.drain
	c.changed = c.born
	o.calls = append(o.calls, c)
	o.publishSessions()
	o.pollIn(o.m.cfg.CallPoll)
	if state == voice.Active {
		o.switchAudio()
	}
	return c
}

// publishSessions brings Modem.Calls up to date.
func (o *owner) publishSessions() {
	var sessions []*voice.CallSession
	for _, c := range slices.Concat(o.leaving, o.calls) {
		sessions = append(sessions, c.session)
	}
	o.m.mu.Lock()
	defer o.m.mu.Unlock()
	o.m.sessions = sessions
}

// only returns the call that a report without an index means: the one there is.
func (o *owner) only() *call {
	if len(o.calls) == 1 {
		return o.calls[0]
	}
	return nil
}

// beside tells whether there is a call beside c, or any if c is nil.
func (o *owner) beside(c *call) bool {
	return o.find(func(other *call) bool { return other != c }) != nil
}

// talking returns the call that has the audio.
func (o *owner) talking() *call {
	return o.find(func(c *call) bool { return c.state == voice.Active })
}

func (o *owner) find(ok func(*call) bool) *call {
	if i := slices.IndexFunc(o.calls, ok); i >= 0 {
		return o.calls[i]
	}
	return nil
}

// move takes a call to another state, unless that would be back in time.
func (o *owner) move(c *call, to voice.State) {
	if c.over || c.state == to || order(to) < order(c.state) {
		return
	}
	c.state, c.changed = to, o.now()
	if c.answered() && c.answeredAt.IsZero() {
		c.answeredAt = time.Now()
		c.unidentified.Stop()
	}
	if to != voice.Active {
		o.switchAudio() // first: no frame of a held call
	}
	c.feed.State(to)
	if to == voice.Active {
		o.switchAudio()
	}
	o.handOver(c)
}

// number tells a call who is calling.
func (o *owner) number(c *call, n events.Number) {
	c.identified = true
	if n != "" && (c.number == "" || !c.isFrom(n)) {
		c.number = n
		c.feed.Number(n)
	}
	o.handOver(c)
}

// setHandler takes a handler, and gives it what rings.
func (o *owner) setHandler(h voice.Handler) {
	o.handler = h
	for _, c := range o.calls {
		o.handOver(c)
	}
}

// handOver gives an incoming call to the handler, once, when it may have it: it
// rings, and the line is free for it, or CallWaiting is set.
func (o *owner) handOver(c *call) {
	rings := c.state == voice.Ringing && !o.beside(c) || c.unanswered() && o.m.cfg.CallWaiting
	if c.over || c.handed || !c.identified || !rings || o.handler == nil || !o.ready || o.drain {
		return
	}
	c.handed = true
	o.running++
	h := o.handler
	o.m.handlers.Go(func() {
		defer o.m.post(o.served) // also if the handler ends its goroutine, as t.FailNow does
		if err := voice.Serve(o.m.handlerCtx, h, c.session); err != nil && !o.m.canceledByClose(err) {
			o.m.cfg.OnHandlerError(c.session, err)
		}
	})
}

// canceledByClose tells whether a handler's error is only that Close canceled its
// context.
func (m *Modem) canceledByClose(err error) bool {
	return m.handlerCtx.Err() != nil && errors.Is(err, context.Canceled)
}

// served counts a handler out.
func (o *owner) served() {
	o.running--
	o.checkIdle()
}

// checkIdle tells those who wait for the end of all calls and handlers, and for
// the audio to be switched off. Who called after that began is not waited for.
func (o *owner) checkIdle() {
	o.cure()
	pending := slices.ContainsFunc(slices.Concat(o.leaving, o.calls), func(c *call) bool { return !c.late })
	if pending || o.running > 0 || !o.audio.isOff() {
		return
	}
	for _, ch := range o.idle {
		close(ch)
	}
	o.idle = nil
}
