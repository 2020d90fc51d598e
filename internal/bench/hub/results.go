package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// results are the figures of all runs, in the order of the runs.
type results map[crowdSize]map[string][]figures

func (r results) add(size crowdSize, hub string, f figures) {
	if r[size] == nil {
		r[size] = map[string][]figures{}
	}
	r[size][hub] = append(r[size][hub], f)
}

// ours is the hub that is the library's.
const ours = "ours"

// figure is one of the figures of a run.
type figure func(figures) float64

// What is compared.
var (
	satCPU     = figure(func(f figures) float64 { return f.satCPU })
	rateCPU    = figure(func(f figures) float64 { return f.rateCPU })
	idleKiB    = figure(func(f figures) float64 { return f.rss / 1024 })
	goroutines = figure(func(f figures) float64 { return f.goroutines })
	window     = figure(func(f figures) float64 { return f.window.Seconds() })
	worst      = figure(func(f figures) float64 { return f.worst.Seconds() })
)

// median returns the middle of a figure of all runs, the mean of the two middle ones
// where their number is even.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// of returns the median of a figure of a hub.
func (r results) of(size crowdSize, hub string, what figure) float64 {
	var v []float64
	for _, f := range r[size][hub] {
		v = append(v, what(f))
	}
	return median(v)
}

// side is one side of a ratio.
type side struct {
	size crowdSize
	hub  string
}

// ratio returns the median of a figure's ratio of two sides, run by run: what slows the
// machine down for a while slows down both. It is 0 if one was not measured.
func (r results) ratio(a, b side, what figure) float64 {
	x, y := r[a.size][a.hub], r[b.size][b.hub]
	var v []float64
	for i := range min(len(x), len(y)) {
		if d := what(y[i]); d > 0 {
			v = append(v, what(x[i])/d)
		}
	}
	return median(v)
}

// column is one of the table's.
type column struct {
	title string
	cell  func(r results, s side) string
}

var columns = []column{
	{"saturated: µs", plain("%.2f", satCPU)},
	{"× coder", times("coder", satCPU)},
	{"× gorilla-prepared", times("gorilla-prepared", satCPU)},
	{"allocations", plain("%.2f", func(f figures) float64 { return f.allocs })},
	{"window", milliseconds(window)},
	{"the worst", milliseconds(worst)},
	{"at 10,000/s: µs", plain("%.1f", rateCPU)},
	{"× coder", times("coder", rateCPU)},
	{"p50", milliseconds(func(f figures) float64 { return f.p50.Seconds() })},
	{"p99", milliseconds(func(f figures) float64 { return f.p99.Seconds() })},
	{"idle: KiB", plain("%.1f", idleKiB)},
	{"goroutines", plain("%.1f", goroutines)},
	{"lost", plain("%.0f", func(f figures) float64 { return float64(f.lost) })},
	{"dropped", plain("%.0f", func(f figures) float64 { return float64(f.dropped) })},
	{"cut off", plain("%.0f", func(f figures) float64 { return float64(f.kicked) })},
}

func plain(format string, what figure) func(results, side) string {
	return func(r results, s side) string { return fmt.Sprintf(format, r.of(s.size, s.hub, what)) }
}

func milliseconds(what figure) func(results, side) string {
	return func(r results, s side) string {
		return fmt.Sprintf("%.1f ms", 1000*r.of(s.size, s.hub, what))
	}
}

func times(peer string, what figure) func(results, side) string {
	return func(r results, s side) string {
		if f := r.ratio(s, side{s.size, peer}, what); f > 0 {
			return fmt.Sprintf("%.3f", f)
		}
		return "–"
	}
}

// table prints the medians of all hubs with one crowd, those that cost least when
// saturated first.
func (r results) table(w io.Writer, size crowdSize) {
	hubs := slices.SortedFunc(maps.Keys(r[size]), func(a, b string) int {
		return cmp.Compare(r.of(size, a, satCPU), r.of(size, b, satCPU))
	})
	fmt.Fprintf(w, "\n%v; medians of %d runs\n\n| hub |", size, len(r[size][hubs[0]]))
	for _, c := range columns {
		fmt.Fprintf(w, " %s |", c.title)
	}
	fmt.Fprintf(w, "\n|%s\n", strings.Repeat("---|", 1+len(columns)))
	for _, hub := range hubs {
		fmt.Fprintf(w, "| %s |", hub)
		for _, c := range columns {
			fmt.Fprintf(w, " %s |", c.cell(r, side{size, hub}))
		}
		fmt.Fprintln(w)
	}
}
