package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// childEnv makes the test binary the command itself.
const childEnv = "CALLSTACK_FEED_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// output is what a program prints, for several goroutines.
type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// start runs the program on a port of its own until stop is called, or the test
// ends. url is what it says where it is.
func start(t *testing.T, args ...string) (url string, out *output, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &output{}
	ended := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), out, out) })
	stop = sync.OnceValue(func() error {
		cancel()
		wg.Wait()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	said := regexp.MustCompile(`http://\S+/`)
	for limit := time.Now().Add(20 * time.Second); url == ""; url = said.FindString(out.String()) {
		require.True(t, time.Now().Before(limit), "it does not say where it is")
		<-time.After(5 * time.Millisecond)
	}
	return url, out, stop
}

// get makes a request with headers, name and value by turns, and returns the status
// and what follows.
func get(t *testing.T, url string, headers ...string) (int, io.Reader) {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodGet, url, nil)
	require.NoError(t, err)
	for pair := range slices.Chunk(headers, 2) {
		if pair[0] == "Host" {
			r.Host = pair[1]
		}
		r.Header.Set(pair[0], pair[1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	return resp.StatusCode, resp.Body
}

// types are those of the messages that -once has printed.
func types(t *testing.T, out string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(out) {
		var m struct{ Type string }
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		all = append(all, m.Type)
	}
	return all
}

// TestFirstCallIsOnTheFeed is the program as scripts run it, in a process of its own.
func TestFirstCallIsOnTheFeed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "messages")
	cmd := exec.CommandContext(within(t, time.Minute), os.Args[0], "-once", "-addr", "127.0.0.1:0", "-dir", dir)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.Output()
	require.NoError(t, err)
	got := types(t, string(out))
	assert.Equal(t, "hello", got[0])
	for _, want := range []string{"modem.state", "call.state", "call.ring", "call.caller_id", "call.dtmf", "voicemail.saved"} {
		assert.Contains(t, got, want)
	}
	assert.Contains(t, string(out), `"+120****0100"`)
	assert.NotContains(t, string(out), "2025550100")
	kept, err := filepath.Glob(filepath.Join(dir, "*.wav"))
	require.NoError(t, err)
	assert.Len(t, kept, 1, "the directory was asked for")
}

// TestCtrlC ends the program in a call, with a client that hears of it to the end.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	url, out, stop := start(t)
	status, body := get(t, url+"events?events=call.state,modem.state")
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, out.String(), "curl -N "+url+"events\n")
	var got []string
	for lines := bufio.NewScanner(body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		got = append(got, data)
		if strings.Contains(data, `"active"`) {
			require.NoError(t, stop())
		}
	}
	require.NotEmpty(t, got)
	assert.Contains(t, strings.Join(got, "\n"), `"reason":"local_hangup"`, "the call was hung up")
	assert.Contains(t, got[len(got)-1], `"state":"closed"`, "and the modem closed")
	assert.Contains(t, out.String(), "interrupted: hanging up")
}

func TestWithoutKeysOnlyThisMachine(t *testing.T) {
	t.Parallel()
	url, _, _ := start(t)
	tests := map[string]struct {
		headers []string
		want    int
	}{
		"of this machine":     {nil, http.StatusOK},
		"by localhost":        {[]string{"Host", "localhost:8080"}, http.StatusOK},
		"a name that rebinds": {[]string{"Host", "evil.example.org"}, http.StatusForbidden},
		"through a proxy":     {[]string{"X-Forwarded-For", "192.0.2.7"}, http.StatusForbidden},
		"of another page":     {[]string{"Origin", "https://evil.example.org"}, http.StatusForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, _ := get(t, url+"events", tt.headers...)
			assert.Equal(t, tt.want, status)
		})
	}
}

func TestWithKeys(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123456789abcdef"
	file := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(file, []byte(key+"\n"), 0o600))
	url, out, stop := start(t, "-keys", file, "-v")
	for _, tt := range []struct {
		path    string
		headers []string
		want    int
	}{
		{"events", nil, http.StatusUnauthorized},
		{"events", []string{"Authorization", "Bearer " + key}, http.StatusOK},
		{"", nil, http.StatusOK}, // the page asks for the key
	} {
		status, _ := get(t, url+tt.path, tt.headers...)
		assert.Equal(t, tt.want, status, tt)
	}
	assert.Contains(t, out.String(), `-H "Authorization: Bearer $KEY"`)
	require.NoError(t, stop())
	assert.NotContains(t, out.String(), key)
}

func TestWhatCannotWorkIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { busy.Close() })
	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, nil, 0o600))
	tests := map[string]struct {
		args []string
		says string
	}{
		"all interfaces":         {[]string{"-addr", ":8080"}, "then add -keys keys"},
		"another interface":      {[]string{"-addr", "192.0.2.1:8080"}, "other machines could reach that"},
		"no address":             {[]string{"-addr", "here"}, "-addr here: "},
		"a port in use":          {[]string{"-addr", busy.Addr().String()}, "choose another port"},
		"keys missing":           {[]string{"-keys", "nowhere"}, "nowhere"},
		"no keys in it":          {[]string{"-keys", occupied}, occupied},
		"its own client":         {[]string{"-once", "-keys", occupied}, "-once goes without -keys"},
		"calls without end":      {[]string{"-every", "0s"}, "-every is a second at least"},
		"directory under a file": {[]string{"-addr", "127.0.0.1:0", "-dir", filepath.Join(occupied, "x")}, occupied},
		"argument":               {[]string{"please"}, `unexpected argument "please"`},
		"unknown flag":           {[]string{"-loud"}, "-loud"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out output
			require.ErrorContains(t, run(t.Context(), tt.args, &out, &out), tt.says)
		})
	}
}

func TestHelpTeaches(t *testing.T) {
	t.Parallel()
	var out output
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &out), flag.ErrHelp)
	for _, word := range []string{"-addr", "-keys", "-once", "/ws", "/events", "Bearer", "TLS"} {
		assert.Contains(t, out.String(), word)
	}
}
