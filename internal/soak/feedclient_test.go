//go:build linux

package soak_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// nodeRequired is the variable that makes it a failure that Node.js, or the npm
	// module that its clients use, is missing: "1".
	nodeRequired = "CALLSTACK_NODE_REQUIRED"
	// chromiumRequired does the same for Chromium.
	chromiumRequired = "CALLSTACK_CHROMIUM_REQUIRED"
	// nodeModules names the folder that npm has installed, if it is not in
	// feedclients.
	nodeModules = "CALLSTACK_NODE_MODULES"
)

// program looks for one, and skips the test where it is missing and may be.
func program(t *testing.T, required string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, required, names[0]+" is missing: install the package "+names[0])
	return ""
}

func missing(t *testing.T, required, what string) {
	t.Helper()
	require.NotEqual(t, "1", os.Getenv(required), what)
	t.Skip(what + ", or set " + required + "=1 to have this fail")
}

// clients copies the programs of feedclients to a folder with their modules.
func clients(t *testing.T, required string) string {
	t.Helper()
	modules := os.Getenv(nodeModules)
	if modules == "" {
		modules = filepath.Join("feedclients", "node_modules")
	}
	modules, err := filepath.Abs(modules)
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(modules, "ws", "package.json")); err != nil {
		missing(t, required, "npm's module ws is missing: run npm ci --ignore-scripts in internal/soak/feedclients")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, scripts(t)))
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	return dir
}

// message is one of the feed, as a client got it.
type message struct {
	Type      string
	Modem     string
	ID        string
	Epoch     string
	Seq       uint64
	Recovered *bool
	Selected  []string `json:"selected_events"`
	Dropped   int
	Data      map[string]any
}

// script is a client of the feed in another process, and what it prints.
type script struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	wg    sync.WaitGroup
	stop  func() error // ends its input, waits for its end, and returns how it ended

	mu       sync.Mutex
	messages []message
	notes    []string // other lines
}

// startScript runs a script until the end of the test. take sees each line that it
// prints, with its fields locked.
func startScript(t *testing.T, take func(*script, []byte), env []string, node string, args ...string) *script {
	t.Helper()
	s := &script{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), node, args...)}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = os.Stderr
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	s.stdin, err = s.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	s.wg.Go(func() {
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			s.mu.Lock()
			take(s, lines.Bytes())
			s.mu.Unlock()
		}
	})
	s.stop = sync.OnceValue(func() error {
		s.stdin.Close()
		s.wg.Wait()
		return s.cmd.Wait()
	})
	t.Cleanup(func() { _ = s.stop() })
	return s
}

// got returns the messages of one type, or all for "".
func (s *script) got(kind string) []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []message
	for _, m := range s.messages {
		if kind == "" || m.Type == kind {
			found = append(found, m)
		}
	}
	return found
}

// said returns the other lines.
func (s *script) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.notes...)
}

// decode parses a message of the feed.
func decode(t *testing.T, line []byte) message {
	var m message
	assert.NoError(t, json.Unmarshal(line, &m), "%s", line)
	return m
}

// resumed tells whether all hellos but the first go on where the client was.
func resumed(hellos []message) bool {
	for i, m := range hellos {
		if i > 0 && (m.Recovered == nil || !*m.Recovered || m.Epoch != hellos[0].Epoch) {
			return false
		}
	}
	return true
}

// requireResumed holds what every feed promises that was followed over cuts: the
// first hello begins, all others go on where the client was, and no event is lost.
func requireResumed(t *testing.T, hellos, overflows []message) {
	t.Helper()
	require.NotEmpty(t, hellos)
	require.Nil(t, hellos[0].Recovered, "nothing was to be recovered yet")
	require.True(t, resumed(hellos), hellos)
	require.Empty(t, overflows)
}

// takeMessage takes what client.mjs prints.
func takeMessage(t *testing.T) func(*script, []byte) {
	return func(s *script, line []byte) {
		if len(line) > 0 && line[0] == '#' {
			s.notes = append(s.notes, string(line))
			return
		}
		s.messages = append(s.messages, decode(t, line))
	}
}

// contextFor bounds one thing to wait for.
func contextFor(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), patience)
}
