package realtime

import "time"

// ring keeps the newest records for clients that come back, by count, bytes and
// age. Their places in the sequence follow each other without a hole. It is
// guarded by Hub.mu.
type ring struct {
	count, bytes int           // its bounds
	age          time.Duration // how old a record may be

	records []*record // oldest first, from head on
	head    int
	size    int // of records[head:]
}

func (g *ring) len() int { return len(g.records) - g.head }

// first returns the place of the oldest record, or next if there is none.
func (g *ring) first(next uint64) uint64 {
	if g.len() == 0 {
		return next
	}
	return g.records[g.head].seq
}

// at returns the record at a place that is held.
func (g *ring) at(seq uint64) *record {
	return g.records[g.head+int(seq-g.records[g.head].seq)]
}

// push keeps r as the newest, and calls evicted for each record that has to go:
// r itself too, where nothing may be kept.
func (g *ring) push(r *record, evicted func(*record)) {
	g.records = append(g.records, r)
	g.size += r.size()
	g.trim(r.at, evicted)
}

// trim drops what is beyond the bounds now.
func (g *ring) trim(now time.Time, evicted func(*record)) {
	for g.len() > 0 && (g.len() > g.count || g.size > g.bytes || now.Sub(g.records[g.head].at) > g.age) {
		r := g.records[g.head]
		g.records[g.head] = nil
		g.head++
		g.size -= r.size()
		evicted(r)
	}
	if g.head > len(g.records)/2 { // each record is moved once on average
		n := copy(g.records, g.records[g.head:])
		clear(g.records[n:])
		g.records, g.head = g.records[:n], 0
	}
}
