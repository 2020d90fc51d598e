//go:build linux

package soak_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// holdings are the goroutines of this process, with their stacks, and its open files.
type holdings struct {
	goroutines, files map[string]string
}

// hold tells what the process has.
func hold(t *testing.T) holdings {
	t.Helper()
	return holdings{goroutines(), openFiles(t)}
}

// cleaners are the functions at the bottom of the runtime's own goroutines that run
// finalizers and cleanups, as for the pipes that package net keeps for splice(2). Those
// goroutines are seen only while they do.
var cleaners = []string{"\nruntime.runCleanups(", "\nruntime.runFinalizers("}

// goroutines returns the stacks of all goroutines by their ids, but for the runtime's.
func goroutines() map[string]string {
	buf := make([]byte, 1<<20)
	for n := runtime.Stack(buf, true); n == len(buf); n = runtime.Stack(buf, true) {
		buf = make([]byte, 2*len(buf))
	}
	found := map[string]string{}
	for stack := range strings.SplitSeq(strings.TrimRight(string(buf), "\x00"), "\n\n") {
		if slices.ContainsFunc(cleaners, func(f string) bool { return strings.Contains(stack, f) }) {
			continue
		}
		id, _, _ := strings.Cut(stack, " [")
		found[id] = stack
	}
	return found
}

// openFiles returns what the descriptors of the process lead to, but for those that
// the runtime keeps once it has needed them.
func openFiles(t *testing.T) map[string]string {
	t.Helper()
	const folder = "/proc/self/fd"
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	found := map[string]string{}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(folder, e.Name()))
		if err != nil || strings.HasPrefix(target, "anon_inode:[event") || strings.HasPrefix(target, "/proc/") {
			continue // the folder itself among them
		}
		found[e.Name()+" -> "+target] = target
	}
	return found
}

// since returns what the process has now and had not then.
func (h holdings) since(t *testing.T) []string {
	now := hold(t)
	var more []string
	for _, pair := range [][2]map[string]string{{h.goroutines, now.goroutines}, {h.files, now.files}} {
		for _, key := range slices.Sorted(maps.Keys(pair[1])) {
			if _, had := pair[0][key]; !had {
				more = append(more, key+": "+pair[1][key])
			}
		}
	}
	return more
}

// assertGivenBack asserts that the process soon has nothing that it had not then.
func (h holdings) assertGivenBack(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if !eventually(ctx, func() bool { return len(h.since(t)) == 0 }) {
		assert.Fail(t, "left over", strings.Join(h.since(t), "\n\n"))
	}
}

func TestLeftoversAreFound(t *testing.T) {
	before := hold(t)
	require.Empty(t, before.since(t))
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() { defer close(done); <-stop }()
	assert.Len(t, before.since(t), 2)
	require.NoError(t, f.Close())
	close(stop)
	<-done
	before.assertGivenBack(t)
}

func TestTheRuntimesCleaningIsNoLeftover(t *testing.T) {
	for name, attach := range map[string]func(p *[64]byte, clean func()){
		"cleanup":   func(p *[64]byte, clean func()) { runtime.AddCleanup(p, func(int) { clean() }, 0) },
		"finalizer": func(p *[64]byte, clean func()) { runtime.SetFinalizer(p, func(*[64]byte) { clean() }) },
	} {
		t.Run(name, func(t *testing.T) {
			before := hold(t)
			running, stop := make(chan struct{}), make(chan struct{})
			attach(new([64]byte), func() { close(running); <-stop })
			defer close(stop)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			require.True(t, eventually(ctx, func() bool {
				runtime.GC()
				select {
				case <-running:
					return true
				default:
					return false
				}
			}))
			assert.Empty(t, before.since(t))
		})
	}
}

// inUse returns the bytes of the heap that are reachable.
func inUse() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// load returns which part of a core this process takes for a while.
func load(t *testing.T, d time.Duration) float64 {
	t.Helper()
	before, start := processor(t), time.Now()
	<-time.After(d) // the time that is measured
	return float64(processor(t)-before) / float64(time.Since(start))
}

// processor returns the processor time that this process has taken.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestLoadOfASpinningGoroutineIsFound(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			runtime.Gosched()
		}
	}()
	got := load(t, 200*time.Millisecond)
	cancel()
	<-done
	assert.Greater(t, got, maxLoad, fmt.Sprintf("%.1f %% of a core", 100*got))
}
