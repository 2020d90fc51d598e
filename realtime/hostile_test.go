package realtime_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/sms"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// hostileNumbers are what may stand where a number should. All of them have the
// digits of secretDigits in a row.
var hostileNumbers = map[string]string{
	"plain":               "+12025550187",
	"without a plus":      "12025550187",
	"as people write it":  "+1 (202) 555-0187",
	"with a word":         "+1 202 555 0187 (home)",
	"a URI":               "sip:12025550187@ims.example",
	"letters around":      "x12025550187x",
	"a script":            `"><script>alert(12025550187)</script>`,
	"quotes":              `"12025550187"\`,
	"a line separator":    "1202\u2028555\u20290187",
	"a zero byte":         "1202\x00555\x000187",
	"invalid UTF-8":       "1202\xff555\xc30187",
	"no-break spaces":     "1202\u00a0555\u00a00187",
	"spaces of no width":  "1\u200b2\u200b0\u200b2\u200b5\u200b5\u200b5\u200b0\u200b1\u200b8\u200b7",
	"keys in it":          "*#12025550187#*",
	"other separators":    "1202_555:0187",
	"new lines":           "1202\n555\r\n0187",
	"on both sides of it": "\u202e12025550187\u202c",
}

const secretDigits = "12025550187"

// hostileTexts are what may stand in a text. All of them have the marker.
var hostileTexts = map[string]string{
	"plain":            "noon at the bridge",
	"quotes":           `"noon" \ 'noon' \u006eoon`,
	"the end of a tag": "</script><script>noon</script><!-- noon -->",
	"line separators":  "noon\u2028noon\u2029noon",
	"new lines":        "noon\r\n\ndata: noon\nid: 1\n\n",
	"invalid UTF-8":    "noon\xff\xfenoon\xc3",
	"a lone surrogate": "noon\xed\xa0\x80noon",
	"zero bytes":       "noon\x00noon",
	"an emoji":         "noon \U0001F44B\u200d",
	"a JSON message":   `noon"},"type":"hello","id":"x:1"}`,
	"long":             strings.Repeat("noon ", 2000),
}

const secretText = "noon"

// hostile returns the events that hold a number, a text or a digit, with these.
func hostile(number events.Number, text string, key voice.Key) []events.Public {
	h := events.Header{Time: at, Source: "gsm0"}
	message := voicemail.Message{
		ID: "m", Path: "/box/" + text, Caller: number, StartedAt: at, Rate: 8000, Reason: voicemail.FinishKey, Key: key,
	}
	err := errors.New(string(number) + text)
	return []events.Public{
		sms.Received{Header: h, Message: "m", Sender: number, Body: text},
		sms.Sent{Header: h, Message: "m", Recipient: number},
		sms.DeliveryReport{Header: h, Message: "m", Recipient: number},
		voice.StateChanged{Header: h, Call: "c", State: voice.Ended, Number: number, End: voice.End{Reason: voice.Missed, Text: text + string(number)}},
		voice.CallerIdentified{Header: h, Call: "c", Number: number},
		voice.DigitPressed{Header: h, Call: "c", Key: key},
		modem.Rang{Header: h, Call: "c", Number: number},
		modem.StateChanged{Header: h, State: modem.Failed, Err: err},
		modem.SIMChanged{Header: h, State: modem.SIMLocked, Err: fmt.Errorf("%w: %w", modem.ErrPINWrong, err)},
		modem.USSDResponse{Header: h, Text: text},
		voicemail.Saved{Header: h, Call: "c", Message: message},
		voicemail.Discarded{Header: h, Call: "c", Message: message},
	}
}

// digitsIn returns the digits of a text, with a blank for each letter between them.
func digitsIn(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return r
		case unicode.IsLetter(r), r == '*':
			return ' '
		}
		return -1
	}, text)
}

// strings in a JSON value, keys left out.
func stringsIn(v any) []string {
	var all []string
	switch v := v.(type) {
	case object:
		for _, one := range v {
			all = append(all, stringsIn(one)...)
		}
	case []any:
		for _, one := range v {
			all = append(all, stringsIn(one)...)
		}
	case string:
		all = append(all, v)
	}
	return all
}

// assertHarmless holds of a message what it must be whatever was in the event: one
// line of JSON in UTF-8 that no page and no stream takes for anything else.
func assertHarmless(t *testing.T, raw string) object {
	t.Helper()
	assert.True(t, utf8.ValidString(raw), "%q", raw)
	for _, bad := range []string{"\n", "\r", "\x00", "\u2028", "\u2029", "<", ">", "&"} {
		assert.NotContains(t, raw, bad)
	}
	return parseJSON(t, raw).(object)
}

