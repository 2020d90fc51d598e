package ws_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime/ws"
)

func TestFramesOfEachLengthAreWhatRFC6455Says(t *testing.T) {
	tests := map[string]struct {
		length int
		head   []byte
	}{
		"empty":                 {0, []byte{0x81, 0}},
		"longest in 7 bits":     {125, []byte{0x81, 125}},
		"shortest in 16 bits":   {126, []byte{0x81, 126, 0, 126}},
		"longest in 16 bits":    {65535, []byte{0x81, 126, 0xFF, 0xFF}},
		"shortest in 64 bits":   {65536, []byte{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}},
		"longer than it should": {1<<20 + 5, []byte{0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 5}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			payload := bytes.Repeat([]byte{' '}, tt.length)
			got := ws.AppendText([]byte("before"), payload)
			assert.Equal(t, "before"+string(tt.head)+string(payload), string(got))
		})
	}
}

func FuzzFramesAreReadAsTheyWereWritten(f *testing.F) {
	f.Add("a", "b", 0)
	f.Add("", "é", 130)
	f.Add("x", "", 70000)
	f.Fuzz(func(t *testing.T, a, b string, n int) {
		pad := string(bytes.Repeat([]byte{'p'}, max(0, min(n, 1<<17))))
		var want []json.RawMessage
		var wire []byte
		for _, text := range []string{a, b + pad, pad} {
			m, err := json.Marshal(text)
			require.NoError(t, err)
			want = append(want, m)
			wire = ws.AppendText(wire, m)
		}
		r := frames{r: bytes.NewReader(wire)}
		for _, m := range want {
			got, err := r.next()
			require.NoError(t, err)
			require.Equal(t, byte(opText), got.op)
			require.Equal(t, string(m), string(got.payload))
		}
		_, err := r.next()
		require.Equal(t, io.EOF, err)
	})
}

// The tests are as good as the parser by which they look at the wire.
func TestTheStrictParserIsStrict(t *testing.T) {
	text := "\x81\x02{}"
	tests := map[string]struct {
		wire string
		err  error
	}{
		"a text":              {text, io.EOF},
		"a fragment":          {"\x01\x02{}", errStrict},
		"a reserved bit":      {"\xC1\x02{}", errStrict},
		"a mask":              {"\x81\x82\x00\x00\x00\x00{}", errStrict},
		"binary":              {"\x82\x02{}", errStrict},
		"an unknown opcode":   {"\x8B\x00", errStrict},
		"a continuation":      {"\x80\x00", errStrict},
		"a long ping":         {"\x89\x7E\x00\x7E", errStrict},
		"16 bits for 5":       {"\x81\x7E\x00\x05 {}  ", errStrict},
		"64 bits for 300":     {"\x81\x7F\x00\x00\x00\x00\x00\x00\x01\x2C", errStrict},
		"no JSON":             {"\x81\x02}{", errStrict},
		"text after a Close":  {"\x88\x00" + text, errStrict},
		"a Close":             {text + "\x88\x02\x03\xE8", io.EOF},
		"cut within a head":   {text + "\x81", io.ErrUnexpectedEOF},
		"cut within a length": {text + "\x81\x7E\x01", io.ErrUnexpectedEOF},
		"cut within a text":   {text + "\x81\x05{", io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := frames{r: bytes.NewReader([]byte(tt.wire))}
			var err error
			for err == nil {
				_, err = r.next()
			}
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, errors.Is(tt.err, errStrict), errors.Is(err, errStrict))
		})
	}
}
