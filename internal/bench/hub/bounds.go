package main

import (
	"fmt"
	"io"
)

// bound is a figure of the library's hub that must not be exceeded.
type bound struct {
	what string
	most float64
	get  func(results) float64 // 0: not measured
}

// bounds are what the library promises.
var bounds = []bound{
	against("gorilla-prepared", crowdSize{1000, 0}, satCPU, "saturated, CPU", 0.16),
	against("coder", crowdSize{1000, 0}, satCPU, "saturated, CPU", 0.11),
	against("gorilla-prepared", crowdSize{5000, 0}, satCPU, "saturated, CPU", 0.16),
	against("coder", crowdSize{5000, 0}, satCPU, "saturated, CPU", 0.11),
	against("coder", crowdSize{1000, 0}, rateCPU, "at 10,000 deliveries/s, CPU", 0.75),
	figureOf(crowdSize{1000, 0}, idleKiB, "idle client, KiB resident", 12),
	figureOf(crowdSize{1000, 0}, goroutines, "idle client, goroutines", 1.05),
	{"10 of 1000 clients never read: window / window without them", 1.2, stalledCost(window)},
	{"10 of 1000 clients never read: worst window / worst without them", 1.2, stalledCost(worst)},
}

// against is a bound on a figure as a multiple of a peer's.
func against(peer string, size crowdSize, f figure, what string, most float64) bound {
	return bound{fmt.Sprintf("%d clients, %s / %s's", size.clients, what, peer), most, func(r results) float64 {
		return r.ratio(side{size, ours}, side{size, peer}, f)
	}}
}

// figureOf is a bound on a figure itself.
func figureOf(size crowdSize, f figure, what string, most float64) bound {
	return bound{fmt.Sprintf("%d clients, %s", size.clients, what), most, func(r results) float64 { return r.of(size, ours, f) }}
}

// stalledCost is what ten clients that never read cost the others: by how much windows
// grow, which are timed by the clock on the wall.
func stalledCost(what figure) func(results) float64 {
	return func(r results) float64 {
		return r.ratio(side{crowdSize{stalledOf, 10}, ours}, side{crowdSize{stalledOf, 0}, ours}, what)
	}
}

// check prints each bound with its figure and tells whether one is exceeded. A bound
// that was not measured counts as exceeded.
func (r results) check(w io.Writer, bounds []bound) (over bool) {
	fmt.Fprintln(w, "\n| bound | figure | at most | |\n|---|---|---|---|")
	for _, b := range bounds {
		f, verdict := b.get(r), "holds"
		switch {
		case f == 0:
			verdict = "NOT MEASURED"
		case f > b.most:
			verdict = "EXCEEDED"
		}
		over = over || verdict != "holds"
		fmt.Fprintf(w, "| %s | %.3f | %g | %s |\n", b.what, f, b.most, verdict)
	}
	return over
}
