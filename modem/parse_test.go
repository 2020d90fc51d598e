package modem

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

func TestParseClock(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"000117": 77 * time.Second, "010203": time.Hour + 2*time.Minute + 3*time.Second, "000000": 0,
		"01:02:03": time.Hour + 2*time.Minute + 3*time.Second, "02:03": 2*time.Minute + 3*time.Second,
		"": 0, "117": 0, "00117": 0, "0001170": 0, "00011x": 0, "1:2:3:4": 0, "-00117": 0, "::": 0, "999999": 99*time.Hour + 99*time.Minute + 99*time.Second,
	} {
		assert.Equal(t, want, parseClock(s), "%q", s)
	}
}

func TestParseVoiceCall(t *testing.T) {
	tests := map[string]struct {
		begin bool
		talk  time.Duration
		ok    bool
	}{
		"VOICE CALL: BEGIN":       {true, 0, true},
		"VOICE CALL:BEGIN":        {true, 0, true},
		"VOICE CALL: END":         {false, 0, true},
		"VOICE CALL: END: 000117": {false, 77 * time.Second, true},
		"VOICE CALL:END:000117":   {false, 77 * time.Second, true},
		"VOICE CALL: END: soon":   {false, 0, true},
		"VOICE CALL":              {},
		"VOICE CALL: ENDED":       {},
		"VOICE CALL: HOLD":        {},
		"":                        {},
	}
	for line, want := range tests {
		begin, talk, ok := parseVoiceCall(line)
		assert.Equal(t, want.begin, begin, "%q", line)
		assert.Equal(t, want.talk, talk, "%q", line)
		assert.Equal(t, want.ok, ok, "%q", line)
	}
}

func TestParseMissed(t *testing.T) {
	for line, want := range map[string]events.Number{
		"MISSED_CALL: 11:01AM 12025550100":  "12025550100",
		"MISSED_CALL: 11:01AM +12025550100": "+12025550100",
		"MISSED_CALL: 11:01AM":              "",
		"MISSED_CALL: 11:01AM ":             "",
		"MISSED_CALL":                       "",
		"MISSED_CALL: 11:01 AM":             "",
		"":                                  "",
	} {
		assert.Equal(t, want, parseMissed(line), "%q", line)
	}
}

func TestParseCLCCKnowsWhatIsNoCall(t *testing.T) {
	for _, line := range []string{
		"", "+CLCC", "+CLCC: 1,1,4", "+CLCC: 1,1,7,0,0", "+CLCC: 1,2,4,0,0", "+CLCC: -1,1,4,0,0", "+CLCC: 1,1,-4,0,0",
		"+CLCC: x,1,4,0,0", "+CLCC: 1,1,4,1,0", "+CLCC: 1,1,4,2,0", "+CLCC: 1,1,4,6,0", "+CLCC: 1,1,4,9,0", "+CLIP: 1,1,4,0,0",
	} {
		_, ok := parseCLCC(line)
		assert.False(t, ok, "%q", line)
	}
	for mode := range 10 {
		_, ok := parseCLCC(fmt.Sprintf("+CLCC: 1,0,0,%d,0", mode))
		assert.Equal(t, slices.Contains([]int{0, 3, 4, 5}, mode), ok, "mode %d", mode)
	}
}

func TestSameNumber(t *testing.T) {
	same := [][2]events.Number{
		{"+12025550100", "+12025550100"},
		{"+12025550100", "2025550100"},
		{"+12025550100", "0012025550100"},
		{"+12025550100", "5550100"},
		{"+12025550100", "0100"},
		{"+12025550100", ""},
		{"", ""},
	}
	for _, p := range same {
		assert.True(t, sameNumber(p[0], p[1]), "%q %q", string(p[0]), string(p[1]))
		assert.True(t, sameNumber(p[1], p[0]), "%q %q", string(p[1]), string(p[0]))
	}
	other := [][2]events.Number{{"+12025550100", "+12025550199"}, {"+12025550100", "12025550101"}, {"0100", "0101"}, {"5550100", "6550100"}}
	for _, p := range other {
		assert.False(t, sameNumber(p[0], p[1]), "%q %q", string(p[0]), string(p[1]))
		assert.False(t, sameNumber(p[1], p[0]), "%q %q", string(p[1]), string(p[0]))
	}
}

