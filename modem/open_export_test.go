package modem

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// OpenSeeded is Open with attempts whose times follow from a seed.
func OpenSeeded(ctx context.Context, t Transport, cfg *Config, seed uint64) (*Modem, error) {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 0))
	return open(ctx, t, cfg, func(below time.Duration) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(r.Int64N(int64(below)))
	})
}
