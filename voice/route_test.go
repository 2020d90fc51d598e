package voice_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// normal returns what of keys are DTMF keys, in upper case.
func normal(keys []byte) string {
	var b strings.Builder
	for _, key := range keys {
		s := strings.ToUpper(string(rune(key)))
		if key < 0x80 && strings.Count(voice.AnyKey, s) == 1 {
			b.WriteString(s)
		}
	}
	return b.String()
}

// FuzzDigits holds that each key goes to one place, in the order in which they
// were pressed: to the Collect, to the Record and the Play that name it, or to
// the type-ahead; and that each is told once, whatever happens to it.
func FuzzDigits(f *testing.F) {
	f.Add([]byte("12#34"), uint8(2), "#", "#", "*")
	f.Add([]byte("aD*x\x00"), uint8(0), "d", voice.AnyKey, "")
	f.Add([]byte("99##99"), uint8(1), "", "9", "9")
	f.Fuzz(func(t *testing.T, keys []byte, most uint8, terminator, finish, interrupt string) {
		if len(keys) > 60 {
			return // all fit into the type-ahead
		}
		terminator, finish, interrupt = normal([]byte(terminator)), normal([]byte(finish)), normal([]byte(interrupt))
		bubble(t, func(ctx context.Context, t *testing.T) {
			var bus events.Bus
			sub := events.Subscribe[voice.DigitPressed](&bus, 100)
			defer sub.Close()
			call, feed := fed(t, nil, voice.Info{State: voice.Active, Events: &bus})
			feed.Attach(voice.MediaInfo{Format: narrow})
			rec := record(ctx, t, call, &recorded{}, &voice.RecordOptions{Finish: finish, Max: time.Second})
			b := call.Start(voice.Silence(time.Hour), &voice.PlayOptions{Interrupt: interrupt})
			wait := collect(ctx, t, call, &voice.CollectOptions{Max: int(most), Terminator: terminator})
			for _, key := range keys {
				feed.Digit(key, voice.FromCarrier)
			}
			synctest.Wait()
			hear(feed, noise(1, 8000)) // the recording ends, if it has not
			r, err := rec()
			require.NoError(t, err)
			p, err := b.Stop()
			require.NoError(t, err)
			d, err := wait()
			require.NoError(t, err)

			want := normal(keys)
			var told []voice.Key
			for _, e := range waiting(sub) {
				told = append(told, e.Key)
			}
			assert.Equal(t, want, string(told))
			if d.End != voice.CollectTimeout {
				rest := call.KeysWaiting()
				for _, key := range []voice.Key{r.Key, p.Key} {
					if key != 0 {
						rest = string(key) + rest
					}
				}
				head := d.Keys
				if d.Terminator != 0 {
					head += string(d.Terminator)
				}
				require.True(t, strings.HasPrefix(want, head))
				assert.ElementsMatch(t, []byte(want[len(head):]), []byte(rest))
				return
			}
			assert.Equal(t, want, d.Keys, "it took all")
			assert.Empty(t, call.KeysWaiting())
			assert.Zero(t, r.Key)
			assert.Zero(t, p.Key)
		})
	})
}

func TestKeysGoToTheTypeAheadInOrder(t *testing.T) {
	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	for key := range 256 {
		feed.Digit(byte(key), voice.FromAudio)
	}
	assert.Equal(t, "#*0123456789ABCDABCD", call.KeysWaiting())
}
