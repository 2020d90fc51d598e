//go:build linux || darwin

package pty_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// childEnv makes the test binary another program, which has its links in the
// directory that it names until its input ends.
const childEnv = "CALLSTACK_PTY_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

func child(dir string) int {
	sim := modemtest.New(nil)
	defer sim.Close()
	server, err := pty.Serve(sim, &pty.Config{Dir: dir})
	if err != nil {
		return 1
	}
	defer server.Close()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// other is another process with its links in dir. It ends with the test.
func other(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	eventually(t, "its links", func() bool { return len(links(t, dir)) == 2 })
	return cmd
}

func lockOf(dir string) string { return filepath.Join(dir, pty.LockName) }

// TestADirectoryIsOneServers: another leaves its links alone, and says who is there.
func TestADirectoryIsOneServers(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true}, nil)
	dir := dirOf(server)
	before, err := os.Readlink(server.AT())
	require.NoError(t, err)
	sim := modemtest.New(nil)
	defer sim.Close()
	_, err = pty.Serve(sim, &pty.Config{Dir: dir})
	require.ErrorIs(t, err, pty.ErrInUse)
	require.EqualError(t, err, fmt.Sprintf("pty: %s: held by pid %d: another virtual modem has its links there: end it, or choose another directory", dir, os.Getpid()))
	after, err := os.Readlink(server.AT())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	info, err := os.Stat(lockOf(dir))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	require.NoError(t, server.Close())
	assert.NoFileExists(t, lockOf(dir))
	_, again := serve(t, nil, &pty.Config{Dir: dir})
	require.NoError(t, server.Close(), "again, which takes nothing from the next one")
	assert.FileExists(t, lockOf(dir))
	dial(t, again.AT()).exec("AT")
}

// TestTheLinksOfAProcessThatWasKilled are taken over, those of one that lives are not.
func TestTheLinksOfAProcessThatWasKilled(t *testing.T) {
	dir := t.TempDir()
	killed := other(t, dir)
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	_, err := pty.Serve(sim, &pty.Config{Dir: dir})
	require.ErrorIs(t, err, pty.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("held by pid %d: ", killed.Process.Pid))
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait(), "it was killed")
	require.FileExists(t, lockOf(dir), "and had no time to tidy up")
	_, server := serve(t, &modemtest.Config{Calm: true}, &pty.Config{Dir: dir})
	dial(t, server.AT()).exec("AT")
}

// TestManyWantADirectory, and one at a time has it, however their ends fall.
func TestManyWantADirectory(t *testing.T) {
	dir := t.TempDir()
	var holding, had atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				unlock, err := pty.LockDir(dir)
				if err != nil {
					assert.ErrorIs(t, err, pty.ErrInUse)
					continue
				}
				had.Add(1)
				assert.Equal(t, int32(1), holding.Add(1))
				holding.Add(-1)
				unlock()
			}
		})
	}
	wg.Wait()
	assert.Positive(t, had.Load())
	assert.NoFileExists(t, lockOf(dir))
}

// TestALockThatIsAnothers is neither followed to where it leads nor removed.
func TestALockThatIsAnothers(t *testing.T) {
	dir, precious := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	require.NoError(t, os.WriteFile(precious, []byte("precious"), 0o600))
	require.NoError(t, os.Symlink(precious, lockOf(dir)))
	sim := modemtest.New(nil)
	defer sim.Close()
	_, err := pty.Serve(sim, &pty.Config{Dir: dir})
	require.ErrorContains(t, err, lockOf(dir))
	text, err := os.ReadFile(precious)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(text))

	require.NoError(t, os.Remove(lockOf(dir)))
	_, server := serve(t, nil, &pty.Config{Dir: dir})
	require.NoError(t, os.Remove(lockOf(dir)))
	require.NoError(t, os.WriteFile(lockOf(dir), nil, 0o600))
	require.NoError(t, server.Close())
	assert.FileExists(t, lockOf(dir))
}
