// Command ratios prints the medians of benchmark runs as a table, each beside
// its floor, and exits with 1 if a figure is over the bound that the library
// promises.
//
//	go run ./ratios results/at.txt results/bus.txt
//
// Its input is what go test -bench prints, any number of runs in one file. A
// benchmark's name has one part "peer=...", which tells what was measured.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: ratios results.txt ...")
		os.Exit(2)
	}
	r := newResults()
	for _, name := range os.Args[1:] {
		if err := r.readFile(name); err != nil {
			fmt.Fprintln(os.Stderr, "ratios:", err)
			os.Exit(2)
		}
	}
	w := bufio.NewWriter(os.Stdout)
	r.table(w)
	over := r.check(w, bounds)
	if err := w.Flush(); err != nil || over {
		os.Exit(1)
	}
}

// bound is a figure that must not be exceeded.
type bound struct {
	group string // benchmark, without its peer
	unit  string
	most  float64
	times bool // most is a multiple of the floor's figure
}

// bounds are the promises of the library that a benchmark can hold. Tests in the
// packages hold the allocations too, at every run.
var bounds = []bound{
	{"Command/tr=netpipe/cmd=AT+CSQ", cpuTime, 4, true},
	{"Command/tr=netpipe/cmd=AT+CSQ", allocs, 4, false},
	{"Command/tr=bufpipe/cmd=AT+CSQ", cpuTime, 4, true},
	{"URC/tr=netpipe/registered=20", allocs, 1, false},
	{"Publish/subs=10", allocs, 2, false},
}

// check prints each bound with the library's figure and tells whether one is
// exceeded. A bound whose benchmark did not run counts as exceeded.
func (r *results) check(w io.Writer, bounds []bound) (over bool) {
	fmt.Fprintln(w, "\n| bound | figure | at most | |\n|---|---|---|---|")
	for _, b := range bounds {
		figure, ok := r.median(b.group, ours, b.unit)
		what := b.unit
		if b.times {
			floor, measured := r.median(b.group, r.floor(b.group), b.unit)
			ok = ok && measured
			figure /= floor
			what += " / floor's"
		}
		verdict := "holds"
		switch {
		case !ok:
			verdict = "NOT MEASURED"
		case figure > b.most:
			verdict = "EXCEEDED"
		}
		over = over || verdict != "holds"
		fmt.Fprintf(w, "| %s: %s | %.2f | %g | %s |\n", b.group, what, figure, b.most, verdict)
	}
	return over
}

// table prints every benchmark, the floor first and the rest by their cost.
func (r *results) table(w io.Writer) {
	fmt.Fprintln(w, "| benchmark | peer | runs | CPU ns | × floor | allocations |\n|---|---|---|---|---|---|")
	for _, group := range r.groups {
		floor, _ := r.median(group, r.floor(group), cpuTime)
		peers := slices.SortedFunc(r.peers(group), func(a, b string) int {
			x, _ := r.median(group, a, cpuTime)
			y, _ := r.median(group, b, cpuTime)
			return cmp.Compare(x, y)
		})
		for _, p := range peers {
			cost, _ := r.median(group, p, cpuTime)
			n, _ := r.median(group, p, allocs)
			ratio := "–"
			if floor > 0 {
				ratio = fmt.Sprintf("%.2f", cost/floor)
			}
			fmt.Fprintf(w, "| %s | %s | %d | %.0f | %s | %g |\n", group, p, r.runs(group, p), cost, ratio, n)
		}
	}
}
