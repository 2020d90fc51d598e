package pty

import (
	"context"
	"fmt"
	"os"
	"sync"
)

// presence is which of a server's ports are there.
type presence struct {
	mu      sync.Mutex
	missing int           // how many are not
	gone    chan struct{} // of WaitPorts; nil while any is missing
	changed chan struct{} // closed when WaitPorts should look again; nil until it waits
	failed  error         // of the first port that could not be put there again
	over    error         // there will be no ports any more
}

// WaitPorts waits until the links of all ports are there. The channel that it returns
// is closed when the first of them goes, because the modem is unplugged or resets, a
// port fails, or the server is closed. A terminal that makes way for a new one at
// once, as a program left it unusable, is not told of.
//
// It fails with the error of Err when a port could not be put there, and with one that
// wraps [os.ErrClosed] after Close; when the modem is closed, with
// [modemtest.ErrClosed]. When it would wait and ctx is done it returns the cause of
// that.
func (s *Server) WaitPorts(ctx context.Context) (gone <-chan struct{}, err error) {
	for {
		gone, changed, err := s.there.look()
		if gone != nil || err != nil {
			return gone, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// look returns gone if all ports are there, and else what closes when that changes.
func (p *presence) look() (gone, changed <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.failed != nil:
		return nil, nil, p.failed
	case p.over != nil:
		return nil, nil, p.over
	case p.missing == 0:
		if p.gone == nil {
			p.gone = make(chan struct{})
		}
		return p.gone, nil, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return nil, p.changed, nil
}

// came tells that a port is there, and went that it is not any more.
func (p *presence) came() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.missing--
	tell(&p.changed)
}

func (p *presence) went() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.missing++
	tell(&p.gone)
}

// fail tells that a port cannot be put there.
func (p *presence) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed == nil {
		p.failed = err
	}
	tell(&p.changed)
}

// end tells that no port will come any more.
func (p *presence) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over == nil {
		p.over = err
	}
	tell(&p.changed)
}

// tell closes the channel that somebody waits for, if somebody does.
func tell(waiting *chan struct{}) {
	if *waiting != nil {
		close(*waiting)
		*waiting = nil
	}
}

// errOver is why there are no ports after Close.
var errOver = fmt.Errorf("pty: the server is closed: %w", os.ErrClosed)
