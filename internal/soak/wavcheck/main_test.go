package main

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wav makes a file of one sample value, with chunks before the data.
func wav(f format, n int, sample int16, before ...string) []byte {
	var body bytes.Buffer
	body.WriteString("WAVE")
	chunk := func(name string, data any) {
		var b bytes.Buffer
		_ = binary.Write(&b, binary.LittleEndian, data)
		body.WriteString(name)
		_ = binary.Write(&body, binary.LittleEndian, uint32(b.Len()))
		body.Write(b.Bytes())
		body.Write(make([]byte, b.Len()%2))
	}
	for _, text := range before {
		chunk("LIST", []byte(text))
	}
	chunk("fmt ", f)
	samples := make([]int16, n)
	for i := range samples {
		samples[i] = sample
	}
	chunk("data", samples)
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(body.Len()))
	return append(head, body.Bytes()...)
}

var line = format{pcm, 1, 8000, 16000, 2, 16}

func TestCheckTakesAMessage(t *testing.T) {
	m, err := check(wav(line, 16000, 3277, "odd"))
	require.NoError(t, err)
	assert.Equal(t, 2*time.Second, m.length)
	assert.InDelta(t, -20, m.level, 0.01)
}

func TestCheckRefuses(t *testing.T) {
	with := func(change func(*format)) []byte {
		f := line
		change(&f)
		return wav(f, 16000, 1000)
	}
	good := wav(line, 16000, 1000)
	patched := func(at int, v uint32) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	tests := map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "not a WAV"},
		"text":             {[]byte("not a WAV at all"), "not a WAV"},
		"RIFF size":        {patched(4, 0), "the header says 0 bytes follow"},
		"data size":        {patched(40, 0xFFFFFFFF), `chunk "data" says 4294967295 bytes`},
		"data size low":    {patched(40, 100), "says"},
		"truncated":        {good[:1000], "the header says"},
		"stereo":           {with(func(f *format) { f.Channels = 2 }), "Channels:2"},
		"16 kHz":           {with(func(f *format) { f.Rate = 16000 }), "Rate:16000"},
		"8-bit":            {with(func(f *format) { f.Bits = 8 }), "Bits:8"},
		"A-law":            {with(func(f *format) { f.Tag = 6 }), "Tag:6"},
		"one second":       {wav(line, 8000, 1000), "1s long, not more than 1s"},
		"silence":          {wav(line, 16000, 0), "silent: mean level -Inf"},
		"a rounding error": {wav(line, 16000, 1), "silent: mean level -90.3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := check(tt.data)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
