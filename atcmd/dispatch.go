package atcmd

import "sync"

// maxQueued bounds the URCs that wait for their handlers.
const maxQueued = 4096

// delivery is a URC on its way to its handler.
type delivery struct {
	fn   func(URC)
	urc  URC
	lost uint64 // URCs that were dropped just before it
}

// deliveries is the bounded queue between the owner, which never waits, and the
// dispatcher. It is a ring that grows up to maxQueued: most connections never
// need more than its first 64 places.
//
// When it is full the newest are dropped, not the oldest. What is queued was
// complete up to the gap, so that the handlers see a true history and then learn
// where it breaks off.
type deliveries struct {
	mu    sync.Mutex
	more  sync.Cond // on mu
	ring  []delivery
	first int
	n     int
	lost  uint64 // dropped after the last one in the ring
	ended bool   // nothing will be added
	stop  bool   // what waits is not delivered any more
}

func (q *deliveries) init() { q.more.L = &q.mu }

// add queues d, or drops and counts it. The count goes with the next one that
// is queued, which is how its place in the order is kept.
func (q *deliveries) add(d delivery) (ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.n == len(q.ring) && !q.grow() {
		q.lost++
		return false
	}
	d.lost, q.lost = q.lost, 0
	q.ring[(q.first+q.n)%len(q.ring)] = d
	q.n++
	q.more.Signal()
	return true
}

// grow makes room in the ring, if there may be more.
func (q *deliveries) grow() bool {
	size := min(max(64, 2*len(q.ring)), maxQueued)
	if size == len(q.ring) {
		return false
	}
	ring := make([]delivery, size)
	for i := range q.n {
		ring[i] = q.ring[(q.first+i)%len(q.ring)]
	}
	q.ring, q.first = ring, 0
	return true
}

// drop counts n lines that were lost before they could be queued.
func (q *deliveries) drop(n uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lost += n
	q.more.Signal()
}

// end tells the dispatcher to end: after what waits, or at once.
func (q *deliveries) end(atOnce bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.stop = q.stop || atOnce
	q.more.Broadcast()
}

// next waits for a delivery. One without a function tells of dropped URCs that
// nothing came after.
func (q *deliveries) next() (d delivery, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 && q.lost == 0 && !q.ended {
		q.more.Wait()
	}
	switch {
	case q.stop:
		return delivery{}, false
	case q.n > 0:
		d, q.ring[q.first] = q.ring[q.first], delivery{}
		q.first = (q.first + 1) % len(q.ring)
		q.n--
		return d, true
	case q.lost > 0:
		d.lost, q.lost = q.lost, 0
		return d, true
	}
	return delivery{}, false
}

// dispatch is the dispatcher's goroutine: it alone calls handlers, without a lock.
// It ends when the connection has ended and the last URC is delivered, as a URC
// before the end of the stream may tell the reason; or at once on Close, when
// nobody wants to know any more.
func (c *Conn) dispatch() {
	for {
		d, ok := c.urcs.next()
		if !ok {
			return
		}
		if d.lost > 0 && c.cfg.OnOverflow != nil {
			c.cfg.OnOverflow(d.lost)
		}
		if d.fn != nil {
			d.fn(d.urc)
		}
	}
}
