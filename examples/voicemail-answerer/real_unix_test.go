//go:build linux || darwin

package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// childEnv makes the test binary the command itself.
const childEnv = "CALLSTACK_ANSWERER_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// eventually waits in real time for what must come.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(40 * time.Second); !ok(); {
		require.True(t, time.Now().Before(limit), "never: "+what)
		<-time.After(5 * time.Millisecond)
	}
}

// says waits for what the program prints.
func (o *output) says(t *testing.T, line string) {
	t.Helper()
	eventually(t, line, func() bool { return strings.Contains(o.String(), line) })
}

func terminals(t *testing.T, cfg *modemtest.Config) (*modemtest.Modem, *pty.Server) {
	t.Helper()
	sim := modemtest.New(cfg)
	t.Cleanup(func() { sim.Close() })
	server, err := pty.Serve(sim, &pty.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	return sim, server
}

// start runs the program until stop is called, or the test ends.
func start(t *testing.T, args ...string) (out *output, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &output{}
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { err = run(ctx, args, out, out) })
	stop = func() error {
		cancel()
		wg.Wait()
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return out, stop
}

// TestMessageOverSerialPorts is the program as users run it, in a process of its own
// that is ended by Ctrl-C.
func TestMessageOverSerialPorts(t *testing.T) {
	t.Parallel()
	sim, server := terminals(t, &modemtest.Config{Seed: 7})
	dir := filepath.Join(t.TempDir(), "messages")
	var out output
	cmd := exec.Command(os.Args[0], "-at", server.AT(), "-audio", server.Audio(), "-dir", dir, "-after", "300ms")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	ended := false
	defer func() {
		if !ended {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	out.says(t, "taking messages with SIMCOM INCORPORATED SIMCOM_SIM7600E-H until Ctrl-C")

	ctx := within(t, 40*time.Second)
	caller := sim.Call("+12025550100")
	require.NoError(t, caller.WaitAnswered(ctx))
	require.NoError(t, caller.WaitQuiet(ctx, 800*time.Millisecond))
	require.NoError(t, caller.Say(ctx, samples(callerWAV)[:8000]))
	caller.Press("#")
	require.NoError(t, caller.WaitEnded(ctx))
	out.says(t, "saved in "+dir)

	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	ended = true
	require.NoError(t, cmd.Wait(), out.String())
	for _, line := range []string{"modem opening", "modem ready", "the caller is +120****0100", "interrupted: no new calls", "modem closed"} {
		assert.Contains(t, out.String(), line)
	}
	assert.NotContains(t, out.String(), "2025550100")

	wavs, err := filepath.Glob(filepath.Join(dir, "*.wav"))
	require.NoError(t, err)
	require.Len(t, wavs, 1)
	wav, err := os.ReadFile(wavs[0])
	require.NoError(t, err)
	assert.Greater(t, len(wav), wavHeader+2*8000, "a second at least")
	data, err := os.ReadFile(strings.TrimSuffix(wavs[0], ".wav") + ".json")
	require.NoError(t, err)
	var message struct{ Caller, Reason string }
	require.NoError(t, json.Unmarshal(data, &message))
	assert.Equal(t, "+12025550100", message.Caller)
	assert.Equal(t, "finish_key", message.Reason)
}

func TestModemThatIsUnpluggedAndComesBack(t *testing.T) {
	t.Parallel()
	sim, server := terminals(t, &modemtest.Config{Calm: true})
	out, stop := start(t, "-at", server.AT(), "-audio", server.Audio(), "-dir", t.TempDir())
	out.says(t, "taking messages")
	sim.Unplug()
	out.says(t, "modem lost: ")
	sim.Replug()
	eventually(t, "ready again", func() bool { return strings.Count(out.String(), "modem ready") == 2 })
	require.NoError(t, stop())
	assert.Contains(t, out.String(), "modem closed")
}

func TestPINFromAFile(t *testing.T) {
	t.Parallel()
	locked := modemtest.SIM{State: modemtest.SIMPIN, PIN: "4711"}
	sim, server := terminals(t, &modemtest.Config{Calm: true, SIM: locked})
	folder := t.TempDir()
	pin := filepath.Join(folder, "pin")
	require.NoError(t, os.WriteFile(pin, []byte("4711\n"), 0o600))
	out, stop := start(t, "-at", server.AT(), "-dir", filepath.Join(folder, "messages"), "-sim-pin-file", pin, "-v")
	out.says(t, "taking messages")
	assert.Contains(t, out.String(), "there is no audio port: calls are answered, but nothing is heard")
	require.NoError(t, stop())
	assert.NotContains(t, out.String(), "4711")
	tried := 0
	for _, line := range sim.Written() {
		if strings.HasPrefix(line.Text, "AT+CPIN=") {
			tried++
		}
	}
	assert.Equal(t, 1, tried)
}

func TestWrongPINIsTriedOnce(t *testing.T) {
	t.Parallel()
	sim, server := terminals(t, &modemtest.Config{Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "4711"}})
	folder := t.TempDir()
	pin := filepath.Join(folder, "pin")
	require.NoError(t, os.WriteFile(pin, []byte("1234\n"), 0o600))
	args := []string{"-at", server.AT(), "-dir", filepath.Join(folder, "messages"), "-sim-pin-file", pin}
	var out output
	for range 3 { // as a service manager does
		err := run(within(t, 40*time.Second), args, &out, &out)
		require.ErrorContains(t, err, "PIN")
		require.ErrorContains(t, err, "callstack doctor finds out more")
		assert.NotContains(t, err.Error(), "1234")
	}
	tried := 0
	for _, line := range sim.Written() {
		if strings.HasPrefix(line.Text, "AT+CPIN=") {
			tried++
		}
	}
	assert.Equal(t, 1, tried)
	_, err := os.Stat(filepath.Join(folder, "messages.pin-state"))
	assert.NoError(t, err, "it is noted beside the messages")
}

// listen puts a port of a modem on TCP, as ser2net does.
func listen(t *testing.T, open func(context.Context) (io.ReadWriteCloser, error)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { bridge(t.Context(), conn, open) })
		}
	})
	return l.Addr().String()
}

// bridge carries bytes until either side ends.
func bridge(ctx context.Context, conn net.Conn, open func(context.Context) (io.ReadWriteCloser, error)) {
	defer conn.Close()
	port, err := open(ctx)
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(port, conn)
		port.Close()
	})
	_, _ = io.Copy(conn, port)
	conn.Close()
	wg.Wait()
}

func TestMessageOverTCP(t *testing.T) {
	t.Parallel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	t.Cleanup(func() { sim.Close() })
	dir := t.TempDir()
	out, stop := start(t, "-tcp", listen(t, sim.OpenAT), "-tcp-audio", listen(t, sim.OpenAudio), "-dir", dir, "-after", "100ms")
	out.says(t, "taking messages")
	ctx := within(t, 40*time.Second)
	caller := sim.Call("+12025550100")
	require.NoError(t, caller.WaitAnswered(ctx))
	require.NoError(t, caller.WaitQuiet(ctx, 800*time.Millisecond))
	require.NoError(t, caller.Say(ctx, samples(callerWAV)[:4000]))

	// Ctrl-C in the call: what was said is kept, as the caller hangs up in time.
	wait := make(chan error, 1)
	go func() { wait <- stop() }()
	out.says(t, "interrupted: no new calls, and 10s for the present one")
	caller.Hangup()
	require.NoError(t, <-wait)
	assert.Contains(t, out.String(), "(caller_hangup) saved in "+dir)
	assert.NotContains(t, out.String(), "hanging up\n")
}
