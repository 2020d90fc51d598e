//go:build linux || darwin

package pty_test

import (
	"context"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// inTime bounds what must come.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// isClosed waits for a channel that must be closed.
func isClosed(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-inTime(t).Done():
		require.Fail(t, "never closed")
	}
}

func TestWaitPorts(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnFirst}, nil)
	gone, err := server.WaitPorts(inTime(t))
	require.NoError(t, err)
	assert.Len(t, links(t, dirOf(server)), 3)

	c := dial(t, server.AT())
	c.exec("AT")
	sim.Disconnect(io.EOF)
	c.gone()
	require.NoError(t, c.Close())
	dial(t, server.AT()).exec("AT")
	again, err := server.WaitPorts(inTime(t))
	require.NoError(t, err)
	assert.Equal(t, gone, again, "a new terminal at once is no matter")

	sim.Unplug()
	isClosed(t, gone)
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = server.WaitPorts(soon)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var wg sync.WaitGroup
	wg.Go(func() {
		gone, err = server.WaitPorts(inTime(t))
		assert.NoError(t, err)
	})
	sim.Replug()
	wg.Wait()
	assert.Len(t, links(t, dirOf(server)), 3)

	require.NoError(t, server.Close())
	isClosed(t, gone)
	_, err = server.WaitPorts(inTime(t))
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestWaitPortsOfAModemThatIsClosed(t *testing.T) {
	sim, server := serve(t, nil, nil)
	gone, err := server.WaitPorts(inTime(t))
	require.NoError(t, err)
	require.NoError(t, sim.Close())
	isClosed(t, gone)
	_, err = server.WaitPorts(inTime(t))
	require.ErrorIs(t, err, modemtest.ErrClosed)
}

// TestWaitPortsTellsAFailure at once, with its reason: of one port, too.
func TestWaitPortsTellsAFailure(t *testing.T) {
	sim, server := serve(t, nil, nil)
	gone, err := server.WaitPorts(inTime(t))
	require.NoError(t, err)
	sim.Unplug()
	isClosed(t, gone)
	eventually(t, "no link", func() bool { return len(links(t, dirOf(server))) == 0 })
	require.NoError(t, os.WriteFile(server.Audio(), []byte("precious"), 0o600))
	sim.Replug()
	_, err = server.WaitPorts(inTime(t))
	require.ErrorIs(t, err, os.ErrExist)
	require.ErrorContains(t, err, server.Audio()+" is there and no link")
	assert.Equal(t, err, server.Err())
	require.NoError(t, server.Close())
	_, again := server.WaitPorts(inTime(t))
	assert.Equal(t, err, again, "which is why, whatever came then")
}

// TestAPortThatFailsWhileItIsPluggedIn is told of as well.
func TestAPortThatFailsWhileItIsPluggedIn(t *testing.T) {
	sim, server := serve(t, &modemtest.Config{Family: modemtest.Generic, Calm: true}, &pty.Config{Dir: t.TempDir()})
	gone, err := server.WaitPorts(inTime(t))
	require.NoError(t, err)
	c := dial(t, server.AT())
	c.exec("AT")
	require.NoError(t, os.RemoveAll(dirOf(server)))
	sim.Disconnect(io.EOF)
	isClosed(t, gone)
	_, err = server.WaitPorts(inTime(t))
	require.ErrorIs(t, err, os.ErrNotExist)
}
