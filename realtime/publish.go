package realtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

// mostAtOnce is how many events go to the clients in one go, if so many wait.
const mostAtOnce = 64

// run publishes what comes on the bus, until the subscription is closed and all
// that waited there is out.
func (h *Hub) run() {
	defer close(h.stopped)
	var beat <-chan time.Time
	if h.cfg.Heartbeat > 0 {
		t := time.NewTicker(h.cfg.Heartbeat)
		defer t.Stop()
		beat = t.C
	}
	p := publisher{hub: h, warned: map[string]bool{}}
	for {
		select {
		case e, ok := <-h.sub.C():
			if !ok {
				h.dismiss()
				return
			}
			p.publish(e)
		case now := <-beat:
			h.beat(now)
		}
	}
}

// publisher is what the hub's goroutine knows.
type publisher struct {
	hub    *Hub
	told   uint64          // of the subscription's missed events
	warned map[string]bool // names that stand in no table, and types without a form, logged once
	batch  []*record
}

// publish sends e, and what else waits by now, to the clients.
func (p *publisher) publish(e events.Public) {
	now := time.Now()
	p.add(e, now)
	for len(p.batch) < mostAtOnce {
		select {
		case e, ok := <-p.hub.sub.C():
			if ok {
				p.add(e, now)
				continue
			}
		default:
		}
		break
	}
	if len(p.batch) > 0 {
		p.hub.send(p.batch, now)
	}
	clear(p.batch)
	p.batch = p.batch[:0]
}

// add makes the record of e, behind one of what was missed before it.
func (p *publisher) add(e events.Public, now time.Time) {
	var lost uint64
	if n := p.hub.sub.Missed(); n != p.told {
		lost, p.told = n-p.told, n
	}
	// A loss goes in front, so the event may have to move up by one place.
	rec, err := encode(e, p.hub.names, p.next(min(lost, 1)), now)
	switch name, unknown := errors.AsType[unknownError](err); {
	case unknown:
		p.hub.counts.unknown.Add(1)
		p.warn(string(name), "event is not on the feed: name it in Config.Events", slog.String("event", string(name)))
	case err != nil:
		typ := fmt.Sprintf("%T", e)
		p.warn(typ, "event cannot be encoded", slog.String("type", typ), slog.Any("err", err))
		lost++
	}
	if lost > 0 {
		p.hub.counts.lost.Add(lost)
		p.batch = append(p.batch, missed(lost, p.next(0), now))
	}
	if rec != nil {
		p.batch = append(p.batch, rec)
	}
}

// next returns the place of the record that comes skip places after the last one.
func (p *publisher) next(skip uint64) position {
	return position{p.hub.epoch, p.hub.seq + uint64(len(p.batch)) + 1 + skip}
}

// warn logs what is wrong with one kind of events, once.
func (p *publisher) warn(kind, msg string, attrs ...slog.Attr) {
	if !p.warned[kind] && len(p.warned) < mostAtOnce {
		p.warned[kind] = true
		p.hub.cfg.Logger.LogAttrs(context.Background(), slog.LevelWarn, msg, attrs...)
	}
}

// send gives records to the ring and to all clients.
func (h *Hub) send(batch []*record, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range batch {
		h.seq = r.seq
		h.ring.push(r, h.evicted)
	}
	h.ring.trim(now, h.evicted)
	for _, c := range h.clients {
		c.offer(batch)
	}
}

// evicted counts a record that leaves the ring for those who had not read it yet.
// h.mu is held.
func (h *Hub) evicted(r *record) {
	for c := range h.replaying {
		c.passOver(r)
	}
}

// beat sends all clients a heartbeat, and drops from the ring what is too old.
func (h *Hub) beat(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring.trim(now, h.evicted)
	batch := []*record{heartbeat(position{h.epoch, h.seq}, now)}
	for _, c := range h.clients {
		c.offer(batch)
	}
}
