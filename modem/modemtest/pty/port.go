package pty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// port is one port of the modem on one terminal after the other.
type port struct {
	server *Server
	open   func(context.Context) (io.ReadWriteCloser, error)
	link   string
	up     chan error // how the first terminal went, of capacity 1
}

// run keeps the port there while the modem is plugged in.
func (p *port) run() {
	there := &p.server.there
	for first := true; ; first = false {
		gone, err := p.server.modem.WaitPlugged(p.server.ctx)
		switch {
		case p.server.ctx.Err() != nil:
			there.end(errOver)
			return
		case err != nil:
			there.end(err) // the modem is closed
			return
		}
		err = p.serveAll(gone, first)
		if err != nil {
			there.fail(err)
			return
		}
	}
}

// serveAll serves one terminal after the other until the modem's ports go: a program
// may leave one that cannot be used again. Of the first of all it tells how it went.
func (p *port) serveAll(gone <-chan struct{}, first bool) error {
	t, err := p.plug()
	if first {
		p.up <- err
	}
	if err != nil {
		return err
	}
	p.server.there.came()
	defer p.server.there.went()
	for {
		p.serve(t, gone)
		p.unplug(t)
		select {
		case <-gone:
			return nil
		case <-p.server.ctx.Done():
			return nil
		default:
		}
		if t, err = p.plug(); err != nil {
			return err
		}
	}
}

// plug makes a terminal, and the link to it.
func (p *port) plug() (*terminal, error) {
	t, err := newTerminal()
	if err != nil {
		return nil, fmt.Errorf("pty: %w", err)
	}
	if err := point(p.link, t.name); err != nil {
		return nil, errors.Join(fmt.Errorf("pty: %w", err), t.Close())
	}
	return t, nil
}

// point makes link a symbolic link to name, in place of one that is there. It
// replaces nothing else.
func point(link, name string) error {
	if old, err := os.Lstat(link); err == nil && old.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s is there and no link: %w: remove it", link, os.ErrExist)
	}
	fresh := link + ".new"
	_ = os.Remove(fresh)
	if err := os.Symlink(name, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, link)
}

// unplug takes the terminal away. The link goes first, unless it is another's by
// now.
func (p *port) unplug(t *terminal) {
	if name, err := os.Readlink(p.link); err == nil && name == t.name {
		_ = os.Remove(p.link)
	}
	_ = t.Close()
}

// serve carries bytes until the modem's port goes, or the server is closed.
func (p *port) serve(t *terminal, gone <-chan struct{}) {
	ctx, cancel := context.WithCancel(p.server.ctx)
	s := &session{port: p, terminal: t, over: cancel}
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-gone:
		case <-ctx.Done():
		}
		cancel()
		t.hangUp() // lets go who reads or writes there,
		s.hangUp() // and who writes to a modem that takes nothing
	})
	defer func() {
		s.leave()
		cancel()
		wg.Wait()
	}()
	buf := make([]byte, 4096)
	for ctx.Err() == nil {
		n, err := t.read(buf, s.attend)
		switch {
		case n > 0:
			s.attend()
			s.toModem(buf[:n])
		case errors.Is(err, errNobody):
			s.leave()
			pause(ctx)
		case err != nil:
			return
		}
	}
}

// pause is the time until a port that nobody has open is looked at again.
func pause(ctx context.Context) {
	t := time.NewTimer(Attend)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// session is the time that somebody has the terminal open. It is the goroutine of
// serve that opens and closes the modem's port.
type session struct {
	port     *port
	terminal *terminal
	over     context.CancelFunc // ends the terminal
	conn     io.ReadWriteCloser // of the modem; nil while nobody is there
	wg       sync.WaitGroup

	mu    sync.Mutex
	ended bool // hangUp was called
	last  io.Closer
}

// attend opens the modem's port, when somebody has opened the terminal.
func (s *session) attend() {
	if s.conn != nil {
		return
	}
	conn, err := s.port.open(s.port.server.ctx)
	if err != nil {
		s.over() // it has been unplugged, or another has its port
		return
	}
	if !s.hold(conn) {
		_ = conn.Close()
		return
	}
	s.conn = conn
	s.wg.Go(func() { s.fromModem(conn) })
}

// hold has hangUp close the modem's port, unless it is too late for that.
func (s *session) hold(conn io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = conn
	return !s.ended
}

// hangUp closes the modem's port for good.
func (s *session) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.last != nil {
		_ = s.last.Close()
	}
}

// leave closes the modem's port, when nobody has the terminal open any more.
func (s *session) leave() {
	if s.conn == nil {
		return
	}
	s.terminal.stopWriting()
	clean := s.terminal.renew() // before the modem's port is free for others
	_ = s.conn.Close()
	s.wg.Wait()
	s.conn = nil
	if !clean || !s.terminal.goOnWriting() {
		s.over() // a new one will do
	}
}

func (s *session) toModem(b []byte) {
	if s.conn == nil {
		return
	}
	if s.strange() {
		s.terminal.offer(noise(len(b) + 4)) // who does not read must still be able to leave
		return
	}
	_, _ = s.conn.Write(b) // that the port is gone, its reader tells
}

// fromModem copies what the modem sends until its port ends.
func (s *session) fromModem(conn io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		b := buf[:n]
		if n > 0 && s.strange() {
			b = noise(n)
		}
		s.terminal.write(b)
		if err != nil {
			if !errors.Is(err, os.ErrClosed) {
				s.over() // the modem hung up
			}
			return
		}
	}
}
