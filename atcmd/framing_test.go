package atcmd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

// framing is what a row of framing.json expects.
type framing struct {
	Cmd       string
	Cmds      []string
	EchoTwice bool `json:"echo_twice"`
	Prompt    bool
	Lines     []string
	Final     string
	Finals    []string
	URCs      []string
	URCsAfter []string `json:"urcs_after"`
	Stale     []string
}

// stream is a row made ready: the commands, each with the bytes that answer it.
type stream struct {
	before string // comes while nothing waits
	cmds   []exchanged
}

type exchanged struct {
	cmd    atcmd.Command
	answer string
	err    error
}

// outcome is what a Conn made of a stream.
type outcome struct {
	lines [][]string
	errs  []string
	urcs  []string
	stats atcmd.Stats
}

// TestScenarioB19StreamsCutAnywhere feeds every stream of framing.json in two
// pieces, cut at every offset. The result must be that of the whole, and what
// the row expects.
func TestScenarioB19StreamsCutAnywhere(t *testing.T) {
	rows := vectors.Load(t, "framing")
	require.NotEmpty(t, rows)
	for _, row := range rows {
		t.Run(row.ID, func(t *testing.T) {
			var want framing
			require.NoError(t, json.Unmarshal(row.Expect, &want))
			s := makeStream(row, want)
			bubble(t, func(t *testing.T) {
				whole := s.run(t, 0)
				checkOutcome(t, row, want, s, whole)
				for cut := 1; cut < s.len(); cut++ {
					require.Equal(t, whole, s.run(t, cut), "cut at %d", cut)
				}
			})
		})
	}
}

// makeStream finds the commands in a row by their echoes, or takes the one that
// the row names.
func makeStream(row vectors.Row, want framing) stream {
	raw := row.Raw
	switch row.ID {
	case "framing-036": // the note gives the rest
		raw += "3,0\r\n\r\nOK\r\n"
	case "framing-037": // the late OK is what the marker is for
		_, raw, _ = strings.Cut(raw, "OK")
	case "framing-040": // data mode: afterwards the port must still work
		return stream{before: raw, cmds: []exchanged{{cmd: atcmd.Command{Text: "AT"}, answer: "\r\nOK\r\n"}}}
	}
	texts := echoes(raw)
	if len(texts) == 0 && want.Cmd != "" {
		text, _, _ := strings.Cut(want.Cmd, " ")
		texts = []string{text}
	}
	if len(texts) == 0 {
		return stream{before: raw}
	}
	var s stream
	for i, text := range texts {
		answer := raw
		if i+1 < len(texts) {
			n := strings.Index(raw, "\n"+texts[i+1]+"\r") + 1
			answer, raw = raw[:n], raw[n:]
		}
		cmd := atcmd.Command{Text: text, Dial: strings.HasPrefix(text, "ATD") || text == "ATA" || text == "ATH"}
		if strings.HasPrefix(text, "AT+CMGS") {
			cmd.Body = "0011"
		}
		if row.ID == "framing-001" { // Wavecom gives no final result
			cmd.Settles = []string{"+CPIN"}
		}
		s.cmds = append(s.cmds, exchanged{cmd: cmd, answer: answer})
	}
	finals := want.Finals
	if len(finals) == 0 {
		finals = []string{want.Final}
	}
	for i := range s.cmds {
		s.cmds[i].err = finalError(finals[min(i, len(finals)-1)])
		if want.Prompt && want.Final == "" {
			s.cmds[i].err = atcmd.ErrTimeout // the row ends with the prompt
		}
	}
	return s
}

// echoes returns the commands whose echo is in a stream, repetitions left out.
func echoes(raw string) []string {
	var texts []string
	for line := range strings.FieldsFuncSeq(raw, func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = strings.TrimLeftFunc(line, isNoise)
		if strings.HasPrefix(line, "AT") && (len(texts) == 0 || texts[len(texts)-1] != line) {
			texts = append(texts, line)
		}
	}
	return texts
}

