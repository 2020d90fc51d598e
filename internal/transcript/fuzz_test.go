package transcript_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/transcript"
)

// told are runs of digits that are a length or a rate, and no number of anybody's.
var told = regexp.MustCompile(`(?m)^[ \t\x00]*(VOICE CALL: ?END: ?[0-9]{6}|CONNECT [0-9]{1,9})[ \t\x00]*$`)

// FuzzMask masks a dialogue that is cut into pieces: lines stay lines of their
// lengths, and no long run of digits stays where it was.
func FuzzMask(f *testing.F) {
	for _, s := range []string{
		"+CLIP: \"+12025550187\",145\r\n", "490154203237518\r\nOK\r\n", "+CUSD: 1,\"Menu\r\n1 Balance\r\n\",15\r\n", "> 0011000B91\r\n",
		"^DSCI: 1,1,4,0,12025550187,145\r\n", "+CMT: ,23\r\n07911326040000F0\r\n", "AT+CPIN=\"12345678\"\r\r\nOK\r\n", "\x00\xff+CREG: 1,\"1A2B\",\"00C3D4E5\"\r\n",
		"+CNAP: \"a \"123456\" b\",\"\r\n", "VOICE CALL: END: 000117\r\n", "MISSED_CALL: 11:01AM 07712345678\r", "RXDTMF: 123456\n",
	} {
		f.Add([]byte(s), []byte("ATD12025550187;\rAT+CPIN=\"123456\"\r0011AA\x1a\x1b"), uint8(7))
	}
	f.Fuzz(func(t *testing.T, received, written []byte, size uint8) {
		m := transcript.NewMasker(&transcript.Numbers{})
		var in, out []byte
		step := int(size)%64 + 1
		for i := 0; i < max(len(received), len(written)); i += step {
			out = append(out, m.Written(piece(written, i, step))...)
			in = append(in, m.Received(piece(received, i, step), time.Unix(0, int64(i)*1e8))...)
		}
		lastIn, lastOut := m.Flush()
		checkMasked(t, received, append(in, lastIn...))
		checkMasked(t, written, append(out, lastOut...))
	})
}

func piece(b []byte, from, n int) []byte { return b[min(from, len(b)):min(from+n, len(b))] }

// checkMasked checks what a mask must hold, whatever the bytes are.
func checkMasked(t *testing.T, raw, masked []byte) {
	t.Helper()
	require.Len(t, masked, len(raw))
	checkShape(t, string(raw), string(masked))
	fine := told.FindAllIndex(bytes.ReplaceAll(raw, []byte("\r"), []byte("\n")), -1)
	for _, at := range longRun.FindAllIndex(raw, -1) {
		run := string(raw[at[0]:at[1]])
		isFine := strings.TrimLeft(run, "0") == "" || len(strings.TrimLeft(run, "0")) <= 3 // as a mask is
		for _, f := range fine {
			isFine = isFine || f[0] <= at[0] && at[1] <= f[1]
		}
		if !isFine {
			assert.NotEqual(t, run, string(masked[at[0]:at[1]]))
		}
	}
}

// FuzzSecrets plants a number and a text into what modems send and are sent, and looks
// for them.
func FuzzSecrets(f *testing.F) {
	for i := range 20 {
		f.Add(uint64(2025550187)+uint64(i)*7919, uint8(i), uint8(i%5))
	}
	received := []string{
		`+CLIP: "+N",145,"",0,"T"`, `+CLCC: 1,1,4,0,0,"N",129,"T"`, "+CGSN: N", "N", "+CIMI: N", "+ICCID: NF", "^DSCI: 1,1,4,0,N,129",
		`+QIND: "ccinfo",1,1,4,0,0,"N",129`, "MISSED_CALL: 11:01AM N", `+CNUM: "T","N",129`, `+CSCA: "N",129`, `+CUSD: 0,"T N",15`,
		"+CUSD: 1,\"T\r\nN T\r\nT\",15", `+COLP: "N",129`, `+CCWA: "N",129,1`, `+CPBR: 1,"N",129,"T"`, `#ECAM: 0,1,1,,,"N",129`, "+UNKNOWN: N", `+UNKNOWN: "T"`,
		"+CMT: \"N\",,\"24/06/01,12:00:00+08\"\r\nT N", "ATDN;", "T", "ERROR+CNUM: \"T\",\"N\"", "ATI", "+CMGL: 1,1,\"T\",23\r\nN",
	}
	written := []string{
		"ATD+N;", `AT+CPIN="N"`, `AT+CMGS="N"`, `AT+CUSD=1,"*N#",15`, `AT+CPBW=1,"N",129,"T"`, `AT+CPWD="SC","N","N"`, "T N\x1a", "AT+UNKNOWN=N", `AT+UNKNOWN="T"`,
		"AT+VTS=N", "AT^DTMF=1,N", "AT+QPCMV=1,0;DN;", `AT+CLCK="SC",1,"N"`, "AT+CPIN=N",
	}
	f.Fuzz(func(t *testing.T, number uint64, which, cut uint8) {
		n := strings.ReplaceAll(formatNumber(number), "0", "7")
		const text = "meet Alice"
		fill := strings.NewReplacer("N", n, "T", text).Replace
		line := func(s string) string { // the names of commands have those letters too
			head, rest, _ := strings.Cut(s, ":")
			if rest == "" {
				head, rest, _ = strings.Cut(s, "=")
			}
			if rest == "" || strings.HasPrefix(s, "+CMT") && len(head) > 5 {
				return fill(s)
			}
			return head + s[len(head):len(head)+1] + fill(rest)
		}
		m := transcript.NewMasker(&transcript.Numbers{})
		w := line(written[int(which)%len(written)]) + "\r"
		r := line(received[int(which)%len(received)]) + "\r\n"
		out := append(m.Written([]byte(w[:int(cut)%len(w)])), m.Written([]byte(w[int(cut)%len(w):]))...)
		in := append(m.Received([]byte(r[:int(cut)%len(r)]), time.Time{}), m.Received([]byte(r[int(cut)%len(r):]), time.Time{})...)
		for _, masked := range []string{string(out), string(in)} {
			assert.NotContains(t, masked, "Alice")
			for i := 0; i+6 <= len(n); i++ {
				assert.NotContains(t, masked, n[i:i+6])
			}
		}
	})
}

// formatNumber is a number of 7 to 15 digits.
func formatNumber(n uint64) string {
	var b strings.Builder
	for range 7 + n%9 {
		b.WriteByte('1' + byte(n%9))
		n = n/9 + 0x9E3779B97F4A7C15*(n%7)
	}
	return b.String()
}

// FuzzRead reads transcripts: what is read, written and read again is the same.
func FuzzRead(f *testing.F) {
	f.Add(`{"us":1,"port":"at","op":"open"}` + "\n" + `{"us":2,"port":"at","op":"out","data":"AT\r"}` + "\n")
	f.Add(`{"us":1,"port":"audio","op":"in","bytes":640}` + "\n" + `{"us":2,"port":"reports","op":"end","error":"EOF"}`)
	f.Add(`{"us":-1,"port":"at","op":"open"}`)
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := transcript.Read(strings.NewReader(string(transcript.Header()) + text))
		if err != nil {
			return
		}
		again := transcript.Header()
		for _, e := range entries {
			again = transcript.Append(again, e)
		}
		same, err := transcript.Read(bytes.NewReader(again))
		require.NoError(t, err)
		assert.Equal(t, entries, same)
	})
}
