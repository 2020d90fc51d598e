package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// MockTransport is a scripted modem, for tests that want to say every byte. The
// zero value is ready: it answers what Open asks like a healthy modem of no
// known family, and all else with OK. On changes answers, Inject sends what was
// not asked for. It has no goroutine, so that it can be made and used inside and
// outside of a testing/synctest bubble.
//
// For tests of programs, package modemtest has a modem that behaves by itself.
type MockTransport struct {
	// Model is what AT+CGMM answers, and so which profile Open chooses. Empty
	// means "MOCK".
	Model string

	// Audio gives the modem an audio port.
	Audio bool

	mu      sync.Mutex
	rules   []*MockRule
	written []string
	at      *mockPort
	audio   *mockPort
}

// String counts the command lines that were written. It shows none, as they may
// hold a PIN or a number.
func (t *MockTransport) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("modem.MockTransport{Model: %q, written: %d}", t.Model, len(t.written))
}

// GoString is String.
func (t *MockTransport) GoString() string { return t.String() }

// Format writes String, whatever the verb.
func (t *MockTransport) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue is String.
func (t *MockTransport) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MockRule is an answer of a [MockTransport] in the making. It counts from when
// one of Reply, Final, Raw and Silent is called, which is the last thing done
// with it.
type MockRule struct {
	t      *MockTransport
	match  string
	once   bool
	used   bool
	after  time.Duration
	then   func()
	answer string
}

// String names neither the command nor the answer, which may hold a number.
func (r *MockRule) String() string { return fmt.Sprintf("modem.MockRule{once: %t}", r.once) }

// GoString is String.
func (r *MockRule) GoString() string { return r.String() }

// Format writes String, whatever the verb.
func (r *MockRule) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue is String.
func (r *MockRule) LogValue() slog.Value { return slog.StringValue(r.String()) }

// On makes a rule for commands that equal cmd, such as "AT+CSQ"; a cmd that ends
// in "*" stands for all that begin like it. Rules that answer once are used up
// first, in their order; of the others the last one counts.
func (t *MockTransport) On(cmd string) *MockRule { return &MockRule{t: t, match: cmd} }

// Once uses the rule for one command only.
func (r *MockRule) Once() *MockRule {
	r.once = true
	return r
}

// After delays the answer by d.
func (r *MockRule) After(d time.Duration) *MockRule {
	r.after = d
	return r
}

// Then runs f just before the answer is sent, or begins to be delayed, on the
// goroutine that wrote the command. f may call the transport's methods.
func (r *MockRule) Then(f func()) *MockRule {
	r.then = f
	return r
}

// Reply answers with lines and OK.
func (r *MockRule) Reply(lines ...string) { r.Raw(frameLines(append(slices.Clone(lines), "OK"))) }

// Final answers with a final result alone, such as "ERROR" or "+CME ERROR: 10".
func (r *MockRule) Final(result string) { r.Raw(frameLines([]string{result})) }

// Silent does not answer.
func (r *MockRule) Silent() { r.Raw("") }

// Raw answers with these bytes.
func (r *MockRule) Raw(answer string) {
	r.answer = answer
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	r.t.rules = append(r.t.rules, r)
}

func frameLines(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("\r\n" + l + "\r\n")
	}
	return b.String()
}

// Inject sends bytes that nobody asked for, such as "\r\nRING\r\n". Before the port
// is opened they wait for that; while it is closed again they are lost.
func (t *MockTransport) Inject(s string) { t.port(&t.at).put([]byte(s)) }

// InjectAudio sends samples on the audio port, as 16-bit little-endian.
func (t *MockTransport) InjectAudio(pcm []int16) {
	b := make([]byte, 0, 2*len(pcm))
	for _, s := range pcm {
		b = append(b, byte(s), byte(uint16(s)>>8))
	}
	t.port(&t.audio).put(b)
}

// Written returns the command lines that were written, in their order. An ESC is
// a line of its own, and a body ends with its 0x1A.
func (t *MockTransport) Written() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.written)
}

// WrittenAudio returns the bytes that were written to the audio port, 16-bit
// little-endian samples.
func (t *MockTransport) WrittenAudio() []byte {
	p := t.port(&t.audio)
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.out)
}

// Break ends both ports with err, as an unplugged modem does: Read returns it
// behind what was sent before, and Write and opening at once, until Mend.
func (t *MockTransport) Break(err error) {
	t.port(&t.at).fail(err)
	t.port(&t.audio).fail(err)
}

// Mend makes an end of [MockTransport.Break] or BreakAudio: the ports can be opened
// again.
func (t *MockTransport) Mend() {
	t.port(&t.at).fail(nil)
	t.port(&t.audio).fail(nil)
}

// BreakAudio ends the audio port alone.
func (t *MockTransport) BreakAudio(err error) { t.port(&t.audio).fail(err) }

// OpenAT implements [Transport]. A port has one user: opening it twice is an
// error until it is closed.
func (t *MockTransport) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	return t.port(&t.at).open(ctx)
}

// OpenAudio implements [Transport]: it is errors.ErrUnsupported unless Audio is
// set.
func (t *MockTransport) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	if !t.Audio {
		return nil, fmt.Errorf("modem: mock without audio: %w", errors.ErrUnsupported)
	}
	return t.port(&t.audio).open(ctx)
}

func (t *MockTransport) port(p **mockPort) *mockPort {
	t.mu.Lock()
	defer t.mu.Unlock()
	if *p == nil {
		*p = newMockPort()
		if p == &t.at {
			t.at.take = t.command
		}
	}
	return *p
}

// command takes a line that was written, and answers it.
func (t *MockTransport) command(line string) {
	t.mu.Lock()
	t.written = append(t.written, line)
	r := t.rule(line)
	answer, after, then := r.answer, r.after, r.then
	t.mu.Unlock()
	if then != nil {
		then()
	}
	switch {
	case answer == "":
	case after == 0:
		t.Inject(answer)
	default:
		time.AfterFunc(after, func() { t.Inject(answer) })
	}
}

// rule returns the rule for a line, if need be that of a healthy modem.
func (t *MockTransport) rule(line string) MockRule {
	var last *MockRule
	for _, r := range t.rules {
		switch {
		case !r.matches(line):
		case r.once:
			r.used = true
			return *r
		default:
			last = r
		}
	}
	switch {
	case last != nil:
		return *last
	case line == "\x1b" || strings.HasSuffix(line, "\x1a"):
		return MockRule{}
	}
	return MockRule{answer: frameLines(append(t.healthy(line), "OK"))}
}

func (r *MockRule) matches(line string) bool {
	if r.used {
		return false
	}
	if prefix, ok := strings.CutSuffix(r.match, "*"); ok {
		return strings.HasPrefix(line, prefix)
	}
	return line == r.match
}

// healthy returns the lines by which a healthy modem answers.
func (t *MockTransport) healthy(line string) []string {
	model := t.Model
	if model == "" {
		model = "MOCK"
	}
	answers := map[string]string{
		"AT+CGMI": "MOCK INCORPORATED", "AT+CGMM": model, "AT+CGMR": "1.0", "AT+CGSN": "490154203237518",
		"AT+CPIN?": "+CPIN: READY", "AT+CSQ": "+CSQ: 20,99", "AT+CREG?": "+CREG: 2,1", "AT+CEREG?": "+CEREG: 2,1",
		"AT+CMEE?": "+CMEE: 1", "AT+CFUN?": "+CFUN: 1",
	}
	if a, ok := answers[line]; ok {
		return []string{a}
	}
	return nil
}
