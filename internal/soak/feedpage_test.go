//go:build linux

package soak_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestChromiumFollowsTheFeed opens the page of examples/feed in a browser, loses its
// connection while calls go on, and compares what the page shows with what a client
// gets that never lost its own.
func TestChromiumFollowsTheFeed(t *testing.T) {
	url, _ := startFeed(t, "-every", "1s")
	proxy := newCutter(t, hostOf(url))
	p := openPage(t, "http://"+proxy.addr()+"/")
	whole := followWhole(t, url+"events")

	p.await("events", func() bool { return len(p.got("call.state")) > 1 })
	assert.Empty(t, p.said(), "no error, no warning, and nothing against the policy")
	for cuts := range 3 {
		proxy.cut(true)
		before := len(whole.all())
		p.await("events while the page is cut off", func() bool { return len(whole.all()) > before+1 })
		proxy.up()
		p.await("another hello", func() bool { return len(p.got("hello")) == cuts+2 })
		requireResumed(t, p.got("hello"), p.got("overflow"))
	}
	p.compare(whole)
	p.looks()
	p.pauses()
	p.filters()
	p.shots()
	requireResumed(t, p.got("hello"), p.got("overflow"))
	for _, said := range p.said() {
		assert.Regexp(t, whileCutOff, said)
	}
	require.NoError(t, p.stop())
}

