package events_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
)

// called is an event with a secret, which it hides as any event does.
type called struct {
	events.Header
	From events.Number
}

func (e called) LogValue() slog.Value { return slog.GroupValue(slog.Any("from", e.From)) }

// careless is an event that hides nothing: what has it must not show it.
type careless struct {
	events.Header
	From string
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"number": "+12025550147"}
	var bus events.Bus
	sub := events.Subscribe[careless](&bus, 4)
	defer sub.Close()
	all := events.Subscribe[events.Event](&bus, 1)
	defer all.Close()
	for range 2 {
		events.Publish(&bus, careless{From: secrets["number"]})
	}
	values := map[string]any{
		"Header":              events.Header{Time: time.Unix(0, 0), Source: "gsm0"},
		"Bus":                 &bus,
		"Subscription":        sub,
		"Subscription to all": all,
		"an event":            called{From: events.Number(secrets["number"])},
		"Number":              events.Number(secrets["number"]),
	}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	for name, v := range values {
		assert.Empty(t, printing.Leaks(v, secrets), name)
	}
	assert.NotEmpty(t, printing.Leaks(careless{From: secrets["number"]}, secrets))
}

func TestWhatABusAndASubscriptionShow(t *testing.T) {
	var bus events.Bus
	sub := events.Subscribe[opened](&bus, 2)
	defer sub.Close()
	for i := range 5 {
		events.Publish(&bus, opened{Door: i})
	}
	for format, want := range map[string]string{
		"%v":  "events.Bus(1 subscriptions) events.Subscription(2 waiting, 3 missed)",
		"%#v": "events.Bus(1 subscriptions) events.Subscription(2 waiting, 3 missed)",
		"%d":  "events.Bus(1 subscriptions) events.Subscription(2 waiting, 3 missed)",
	} {
		assert.Equal(t, want, fmt.Sprintf(format+" "+format, &bus, sub), format)
	}
	assert.Equal(t, bus.String(), bus.GoString())
	assert.Equal(t, sub.String(), sub.GoString())
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("bus", &bus), slog.Any("sub", sub))
	assert.Contains(t, log.String(), `"bus":{"subscriptions":1},"sub":{"waiting":2,"missed":3}`)
}

// Whatever method Header has, every event has: with a String or a LogValue all of
// them would print as their header, and what they hide themselves would not count.
func TestHeaderGivesEventsNoOtherMethod(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[events.Header](), reflect.TypeFor[*events.Header]()} {
		var methods []string
		for m := range typ.Methods() {
			methods = append(methods, m.Name)
		}
		assert.Equal(t, []string{"EventHeader"}, methods, typ)
	}
}
