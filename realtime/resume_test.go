package realtime_test

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

func TestPositions(t *testing.T) {
	for _, id := range []string{
		"c0ffee:0", "c0ffee:42", "ABCDEFGHJKLMN:1", "a-b_c:9", strings.Repeat("x", 64) + ":1", "e:" + strconv.FormatUint(math.MaxUint64, 10),
	} {
		got, err := realtime.ParsePosition(id)
		require.NoError(t, err, id)
		assert.Equal(t, id, got)
	}
	for _, id := range []string{
		"", ":", "42", "c0ffee", "c0ffee:", ":42", "c0ffee:-1", "c0ffee:+1", "c0ffee:042", "c0ffee:0x1", "c0ffee: 1", " c0ffee:1",
		"c0ffee:1 ", "c0ffee:1:1", "c0 ffee:1", "c0ffee:18446744073709551616", "c0ffée:1", "c0ffee:\u0661", "c0ffee:1\n",
		strings.Repeat("x", 65) + ":1", "<script>:1", "a,b:1", "a:1_0",
	} {
		_, err := realtime.ParsePosition(id)
		assert.Error(t, err, "%q", id)
	}
}

func TestSince(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open})
	for target, want := range map[string]string{
		"/ws": "", "/ws?since=": "", "/ws?since=c0ffee:42": "c0ffee:42", "/ws?since=c0ffee%3A42&events=": "c0ffee:42",
	} {
		id, asked := realtime.ResumesFrom(admitted(t, h, get(target)))
		assert.Equal(t, want != "", asked, target)
		assert.Equal(t, want, id, target)
	}
	for _, target := range []string{"/ws?since=x", "/ws?since=c0ffee:1&since=c0ffee:2", "/ws?since=&since=", "/ws?since=+c0ffee:1"} {
		assert.Equal(t, http.StatusBadRequest, refusal(t, h, get(target)).Status, target)
	}
	_, asked := realtime.ResumesFrom(admitted(t, h, get("/events", "Last-Event-ID", "")))
	assert.False(t, asked, "an empty one is what has no id yet")
	id, _ := realtime.ResumesFrom(admitted(t, h, get("/events", "Last-Event-ID", "c0ffee:1", "Last-Event-ID", "c0ffee:2")))
	assert.Equal(t, ":0", id, "two are malformed")
	id, _ = realtime.ResumesFrom(admitted(t, h, get("/events?since=x", "Last-Event-ID", "c0ffee:1")))
	assert.Equal(t, "c0ffee:1", id)
}

// FuzzPosition: what is taken is what a hub writes.
func FuzzPosition(f *testing.F) {
	for _, s := range []string{"c0ffee:42", ":0", "a:00", "a:18446744073709551615", "a:b:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := realtime.ParsePosition(s)
		if err != nil {
			require.Equal(t, ":0", got)
			return
		}
		require.Equal(t, s, got)
		require.LessOrEqual(t, len(s), 64+1+20)
		require.False(t, strings.ContainsAny(s, " \r\n\",<>&"), "it may stand in a header, a URL, a page")
	})
}
