//go:build linux

package soak_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// state is what the page says of its connection.
func (p *browser) state() string {
	p.Helper()
	return p.evaluate(`document.getElementById("state").textContent`).(string)
}

// useKey types a key and uses it.
func (p *browser) useKey(key string) {
	p.Helper()
	p.evaluate(`document.getElementById("key").value = %q; document.querySelector("#key-form button").click()`, key)
}

// TestChromiumWithAKey has the page ask for a key, and come back to a host that was
// started anew, where it tells of what it may have missed.
func TestChromiumWithAKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(file, []byte(feedKey+"\n"), 0o600))
	url, stop := startFeed(t, "-keys", file, "-every", "1s")
	p := openPage(t, url)
	p.await("a refusal", func() bool { return p.state() == "The feed wants a key" })
	assert.Equal(t, true, p.evaluate(`document.getElementById("credential").open`))
	p.useKey("another-key")
	p.await("another refusal", func() bool { return p.state() == "This key is not accepted" })
	p.useKey("a key with blanks")
	assert.Contains(t, p.state(), "A key has no spaces")
	assert.Empty(t, p.got(""))
	p.useKey(feedKey)
	p.await("the feed", func() bool { return len(p.rows()) > 2 })
	assert.Equal(t, "Live", p.state())
	assert.Equal(t, false, p.evaluate(`document.getElementById("credential").open`))

	stop()
	p.await("the end", func() bool { return strings.HasPrefix(p.state(), "The host") })
	assert.Equal(t, "modem.state", p.got("")[len(p.got(""))-1].Type, "it told to the end")
	startFeed(t, "-keys", file, "-every", "1s", "-addr", hostOf(url))
	p.await("the feed again", func() bool { return len(p.got("hello")) == 2 })
	p.await("the gap", func() bool { return strings.Contains(strings.Join(p.rows(), " "), "gap") })
	assert.Equal(t, "1", p.evaluate(`document.getElementById("gaps").textContent`))
	assert.Contains(t, p.evaluate(`document.querySelector(".gap").textContent`), "could not be recovered")
	for _, said := range p.said() {
		assert.NotContains(t, said, "violation")
		assert.NotContains(t, said, "exception")
	}
	require.NoError(t, p.stop())
}

// TestChromiumShowsWords shows what the page makes of messages, and that each of its
// controls has a name for those who do not see it.
func TestChromiumShowsWords(t *testing.T) {
	url, _ := startFeed(t)
	p := openPage(t, url)
	p.await("the feed", func() bool { return len(p.got("hello")) > 0 })
	tests := map[string]struct{ function, message, want string }{
		"an event of a host":   {"describe", `{"type":"door.opened","data":{"front_door":"<b>open</b>","by":{"key":1}}}`, `front door: <b>open</b>, by: {"key":1}`},
		"no data":              {"describe", `{"type":"constructor"}`, ""},
		"a hidden text":        {"describe", `{"type":"sms.received","data":{"sender":"+120****0100","body_length":12}}`, "Message from +120****0100: (12 characters, not shown)"},
		"why a modem is lost":  {"describe", `{"type":"modem.state","data":{"state":"lost","reason":"no_answer"}}`, "The modem is lost: no answer"},
		"a caller unknown":     {"describe", `{"type":"call.caller_id","data":{"number":""}}`, "The caller is an unknown number"},
		"a key":                {"describe", `{"type":"call.dtmf","data":{"digit":"7"}}`, "Key 7 was pressed"},
		"a call that is over":  {"describe", `{"type":"call.state","data":{"direction":"outgoing","state":"ended","number":"+120****0100","reason":"no_answer"}}`, "Call to +120****0100 ended: no answer"},
		"a slow page":          {"gap", `{"type":"overflow","dropped":3,"from_seq":43,"to_seq":45}`, "3 events are missing, 43 to 45: this page was too slow"},
		"one event":            {"gap", `{"type":"overflow","dropped":1,"from_seq":43,"to_seq":43}`, "1 event is missing, number 43: this page was too slow"},
		"a busy host":          {"gap", `{"type":"overflow","dropped":2,"scope":"hub"}`, "2 events are missing for everybody: the host was too busy"},
		"not recovered":        {"gap", `{"type":"hello","recovered":false}`, "What happened while the connection was lost could not be recovered"},
		"recovered":            {"gap", `{"type":"hello","recovered":true}`, ""},
		"the first connection": {"gap", `{"type":"hello"}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			args := map[string]string{"describe": "m.type, m.data", "gap": "m"}[tt.function]
			got := p.evaluate(`import("/describe.js").then((page) => ((m) => page.%s(%s))(%s))`, tt.function, args, tt.message)
			assert.Equal(t, tt.want, got)
		})
	}
	t.Run("delays", func(t *testing.T) {
		got := p.evaluate(`import("/feed.js").then((feed) => [feed.delay(0, () => 0), feed.delay(3, () => 1), feed.delay(99, () => 1), feed.base64url("ü/?>~")])`)
		assert.Equal(t, []any{250.0, 4000.0, 30_000.0, "w7wvPz5-"}, got)
	})
	names, err := json.Marshal(p.do(map[string]any{"do": "names"}))
	require.NoError(t, err)
	for _, want := range []string{"button: Pause", "button: Clear", "button: All", "checkbox: call.dtmf", "DisclosureTriangle: Key"} {
		assert.Contains(t, string(names), `"`+want+`"`)
	}
	assert.NotContains(t, string(names), `: "`, "a control without a name")
	assert.Empty(t, p.said())
	require.NoError(t, p.stop())
}
