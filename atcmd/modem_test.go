package atcmd_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

// modem is the far end of a Conn: it notes what is written, and when, and
// answers from a script. Like a UART it never blocks a writer.
type modem struct {
	t     *testing.T
	start time.Time

	mu      sync.Mutex
	arrived sync.Cond
	in      []byte              // for the Conn to read
	whole   bool                // Read returns what was said in one piece, not all that waits
	sizes   []int               // the pieces, if whole
	end     error               // what Read returns when in is empty
	script  map[string][]string // what was written: what to answer, in turns
	delay   time.Duration       // before each answer
	written []string            // "1.5s AT+CSQ\r"
	stuck   chan struct{}       // Write blocks while this is open
	refuse  error               // what Write returns
	reads   int
}

// start makes a modem and a Conn that it serves. Both end with the test.
func start(t *testing.T, cfg *atcmd.Config) (*modem, *atcmd.Conn) {
	t.Helper()
	m := newModem(t)
	c := atcmd.New(m, cfg)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return m, c
}

func newModem(t *testing.T) *modem {
	t.Helper()
	m := &modem{t: t, start: time.Now(), script: map[string][]string{}}
	m.arrived.L = &m.mu
	return m
}

// on scripts the answers to what is written, in turns. The last one stays. An
// answer in parts, separated by "|1s|", comes in pieces with that time between.
func (m *modem) on(written string, answers ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.script[written] = answers
}

// say lets the Conn read text.
func (m *modem) say(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in = append(m.in, text...)
	m.sizes = append(m.sizes, len(text))
	m.arrived.Broadcast()
}

// sayParts says text with its pauses.
func (m *modem) sayParts(text string) {
	var at time.Duration
	for part := range strings.SplitSeq(text, "|") {
		if d, err := time.ParseDuration(part); err == nil {
			at += d
			continue
		}
		if at == 0 {
			m.say(part)
			continue
		}
		time.AfterFunc(at, func() { m.say(part) })
	}
}

// fail lets Read return err when all is read.
func (m *modem) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end = err
	m.arrived.Broadcast()
}

func (m *modem) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	for len(m.in) == 0 && m.end == nil {
		m.arrived.Wait()
	}
	if len(m.in) == 0 {
		return 0, m.end
	}
	if m.whole && len(m.sizes) > 0 {
		p = p[:min(len(p), m.sizes[0])]
		m.sizes = m.sizes[1:]
	}
	n := copy(p, m.in)
	m.in = m.in[n:]
	return n, nil
}

func (m *modem) Write(p []byte) (int, error) {
	m.mu.Lock()
	stuck, refuse := m.stuck, m.refuse
	m.mu.Unlock()
	if stuck != nil {
		<-stuck
		return len(p), m.refused()
	}
	if refuse != nil {
		return 0, refuse
	}
	text := string(p)
	m.mu.Lock()
	m.written = append(m.written, fmt.Sprint(time.Since(m.start), " ", text))
	answers := m.script[text]
	if len(answers) > 1 {
		m.script[text] = answers[1:]
	}
	m.mu.Unlock()
	if len(answers) > 0 {
		m.answer(answers[0])
	}
	return len(p), nil
}

func (m *modem) answer(text string) {
	if m.delay == 0 {
		m.sayParts(text)
		return
	}
	time.AfterFunc(m.delay, func() { m.sayParts(text) })
}

func (m *modem) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.end == nil {
		m.end = io.ErrClosedPipe
	}
	m.in, m.refuse = nil, io.ErrClosedPipe
	m.unstick()
	m.arrived.Broadcast()
	return nil
}

// unstick lets a Write go on that is stuck.
func (m *modem) unstick() {
	if m.stuck != nil {
		close(m.stuck)
		m.stuck = nil
	}
}

func (m *modem) refused() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refuse
}

// log returns what was written so far with the time of each write.
func (m *modem) log() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.written...)
}

// texts returns what was written so far.
func (m *modem) texts() []string {
	var texts []string
	for _, w := range m.log() {
		_, text, _ := strings.Cut(w, " ")
		texts = append(texts, text)
	}
	return texts
}

// urcs collects URCs. Its slice may be read after a synctest.Wait.
type urcs struct {
	mu  sync.Mutex
	all []atcmd.URC
}

// collect handles the names with u, and returns u.
func collect(c *atcmd.Conn, shape atcmd.Shape, names ...string) *urcs {
	u := &urcs{}
	for _, name := range names {
		c.Handle(name, shape, u.add)
	}
	return u
}

func (u *urcs) add(urc atcmd.URC) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, urc)
}

// lines returns the URCs' lines after all goroutines have come to rest.
func (u *urcs) lines() []string {
	synctest.Wait()
	u.mu.Lock()
	defer u.mu.Unlock()
	var lines []string
	for _, urc := range u.all {
		lines = append(lines, urc.Line)
	}
	return lines
}

// bounded returns a context with a deadline far beyond what a test takes in
// virtual time: without it a stuck test would run for ever.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	return ctx
}

// mustExec runs a command that must succeed and returns its answer.
func mustExec(t *testing.T, c *atcmd.Conn, text string) []string {
	t.Helper()
	resp, err := c.Exec(bounded(t), atcmd.Command{Text: text})
	require.NoError(t, err)
	return resp.Lines
}

// result is what Exec returned, and when.
type result struct {
	atcmd.Response
	Err error
	At  time.Duration
}

// async runs a command and returns where its result will be after a wait.
func async(ctx context.Context, m *modem, c *atcmd.Conn, cmd atcmd.Command) <-chan result {
	done := make(chan result, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		resp, err := c.Exec(ctx, cmd)
		done <- result{resp, err, time.Since(m.start)}
	})
	return done
}

// pass lets virtual time go by.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	<-time.NewTimer(d).C
	synctest.Wait()
}

// bubble runs a test in virtual time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

const sync1 = "AT+CMEE?\r" // the marker

// marked scripts the marker's answer.
func (m *modem) marked() { m.on(sync1, "\r\n+CMEE: 1\r\n\r\nOK\r\n") }

func assertCommandError(t *testing.T, err error, want error, text string) {
	t.Helper()
	var cmdErr *atcmd.CommandError
	require.ErrorAs(t, err, &cmdErr)
	require.ErrorIs(t, err, want)
	assert.EqualError(t, err, text)
}
