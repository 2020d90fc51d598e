package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

func TestCallerLeavesAMessage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "messages")
	var out, log output
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, run(within(t, 2*time.Minute), []string{"-dir", dir, "-v"}, &out, &log))
	})
	for _, line := range []string{"modem ready", "call ringing", "the caller is +120****0100", "call active", "pressed a key", "saved in " + dir, "call ended: local_hangup", "modem closed"} {
		assert.Contains(t, out.String(), line)
	}
	assert.Contains(t, log.String(), "level=DEBUG")
	for _, text := range []string{out.String(), log.String()} {
		assert.NotContains(t, text, "2025550100")
	}

	sidecars, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.Len(t, sidecars, 1)
	b, err := os.ReadFile(sidecars[0])
	require.NoError(t, err)
	var message struct {
		File, Caller, Reason string
		DurationMS           int `json:"duration_ms"`
	}
	require.NoError(t, json.Unmarshal(b, &message))
	assert.Equal(t, "finish_key", message.Reason)
	assert.Equal(t, "+12025550100", message.Caller)
	assert.InDelta(t, 6000, message.DurationMS, 1000)
	wav, err := os.ReadFile(filepath.Join(dir, message.File))
	require.NoError(t, err)
	assert.Contains(t, string(wav), string(callerWAV[wavHeader:]), "what the caller said is in it, sample for sample")
}

func TestInterruptedInACall(t *testing.T) {
	dir := t.TempDir()
	var out output
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, run(within(t, 12*time.Second), []string{"-dir", dir}, &out, &out))
		assert.Less(t, time.Since(start), 17*time.Second)
	})
	assert.Contains(t, out.String(), "interrupted: hanging up")
	assert.Contains(t, out.String(), "call ended: local_hangup")
	assert.Contains(t, out.String(), "(canceled) saved in", "what was said before is kept")
}

func TestExitsWhenTheFirstMessageIsTaken(t *testing.T) {
	dir := t.TempDir()
	var out output
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, run(within(t, 2*time.Minute), []string{"-dir", dir, "-once"}, &out, &out))
	})
	assert.Contains(t, out.String(), "saved in "+dir)
	assert.Contains(t, out.String(), "modem closed")
}

func TestRingsForSomeTime(t *testing.T) {
	var out output
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, run(within(t, 2*time.Minute), []string{"-dir", t.TempDir(), "-after", "20s"}, &out, &out))
		assert.Greater(t, time.Since(start), 30*time.Second)
	})
	assert.GreaterOrEqual(t, strings.Count(out.String(), "  ring\n"), 3)
}

func TestWhatCannotWorkIsSaidAtOnce(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, nil, 0o600))
	tests := map[string]struct {
		args []string
		says string
	}{
		"greeting missing":       {[]string{"-greeting", "nowhere.wav", "-dir", t.TempDir()}, "nowhere.wav"},
		"greeting empty":         {[]string{"-greeting", occupied, "-dir", t.TempDir()}, "empty"},
		"directory under a file": {[]string{"-dir", filepath.Join(occupied, "messages")}, occupied},
		"argument":               {[]string{"please"}, `unexpected argument "please"`},
		"unknown flag":           {[]string{"-loud"}, "-loud"},
		"two modems":             {[]string{"-at", "/dev/ttyUSB2", "-tcp", "127.0.0.1:1"}, "-at and -tcp exclude each other"},
		"audio of nothing":       {[]string{"-audio", "/dev/ttyUSB4"}, "go with -at"},
		"rate of nothing":        {[]string{"-tcp", "127.0.0.1:1", "-baud", "9600"}, "go with -at"},
		"TCP audio of nothing":   {[]string{"-tcp-audio", "127.0.0.1:1"}, "go with -tcp"},
		"PIN of nothing":         {[]string{"-sim-pin-file", occupied}, "-sim-pin-file goes with -at or -tcp"},
		"no PIN in the file":     {[]string{"-at", "/dev/nowhere", "-sim-pin-file", occupied, "-dir", t.TempDir()}, "it holds no PIN"},
		"port missing":           {[]string{"-at", "/dev/nowhere", "-dir", t.TempDir()}, "/dev/nowhere"},
		"another machine":        {[]string{"-tcp", "192.0.2.1:2000", "-dir", t.TempDir()}, "not a loopback address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out output
				err := run(within(t, time.Minute), tt.args, &out, &out)
				require.Error(t, err)
				assert.Contains(t, err.Error(), tt.says)
			})
		})
	}
	var help output
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &help, &help), flag.ErrHelp)
	for _, name := range []string{"-dir", "-greeting", "-after", "-once", "-v", "-at", "-audio", "-reports", "-baud", "-tcp", "-tcp-audio", "-tcp-remote", "-sim-pin-file"} {
		assert.Contains(t, help.String(), name)
	}
}
