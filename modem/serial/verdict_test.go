package serial_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem/serial"
)

// frame puts data into a frame as RFC 1662 has it, by a table of its sequence that is
// made here: "123456789" has 6e 90.
func frame(data string) string {
	sum := uint16(0xffff)
	for i := range len(data) {
		x := byte(sum) ^ data[i]
		x ^= x << 4
		sum = sum>>8 ^ uint16(x)<<8 ^ uint16(x)<<3 ^ uint16(x)>>4
	}
	sum = ^sum
	var b strings.Builder
	for _, c := range []byte(data + string([]byte{byte(sum), byte(sum >> 8)})) {
		if c == 0x7d || c == 0x7e {
			b.WriteByte(0x7d)
			c ^= 0x20
		}
		b.WriteByte(c)
	}
	return b.String() + "\x7e"
}

func TestJudge(t *testing.T) {
	tests := map[string]struct {
		came string
		want serial.Verdict
	}{
		"nothing":            {"", serial.Silent},
		"OK":                 {"\r\nOK\r\n", serial.Answers},
		"OK behind an echo":  {"AT\r\r\nOK\r\n", serial.Answers},
		"OK without echo":    {"AT\rOK\r", serial.Answers},
		"OK behind a report": {"\r\nRING\r\n\r\n+CLIP: \"\",128\r\n\r\nOK\r\n", serial.Answers},
		"refused":            {"\r\nERROR\r\n", serial.Answers},
		"refused, number":    {"\r\n+CME ERROR: 515\r\n", serial.Answers},
		"OK behind noise":    {"\x00\xff\xfe\r\nOK\r\n", serial.Answers},
		"echo only":          {"AT\rAT\r", serial.Talks},
		"a report only":      {"\r\nRING\r\n", serial.Talks},
		"a word with OK":     {"BOOK\r\n", serial.Talks},
		"NULs":               {"\x00\x00\x00", serial.Noise},
		"wrong rate":         {"\xe6\x9e\x00\xf8\x66\x86\x98\xf8", serial.Noise},
		"PPP":                {"\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7e", serial.DataMode},
		"PPP, not escaped":   {"\x7e\xff\x03\xc0\x21\x01\x00\x00\x14\x7e", serial.DataMode},
		"PPP, no address":    {"\x7d\x27\x7e" + frame("\xc0\x21\x09\x01\x00\x08\xa5\x5a\xc3\x3c"), serial.DataMode},
		"diagnostic":         {frame("123456789"), serial.Diagnostic},
		"behind half a one":  {"\x01\x02\x7e" + frame("\x13AT\x7d\x7e"), serial.Diagnostic},
		"a wrong check":      {"\x80\x81\x82\x83\x7e", serial.Noise},
		"a tilde in text":    {"~ login: ", serial.Talks},
		"positions":          {"$GPGGA,092204.999,4250.5589,S,14718.5084,E,1,04,24.4,19.7,M,,,,0000*1F\r\n", serial.Positions},
		"a dollar":           {"$5,00 * 2\r\n", serial.Talks},
	}
	assert.Equal(t, "123456789\x6e\x90\x7e", frame("123456789"))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := serial.Judge([]byte(tt.came))
			assert.Equal(t, tt.want, got, "%v", got)
		})
	}
}

func TestVerdictsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for v := serial.Silent; v <= serial.Answers; v++ {
		assert.False(t, seen[v.String()], v.String())
		seen[v.String()] = true
		assert.Equal(t, v == serial.Answers, v.Remedy() == "", v.String())
	}
	assert.Len(t, seen, 7)
	for _, v := range []serial.Verdict{-1, 99} {
		assert.Equal(t, "unknown", v.String())
		assert.Empty(t, v.Remedy())
	}
}

func TestParseIMEI(t *testing.T) {
	tests := map[string]string{
		"\r\n490154203237518\r\n\r\nOK\r\n":             "490154203237518",
		"AT+CGSN\r\r\n+CGSN: 490154203237518\r\nOK\r\n": "490154203237518",
		"\r\n+CGSN: \"490154203237518\"\r\nOK\r\n":      "490154203237518",
		"\r\nIMEI:490154203237518\r\nOK\r\n":            "490154203237518",
		"\r\nRING\r\n\r\n4901542032375101\r\nOK\r\n":    "4901542032375101",
		"\r\n+CLIP: \"490154203237518\",129\r\nOK\r\n":  "",
		"\r\nOK\r\n":                "",
		"\r\n1234567890123\r\n":     "",
		"\r\n12345678901234567\r\n": "",
		"":                          "",
	}
	for came, want := range tests {
		got, ok := serial.ParseIMEI([]byte(came))
		assert.Equal(t, want, got, "%q", came)
		assert.Equal(t, want != "", ok, "%q", came)
	}
	assert.True(t, serial.SameIMEI("490154203237518", "4901542032375101"), "with a software version")
	assert.False(t, serial.SameIMEI("490154203237518", "490154203237418"))
	assert.False(t, serial.SameIMEI("", ""))
}

// FuzzJudge holds that a verdict does not depend on line ends, that an answer stays
// one whatever follows it on lines of its own, and that an IMEI is digits that came.
func FuzzJudge(f *testing.F) {
	for _, s := range []string{"AT\r\r\nOK\r\n", "\x7e\xff\x03", "\x13\x7e", "$GPRMC,1*2", "\r\n+CGSN: \"490154203237518\"\r\n"} {
		f.Add([]byte(s), []byte("\r\nRING\r\n"))
	}
	f.Fuzz(func(t *testing.T, came, more []byte) {
		verdict := serial.Judge(came)
		assert.Equal(t, verdict == serial.Silent, len(came) == 0)
		if verdict == serial.Answers {
			assert.Equal(t, serial.Answers, serial.Judge(append(append(slices.Clip(came), '\r'), more...)))
		}
		if imei, ok := serial.ParseIMEI(came); ok {
			assert.Contains(t, string(came), imei)
			assert.Empty(t, strings.Trim(imei, "0123456789"))
			assert.True(t, serial.SameIMEI(imei, imei))
		}
	})
}