func TestVoiceRing(t *testing.T) {
	for line, want := range map[string]bool{
		"+CRING: VOICE": true, "+CRING:VOICE": true, "+CRING: VOICE/XXX": true, "+CRING": true,
		"+CRING: REL ASYNC": false, "+CRING: GPRS": false, "+CRING:": false,
	} {
		assert.Equal(t, want, voiceRing(line), "%q", line)
	}
}

// lines is what fuzzing begins with.
var lines = []string{
	`+CLCC: 1,1,4,0,0,"+12025550100",145`, "+CLCC: 1,0,0,1,0,\"\",128", "+CLCC:2,0,2,0,1,12025550100", `+CLIP: "+12025550100",145,,,,0`,
	"+CLIP:,129,,,,1", "VOICE CALL: END: 000117", "VOICE CALL:BEGIN", "+RXDTMF: #", "+DTMF: 5,120", "+QTONEDET: 56", "+CSQ: 20,99",
	"+CSQ: 120", `+CREG: 2,5,"1A2B","00C3D4E5",7`, "+CEREG: 1", "+CREG: 0 5", `+CEER: "User busy"`, "+CEER: No cause information available",
	"MISSED_CALL: 11:01AM 07712345678", "+CRING: VOICE", "", ",", "+CLCC: ,,,,,\"", "+CLCC: 1,1,4,0,0,\"a\"b\",1",
}

// quotable tells whether a text can stand in quotes and come out of them again.
func quotable(s string) bool { return !strings.ContainsAny(s, "\"\r\n") }

func FuzzParseCLCC(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		l, ok := parseCLCC(line)
		if !ok {
			assert.Zero(t, l)
			return
		}
		assert.GreaterOrEqual(t, l.index, 0)
		assert.Contains(t, callStates, l.state)
		again := fmt.Sprintf("+CLCC: %d,%d,%d,0,0", l.index, 1-int(l.dir), slices.Index(callStates[:], l.state))
		if l.named && quotable(string(l.number)) {
			again += `,"` + string(l.number) + `",129`
		} else {
			l.number, l.named = "", false
		}
		got, ok := parseCLCC(again)
		assert.True(t, ok)
		assert.Equal(t, l, got, "%q", again)
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		n, ok := parseNumber(line)
		if !ok {
			assert.Empty(t, string(n))
			return
		}
		if !quotable(string(n)) {
			return
		}
		got, ok := parseNumber(`+CLIP: "` + string(n) + `",145`)
		assert.True(t, ok)
		assert.Equal(t, string(n), string(got))
	})
}

func FuzzParseVoiceCall(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		begin, talk, ok := parseVoiceCall(line)
		assert.GreaterOrEqual(t, talk, time.Duration(0))
		assert.Less(t, talk, 260*time.Hour)
		if !ok || begin {
			assert.Zero(t, talk)
			return
		}
		s := int(talk.Seconds())
		_, got, ok := parseVoiceCall(fmt.Sprintf("VOICE CALL: END: %d:%02d:%02d", s/3600, s/60%60, s%60))
		assert.True(t, ok)
		if s/3600 < 256 { // what the hours can be
			assert.Equal(t, talk, got)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, l := range lines {
		f.Add(l, true)
		f.Add(l, false)
	}
	f.Fuzz(func(t *testing.T, line string, code bool) {
		key, ok := parseKey(line, code)
		if !ok {
			return
		}
		assert.Contains(t, voice.AnyKey, string(rune(key)))
		got, ok := parseKey("+DTMF: "+string(rune(key)), code)
		assert.True(t, ok && got == key)
		got, ok = parseKey(fmt.Sprintf("+QTONEDET: %d", key), true)
		assert.True(t, ok && got == key)
	})
}

func FuzzParseCSQ(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		s, ok := parseCSQ(line)
		if !ok || !s.Known {
			assert.Equal(t, Signal{}, s)
			return
		}
		assert.GreaterOrEqual(t, s.DBm, -116)
		assert.LessOrEqual(t, s.DBm, -25)
		code := s.DBm + 216 // of TD-SCDMA, one for each dBm
		if s.DBm >= -113 && s.DBm <= -51 && (s.DBm+113)%2 == 0 {
			code = (s.DBm + 113) / 2
		}
		got, ok := parseCSQ(fmt.Sprintf("+CSQ: %d,99", code))
		assert.True(t, ok)
		assert.Equal(t, s, got)
		assert.Contains(t, []int{0, 1, 2, 3, 4}, s.Bars())
	})
}

