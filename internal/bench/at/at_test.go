package at_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/bench/at"
	"github.com/callstack-go/callstack/internal/bench/cpu"
)

// pipes are the streams between engine and modem.
var pipes = []struct {
	name string
	open func() (host, modem io.ReadWriteCloser)
}{
	{"netpipe", at.NetPipe},
	{"bufpipe", at.BufferedPipe},
}

// engine runs commands over a stream that it owns.
type engine interface {
	exec(ctx context.Context, text string) error
	close() error
}

// engines are the peers of BenchmarkCommand.
var engines = []struct {
	name string
	open func(io.ReadWriteCloser) engine
}{
	{"floor", newFloor},
	{"ours", newOurs},
}

// dialogue is the library's, with all that a modem has it do: a context that may
// end, a timeout, and the handlers of unsolicited lines.
type dialogue struct{ *atcmd.Conn }

func newOurs(rw io.ReadWriteCloser) engine {
	c := atcmd.New(rw, nil)
	for i := range prefixes {
		c.Handle(fmt.Sprintf("+XURC%d", i), atcmd.Line, func(atcmd.URC) {})
	}
	return dialogue{c}
}

func (d dialogue) exec(ctx context.Context, text string) error {
	_, err := d.Exec(ctx, atcmd.Command{Text: text, Timeout: 5 * time.Second})
	return err
}

func (d dialogue) close() error { return d.Close() }

type floor struct {
	*at.Floor
	rw io.Closer
}

func newFloor(rw io.ReadWriteCloser) engine { return floor{at.NewFloor(rw), rw} }

func (f floor) exec(_ context.Context, text string) error { return f.Exec(text) }
func (f floor) close() error                              { return f.rw.Close() }

// serve runs a modem until the engine closes its end of the stream, and returns
// how to wait for that.
func serve(modem io.ReadWriteCloser) (wait func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer modem.Close()
		at.Serve(modem)
	})
	return wg.Wait
}

func TestEnginesAndModemUnderstandEachOther(t *testing.T) {
	for _, p := range pipes {
		for _, e := range engines {
			t.Run(p.name+" "+e.name, func(t *testing.T) {
				host, modem := p.open()
				wait := serve(modem)
				eng := e.open(host)
				for _, cmd := range []string{"AT", "AT+CSQ", "AT"} {
					require.NoError(t, eng.exec(t.Context(), cmd))
				}
				require.NoError(t, eng.close())
				wait()
				assert.Error(t, eng.exec(t.Context(), "AT"))
			})
		}
	}
}

// BenchmarkCommand measures one exchange of command and answer.
func BenchmarkCommand(b *testing.B) {
	for _, p := range pipes {
		for _, cmd := range []string{"AT", "AT+CSQ"} {
			for _, e := range engines {
				b.Run(fmt.Sprintf("peer=%s/tr=%s/cmd=%s", e.name, p.name, cmd), func(b *testing.B) {
					host, modem := p.open()
					wait := serve(modem)
					defer wait()
					eng := e.open(host)
					defer eng.close()
					ctx, cancel := context.WithCancel(b.Context())
					defer cancel()
					require.NoError(b, eng.exec(ctx, cmd))
					b.ReportAllocs()
					n, before := 0, cpu.Time()
					for b.Loop() {
						if err := eng.exec(ctx, cmd); err != nil {
							b.Fatal(err)
						}
						n++
					}
					b.ReportMetric(float64(cpu.Time()-before)/float64(n), "cpu-ns/op")
				})
			}
		}
	}
}

// prefixes is how many kinds of unsolicited lines are handled.
const prefixes = 20

// routers are the peers of BenchmarkURC. Each calls got for every +CMTI line
// until the stream ends, and returns how to wait for that.
var routers = []struct {
	name  string
	start func(rw io.ReadWriteCloser, got func()) (wait func())
}{
	{"floor", demux},
	{"ours", ours},
}

func ours(rw io.ReadWriteCloser, got func()) (wait func()) {
	c := atcmd.New(rw, nil)
	c.Handle("+CMTI", atcmd.Line, func(atcmd.URC) { got() })
	for i := range prefixes - 1 {
		c.Handle(fmt.Sprintf("+XURC%d", i), atcmd.Line, func(atcmd.URC) {})
	}
	return func() { c.Close() }
}

func demux(rw io.ReadWriteCloser, got func()) (wait func()) {
	handlers := map[string]func([]byte){"+CMTI": func([]byte) { got() }}
	for i := range prefixes - 1 {
		handlers[fmt.Sprintf("+XURC%d", i)] = func([]byte) {}
	}
	var wg sync.WaitGroup
	wg.Go(func() { at.Demux(rw, handlers) })
	return func() {
		rw.Close()
		wg.Wait()
	}
}

// burst is how many lines may be on their way: a modem's, not a flood.
const burst = 64

// BenchmarkURC measures one unsolicited line, from the modem to its handler.
func BenchmarkURC(b *testing.B) {
	for _, p := range pipes {
		for _, r := range routers {
			b.Run(fmt.Sprintf("peer=%s/tr=%s/registered=%d", r.name, p.name, prefixes), func(b *testing.B) {
				host, modem := p.open()
				var handled sync.WaitGroup
				wait := r.start(host, handled.Done)
				lines := make([]byte, 0, 64*burst)
				b.ReportAllocs()
				n, before := 0, cpu.Time()
				for b.Loop() {
					lines = fmt.Appendf(lines, "\r\n+CMTI: \"SM\",%d\r\n", n%255)
					handled.Add(1)
					if n++; n%burst == 0 {
						if _, err := modem.Write(lines); err != nil {
							b.Fatal(err)
						}
						lines = lines[:0]
						handled.Wait()
					}
				}
				_, _ = modem.Write(lines)
				handled.Wait()
				b.ReportMetric(float64(cpu.Time()-before)/float64(n), "cpu-ns/op")
				modem.Close()
				wait()
			})
		}
	}
}
