package soak_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

const (
	players  = 100
	length30 = 30 * time.Second

	// lead is how much later than it was handed over the last sample is heard,
	// beside the frame's own 20 ms.
	lead = 40 * time.Millisecond

	// off is how far from the schedule a player may end.
	off = 40 * time.Millisecond
)

// A hundred programs, each with a modem of its own, play half a minute at the
// same time. Each ends when an absolute schedule says: what one frame is late, the
// next one makes good.
func TestPlayersKeepTheSchedule(t *testing.T) {
	var (
		mu     sync.Mutex
		beside []time.Duration
		wg     sync.WaitGroup
	)
	for i := range players {
		wg.Go(func() {
			d, ok := playOnce(t, uint64(i))
			if ok {
				mu.Lock()
				beside = append(beside, d)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, beside, players)
	slices.Sort(beside)
	t.Logf("%d players of %v ended beside the schedule by %v (least), %v (median), %v (most)",
		players, length30, beside[0], beside[players/2], beside[players-1])
	assert.LessOrEqual(t, beside[players-1], off)
	assert.GreaterOrEqual(t, beside[0], -off)
}

// playOnce plays in a call of its own, and returns how much longer than the
// schedule it took, counted from the first frame that the line took.
func playOnce(t *testing.T, seed uint64) (time.Duration, bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Seed: seed})
	defer sim.Close()
	m, err := modem.Open(ctx, sim, nil)
	if !assert.NoError(t, err) {
		return 0, false
	}
	defer m.Close()
	call, err := m.Dial(ctx, "+12025550123", nil)
	if !assert.NoError(t, err) {
		return 0, false
	}
	// Once this one is over, audio flows, and the line takes the first frame of
	// the next at its next turn.
	if _, err := call.Play(ctx, voice.Silence(time.Second), nil); !assert.NoError(t, err) {
		return 0, false
	}
	first := &firstRead{Source: voice.Silence(length30)}
	if _, err := call.Play(ctx, first, nil); !assert.NoError(t, err) {
		return 0, false
	}
	return time.Since(first.at) - length30 - lead, true
}

// firstRead notes when its source is read first.
type firstRead struct {
	voice.Source
	at time.Time
}

func (f *firstRead) Read(dst []int16) (int, error) {
	if f.at.IsZero() {
		f.at = time.Now()
	}
	return f.Source.Read(dst)
}
