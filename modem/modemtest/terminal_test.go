package modemtest_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// terminal is a person at the AT port: it writes what it is told and keeps all
// that comes.
type terminal struct {
	t    *testing.T
	port io.ReadWriteCloser
	wg   sync.WaitGroup
	more chan struct{}

	mu     sync.Mutex
	text   string
	chunks []string // "<time since open> <bytes>" of each read
	opened time.Time
	read   int // how far next and exec have read
}

// dial opens the AT port of sim and closes it at the end of the test.
func dial(t *testing.T, sim *modemtest.Modem) *terminal {
	t.Helper()
	port, err := sim.OpenAT(t.Context())
	require.NoError(t, err)
	return listen(t, port)
}

// listen makes a terminal of a port that is open.
func listen(t *testing.T, port io.ReadWriteCloser) *terminal {
	t.Helper()
	term := &terminal{t: t, port: port, more: make(chan struct{}, 1), opened: time.Now()}
	term.wg.Go(term.listen)
	t.Cleanup(term.hangUp)
	return term
}

func (term *terminal) hangUp() {
	_ = term.port.Close()
	term.wg.Wait()
}

// again waits until the modem has reset itself, and opens its port as soon as it
// is there again.
func (term *terminal) again(ctx context.Context, sim *modemtest.Modem) *terminal {
	term.t.Helper()
	gone, err := sim.WaitPlugged(ctx)
	require.NoError(term.t, err)
	select {
	case <-gone:
	case <-ctx.Done():
		require.NoError(term.t, context.Cause(ctx), "its ports never went")
	}
	_, err = sim.WaitPlugged(ctx)
	require.NoError(term.t, err)
	term.hangUp()
	return dial(term.t, sim)
}

func (term *terminal) listen() {
	buf := make([]byte, 4096)
	for {
		n, err := term.port.Read(buf)
		term.mu.Lock()
		term.text += string(buf[:n])
		term.chunks = append(term.chunks, time.Since(term.opened).String()+" "+string(buf[:n]))
		term.mu.Unlock()
		select {
		case term.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// write writes raw bytes.
func (term *terminal) write(raw string) {
	term.t.Helper()
	n, err := term.port.Write([]byte(raw))
	require.NoError(term.t, err)
	require.Equal(term.t, len(raw), n)
}

// seen returns all that came so far.
func (term *terminal) seen() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.text
}

// until waits until what came after the last until or exec satisfies ok, and
// returns it.
func (term *terminal) until(what string, ok func(text string) bool) string {
	term.t.Helper()
	limit := time.NewTimer(3 * time.Minute)
	defer limit.Stop()
	for {
		term.mu.Lock()
		text := term.text[term.read:]
		if ok(text) {
			term.read = len(term.text)
			term.mu.Unlock()
			return text
		}
		term.mu.Unlock()
		select {
		case <-term.more:
		case <-limit.C:
			require.FailNow(term.t, "never came", "%s; seen %q", what, term.seen())
		}
	}
}

// next waits for a line that begins with prefix and returns it.
func (term *terminal) next(prefix string) string {
	term.t.Helper()
	var found string
	term.until(prefix, func(text string) bool {
		complete := text[:strings.LastIndexAny(text, "\r\n")+1]
		for _, l := range lines(complete) {
			if strings.HasPrefix(l, prefix) {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

// exec writes a command and returns the lines up to and with its final result.
func (term *terminal) exec(cmd string) []string {
	term.t.Helper()
	term.until("nothing", func(string) bool { return true })
	term.write(cmd + "\r")
	text := term.until("result of "+cmd, func(text string) bool {
		complete := text[:strings.LastIndexAny(text, "\r\n")+1]
		return slices.ContainsFunc(lines(complete), func(l string) bool { return isFinal(cmd, l) })
	})
	return lines(text)
}

// isFinal reports whether l is a final result of cmd. NO CARRIER and the like
// are only of ATD and ATA, else they are lines by themselves.
func isFinal(cmd, l string) bool {
	cmd = strings.ToUpper(cmd)
	calls := strings.HasPrefix(cmd, "ATD") || strings.HasPrefix(cmd, "ATA")
	return l == "OK" || l == "ERROR" || l == "COMMAND NOT SUPPORT" || l == "TOO MANY PARAMETERS" ||
		strings.HasPrefix(l, "+CME ERROR") || strings.HasPrefix(l, "+CMS ERROR") ||
		calls && slices.Contains([]string{"NO CARRIER", "BUSY", "NO ANSWER"}, l)
}

// quiet switches the echo off.
func (term *terminal) quiet() *terminal {
	term.t.Helper()
	require.Contains(term.t, term.exec("ATE0"), "OK")
	return term
}

// ok executes commands that must be answered with OK.
func (term *terminal) ok(cmds ...string) {
	term.t.Helper()
	for _, cmd := range cmds {
		require.Contains(term.t, term.exec(cmd), "OK", cmd)
	}
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' })
}

// inBubble runs f in virtual time, with a context of ten virtual minutes.
func inBubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		f(t, ctx)
	})
}

// newSim makes a modem that is closed at the end of the test.
func newSim(t *testing.T, cfg *modemtest.Config) *modemtest.Modem {
	sim := modemtest.New(cfg)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	return sim
}
