package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Units of the figures that are compared.
const (
	cpuTime = "cpu-ns/op"
	allocs  = "allocs/op"
)

// ours is the peer that is the library.
const ours = "ours"

// floors are the peers that the others are compared with; a benchmark has at
// most one of them.
var floors = []string{"floor", "chan-typed", "cb-typed"}

// results are the figures of all runs.
type results struct {
	groups  []string // in the order of the input
	figures map[key]map[string][]float64
}

// key is one benchmark of one peer; the figures are by unit.
type key struct{ group, peer string }

func newResults() *results { return &results{figures: map[key]map[string][]float64{}} }

func (r *results) readFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := r.read(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// line is what a benchmark prints: name, iterations, and figures with units.
var line = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func (r *results) read(in io.Reader) error {
	found := false
	sc := bufio.NewScanner(in)
	for sc.Scan() {
		m := line.FindStringSubmatch(sc.Text())
		if m == nil {
			continue
		}
		if err := r.add(m[1], strings.Fields(m[2])); err != nil {
			return err
		}
		found = true
	}
	if err := sc.Err(); err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("no benchmark in it")
	}
	return nil
}

// add notes the figures of one line, which are pairs of number and unit.
func (r *results) add(name string, figures []string) error {
	k, ok := split(name)
	if !ok {
		return fmt.Errorf("benchmark %s has no part peer=", name)
	}
	if r.figures[k] == nil {
		r.figures[k] = map[string][]float64{}
	}
	if !slices.Contains(r.groups, k.group) {
		r.groups = append(r.groups, k.group)
	}
	for pair := range slices.Chunk(figures, 2) {
		if len(pair) < 2 {
			return fmt.Errorf("benchmark %s: %s has no unit", name, pair[0])
		}
		v, err := strconv.ParseFloat(pair[0], 64)
		if err != nil {
			return fmt.Errorf("benchmark %s: %w", name, err)
		}
		r.figures[k][pair[1]] = append(r.figures[k][pair[1]], v)
	}
	return nil
}

// split takes the peer out of a benchmark's name.
func split(name string) (key, bool) {
	parts := strings.Split(name, "/")
	i := slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "peer=") })
	if i < 0 {
		return key{}, false
	}
	peer := strings.TrimPrefix(parts[i], "peer=")
	return key{strings.Join(slices.Delete(parts, i, i+1), "/"), peer}, true
}

// median returns the middle of a peer's figures, the mean of the two middle
// ones where their number is even, and whether there are any.
func (r *results) median(group, peer, unit string) (float64, bool) {
	v := slices.Sorted(slices.Values(r.figures[key{group, peer}][unit]))
	n := len(v)
	if n == 0 {
		return 0, false
	}
	return (v[(n-1)/2] + v[n/2]) / 2, true
}

// runs is how often a benchmark of a peer ran.
func (r *results) runs(group, peer string) int {
	return len(r.figures[key{group, peer}]["ns/op"])
}

// peers yields who ran a benchmark.
func (r *results) peers(group string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range maps.Keys(r.figures) {
			if k.group == group && !yield(k.peer) {
				return
			}
		}
	}
}

// floor is the peer that a benchmark's others are compared with, or "".
func (r *results) floor(group string) string {
	for _, f := range floors {
		if _, ok := r.figures[key{group, f}]; ok {
			return f
		}
	}
	return ""
}
