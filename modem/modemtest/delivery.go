package modemtest

import (
	"math/rand/v2"
	"time"
)

// slot is a place in the course of a command where an unsolicited line may
// stand on a real line. Slots come in this order.
type slot int

const (
	noCommand slot = iota - 1 // between commands
	beforeEcho
	afterEcho   // before the first line of the answer
	inAnswer    // before a later one
	beforeFinal // before the final result
	afterFinal
	slots // their number
)

// delivery decides when and in which pieces bytes arrive. Each kind of
// decision has a sequence of its own, so that one does not shift another.
// It is used under Modem.mu; what cuts returns belongs to its buffer.
type delivery struct {
	calm   bool
	seed   uint64
	opened uint64 // how many ports were, each with cuts of its own

	times, splits, holds, noises, spellings *rand.Rand
}

func newDelivery(seed uint64, calm bool) *delivery {
	d := &delivery{calm: calm, seed: seed}
	d.times, d.splits, d.holds = d.sequence(1), d.sequence(2), d.sequence(3)
	d.noises, d.spellings = d.sequence(4), d.sequence(5)
	return d
}

func (d *delivery) sequence(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(d.seed, stream))
}

// between returns a time from lo to hi, or lo when calm.
func (d *delivery) between(lo, hi time.Duration) time.Duration {
	if d.calm {
		return lo
	}
	return lo + time.Duration(d.times.Int64N(int64(hi-lo)+1))
}

// latency returns how long a simple command takes: a few milliseconds, and
// now and then much longer, as when the modem is at something else. The limit is
// the 300 ms that manuals allow for commands without a time of their own.
func (d *delivery) latency() time.Duration {
	if !d.calm && d.times.IntN(16) == 0 {
		return d.between(50*time.Millisecond, 300*time.Millisecond)
	}
	return d.between(2*time.Millisecond, 25*time.Millisecond)
}

// gap returns the pause before the next line of the same answer, mostly none.
func (d *delivery) gap() time.Duration {
	if d.calm || d.times.IntN(4) != 0 {
		return 0
	}
	return d.between(time.Millisecond, 15*time.Millisecond)
}

// split returns where to break a block of n bytes into two deliveries, or 0.
func (d *delivery) split(n int) int {
	if d.calm || n < 2 || d.splits.IntN(5) != 0 {
		return 0
	}
	return 1 + d.splits.IntN(n-1)
}

// longestHold is how long an unsolicited line may wait for a place in a command.
const longestHold = 80 * time.Millisecond

// hold tells for how long an unsolicited line may wait for a command whose
// slot it takes. Half of them do not wait.
func (d *delivery) hold() (time.Duration, slot) {
	if d.calm || d.holds.IntN(2) == 0 {
		return 0, beforeEcho
	}
	return time.Duration(d.holds.Int64N(int64(longestHold))), slot(d.holds.IntN(int(slots)))
}

// chance is true once in n times, and never when calm: what it decides is a
// nuisance that the calm modem does without.
func (d *delivery) chance(n int) bool { return !d.calm && d.noises.IntN(n) == 0 }

// pick chooses one of n for the whole life of the modem.
func (d *delivery) pick(n int) int {
	if d.calm || n < 2 {
		return 0
	}
	return d.spellings.IntN(n)
}

// cuts returns the lengths of the runs that the reads of one port are limited
// to: often a few bytes, often more than a line, so that both splits and merges
// happen.
func (d *delivery) cuts() func() int {
	if d.calm {
		return nil
	}
	d.opened++
	seq := d.sequence(1000 + d.opened)
	return func() int {
		switch seq.IntN(4) {
		case 0:
			return 1 + seq.IntN(4)
		case 1:
			return 1 + seq.IntN(60)
		default:
			return 100 + seq.IntN(1500)
		}
	}
}
