package modem

import (
	"context"
	"time"

	"github.com/callstack-go/callstack/voice"
)

const (
	// vouchedFor is how old the last word on who rings may be for ATA. The list is
	// asked for every second, so it is older only where that is not answered.
	vouchedFor = 3 * time.Second

	// sureTries is how many more lists are asked for then. Some modems refuse one now
	// and then, and some list no call that rings: those are answered all the same.
	sureTries = 3
)

// makeSure waits until it is known that c still is the call that rings, as far as
// that can be found out: ATA names no call, and answers the next caller if the one
// it was meant for gave up while the modem told nothing. It ends before that if ctx
// does.
func (m *Modem) makeSure(ctx context.Context, c *call) {
	sure := make(chan struct{})
	m.post(func() { m.own.whenSure(c, sureTries, func() { close(sure) }) })
	select {
	case <-sure:
	case <-c.ended:
	case <-m.done:
	case <-ctx.Done():
	}
}

// whenSure runs f when there is a fresh word on c, or none to be had. A list that is
// under way is waited for in any case, as ATA would wait for it.
func (o *owner) whenSure(c *call, tries int, f func()) {
	switch {
	case c.over, c.state != voice.Ringing, o.beside(c), o.setup > 0:
		f()
	case o.poll.busy:
		o.poll.behind = append(o.poll.behind, func() { o.whenSure(c, tries, f) })
	case time.Since(c.vouched) < max(vouchedFor, 2*o.m.cfg.CallPoll), tries == 0, tries < sureTries && o.poll.silent:
		f()
	default:
		o.whenListed(func() { o.whenSure(c, tries-1, f) })
	}
}
