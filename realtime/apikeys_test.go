package realtime_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

func bearing(token string) *http.Request { return get("/ws", "Authorization", "Bearer "+token) }

func TestAPIKeysAdmitWhoHasOne(t *testing.T) {
	auth := realtime.APIKeys("the-first-key-of-two", " the-second-key-of-two\n")
	first, err := auth(bearing("the-first-key-of-two"))
	require.NoError(t, err)
	second, err := auth(bearing("the-second-key-of-two"))
	require.NoError(t, err, "a key from a file or the environment ends with its line")
	again, err := auth(get("/ws", "Sec-WebSocket-Protocol", asSubprotocol("the-first-key-of-two")))
	require.NoError(t, err)
	assert.NotEqual(t, first.ID, second.ID)
	assert.Equal(t, first, again, "the same, whichever way the key comes")
	assert.NotContains(t, first.ID, "the-first")
	assert.Equal(t, events.Masked, first.Privacy)
	assert.True(t, first.May(realtime.ScopeFeed))
	assert.False(t, first.May("send"))
	for _, wrong := range []string{
		"the-first-key-of-tw", "the-first-key-of-two2", "THE-FIRST-KEY-OF-TWO", "the-first-key-of-two,the-second-key-of-two",
		"sha256:" + strings.Repeat("0", 64),
	} {
		_, err := auth(bearing(wrong))
		assert.ErrorIs(t, err, realtime.ErrUnauthenticated, wrong)
	}
}

func TestKeysThatAdmitNobody(t *testing.T) {
	tests := map[string][]string{
		"none":         nil,
		"an empty one": {""},
		"a blank one":  {" \t\r\n"},
		"many blanks":  {"", " ", ""},
		"non-ASCII":    {"schlüssel-der-tests"},
		"with a space": {"two words"},
		"a huge one":   {strings.Repeat("x", 513)},
	}
	for name, keys := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(keys...)})
			for _, token := range append(keys, "", " ", "x") {
				for _, r := range []*http.Request{
					bearing(token), get("/ws", "Sec-WebSocket-Protocol", asSubprotocol(token)), get("/ws"),
				} {
					_, err := h.Admit(r)
					assert.Error(t, err)
				}
			}
		})
	}
}

func TestOnlyHashesOfKeysStayInMemory(t *testing.T) {
	auth, given := forgetful()
	require.Eventually(t, func() bool {
		runtime.GC()
		return given.Value() == nil
	}, 10*time.Second, 10*time.Millisecond, "the string that was given is not needed any more")
	_, err := auth(bearing(strings.Repeat("k", 64)))
	assert.NoError(t, err)
}

// forgetful returns an Auth with a key, and where the key was.
func forgetful() (realtime.Auth, weak.Pointer[byte]) {
	key := strings.Repeat("k", 64)
	at := weak.Make(unsafe.StringData(key))
	auth := realtime.APIKeys(key)
	runtime.KeepAlive(key)
	return auth, at
}

func TestWithPrivacy(t *testing.T) {
	for _, p := range []events.Privacy{events.Masked, events.Strict, events.Full} {
		auth := realtime.WithPrivacy(realtime.APIKeys(key), p)
		got, err := auth(withKey("/ws"))
		require.NoError(t, err)
		assert.Equal(t, p, got.Privacy)
		_, err = auth(get("/ws"))
		assert.ErrorIs(t, err, realtime.ErrUnauthenticated)
	}
	h := newHub(t, &realtime.Config{Auth: realtime.WithPrivacy(nil, events.Full)})
	assert.Equal(t, http.StatusUnauthorized, refusal(t, h, withKey("/ws")).Status, "no Auth admits nobody, under any privacy")
}

func ExampleAPIKeys() {
	var bus events.Bus
	hub := realtime.NewHub(&bus, &realtime.Config{Auth: realtime.APIKeys("jO3Vb1mXhDq0uYk9")})
	defer hub.Close()

	r, _ := http.NewRequest(http.MethodGet, "http://pbx.example.org/ws", http.NoBody)
	_, err := hub.Admit(r)
	fmt.Println(err)

	r.Header.Set("Authorization", "Bearer jO3Vb1mXhDq0uYk9")
	admission, err := hub.Admit(r)
	fmt.Println(err)
	admission.Release() // a transport gives it to Attach instead
	// Output:
	// realtime: refused with 401: no valid credential
	// <nil>
}
