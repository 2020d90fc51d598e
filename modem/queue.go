package modem

import "sync"

// queue is an unbounded list of functions that one goroutine runs in order.
// Whoever adds to it never waits.
type queue struct {
	mu    sync.Mutex
	funcs []func()
	wake  chan struct{} // capacity 1
	shut  bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// add appends f, unless the queue was closed.
func (q *queue) add(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return false
	}
	q.funcs = append(q.funcs, f)
	q.signal()
	return true
}

// run runs what is added until close; what was added before is run.
func (q *queue) run() {
	for {
		q.mu.Lock()
		funcs, shut := q.funcs, q.shut
		q.funcs = nil
		q.mu.Unlock()
		for _, f := range funcs {
			f()
		}
		if len(funcs) == 0 {
			if shut {
				return
			}
			<-q.wake
		}
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shut = true
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
