//go:build linux

package soak_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startFeed builds and starts examples/feed, and returns its URL. stop, or the end of
// the test, interrupts it as Ctrl-C does.
func startFeed(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "feed"), "./examples/feed")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.Command(filepath.Join(dir, "feed"), append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	found := make(chan string, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if m := regexp.MustCompile(`^open (http://\S+/) `).FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	})
	stop = sync.OnceFunc(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		wg.Wait()
		assert.NoError(t, cmd.Wait())
	})
	t.Cleanup(stop)
	ctx, cancel := contextFor(t)
	defer cancel()
	url, ok := receive(ctx, found)
	require.True(t, ok, "it does not say where it is")
	return url, stop
}

// follower is a client of server-sent events.
type follower struct {
	mu       sync.Mutex
	messages []message
}

// followWhole follows a feed until the end of the test.
func followWhole(t *testing.T, url string) *follower {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	f := &follower{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				f.mu.Lock()
				f.messages = append(f.messages, decode(t, []byte(data)))
				f.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		resp.Body.Close()
		wg.Wait()
	})
	return f
}

// all returns the events.
func (f *follower) all() []message {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []message
	for _, m := range f.messages {
		if m.Data != nil {
			found = append(found, m)
		}
	}
	return found
}

// stateLike are the events of which a client that is behind may get the newest only.
var stateLike = regexp.MustCompile(`signal[.]quality|network[.]registration`)

// after returns number and type of the events after a position, but for such.
func (f *follower) after(seq uint64) []string {
	var found []string
	for _, m := range f.all() {
		if m.Seq > seq && !stateLike.MatchString(m.Type) {
			found = append(found, fmt.Sprint(m.Seq, " ", m.Type))
		}
	}
	return found
}
