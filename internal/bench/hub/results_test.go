package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// runsOf makes results of a hub, of which each run has one figure.
func runsOf(r results, size crowdSize, hub string, set func(*figures, float64), values ...float64) {
	for _, v := range values {
		var f figures
		set(&f, v)
		r.add(size, hub, f)
	}
}

func setSat(f *figures, v float64)   { f.satCPU = v }
func setWorst(f *figures, v float64) { f.worst = time.Duration(v * float64(time.Second)) }

func TestRatiosAreOfTheSameRun(t *testing.T) {
	r := results{}
	thousand := crowdSize{1000, 0}
	runsOf(r, thousand, "ours", setSat, 1, 10, 3) // the machine was slow in the second run
	runsOf(r, thousand, "coder", setSat, 10, 100, 15)
	assert.InDelta(t, 0.1, r.ratio(side{thousand, "ours"}, side{thousand, "coder"}, satCPU), 1e-9)
	assert.InDelta(t, 3, r.of(thousand, "ours", satCPU), 1e-9)
	assert.Zero(t, r.ratio(side{thousand, "ours"}, side{thousand, "gws"}, satCPU), "not measured")
	runsOf(r, thousand, "ours", setSat, 7)
	assert.InDelta(t, 5, r.of(thousand, "ours", satCPU), 1e-9, "between the two in the middle")
}

func TestTable(t *testing.T) {
	r := results{}
	size := crowdSize{1000, 10}
	r.add(size, "coder", figures{
		satCPU: 4, satRate: 1000, allocs: 11, bytes: 211, window: 180 * time.Millisecond, worst: 217300 * time.Microsecond, rateCPU: 12,
		p50: 7 * time.Millisecond, p99: 14400 * time.Microsecond, rss: 33.4 * 1024, goroutines: 2, lost: 1, dropped: 2, kicked: 10,
	})
	r.add(size, "ours", figures{satCPU: 0.2, rateCPU: 9, bytes: 213})
	var b strings.Builder
	r.table(&b, size)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	assert.Equal(t, "1000 clients, 10 of which never read; medians of 1 runs", lines[0])
	assert.Equal(t, "| ours | 0.20 | 0.050 | – | 0.00 | 0.0 ms | 0.0 ms | 9.0 | 0.750 | 0.0 ms | 0.0 ms | 0.0 | 0.0 | 0 | 0 | 0 |", lines[4], "the cheapest comes first")
	assert.Equal(t, "| coder | 4.00 | 1.000 | – | 11.00 | 180.0 ms | 217.3 ms | 12.0 | 1.000 | 7.0 ms | 14.4 ms | 33.4 | 2.0 | 1 | 2 | 10 |", lines[5])
	assert.Equal(t, strings.Count(lines[2], "|"), strings.Count(lines[5], "|"))
}

func TestCheck(t *testing.T) {
	thousand := crowdSize{1000, 0}
	b := []bound{against("coder", thousand, satCPU, "CPU", 0.11)}
	tests := map[string]struct {
		ours, coder []float64
		over        bool
		want        string
	}{
		"holds":        {[]float64{1}, []float64{10}, false, "| 1000 clients, CPU / coder's | 0.100 | 0.11 | holds |"},
		"exceeded":     {[]float64{2}, []float64{10}, true, "| 0.200 | 0.11 | EXCEEDED |"},
		"without peer": {[]float64{1}, nil, true, "NOT MEASURED"},
		"without ours": {nil, []float64{10}, true, "NOT MEASURED"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := results{}
			runsOf(r, thousand, "ours", setSat, tt.ours...)
			runsOf(r, thousand, "coder", setSat, tt.coder...)
			var w strings.Builder
			assert.Equal(t, tt.over, r.check(&w, b))
			assert.Contains(t, w.String(), tt.want)
		})
	}
}

func TestStalledClientsAreComparedWithTheSameRun(t *testing.T) {
	r := results{}
	assert.Zero(t, stalledCost(worst)(r), "not measured")
	runsOf(r, crowdSize{1000, 0}, "ours", setWorst, 0.5, 0.1, 0.2)
	runsOf(r, crowdSize{1000, 10}, "ours", setWorst, 0.55, 0.3, 0.2)
	assert.InDelta(t, 1.1, stalledCost(worst)(r), 1e-6)
}

func TestEveryBoundIsMeasuredByTheScript(t *testing.T) {
	r := results{}
	sizes, err := crowdSizes("100,1000,5000", 10)
	assert.NoError(t, err)
	for _, size := range sizes {
		for _, hub := range []string{"ours", "coder", "gorilla-prepared"} {
			r.add(size, hub, figures{satCPU: 1, rateCPU: 1, rss: 1, goroutines: 1, window: 1, worst: 1})
		}
	}
	var w strings.Builder
	assert.True(t, r.check(&w, bounds), "ours is as slow as the others here")
	assert.NotContains(t, w.String(), "NOT MEASURED")
}
