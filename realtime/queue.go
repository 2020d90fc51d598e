package realtime

import (
	"slices"
	"sync"
)

// queue is what waits for one client. It is guarded by Client.mu. An idle client's
// holds no memory.
type queue struct {
	waiting *[]*record // from pool while there is something, oldest first from head on
	head    int
	bytes   int
	gap     gap // of what was dropped before the oldest
}

// gap counts what a full queue had no room for.
type gap struct {
	dropped, from, to uint64 // of the client's own events
	lost, lostTo      uint64 // of events that the hub itself missed, told by dropped notices
}

// waitings keeps the slices of queues that have become empty.
var waitings = sync.Pool{New: func() any { return new([]*record) }}

func (q *queue) len() int {
	if q.waiting == nil {
		return 0
	}
	return len(*q.waiting) - q.head
}

// empty tells whether nothing is to be sent.
func (q *queue) empty() bool { return q.waiting == nil && q.gap == gap{} }

// push appends r as it shows at a level. It returns 1 if r replaced an older one.
func (q *queue) push(r *record, level int) (coalesced int) {
	if q.waiting == nil {
		q.waiting = waitings.Get().(*[]*record)
	}
	if r.key != "" {
		coalesced = q.replace(r, level)
	}
	if w := *q.waiting; len(w) == cap(w) && q.head > len(w)/2 { // room in front, for as long as a backlog lasts
		n := copy(w, w[q.head:])
		clear(w[n:])
		*q.waiting, q.head = w[:n], 0
	}
	*q.waiting = append(*q.waiting, r)
	q.bytes += len(r.data[level])
	return coalesced
}

// replace removes the record that r is the newer state of, if one waits.
func (q *queue) replace(r *record, level int) int {
	for i, old := range (*q.waiting)[q.head:] {
		if r.replaces(old) {
			q.bytes -= len(old.data[level])
			*q.waiting = slices.Delete(*q.waiting, q.head+i, q.head+i+1)
			return 1
		}
	}
	return 0
}

// bound drops the oldest until there is room, but never the newest, and returns
// how many events it dropped.
func (q *queue) bound(count, bytes, level int) (dropped int) {
	for n := q.len(); n > 1 && (n > count || q.bytes > bytes); n-- {
		r := q.pop(level)
		q.gap.add(r)
		if r.kind == event {
			dropped++
		}
	}
	return dropped
}

// pop takes the oldest out.
func (q *queue) pop(level int) *record {
	r := (*q.waiting)[q.head]
	(*q.waiting)[q.head] = nil
	q.head++
	q.bytes -= len(r.data[level])
	if q.head == len(*q.waiting) {
		q.drop()
	}
	return r
}

// drop forgets all that waits.
func (q *queue) drop() {
	if q.waiting == nil {
		return
	}
	clear(*q.waiting)
	*q.waiting = (*q.waiting)[:0]
	waitings.Put(q.waiting)
	q.waiting, q.head, q.bytes = nil, 0, 0
}

// take appends what waits, the notice of the gap first, until msgs holds most
// bytes, or a single message.
func (q *queue) take(msgs [][]byte, most, level int, epoch string) [][]byte {
	msgs = q.gap.notice(msgs, epoch)
	for _, m := range msgs {
		most -= len(m)
	}
	for q.waiting != nil {
		n := len((*q.waiting)[q.head].data[level])
		if len(msgs) > 0 && n > most {
			break
		}
		most -= n
		msgs = append(msgs, q.pop(level).data[level])
	}
	return msgs
}

// add counts a record that was dropped.
func (g *gap) add(r *record) {
	switch r.kind {
	case event:
		if g.dropped == 0 {
			g.from = r.seq
		}
		g.dropped++
		g.to = r.seq
	case loss:
		g.lost += r.lost
		g.lostTo = r.seq
	case beacon:
	}
}

// notice appends what tells of the gap, and closes it. It is one message whatever is
// in the gap, since a connection may end between two.
func (g *gap) notice(msgs [][]byte, epoch string) [][]byte {
	switch {
	case g.dropped > 0:
		msgs = append(msgs, overflow(*g, epoch))
	case g.lost > 0:
		msgs = append(msgs, lossNotice(g.lost, position{epoch, g.lostTo}))
	}
	*g = gap{}
	return msgs
}