func FuzzParseRegistration(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, ok := parseRegistration(line)
		if !ok {
			assert.Zero(t, r)
			return
		}
		assert.GreaterOrEqual(t, int(r.Status), 0)
		assert.GreaterOrEqual(t, int(r.Access), 0)
		assert.NotEmpty(t, r.String())
		assert.True(t, r.Area == "" || isHex(r.Area))
		assert.True(t, r.Cell == "" || isHex(r.Cell))
		again := fmt.Sprintf(`+CREG: 2,%d,"%s","%s"`, r.Status, r.Area, r.Cell)
		if r.Access > 0 {
			again += fmt.Sprintf(",%d", r.Access-1)
		}
		got, ok := parseRegistration(again)
		assert.True(t, ok)
		assert.Equal(t, r, got, "%q", again)
	})
}

func FuzzParseCause(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		text, reason, cause := parseCause([]string{"+CSQ: 1,99", line})
		assert.Contains(t, []voice.EndReason{voice.Busy, voice.NoAnswer, voice.Rejected, voice.Failed}, reason)
		assert.True(t, cause >= 0 && cause <= 127, "TS 24.008, table 10.5.123")
		if reason == voice.Busy {
			assert.Equal(t, causeBusy, cause)
		}
		gotText, gotReason, gotCause := parseCause([]string{`+CEER: "` + text + `"`})
		assert.Equal(t, text, gotText)
		assert.Equal(t, reason, gotReason)
		assert.Equal(t, cause, gotCause)
	})
}

func FuzzSameNumber(f *testing.F) {
	f.Add("+12025550100", "2025550100")
	f.Add("", "1")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := events.Number(a), events.Number(b)
		assert.Equal(t, sameNumber(x, y), sameNumber(y, x), "symmetric")
		assert.True(t, sameNumber(x, x))
		assert.True(t, sameNumber("", x))
		assert.True(t, sameNumber("+44"+x, x), "a prefix makes no other number")
	})
}

func TestParseFlow(t *testing.T) {
	for line, want := range map[string][2]bool{
		"+QPCMV: 0,0": {true, true}, "+QPCMV: 1,0": {false, true}, "+QPCMV:0": {true, true}, "+QPCMV: 1,2": {false, true},
		"+QPCMV": {}, "+QPCMV: ": {}, "+QPCMV: 2,0": {}, "+QPCMV: -1,0": {}, "+QPCMV: x": {}, "": {},
	} {
		stop, ok := parseFlow(line)
		assert.Equal(t, want, [2]bool{stop, ok}, "%q", line)
	}
}

func FuzzParseFlow(f *testing.F) {
	for _, l := range append(lines, "+QPCMV: 0,0", "+QPCMV: 1,0") {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		stop, ok := parseFlow(line)
		if !ok {
			assert.False(t, stop)
			return
		}
		again := "+QPCMV: 1,0"
		if stop {
			again = "+QPCMV: 0,0"
		}
		gotStop, ok := parseFlow(again)
		assert.True(t, ok)
		assert.Equal(t, stop, gotStop)
	})
}

func FuzzParseMissed(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		n := string(parseMissed(line))
		if n == "" {
			return
		}
		assert.True(t, validNumber(n))
		assert.True(t, strings.HasSuffix(line, " "+n), "the number is what stands last")
		assert.Equal(t, n, string(parseMissed("MISSED_CALL: 11:01AM "+n)))
	})
}

func FuzzVoiceRing(f *testing.F) {
	for _, l := range lines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		_, kind, colon := strings.Cut(line, ":")
		assert.Equal(t, voiceRing(line), voiceRing("+CRING:"+kind) || !colon, "the name makes no difference")
		if voiceRing(line) && colon {
			assert.True(t, voiceRing(line+"/XXX"), "what follows neither")
			assert.Contains(t, line, "VOICE")
		}
	})
}
