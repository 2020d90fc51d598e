package sniff_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/internal/sniff"
)

func TestWhatSends(t *testing.T) {
	const (
		ppp = 1 << iota
		frame
		binary
		nmea
	)
	tests := map[string]struct {
		came string
		want int
	}{
		"nothing":                      {"", 0},
		"an answer":                    {"\r\nOK\r\n", 0},
		"PPP, escaped":                 {"\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7e", ppp},
		"PPP, not escaped":             {"\x7e\xff\x03\xc0\x21\x01\x00\x00\x14\x7e", ppp | binary},
		"PPP without address":          {"\x7e\xc0\x21\x01", ppp},
		"a frame":                      {"123456789\x6e\x90\x7e", frame},
		"a frame behind half of one":   {"34\x7e123456789\x6e\x90\x7e", frame},
		"a frame, escaped":             {"\x7d\x1123456789\x6e\x90\x7e", frame},
		"a frame whose check is wrong": {"123456789\x6e\x91\x7e", 0},
		"a tilde in text":              {"~ login: ~", 0},
		"another rate":                 {"\xe6\x9e\x00\xf8\x66\x86\x98\xf8", binary},
		"another rate, with a tilde":   {"\xe6\x9e\x00\xf8\x66\x86\x98\xf8\x7e", binary},
		"half of it is text":           {"abcd\x80\x81\x82\x83", 0},
		"positions":                    {"$GPGGA,092204.999,4250.5589,S,14718.5084,E,1,04,24.4,19.7,M,,,,0000*1F\r\n", nmea},
		"a sum of money":               {"$5,00 * 2\r\n", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := 0
			for bit, is := range map[int]func([]byte) bool{
				ppp: sniff.HasPPP, frame: sniff.HasFrame, binary: sniff.IsMostlyBinary, nmea: sniff.HasNMEA,
			} {
				if is([]byte(tt.came)) {
					got |= bit
				}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestLines(t *testing.T) {
	assert.Equal(t, [][]byte{[]byte("AT"), []byte("OK")}, sniff.Lines([]byte("AT\r\r\n \r\x00\nOK\r\n")))
	assert.Empty(t, sniff.Lines(nil))
}

// FuzzSniff holds that what is found stays found when more comes behind it.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("123456789\x6e\x90\x7e"), []byte("\r\nOK\r\n"))
	f.Add([]byte("\x7e\xff\x03"), []byte("\x00"))
	f.Add([]byte("$GPGGA,092204.999*1F\r\n"), []byte("$"))
	f.Fuzz(func(t *testing.T, came, more []byte) {
		whole := append(bytes.Clone(came), more...)
		if sniff.HasPPP(came) {
			assert.True(t, sniff.HasPPP(whole))
		}
		if sniff.HasFrame(append(bytes.Clone(came), 0x7e)) {
			assert.True(t, sniff.HasFrame(append(append(bytes.Clone(came), 0x7e), more...)))
		}
		if sniff.HasNMEA(came) {
			assert.True(t, sniff.HasNMEA(append(append(bytes.Clone(came), '\r'), more...)))
		}
		for _, l := range sniff.Lines(came) {
			assert.NotContains(t, string(l), "\r")
			assert.NotEmpty(t, bytes.TrimSpace(l))
		}
	})
}
