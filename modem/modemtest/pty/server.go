package pty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// Attend is how often a port that nobody has open looks for somebody, where the
// system does not tell.
const Attend = 25 * time.Millisecond

// The names of the links.
const (
	nameAT      = "modem-at"
	nameAudio   = "modem-audio"
	nameReports = "modem-reports"
)

// ErrInUse means that a directory has the links of another server, which lives.
var ErrInUse = errors.New("another virtual modem has its links there: end it, or choose another directory")

// Config holds the optional settings of [Serve]. The zero value is ready for
// use.
type Config struct {
	// Dir is the directory of the links, which is made if need be. It is for one
	// server at a time: while one lives, another fails with [ErrInUse]. Links of
	// the same names that one has left behind, as when its process was killed,
	// are replaced. Empty means a new temporary directory, which Close removes.
	Dir string

	// Baud is the rate of the modem's AT ports, as of a modem on a UART: at any
	// other rate both sides see noise. Zero means that the rate does not matter,
	// as on USB.
	Baud int
}

// Server keeps a virtual modem on its terminals.
type Server struct {
	modem *modemtest.Modem
	cfg   Config
	own   bool // the directory is a temporary one of ours
	lock  *lock
	ports []*port
	there presence

	ctx    context.Context // the life of the goroutines
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
}

// Serve puts m on terminals, and returns when they and their links are there: at
// once, but for a modem that is unplugged. It does not take m over: close the
// server first, then m. A nil cfg is the zero [Config].
//
// An audio port, and a second AT port, are there if the modem has them.
func Serve(m *modemtest.Modem, cfg *Config) (*Server, error) {
	s := &Server{modem: m}
	if cfg != nil {
		s.cfg = *cfg
	}
	if err := s.makeDir(); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.addPort(nameAT, m.OpenAT)
	s.addPort(nameAudio, m.OpenAudio)
	s.addPort(nameReports, m.OpenReports)
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// makeDir makes the directory, and makes it ours.
func (s *Server) makeDir() (err error) {
	if s.cfg.Dir == "" {
		s.own = true
		s.cfg.Dir, err = os.MkdirTemp("", "modem")
	} else {
		err = os.MkdirAll(s.cfg.Dir, 0o755)
	}
	if err == nil {
		s.lock, err = lockDir(s.cfg.Dir)
	}
	if err != nil {
		return fmt.Errorf("pty: %w", err)
	}
	return nil
}

// addPort adds a port that the modem has: one that it has not is not supported,
// whatever the context.
func (s *Server) addPort(name string, open func(context.Context) (io.ReadWriteCloser, error)) {
	over, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := open(over); errors.Is(err, errors.ErrUnsupported) {
		return
	}
	s.there.missing++
	s.ports = append(s.ports, &port{server: s, open: open, link: filepath.Join(s.cfg.Dir, name), up: make(chan error, 1)})
}

// start starts the ports and waits for those that can be there.
func (s *Server) start() error {
	over, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.modem.WaitPlugged(over)
	plugged := err == nil
	var all []error
	for _, p := range s.ports {
		s.wg.Go(p.run)
		if plugged {
			all = append(all, <-p.up)
		}
	}
	return errors.Join(all...)
}

// AT returns the path of the AT port's link, which is not there while the modem
// is unplugged.
func (s *Server) AT() string { return s.path(nameAT) }

// Audio returns the path of the audio port's link, or "" if the modem has none.
func (s *Server) Audio() string { return s.path(nameAudio) }

// Reports returns the path of the second AT port's link, or "" if the modem has
// none.
func (s *Server) Reports() string { return s.path(nameReports) }

func (s *Server) path(name string) string {
	for _, p := range s.ports {
		if filepath.Base(p.link) == name {
			return p.link
		}
	}
	return ""
}

// Err returns why a port could not be put there again, as when the system has no
// more terminals or the directory is gone. The port stays away then: WaitPorts tells
// at once, and all that is left is Close. It is nil if all is well.
func (s *Server) Err() error {
	s.there.mu.Lock()
	defer s.there.mu.Unlock()
	return s.there.failed
}

// Close closes the terminals, which programs that have them open see as a
// hang-up, removes the links, and waits for the goroutines. The modem goes on
// without ports. Closing twice is a no-op.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		s.cancel()
		s.wg.Wait()
		s.lock.unlock()
		if s.own {
			err = os.RemoveAll(s.cfg.Dir)
		}
	})
	return err
}

// String names the directory.
func (s *Server) String() string { return "pty.Server(" + s.cfg.Dir + ")" }

// GoString returns what String does.
func (s *Server) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb: the modem knows numbers.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String does.
func (s *Server) LogValue() slog.Value { return slog.StringValue(s.String()) }
