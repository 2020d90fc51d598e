package transporttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem/transporttest"
)

func TestAGoodTransportPasses(t *testing.T) {
	for name, bubble := range map[string]bool{"real time": false, "virtual time": true} {
		t.Run(name, func(t *testing.T) {
			transporttest.Run(t, transporttest.Harness{
				Bubble: bubble, Exclusive: true, Quiet: 20 * time.Millisecond,
				New: func(t *testing.T) *transporttest.Subject {
					d := newDevice()
					t.Cleanup(d.free)
					return d.subject()
				},
			})
		})
	}
}

// bare is a device without the optional ports.
type bare struct{ d *device }

func (b bare) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) { return b.d.OpenAT(ctx) }

func (b bare) OpenAudio(context.Context) (io.ReadWriteCloser, error) {
	return nil, fmt.Errorf("bare: %w", errors.ErrUnsupported)
}

func TestPortsThatAreNotThere(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Bubble: true, Exclusive: true,
		New: func(*testing.T) *transporttest.Subject {
			d := newDevice()
			return &transporttest.Subject{Transport: bare{d}, AT: d.far("AT"), Break: d.unplug, Restore: d.plug}
		},
	})
}

func TestWhatAHarnessCannotDoMustBeSaid(t *testing.T) {
	skips := map[string]string{}
	for name, wants := range map[string]string{
		"bytes from the modem": "Far.Send", "bytes to the modem": "Far.Receive", "Write when gone": "Subject.Break",
		"64 KiB both ways": "Far.Receive and Far.Send", "gone and back": "Subject.Break and Subject.Restore",
	} {
		s := &transporttest.Subject{Transport: newDevice(), AT: &transporttest.Far{}}
		err := transporttest.Verify(transporttest.Harness{}, s, "AT", name)
		assert.EqualError(t, err, fmt.Sprintf("this check wants %s: give it, or name %q in Harness.Skip with the reason", wants, name))
		skips[name], skips["audio/"+name] = "why not", "why not"
	}
	assert.Empty(t, transporttest.UnknownSkips(skips))
	skips["bytes"], skips["sound/gone and back"] = "a reason", "another"
	assert.Equal(t, []string{"bytes", "sound/gone and back"}, transporttest.UnknownSkips(skips))
}
