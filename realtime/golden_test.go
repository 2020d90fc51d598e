package realtime_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// update has the tests write the golden files in place of comparing with them.
var update = flag.Bool("update", false, "write testdata/golden")

const goldenDir = "testdata/golden"

// goldenEpoch stands for the hub's, which is another one each time.
const goldenEpoch = "K7QZ3V5XJ2M4N"

var privacyLevels = []events.Privacy{events.Masked, events.Strict, events.Full}

// levelled is a hub in a bubble whose clients choose what they may see.
type levelled struct {
	bus events.Bus
	hub *realtime.Hub
}

func newLevelled(t *testing.T, cfg *realtime.Config) *levelled {
	t.Helper()
	if cfg == nil {
		cfg = &realtime.Config{}
	}
	cfg.Auth = func(r *http.Request) (realtime.Principal, error) {
		for _, p := range privacyLevels {
			if r.Header.Get("Privacy") == p.String() {
				return realtime.Principal{Privacy: p}, nil
			}
		}
		return realtime.Principal{}, realtime.ErrUnauthenticated
	}
	f := &levelled{}
	f.hub = realtime.NewHub(&f.bus, cfg)
	t.Cleanup(func() { f.hub.Close() })
	return f
}

// follow connects a client that sees what p shows.
func (f *levelled) follow(t *testing.T, p events.Privacy, since string, names ...string) *realtimetest.Client {
	t.Helper()
	c, err := realtimetest.Dial(soon(t), f.hub, &realtimetest.Config{
		Header: http.Header{"Privacy": {p.String()}}, Since: since, Events: names,
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// publish has the hub send events, and waits until it has.
func (f *levelled) publish(es ...events.Public) {
	for _, e := range es {
		events.Publish[events.Event](&f.bus, e)
		synctest.Wait()
	}
}

// soon is for what must come within a time that no test waits for in vain.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// nextRaw returns the next message as it was sent, but for the epoch.
func nextRaw(t *testing.T, c *realtimetest.Client) string {
	t.Helper()
	m, err := c.Next(soon(t))
	require.NoError(t, err)
	return normal(c, m)
}

func normal(c *realtimetest.Client, m realtimetest.Message) string {
	return strings.ReplaceAll(string(m.Raw), c.Hello().Epoch, goldenEpoch)
}

// shown returns what a feed shows of an event at each level.
func shown(t *testing.T, e events.Public) map[events.Privacy]string {
	t.Helper()
	messages := map[events.Privacy]string{}
	synctest.Test(t, func(t *testing.T) {
		f := newLevelled(t, nil)
		clients := map[events.Privacy]*realtimetest.Client{}
		for _, p := range privacyLevels {
			clients[p] = f.follow(t, p, "")
		}
		f.publish(e)
		for p, c := range clients {
			messages[p] = nextRaw(t, c)
		}
	})
	return messages
}

// golden compares a text with that of a file, byte by byte.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(goldenDir, name+".json")
	if *update {
		require.NoError(t, os.MkdirAll(goldenDir, 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test -run Golden ./realtime -update writes it")
	assert.Equal(t, string(want), text)
}

func TestGoldenEvents(t *testing.T) {
	for name, e := range samples() {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for p, message := range shown(t, e) {
				lines = append(lines, fmt.Sprintf("%q: %s", p, message))
			}
			slices.Sort(lines)
			golden(t, name, "{\n"+strings.Join(lines, ",\n")+"\n}\n")
		})
	}
}

// notices returns the messages that are no events, by the names of their golden files.
func notices(t *testing.T) map[string]string {
	t.Helper()
	got := map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		f := newLevelled(t, &realtime.Config{QueueEvents: 2, Heartbeat: time.Hour, Buffer: 2, Events: []string{heldUpName}})
		e := samples()["sms.storage"]
		first := f.follow(t, events.Masked, "")
		got["hello"] = normal(first, first.Hello())
		f.publish(samples()["call.ring"], samples()["call.ring"])
		back := f.follow(t, events.Masked, first.Hello().ID)
		got["hello-recovered"] = normal(back, back.Hello())
		filtered := f.follow(t, events.Masked, "gone:7", "call.ring", "sms.received")
		got["hello-unrecovered"] = normal(filtered, filtered.Hello())

		first.Stall()
		for range 5 {
			f.publish(samples()["call.ring"])
		}
		first.Resume()
		got["overflow"] = awaitRaw(t, first, "overflow")

		release := make(chan struct{})
		f.publish(heldUp{release: release})
		for range 5 {
			f.publish(e)
		}
		close(release)
		got["overflow-hub"] = awaitRaw(t, filtered, "overflow")

		time.Sleep(time.Hour)
		got["heartbeat"] = awaitRaw(t, filtered, "heartbeat")

		ring, lost := samples()["call.ring"], broken{numbered{Name: heldUpName}, false}
		slow := f.follow(t, events.Masked, "")
		slow.Stall()
		f.publish(ring, ring, lost, ring, ring)
		slow.Resume()
		got["overflow-lost"] = awaitRaw(t, slow, "overflow")
	})
	return got
}

// awaitRaw returns the next message of a type, as it was sent but for the epoch.
func awaitRaw(t *testing.T, c *realtimetest.Client, typ string) string {
	t.Helper()
	m, err := c.Await(soon(t), typ)
	require.NoError(t, err)
	return normal(c, m)
}

// heldUp is an event that holds the hub up until it is released.
type heldUp struct {
	events.Header
	release chan struct{}
}

const heldUpName = "host.held_up"

func (heldUp) EventName() string { return heldUpName }

func (e heldUp) PublicData(p events.Privacy) any {
	if p == events.Masked {
		<-e.release
	}
	return struct{}{}
}

func TestGoldenNotices(t *testing.T) {
	for name, message := range notices(t) {
		t.Run(name, func(t *testing.T) { golden(t, name, message+"\n") })
	}
}

// Each golden file belongs to something.
func TestGoldenFilesAreAllUsed(t *testing.T) {
	want := slices.Collect(maps.Keys(samples()))
	want = append(want, "hello", "hello-recovered", "hello-unrecovered", "overflow", "overflow-lost", "overflow-hub", "heartbeat")
	files, err := filepath.Glob(filepath.Join(goldenDir, "*"))
	require.NoError(t, err)
	var got []string
	for _, f := range files {
		got = append(got, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	assert.ElementsMatch(t, want, got)
}
