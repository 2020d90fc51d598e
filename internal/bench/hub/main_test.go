package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/bench/hub/peers"
)

// TestMain lets the test's program be a hub's process, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-serve" {
		os.Exit(exitCode())
	}
	os.Exit(m.Run())
}

func brief() options { return options{runs: 1, phase: 50 * time.Millisecond, window: 64} }

func TestEveryHubDeliversAll(t *testing.T) {
	for _, hub := range peers.Names() {
		t.Run(hub, func(t *testing.T) {
			f, err := measure(t.Context(), hub, crowdSize{20, 0}, brief())
			require.NoError(t, err)
			assert.Positive(t, f.satCPU)
			assert.Positive(t, f.satRate)
			assert.Positive(t, f.rateCPU)
			assert.Positive(t, f.p99)
			assert.Positive(t, f.window)
			assert.GreaterOrEqual(t, f.worst, f.window)
			assert.InDelta(t, 220, f.bytes, 35, "all send events of the same size")
			assert.Zero(t, f.lost+f.dropped+f.kicked+f.gone)
		})
	}
}

func TestOursHasOneGoroutineForEachClient(t *testing.T) {
	f, err := measure(t.Context(), "ours", crowdSize{40, 0}, brief())
	require.NoError(t, err)
	assert.InDelta(t, 1, f.goroutines, 0.1)
}

func TestClientsThatNeverReadHoldUpNobody(t *testing.T) {
	f, err := measure(t.Context(), "ours", crowdSize{20, 3}, options{runs: 1, phase: 300 * time.Millisecond, window: 64})
	require.NoError(t, err)
	assert.Zero(t, f.lost, "by those that read")
	assert.Positive(t, f.dropped, "by those that do not")
	assert.Less(t, f.worst, 5*time.Second)
}

func TestAnyProgramCanBeMeasured(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	var out, progress strings.Builder
	hub := "cmd:" + self + " -serve raw-coalesce mine"
	require.NoError(t, run(t.Context(), []string{"-hubs", "ours," + hub, "-clients", "10,20", "-runs", "2", "-phase", "20ms"}, &out, &progress))
	assert.Contains(t, out.String(), "\n10 clients; medians of 2 runs\n")
	assert.Contains(t, out.String(), "\n20 clients; ")
	assert.Equal(t, 2, strings.Count(out.String(), "\n| mine | "))
	assert.Equal(t, 2, strings.Count(out.String(), "\n| ours | "))
	assert.Equal(t, 8, strings.Count(progress.String(), "\n"))
}

func TestProfile(t *testing.T) {
	dir := t.TempDir()
	o := brief()
	o.profile = dir
	_, err := measure(t.Context(), "raw-sync", crowdSize{5, 0}, o)
	require.NoError(t, err)
	profile, err := os.ReadFile(dir + "/raw-sync-5-0.pprof")
	require.NoError(t, err)
	assert.NotEmpty(t, profile)
}

func TestRunRefuses(t *testing.T) {
	tests := map[string]struct{ args, want string }{
		"no such hub":            {"-hubs carrier-pigeon -clients 1", "its first line is to be its address"},
		"no such hub to serve":   {"-serve carrier-pigeon", `no hub is called "carrier-pigeon", but coder, `},
		"no program":             {"-hubs cmd:./there-is-none", "no such file"},
		"a program that says no": {"-hubs cmd:/bin/true", "its first line is to be its address"},
		"no clients":             {"-clients 0", `-clients: "0" is no number of clients`},
		"no number":              {"-clients 10,x", `-clients: "x" is no number of clients`},
		"all stalled":            {"-stalled 1000", "-stalled: 0 to 999"},
		"less than none stalled": {"-stalled -1", "-stalled: 0 to 999"},
		"no run":                 {"-runs 0", "at least 1"},
		"no such flag":           {"-x", "not defined"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out, progress strings.Builder
			assert.ErrorContains(t, run(t.Context(), strings.Fields(tt.args), &out, &progress), tt.want)
			assert.Empty(t, out.String())
		})
	}
}

func TestCrowdSizes(t *testing.T) {
	sizes, err := crowdSizes("100,5000,1000", 10)
	require.NoError(t, err)
	assert.Equal(t, []crowdSize{{100, 0}, {1000, 0}, {1000, 10}, {5000, 0}}, sizes)
}

func TestTurns(t *testing.T) {
	o := options{hubs: []string{"ours", "raw-sync"}, crowds: []crowdSize{{100, 0}, {1000, 0}, {1000, 10}}}
	var got []string
	for size, hub := range o.turns() {
		got = append(got, fmt.Sprintf("%s %d %d", hub, size.clients, size.stalled))
	}
	assert.Equal(t, []string{
		"ours 100 0", "raw-sync 100 0",
		"ours 1000 0", "ours 1000 10", "raw-sync 1000 0",
	}, got, "raw-sync would wait for ever")
}
