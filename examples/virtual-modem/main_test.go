//go:build linux || darwin

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// patience is how long these tests wait for what must come.
const patience = 10 * time.Second

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.Now().Add(patience)
	for !ok() {
		require.True(t, time.Now().Before(limit), "never: "+what)
		<-time.After(2 * time.Millisecond)
	}
}

// TestAProgramAtTheLink is what the command is for, in real time.
func TestAProgramAtTheLink(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "links")
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("300ms call +12025550100\n500ms unplug\n+200ms replug\n"), 0o600))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out output
	var wg sync.WaitGroup
	wg.Go(func() {
		assert.NoError(t, run(ctx, []string{"-link", dir, "-script", script, "-reports", "first"}, &out, &out))
	})
	at := filepath.Join(dir, "modem-at")
	var port *os.File
	eventually(t, "the link", func() (there bool) {
		var err error
		port, err = os.OpenFile(at, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
		return err == nil
	})
	defer port.Close()
	_, err := port.WriteString("AT+CLIP=1\r")
	require.NoError(t, err)
	require.NoError(t, port.SetReadDeadline(time.Now().Add(patience)))
	var text strings.Builder
	for buf := make([]byte, 1000); ; {
		n, err := port.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			break
		}
	}
	assert.True(t, strings.HasPrefix(text.String(), "AT+CLIP=1\r\r\nOK\r\n"), text.String())
	assert.Contains(t, text.String(), `+CLIP: "+12025550100"`, "it rings until the cable is pulled")
	eventually(t, "the ports are back", func() bool { return strings.Contains(out.String(), "the ports are there") })
	eventually(t, "the link is back", func() bool {
		_, err := os.Stat(at)
		return err == nil
	})
	interrupt()
	wg.Wait()
	for _, line := range []string{
		"a virtual SIM7600", "AT port: " + at, "audio port: " + filepath.Join(dir, "modem-audio"), "reports port: ",
		"+120****0100 calls", "is over: ended by the modem", "the ports are gone", "interrupted",
	} {
		assert.Contains(t, out.String(), line)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "the links are removed")
}

func TestRunFails(t *testing.T) {
	var out output
	require.Error(t, run(t.Context(), []string{"-family", "toaster"}, &out, &out))
	require.ErrorIs(t, run(t.Context(), []string{"-link", "/dev/null/x"}, &out, &out), syscall.ENOTDIR)
}

// TestALinkThatCannotBeMade is told at once, and ends the program.
func TestALinkThatCannotBeMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "links")
	script := filepath.Join(t.TempDir(), "script")
	again := strings.Repeat("+100ms unplug\n+100ms replug\n", 40) // one of them is late enough
	require.NoError(t, os.WriteFile(script, []byte(again), 0o600))
	var out output
	ended := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { ended <- run(t.Context(), []string{"-link", dir, "-script", script}, &out, &out) })
	eventually(t, "its ports", func() bool { return strings.Contains(out.String(), "audio port: ") })
	file, at := filepath.Join(dir, "file"), filepath.Join(dir, "modem-at")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Rename(file, at), "in place of the link")
	select {
	case err := <-ended:
		require.ErrorIs(t, err, os.ErrExist)
	case <-time.After(patience):
		require.Fail(t, "it goes on without ports")
	}
	lines := linesOf(out.String())
	assert.Contains(t, lines[len(lines)-1], "no ports any more: pty: "+at+" is there and no link")
}

// TestTwoWithOneLink: the second is refused, and the first goes on.
func TestTwoWithOneLink(t *testing.T) {
	dir := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out output
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, run(ctx, []string{"-link", dir}, &out, &out)) })
	eventually(t, "the first one's ports", func() bool { return strings.Contains(out.String(), "audio port: ") })
	before, err := os.Readlink(filepath.Join(dir, "modem-at"))
	require.NoError(t, err)
	var second output
	err = run(t.Context(), []string{"-link", dir}, &second, &second)
	require.ErrorIs(t, err, pty.ErrInUse)
	require.ErrorContains(t, err, dir)
	assert.Empty(t, second.String())
	after, err := os.Readlink(filepath.Join(dir, "modem-at"))
	require.NoError(t, err)
	assert.Equal(t, before, after)
	interrupt()
	wg.Wait()
}
