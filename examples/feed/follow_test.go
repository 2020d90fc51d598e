package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// full is a disk that takes no more.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestFollowFailsWhereNothingCanBePrinted(t *testing.T) {
	require.ErrorIs(t, follow(t.Context(), stream(t, wholeCall, false), full{}), syscall.ENOSPC)
}

// stream serves text as a feed that then ends, or goes on for ever.
func stream(t *testing.T, text string, ends bool) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, text)
		if !ends {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const beginning = "retry: 1000\n\n: hello\nid: e:0\ndata: {\"type\":\"hello\"}\n\n"

const wholeCall = beginning +
	"id: e:1\ndata: {\"type\":\"call.state\",\"data\":{\"state\":\"ended\"}}\n\n" +
	"id: e:2\ndata: {\"type\":\"voicemail.saved\",\"data\":{}}\n\n"

func TestFollowPrintsMessages(t *testing.T) {
	var out output
	require.NoError(t, follow(t.Context(), stream(t, wholeCall, false), &out))
	assert.Equal(t, []string{"hello", "call.state", "voicemail.saved"}, types(t, out.String()))
}

func TestFollowFails(t *testing.T) {
	var out output
	require.ErrorIs(t, follow(t.Context(), stream(t, beginning, true), &out), errEnded)
	require.ErrorContains(t, follow(t.Context(), stream(t, "data: {\n\n", false), &out), "a message of the feed: ")
	nobody := httptest.NewServer(http.NotFoundHandler())
	require.ErrorContains(t, follow(t.Context(), nobody.URL, &out), "404")
	nobody.Close()
	require.Error(t, follow(t.Context(), nobody.URL, &out))
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errNoCall)
	defer cancel()
	require.ErrorIs(t, follow(ctx, stream(t, beginning, false), &out), errNoCall)
}

// TestOncePrintsNothingButJSON holds for an end by Ctrl-C, too.
func TestOncePrintsNothingButJSON(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var out output
	printed := writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), `"type":"call.state"`) {
			defer cancel() // in the call
		}
		return out.Write(p)
	})
	require.NoError(t, run(ctx, []string{"-once", "-addr", "127.0.0.1:0"}, printed, t.Output()))
	assert.Equal(t, "hello", types(t, out.String())[0])
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
