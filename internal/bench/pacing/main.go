// Command pacing measures ways to hand out a frame every 20 ms, as a call's audio
// needs it: how late each frame is by the absolute schedule, how far the last one
// has drifted, and what it costs.
//
//	go run ./pacing -calls 100 -length 30s
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/callstack-go/callstack/internal/bench/cpu"
)

const (
	period     = 20 * time.Millisecond
	frameBytes = 320 // 160 samples of 16 bits
)

// pacer hands out a call's frames in its own way, until n are out.
type pacer func(c *call, n int)

var pacers = []struct {
	name string
	run  pacer
}{
	{"sleep", sleep},
	{"ticker", ticker},
	{"deadline", deadline},
}

func main() {
	calls := flag.Int("calls", 50, "how many calls at once")
	length := flag.Duration("length", 10*time.Second, "how long each plays")
	flag.Parse()
	if *calls < 1 || *length < period {
		fmt.Fprintln(os.Stderr, "pacing: at least one call of one frame")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stdout, "| pacing | calls | late p50 | p99 | max | last frame late, max | CPU a frame |\n|---|---|---|---|---|---|---|")
	for _, p := range pacers {
		s := measure(p.run, *calls, int(*length/period))
		fmt.Fprintf(os.Stdout, "| %s | %d | %v | %v | %v | %v | %v |\n", p.name, *calls, s.p50, s.p99, s.most, s.drift, s.cost)
	}
}

// stats are the figures of one way.
type stats struct {
	p50, p99, most time.Duration // how late frames were
	drift          time.Duration // of the latest last frame
	cost           time.Duration // processor time of one frame
}

func measure(run pacer, calls, frames int) stats {
	all := make([]call, calls)
	var wg sync.WaitGroup
	before := cpu.Time()
	for i := range all {
		all[i].late = make([]time.Duration, 0, frames)
		wg.Go(func() {
			all[i].start = time.Now()
			run(&all[i], frames)
		})
	}
	wg.Wait()
	s := stats{cost: (cpu.Time() - before) / time.Duration(calls*frames)}
	var late []time.Duration
	for i := range all {
		late = append(late, all[i].late...)
		s.drift = max(s.drift, all[i].late[frames-1])
	}
	slices.Sort(late)
	s.p50, s.p99, s.most = late[len(late)/2], late[len(late)*99/100], late[len(late)-1]
	return s
}

// call is one call that plays.
type call struct {
	start    time.Time
	late     []time.Duration // of each frame so far
	from, to [frameBytes]byte
}

// due is when the next frame is to go out by the absolute schedule.
func (c *call) due() time.Time {
	return c.start.Add(time.Duration(len(c.late)+1) * period)
}

// frame does what a frame costs at the least, and notes how late it is.
func (c *call) frame() {
	c.late = append(c.late, time.Since(c.due()))
	copy(c.to[:], c.from[:])
}

// sleep waits 20 ms after each frame, and so drifts by what each frame costs.
func sleep(c *call, n int) {
	t := time.NewTimer(period)
	defer t.Stop()
	for len(c.late) < n {
		<-t.C
		c.frame()
		t.Reset(period)
	}
}

// ticker takes every tick; one that is missed is lost.
func ticker(c *call, n int) {
	t := time.NewTicker(period)
	defer t.Stop()
	for len(c.late) < n {
		<-t.C
		c.frame()
	}
}

// deadline arms a timer to the absolute schedule: it catches up, and is the
// floor of what the library's player does.
func deadline(c *call, n int) {
	t := time.NewTimer(time.Until(c.due()))
	defer t.Stop()
	for len(c.late) < n {
		<-t.C
		c.frame()
		t.Reset(time.Until(c.due()))
	}
}