// assertHides holds that nothing in a message is a number: no five of its digits in a
// row are shown, whatever stands between them.
func assertHides(t *testing.T, m object, number string) {
	t.Helper()
	for _, shown := range stringsIn(m["data"]) {
		digits := digitsIn(shown)
		for i := range len(number) - 4 {
			assert.NotContains(t, digits, number[i:i+5], "%q", shown)
		}
	}
}

func TestNoNumberIsShownUnlessInFull(t *testing.T) {
	d := describe(t)
	for name, number := range hostileNumbers {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, digitsIn(number), secretDigits, "the number is one")
			for _, e := range hostile(events.Number(number), "", 0) {
				for p, raw := range shown(t, e) {
					m := assertHarmless(t, raw)
					d.assertFits(t, []byte(raw))
					if p != events.Full {
						assertHides(t, m, secretDigits)
					}
				}
			}
		})
	}
}

func TestNoTextIsShownUnderStrict(t *testing.T) {
	d := describe(t)
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, text, secretText)
			told := 0
			for _, e := range hostile("", text, 0) {
				for p, raw := range shown(t, e) {
					m := assertHarmless(t, raw)
					d.assertFits(t, []byte(raw))
					if p == events.Strict {
						assert.NotContains(t, raw, secretText)
						continue
					}
					for _, s := range stringsIn(m["data"]) {
						if strings.Contains(s, secretText) {
							assert.Equal(t, strings.ToValidUTF8(text, "\ufffd"), collapsed(s), "whole, and nothing else")
							told++
						}
					}
				}
			}
			assert.Equal(t, 4, told, "of a message and of USSD, masked and in full")
		})
	}
}

// collapsed makes one of several replacement characters, as ToValidUTF8 does.
func collapsed(s string) string {
	for strings.Contains(s, "\ufffd\ufffd") {
		s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
	}
	return s
}

func TestNoKeyIsShownUnlessInFull(t *testing.T) {
	for _, key := range []byte(voice.AnyKey) {
		for p, raw := range shown(t, voice.DigitPressed{Header: events.Header{Time: at}, Call: "c", Key: voice.Key(key)}) {
			data := assertHarmless(t, raw)["data"]
			if p == events.Full {
				assert.Equal(t, object{"call": "c", "digit": string(key), "from": "carrier"}, data)
			} else {
				assert.Equal(t, object{"call": "c", "from": "carrier"}, data)
			}
		}
	}
}

// What a program names its modem comes as it is.
func TestNamesOfModemsAreEscaped(t *testing.T) {
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			e := modem.StateChanged{Header: events.Header{Time: at, Source: text}, State: modem.Ready}
			for _, raw := range shown(t, e) {
				m := assertHarmless(t, raw)
				assert.Equal(t, strings.ToValidUTF8(text, "\ufffd"), collapsed(m["modem"].(string)))
				assert.Equal(t, "modem.state", m["type"])
				assert.Equal(t, object{"state": "ready"}, m["data"])
			}
		})
	}
}

// FuzzWhatAFeedShows holds for any number, text and name that a message is one line of
// JSON, shows no text under Strict and no more than seven digits of a number, and that
// of its levels the last alone shows all.
func FuzzWhatAFeedShows(f *testing.F) {
	for _, number := range hostileNumbers {
		f.Add(number, "noon", "gsm0", byte('7'))
	}
	for _, text := range hostileTexts {
		f.Add("+12025550187", text, text, byte('#'))
	}
	f.Fuzz(func(t *testing.T, number, text, source string, key byte) {
		for _, e := range hostile(events.Number(number), text, voice.Key(key)) {
			messages, err := realtime.Encoded(ofSource{e, source})
			require.NoError(t, err)
			for _, p := range privacyLevels {
				m := assertHarmless(t, string(messages[p]))
				require.Equal(t, e.EventName(), m["type"])
				data := m["data"].(object)
				if p == events.Full {
					continue
				}
				assert.NotContains(t, data, "digit")
				for _, key := range []string{"number", "sender", "recipient", "caller"} {
					if masked, ok := data[key]; ok {
						assert.Equal(t, asJSON(t, events.Mask(number)), masked)
					}
				}
				if p == events.Strict {
					assert.NotContains(t, data, "body")
					assert.NotContains(t, data, "text")
				}
			}
		}
	})
}

// ofSource is an event of another source.
type ofSource struct {
	events.Public
	source string
}

func (e ofSource) EventHeader() events.Header {
	return events.Header{Time: time.Unix(0, 0), Source: e.source}
}

// asJSON returns a text as it comes out of JSON.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	js, err := json.Marshal(text)
	require.NoError(t, err)
	var back string
	require.NoError(t, json.Unmarshal(js, &back))
	return back
}
