package ws

import (
	"errors"
	"math"
	"sync"
	"time"
)

const (
	// perMinute is how many messages and pings a client may send.
	perMinute = 120

	// aboutFrames is what a message may cost beside its text: the frames that it is
	// in, and a ping.
	aboutFrames = 256
)

// errFlood means that a client sends more bytes than its messages and pings may have.
// They are what coder neither counts nor shows: pongs that nobody asked for, and
// messages of frames without end that hold nothing.
var errFlood = errors.New("realtime/ws: the client sends too much")

// quota counts what a client sends, by the minute: on the reader, or, while it is
// closed, where coder waits for its Close frame.
type quota struct {
	most int64 // in a minute

	mu    sync.Mutex
	since time.Time
	n     int64
}

// mostBytes returns how many bytes a client may send in a minute.
func mostBytes(readLimit int64) int64 {
	if readLimit >= math.MaxInt64/perMinute-aboutFrames {
		return math.MaxInt64
	}
	return perMinute * (readLimit + aboutFrames)
}

// take counts n more, and tells whether they are within the quota.
func (q *quota) take(now time.Time, n int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.since) >= time.Minute {
		q.since, q.n = now, 0
	}
	q.n += min(n, math.MaxInt64-q.n)
	return q.n <= q.most
}

// over tells whether there were too many.
func (q *quota) over() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n > q.most
}