// isNoise tells what a line loses at its ends. A byte that is no UTF-8 comes as
// utf8.RuneError.
func isNoise(r rune) bool { return r == 0 || r == ' ' || r == utf8.RuneError }

func finalError(final string) error {
	var code int
	switch final {
	case "", "OK":
		return nil
	case "NO CARRIER":
		return atcmd.ErrNoCarrier
	case "ERROR":
		return atcmd.ErrRejected
	}
	if _, err := fmt.Sscanf(final, "+CME ERROR: %d", &code); err == nil {
		return atcmd.CMEError(code)
	}
	return errors.New("unknown final result " + final)
}

func (s stream) len() int {
	n := len(s.before)
	for _, e := range s.cmds {
		n += len(e.answer)
	}
	return n
}

// run feeds the stream to a new Conn, cut at an offset of it all.
func (s stream) run(t *testing.T, cut int) outcome {
	t.Helper()
	m := newModem(t)
	c := atcmd.New(m, nil)
	u := collect(c, atcmd.Line, "", "RING", "+CMTI", "VOICE CALL", "NO CARRIER", "+CLCC", "+COLP", "^SRVST", "+CPIN", "+CFUN", "+QIND")
	c.Handle("+CUSD", atcmd.QuotedText, u.add)
	say := func(text string) string {
		head, tail := text, ""
		if 0 < cut && cut < len(text) {
			head, tail = text[:cut], text[cut:]
		}
		cut -= len(text)
		return head + "|10ms|" + tail
	}
	m.sayParts(say(s.before))
	pass(t, 20*time.Millisecond)
	m.on("0011\x1a", "") // what follows the body is in the stream already
	var out outcome
	for _, e := range s.cmds {
		m.on(e.cmd.Text+"\r", say(e.answer))
		resp, err := c.Exec(bounded(t), e.cmd)
		out.lines = append(out.lines, resp.Lines)
		out.errs = append(out.errs, fmt.Sprint(err))
		assert.ErrorIs(t, err, e.err)
		pass(t, 20*time.Millisecond)
	}
	out.urcs = u.lines()
	out.stats = c.Stats()
	require.NoError(t, c.Close())
	synctest.Wait()
	return out
}

// checkOutcome holds an outcome against what its row expects, and sees that no
// line was lost or counted twice.
func checkOutcome(t *testing.T, row vectors.Row, want framing, s stream, got outcome) {
	t.Helper()
	if want.Lines != nil {
		assert.Equal(t, want.Lines, append([]string{}, got.lines[0]...))
	}
	if want.URCs != nil || want.URCsAfter != nil {
		assert.Equal(t, append(want.URCs, want.URCsAfter...), got.urcs)
	}
	if row.ID == "framing-040" || row.ID == "framing-037" {
		return
	}
	var expected, seen []string
	var all strings.Builder
	all.WriteString(s.before)
	for i, e := range s.cmds {
		all.WriteString(e.answer)
		seen = append(seen, got.lines[i]...)
	}
	for line := range strings.FieldsFuncSeq(all.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = strings.TrimFunc(line, isNoise); line != "" && line != ">" && !strings.HasPrefix(line, "AT") {
			expected = append(expected, line)
		}
	}
	for _, e := range s.cmds {
		switch {
		case errors.Is(e.err, atcmd.ErrNoCarrier):
			seen = append(seen, "NO CARRIER")
		case errors.Is(e.err, atcmd.ErrRejected):
			seen = append(seen, "ERROR")
		case errors.Is(e.err, atcmd.CMEError(515)):
			seen = append(seen, "+CME ERROR: 515")
		case e.err == nil && len(e.cmd.Settles) == 0:
			seen = append(seen, "OK")
		}
	}
	assert.ElementsMatch(t, expected, append(seen, got.urcs...))
}
