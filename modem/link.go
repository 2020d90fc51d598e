package modem

import (
	"errors"
	"sync/atomic"

	"github.com/callstack-go/callstack/atcmd"
)

// link is one opening of the modem's ports: the dialogue, and who answers there.
// The one who opens it fills it in; others see copies that do not change any
// more, by Modem.link.
type link struct {
	turn     int // of the owner, see owner.turn
	conn     *atcmd.Conn
	reports  *atcmd.Conn // over the second AT port; nil where there is none
	wire     *sniffer
	starts   *atomic.Int64 // how often the modem said that it has started
	profile  *Profile
	identity Identity
	caps     Capabilities
	rates    portRates
	refused  error // why the SIM cannot be used, if it cannot
}

// link returns the present link, or the last one while there is none.
func (m *Modem) link() *link { return m.present.Load() }

// publish lets others see the link as it is now.
func (l *link) publish(m *Modem) {
	seen := *l
	m.present.Store(&seen)
}

// handle has f called for each line of that name, on whichever port it comes.
func (l *link) handle(name string, f func(atcmd.URC)) {
	l.conn.Handle(name, atcmd.Line, f)
	if l.reports != nil {
		l.reports.Handle(name, atcmd.Line, f)
	}
}

// close closes the AT ports.
func (l *link) close() error {
	err := l.conn.Close()
	if l.reports != nil {
		err = errors.Join(err, l.reports.Close())
	}
	return err
}
