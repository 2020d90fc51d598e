package transcript_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/internal/transcript"
	"github.com/callstack-go/callstack/internal/vectors"
)

var (
	longRun = regexp.MustCompile(`[0-9]{6,}`)
	quoted  = regexp.MustCompile(`"([^"]*[a-z][^"]* [^"]*)"`)

	// lengths are not masked: how long a call was.
	length = regexp.MustCompile(`VOICE CALL: ?END: ?[0-9]{6}\r`)
)

// kept are long runs of digits that are nobody's.
var kept = map[string]bool{}

// Every line of a modem's that is about people goes through the mask: nothing of its
// numbers is left, nor of its texts, and a line stays a line of its length.
func TestVectorsAreMasked(t *testing.T) {
	for _, file := range []string{"calls", "dtmf", "identity", "sms_at", "ussd"} {
		for _, r := range vectors.Load(t, file) {
			t.Run(r.ID, func(t *testing.T) {
				raw := strings.TrimRight(r.Raw, "\r\n") + "\r\n"
				m := transcript.NewMasker(&transcript.Numbers{})
				masked := string(m.Received([]byte(raw), time.Time{}))
				in, _ := m.Flush()
				masked += string(in)
				checkShape(t, raw, masked)
				masked = length.ReplaceAllString(masked, "")
				for _, run := range longRun.FindAllString(raw, -1) {
					if strings.Trim(run, "0") != "" && !kept[run] {
						assert.NotContains(t, masked, run)
					}
				}
				for _, text := range quoted.FindAllStringSubmatch(raw, -1) {
					if !transcript.Keyword(text[1]) {
						assert.NotContains(t, masked, text[1])
					}
				}
			})
		}
	}
}

// checkShape checks that bytes are as many, and lines where they were.
func checkShape(t *testing.T, raw, masked string) {
	t.Helper()
	if !assert.Len(t, masked, len(raw)) {
		return
	}
	for i := range len(raw) {
		switch c := raw[i]; c {
		case '\r', '\n', 0x1a, 0x1b:
			assert.Equal(t, c, masked[i], "at %d", i)
		default:
			assert.NotContains(t, "\r\n\x1a\x1b", string(rune(masked[i])), "at %d", i)
		}
	}
}
