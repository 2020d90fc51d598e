package realtime_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// notYet are the events that nothing publishes so far.
var notYet = []string{"sms.received", "sms.sent", "sms.delivery_report", "sms.storage", "ussd.response"}

// lifeKeys are what callers press in the life of a modem.
const lifeKeys = "5"

// lifeCard is the SIM in it.
var lifeCard = modemtest.SIM{IMSI: "001019876543210", ICCID: "89001019876543210987"}

// live lets a modem go through all that makes an event. follower sees all of them. It
// returns the modem's serial number.
func live(t *testing.T, bus *events.Bus, follower *realtimetest.Client, log *slog.Logger) (imei string) {
	t.Helper()
	sim := modemtest.New(&modemtest.Config{SIM: lifeCard})
	t.Cleanup(func() { sim.Close() })
	m, err := modem.Open(soon(t), sim, &modem.Config{Name: "gsm0", Events: bus, Logger: log})
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	box, err := voicemail.Open(t.TempDir(), &voicemail.Config{Events: bus, Source: "gsm0", Logger: log})
	require.NoError(t, err)
	t.Cleanup(func() { box.Close() })
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		_, err := box.Record(ctx, call)
		return err
	})
	expect := func(typ, part string) {
		t.Helper()
		for {
			msg, err := follower.Await(soon(t), typ)
			require.NoError(t, err, "%s %s", typ, part)
			if strings.Contains(string(msg.Data), part) {
				return
			}
		}
	}
	ring := func() *modemtest.Caller {
		require.NoError(t, sim.WaitReachable(soon(t)))
		caller := sim.Call(sampleNumber)
		require.NoError(t, caller.WaitAnswered(soon(t)))
		return caller
	}

	caller := ring()
	require.NoError(t, caller.WaitQuiet(soon(t), 500*time.Millisecond))
	require.NoError(t, caller.Say(soon(t), slices.Repeat([]int16{0, 9000, 0, -9000}, 4000)))
	caller.Press(lifeKeys)
	expect("call.dtmf", "carrier")
	caller.Press("#")
	expect("voicemail.saved", "finish_key")
	require.NoError(t, caller.WaitEnded(soon(t)))
	caller = ring()
	caller.Hangup()
	expect("voicemail.discarded", "abandoned")
	sim.StopAudio(true)
	ring()
	expect("call.no_audio", "after_ms")
	sim.StopAudio(false)
	expect("call.state", "ended")

	sim.SetSignal(5, 0)
	expect("signal.quality", "-103")
	sim.SetRegistration(5)
	expect("network.registration", "roaming")
	sim.RemoveSIM()
	expect("sim.state", "sim_missing")
	sim.InsertSIM(lifeCard)
	expect("sim.state", "ready")
	sim.Unplug()
	expect("modem.state", "port")
	sim.Replug()
	expect("modem.state", "ready")
	require.NoError(t, m.Close())
	expect("modem.state", "closed")
	return m.Identity().IMEI
}

// What a modem and a box really publish is what the samples say: every message fits
// the description, at every level, and shows what it may. Neither the feed nor a log
// tells which modem and which SIM it is.
func TestTheLifeOfAModemFitsAsyncAPI(t *testing.T) {
	d := describe(t)
	var imei string
	text := &logged{}
	log := slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	got := map[events.Privacy][]realtimetest.Message{}
	synctest.Test(t, func(t *testing.T) {
		f := newLevelled(t, &realtime.Config{Heartbeat: 10 * time.Second, Logger: log})
		clients := map[events.Privacy]*realtimetest.Client{}
		for _, p := range privacyLevels {
			clients[p] = f.follow(t, p, "")
			got[p] = append(got[p], clients[p].Hello())
		}
		imei = live(t, &f.bus, f.follow(t, events.Full, ""), log)
		require.NoError(t, f.hub.Shutdown(soon(t)))
		for p, c := range clients {
			got[p] = slices.AppendSeq(got[p], c.All(soon(t)))
		}
	})
	require.Len(t, imei, 15)
	identities := []string{imei, lifeCard.IMSI, lifeCard.ICCID}
	assert.Contains(t, text.String(), "conn=")
	for _, secret := range append(identities, sampleNumber[1:]) {
		assert.NotContains(t, text.String(), secret, "in the log")
	}
	seen := map[string]bool{}
	for p, messages := range got {
		for _, m := range messages {
			seen[m.Type] = true
			for _, id := range identities {
				assert.NotContains(t, string(m.Raw), id, "at every level")
			}
			d.assertFits(t, m.Raw)
			if p != events.Full {
				assert.NotContains(t, digitsIn(string(m.Data)), sampleNumber[1:], "%s", m.Data)
				assert.NotContains(t, string(m.Data), `"digit"`)
			}
		}
		assert.Len(t, messages, len(got[events.Full]), "all levels tell of all that happens")
	}
	want := slices.DeleteFunc(realtime.LibraryNames(), func(name string) bool { return slices.Contains(notYet, name) })
	assert.ElementsMatch(t, append(want, "hello", "heartbeat"), slices.Collect(maps.Keys(seen)))
}
