package realtime_test

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{
		"key": "k3y-0f-s0meb0dy-e1se", "number": "12025550123", "principal": "alice@example.org",
	}
	cfg := realtime.Config{Logger: slog.New(slog.DiscardHandler), Auth: realtime.APIKeys(secrets["key"])}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		events.Publish(bus, numbered{Header: events.Header{Source: secrets["number"]}, Name: door})
		synctest.Wait() // it is in the ring
		admit := func() *realtime.Admission {
			a, err := hub.Admit(get("/ws?since=x:1", "Authorization", "Bearer "+secrets["key"]))
			require.NoError(t, err)
			return a
		}
		conn := &realtimetest.Conn{}
		conn.Stall()
		client := hub.Attach(conn, admit())
		doors(bus, 1, 2)
		left := admit()
		defer left.Release()
		_, err := hub.Admit(get("/ws", "Authorization", "Bearer x"+secrets["key"]))
		var refused *realtime.RefusedError
		require.ErrorAs(t, err, &refused)

		values := map[string]any{
			"Hub": hub, "Client": client, "Admission": left, "RefusedError": refused,
			"Config": cfg, "Limits": realtime.Limits{Clients: 1}, "Stats": hub.Stats(),
			"Principal":    realtime.Principal{ID: secrets["principal"], Scopes: []string{realtime.ScopeFeed}},
			"BusyError":    &realtime.BusyError{Err: errors.New("full")},
			"KeyFileError": &realtime.KeyFileError{Line: 3},
		}
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		synctest.Wait()
		assert.Equal(t, []string{"key"}, printing.Unheld(values, secrets), "of a key only its hash is held")
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, secrets), name)
		}
	})
}
