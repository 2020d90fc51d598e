//go:build linux || darwin

package pty_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// patience is how long these tests wait for what must come.
const patience = 10 * time.Second

// serve puts a virtual modem on terminals for the time of the test.
func serve(t *testing.T, cfg *modemtest.Config, ptys *pty.Config) (*modemtest.Modem, *pty.Server) {
	t.Helper()
	sim := modemtest.New(cfg)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	if ptys == nil {
		ptys = &pty.Config{Dir: t.TempDir()}
	}
	server, err := pty.Serve(sim, ptys)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return sim, server
}

// client is a program that has a terminal open.
type client struct {
	t *testing.T
	*os.File
	text string
}

// dial opens a terminal. It waits for one that is not there yet.
func dial(t *testing.T, name string) *client {
	t.Helper()
	var f *os.File
	eventually(t, "the terminal opens", func() bool {
		var err error
		f, err = os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
		return err == nil
	})
	t.Cleanup(func() { _ = f.Close() })
	return &client{t: t, File: f}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.Now().Add(patience)
	for !ok() {
		require.True(t, time.Now().Before(limit), "never: "+what)
		<-time.After(2 * time.Millisecond)
	}
}

// send writes a line.
func (c *client) send(line string) {
	c.t.Helper()
	require.NoError(c.t, c.SetWriteDeadline(time.Now().Add(patience)))
	_, err := c.WriteString(line + "\r")
	require.NoError(c.t, err)
}

// until reads until what came since the last until has the text, and returns it.
func (c *client) until(text string) string {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(patience)))
	buf := make([]byte, 1024)
	for {
		if before, after, ok := strings.Cut(c.text, text); ok {
			c.text = after
			return before + text
		}
		n, err := c.Read(buf)
		c.text += string(buf[:n])
		require.NoError(c.t, err, "waiting for %q, have %q", text, c.text)
	}
}

// exec sends a command and returns the answer with the result, which is OK.
func (c *client) exec(command string) string {
	c.t.Helper()
	c.send(command)
	return c.until("\r\nOK\r\n")
}

// gone waits until reading fails, as that of a device that was unplugged.
func (c *client) gone() {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(patience)))
	buf := make([]byte, 1024)
	for {
		if _, err := c.Read(buf); err != nil {
			require.False(c.t, errors.Is(err, os.ErrDeadlineExceeded), "it is still there")
			return
		}
	}
}

// leave closes the terminal, and waits until the modem has seen it.
func (c *client) leave(sim *modemtest.Modem) {
	c.t.Helper()
	require.NoError(c.t, c.Close())
	eventually(c.t, "the port is closed", func() bool {
		port, err := sim.OpenAT(context.Background())
		if err == nil {
			_ = port.Close()
		}
		return err == nil
	})
}

// links returns the names in a directory, but for the hidden one of its lock.
func links(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		if e.Name() != pty.LockName {
			names = append(names, e.Name())
		}
	}
	return names
}

func dirOf(s *pty.Server) string { return filepath.Dir(s.AT()) }