// hostOf is the host and port of a URL that ends there.
func hostOf(url string) string { return strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/") }

// openPage opens a page in a browser of its own, until the end of the test.
func openPage(t *testing.T, url string) *browser {
	t.Helper()
	node := program(t, chromiumRequired, "nodejs", "node")
	chromium := program(t, chromiumRequired, "chromium", "chromium-browser", "google-chrome")
	dir := clients(t, chromiumRequired)
	p := &browser{T: t, answers: make(chan answer, 1)}
	p.script = startScript(t, p.take, nil, node, filepath.Join(dir, "page.mjs"), url, chromium)
	return p
}

// whileCutOff is what the browser says when there is no connection to be had.
var whileCutOff = regexp.MustCompile(`^log: error: (network|javascript): .*net::ERR_|^failed: (WebSocket|Fetch): net::ERR_`)

// answer is what page.mjs answers to a command.
type answer struct {
	Value any
	Error string
}

// browser is a page in Chromium.
type browser struct {
	*testing.T
	*script
	answers chan answer
}

// take takes what page.mjs prints.
func (p *browser) take(s *script, line []byte) {
	var l struct {
		Kind, Text string
		Message    message
		answer
	}
	assert.NoError(p, json.Unmarshal(line, &l), "%s", line)
	switch l.Kind {
	case "message":
		s.messages = append(s.messages, l.Message)
	case "done":
		p.answers <- l.answer
	case "ready":
	default:
		s.notes = append(s.notes, l.Kind+": "+l.Text)
	}
}

// await waits for what must come.
func (p *browser) await(what string, ok func() bool) {
	p.Helper()
	ctx, cancel := contextFor(p.T)
	defer cancel()
	require.True(p, eventually(ctx, ok), "never: %s: %v", what, p.said())
}

// do has the page do something.
func (p *browser) do(command map[string]any) any {
	p.Helper()
	line, err := json.Marshal(command)
	require.NoError(p, err)
	_, err = p.stdin.Write(append(line, '\n'))
	require.NoError(p, err)
	ctx, cancel := contextFor(p.T)
	defer cancel()
	a, ok := receive(ctx, p.answers)
	require.True(p, ok, "the browser does not answer")
	require.Empty(p, a.Error)
	return a.Value
}

// evaluate returns what an expression of JavaScript is.
func (p *browser) evaluate(code string, values ...any) any {
	p.Helper()
	return p.do(map[string]any{"do": "evaluate", "code": fmt.Sprintf(code, values...)})
}

// rows returns what the page shows, the oldest first: number and type of each
// event that is not stateLike, "gap" for a gap.
func (p *browser) rows() []string {
	p.Helper()
	text := p.evaluate(`[...document.querySelectorAll("#events > li")].reverse()
		.map((li) => li.className === "gap" ? "gap" : li.dataset.seq + " " + li.querySelector(".type").textContent).join("\n")`)
	return slices.DeleteFunc(strings.Split(text.(string), "\n"), stateLike.MatchString)
}

// compare holds what the page shows against what a client got that was not cut off.
func (p *browser) compare(whole *follower) {
	p.Helper()
	first := p.got("hello")[0].Seq
	var want []string
	p.await("all events on the page", func() bool {
		want = whole.after(first)
		return len(p.rows()) >= len(want)
	})
	rows := p.rows()
	require.Equal(p, want, rows[:len(want)], "each event once, in order, and no gap")
	assert.Greater(p, len(want), 10)
}

// looks holds that the page says what is going on in words.
func (p *browser) looks() {
	p.Helper()
	assert.Equal(p, "Live", p.evaluate(`document.getElementById("state").textContent`))
	assert.Equal(p, "3", p.evaluate(`document.getElementById("resumed").textContent`))
	assert.Equal(p, "0", p.evaluate(`document.getElementById("gaps").textContent`))
	text := p.evaluate(`document.getElementById("events").textContent`)
	for _, want := range []string{"The caller is +120****0100", "Call from +120****0100: active", "A key was pressed", "Message of "} {
		assert.Contains(p, text, want)
	}
	assert.NotContains(p, text, "2025550100")
}

// pauses holds that the page stands still while it is paused, and loses nothing.
func (p *browser) pauses() {
	p.Helper()
	p.evaluate(`document.getElementById("pause").click()`)
	shown := p.rows()
	before := len(p.got(""))
	p.await("events meanwhile", func() bool { return len(p.got("")) > before+2 })
	assert.Equal(p, shown, p.rows())
	assert.Regexp(p, `^Go on \(\d+ new\)$`, p.evaluate(`document.getElementById("pause").textContent`))
	p.evaluate(`document.getElementById("pause").click()`)
	p.await("what came meanwhile", func() bool { return len(p.rows()) > len(shown)+2 })
	assert.Equal(p, "Pause", p.evaluate(`document.getElementById("pause").textContent`))
}

// filters holds that the page follows what is chosen, from where it was.
func (p *browser) filters() {
	p.Helper()
	hellos := len(p.got("hello"))
	p.evaluate(`document.getElementById("none").click()`)
	p.await("the end of it", func() bool {
		return p.evaluate(`document.getElementById("state").textContent`) == "Nothing is chosen"
	})
	p.evaluate(`document.querySelector('input[value="call.state"]').click()`)
	p.await("a hello", func() bool { return len(p.got("hello")) > hellos })
	all := p.got("")
	assert.Equal(p, []string{"call.state"}, p.got("hello")[hellos].Selected)
	p.await("calls", func() bool { return len(p.got("")) > len(all)+1 })
	for _, m := range p.got("")[len(all):] {
		assert.Contains(p, []string{"call.state", "heartbeat", "hello"}, m.Type)
	}
	p.evaluate(`document.getElementById("all").click()`)
	p.await("all again", func() bool { return len(p.got("hello")) > hellos+1 })
}

// shots leaves pictures of the page, for who wants to look at them, and holds that
// it fits a narrow screen and a wide one.
func (p *browser) shots() {
	p.Helper()
	dir := p.ArtifactDir()
	for _, width := range []int{390, 1280} {
		for _, dark := range []bool{false, true} {
			file := filepath.Join(dir, fmt.Sprintf("feed-%d-dark-%v.png", width, dark))
			got := p.do(map[string]any{"do": "shot", "file": file, "width": width, "height": 844, "dark": dark})
			assert.EqualValues(p, width, got, "nothing sticks out")
			info, err := os.Stat(file)
			require.NoError(p, err)
			assert.Greater(p, info.Size(), int64(10_000))
		}
	}
}
