package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

// Chunks of an odd length, with the byte that pads them and without.
const (
	oddList      = "LIST\x05\x00\x00\x00INFOx\x00"
	oddUnpadded  = "LIST\x05\x00\x00\x00INFOx"
	evenList     = "LIST\x04\x00\x00\x00INFO"
	zeroLength   = "JUNK\x00\x00\x00\x00"
	cutOffList   = "LIST\x40\x00\x00\x00INFOIART"
	unknownChunk = "zZ 9\x02\x00\x00\x00ab"
)

// The headers that are met in the field, and that have to be read.
func TestOpenReads(t *testing.T) {
	samples := sine(1600)
	pcm := littleEndian(samples)
	letters := bytes.Repeat([]byte("A"), 3200)

	tests := map[string]struct {
		file fields
		want []byte // usually pcm
		rate int    // usually 8000
	}{
		"plain":                          {},
		"16 kHz":                         {file: fields{rate: 16000}, rate: 16000},
		"44.1 kHz, for the caller":       {file: fields{rate: 44100}, rate: 44100},
		"fmt of 18 bytes":                {file: fields{fmtLen: 18}},
		"extensible":                     {file: fields{tag: 0xFFFE, fmtLen: 40}},
		"LIST before data":               {file: fields{before: evenList}},
		"odd LIST before data":           {file: fields{before: oddList}},
		"odd LIST that nobody padded":    {file: fields{before: oddUnpadded}},
		"many chunks before data":        {file: fields{before: oddList + unknownChunk + zeroLength + evenList}},
		"LIST after data":                {file: fields{after: oddList}},
		"LIST after data, cut off":       {file: fields{after: cutOffList}},
		"chunks after data":              {file: fields{after: evenList + unknownChunk + oddList + zeroLength}},
		"stray byte after data":          {file: fields{after: "\x00"}},
		"size 0, recorder died":          {file: fields{size: always[[]byte](0), riff: always[uint32](36)}},
		"size 42, recorder died":         {file: fields{size: always[[]byte](42), riff: always[uint32](42)}},
		"size of the last second's sync": {file: fields{size: always[[]byte](1600), riff: always[uint32](1636)}},
		"size 0, samples like letters":   {file: fields{size: always[[]byte](0), pcm: letters}, want: letters},
		"size 0, silence": {
			file: fields{size: always[[]byte](0), pcm: make([]byte, 3200)}, want: make([]byte, 3200),
		},
		"size 0xFFFFFFFF, streamed":    {file: fields{size: always[[]byte](0xFFFFFFFF), riff: always[uint32](0xFFFFFFFF)}},
		"size 0x7FFFF000, streamed":    {file: fields{size: always[[]byte](0x7FFFF000), riff: always[uint32](0x7FFFF024)}},
		"size beyond the end, cut off": {file: fields{size: always[[]byte](9999), riff: always[uint32](10035)}},
		"A19 cut off within a sample": {
			file: fields{pcm: pcm[:1001], size: always[[]byte](3200)}, want: pcm[:1000],
		},
		"A19 odd size":              {file: fields{pcm: pcm[:1001]}, want: pcm[:1000]},
		"A19 odd size and pad byte": {file: fields{pcm: pcm[:1001], after: "\x00"}, want: pcm[:1000]},
		"A19 odd size, pad byte and LIST": {
			file: fields{pcm: pcm[:1001], after: "\x00" + oddList}, want: pcm[:1000],
		},
		"A19 odd size, LIST and no pad byte": {
			file: fields{pcm: pcm[:1001], after: oddList}, want: pcm[:1000],
		},
		"wrong size of the whole":   {file: fields{riff: always[uint32](0)}},
		"no samples":                {file: fields{pcm: []byte{}}, want: []byte{}},
		"no samples, but LIST":      {file: fields{pcm: []byte{}, after: oddList}, want: []byte{}},
		"one byte, half a sample":   {file: fields{pcm: []byte{7}}, want: []byte{}},
		"one sample":                {file: fields{pcm: pcm[2:4]}, want: pcm[2:4]},
		"the second fmt is ignored": {file: fields{before: "fmt \x04\x00\x00\x00abcd"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.file.pcm == nil {
				tt.file.pcm = pcm
			}
			if tt.want == nil {
				tt.want = pcm
			}
			info, got, err := readAll(tt.file.bytes())
			require.NoError(t, err)
			assert.Equal(t, or(tt.rate, 8000), info.Rate)
			assert.Len(t, got, int(info.Samples), "what Info promises is what Read gives")
			assert.Equal(t, tt.want, littleEndian(got))
		})
	}
}

// The files that are refused, each with its reason.
func TestOpenRefuses(t *testing.T) {
	pcm := littleEndian(sine(160))
	whole := fields{pcm: pcm}.bytes()
	const noFmt = "RIFF\x24\x00\x00\x00WAVE"

	tests := map[string]struct {
		file  []byte
		err   error
		found string
	}{
		"empty":                        {nil, wav.ErrEmpty, ""},
		"text":                         {[]byte("Please leave a message"), wav.ErrNotWAV, ""},
		"one byte of text":             {[]byte("P"), wav.ErrNotWAV, ""},
		"another RIFF file":            {[]byte("RIFF\x24\x00\x00\x00AVI LIST"), wav.ErrNotWAV, ""},
		"RF64":                         {append([]byte("RF64"), whole[4:]...), wav.ErrNotWAV, ""},
		"zeros, after a power cut":     {make([]byte, 4096), wav.ErrNotWAV, ""},
		"cut off in RIFF":              {whole[:3], wav.ErrTruncated, ""},
		"cut off in WAVE":              {whole[:10], wav.ErrTruncated, ""},
		"cut off in the fmt header":    {whole[:18], wav.ErrTruncated, ""},
		"cut off in fmt":               {whole[:30], wav.ErrTruncated, ""},
		"cut off in the data header":   {whole[:40], wav.ErrTruncated, ""},
		"cut off in LIST":              {fields{before: cutOffList}.bytes()[:56], wav.ErrTruncated, ""},
		"fmt too short":                {[]byte(noFmt + "fmt \x08\x00\x00\x00\x01\x00\x01\x00\x40\x1F\x00\x00data\x00\x00\x00\x00"), wav.ErrTruncated, "fmt chunk of 8 bytes"},
		"fmt of size 0xFFFFFFFF":       {[]byte(noFmt + "fmt \xFF\xFF\xFF\xFF" + strings.Repeat("\x01", 99)), wav.ErrTruncated, ""},
		"no chunk":                     {[]byte(noFmt), wav.ErrNoFormat, ""},
		"no fmt":                       {[]byte(noFmt + "data\x04\x00\x00\x00\x01\x02\x03\x04"), wav.ErrNoFormat, ""},
		"fmt after data":               {[]byte(noFmt + "data\x00\x00\x00\x00" + string(whole[12:36])), wav.ErrNoFormat, ""},
		"no data":                      {whole[:36], wav.ErrNoData, ""},
		"no data, but LIST":            {append(whole[:36:36], oddList...), wav.ErrNoData, ""},
		"endless empty chunks":         {append(whole[:36:36], strings.Repeat(zeroLength, 2*wav.MaxChunks)...), wav.ErrNoData, ""},
		"endless empty chunks, no fmt": {[]byte(noFmt + strings.Repeat(zeroLength, 2*wav.MaxChunks)), wav.ErrNoFormat, ""},

		"mu-law":            {fields{tag: 7, fmtLen: 18, bits: 8, pcm: pcm}.bytes(), wav.ErrEncoding, "mu-law, format 0x0007"},
		"A-law":             {fields{tag: 6, fmtLen: 18, bits: 8, pcm: pcm}.bytes(), wav.ErrEncoding, "A-law, format 0x0006"},
		"Microsoft ADPCM":   {fields{tag: 2, fmtLen: 18, bits: 4, pcm: pcm}.bytes(), wav.ErrEncoding, "Microsoft ADPCM, format 0x0002"},
		"IMA ADPCM":         {fields{tag: 0x11, fmtLen: 18, bits: 4, pcm: pcm}.bytes(), wav.ErrEncoding, "IMA ADPCM, format 0x0011"},
		"GSM":               {fields{tag: 0x31, fmtLen: 18, bits: 8, pcm: pcm}.bytes(), wav.ErrEncoding, "GSM 06.10, format 0x0031"},
		"MP3":               {fields{tag: 0x55, fmtLen: 18, bits: 8, pcm: pcm}.bytes(), wav.ErrEncoding, "MP3, format 0x0055"},
		"float":             {fields{tag: 3, bits: 32, pcm: pcm}.bytes(), wav.ErrEncoding, "IEEE float, format 0x0003"},
		"unknown":           {fields{tag: 0x1234, pcm: pcm}.bytes(), wav.ErrEncoding, "format 0x1234"},
		"float, extensible": {fields{tag: 0xFFFE, subTag: 3, fmtLen: 40, bits: 32, pcm: pcm}.bytes(), wav.ErrEncoding, "IEEE float, format 0x0003"},
		"extensible and short": {
			fields{tag: 0xFFFE, fmtLen: 18, pcm: pcm}.bytes(), wav.ErrEncoding, "extensible, of an unknown kind, format 0xFFFE",
		},
		"extensible with another GUID": {
			bytes.Replace(fields{tag: 0xFFFE, fmtLen: 40, pcm: pcm}.bytes(), []byte("\x38\x9B\x71"), []byte("abc"), 1),
			wav.ErrEncoding, "extensible, of an unknown kind, format 0xFFFE",
		},
		"stereo":            {fields{channels: 2, pcm: pcm}.bytes(), wav.ErrChannels, "2 channels, stereo"},
		"six channels":      {fields{channels: 6, pcm: pcm}.bytes(), wav.ErrChannels, "6 channels"},
		"8-bit":             {fields{bits: 8, pcm: pcm}.bytes(), wav.ErrSampleSize, "8 bits"},
		"24-bit":            {fields{bits: 24, pcm: pcm}.bytes(), wav.ErrSampleSize, "24 bits"},
		"24-bit extensible": {fields{tag: 0xFFFE, fmtLen: 40, bits: 24, pcm: pcm}.bytes(), wav.ErrSampleSize, "24 bits"},
		"32-bit":            {fields{bits: 32, pcm: pcm}.bytes(), wav.ErrSampleSize, "32 bits"},
		"block align 0":     {fields{align: -1, pcm: pcm}.bytes(), wav.ErrBlockAlign, "0 bytes for one 16-bit sample"},
		"block align 4":     {fields{align: 4, pcm: pcm}.bytes(), wav.ErrBlockAlign, "4 bytes for one 16-bit sample"},
		"rate 0":            {withRate(whole, 0), wav.ErrRate, "0 Hz"},
		"rate 0xFFFFFFFF":   {withRate(whole, 0xFFFFFFFF), wav.ErrRate, "4294967295 Hz"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(tt.file)
			require.ErrorIs(t, err, tt.err)
			bad, ok := errors.AsType[*wav.FormatError](err)
			require.True(t, ok)
			assert.Equal(t, tt.found, bad.Found)
		})
	}
}

func withRate(file []byte, rate uint32) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint32(file[24:], rate)
	return file
}

func TestFormatErrorSaysWhatToDo(t *testing.T) {
	tests := map[string]struct {
		err  wav.FormatError
		want string
	}{
		"with a path": {
			wav.FormatError{Path: "greeting.wav", Err: wav.ErrChannels, Found: "2 channels, stereo"},
			"wav: greeting.wav: not mono (2 channels, stereo); convert it to a WAV of 16-bit mono PCM",
		},
		"encoding": {
			wav.FormatError{Err: wav.ErrEncoding, Found: "mu-law, format 0x0007"},
			"wav: not PCM (mu-law, format 0x0007); convert it to a WAV of 16-bit mono PCM",
		},
		"sample size": {
			wav.FormatError{Err: wav.ErrSampleSize, Found: "24 bits"},
			"wav: not 16-bit (24 bits); convert it to a WAV of 16-bit mono PCM",
		},
		"not a WAV": {
			wav.FormatError{Path: "song.mp3", Err: wav.ErrNotWAV},
			"wav: song.mp3: not a WAV file; convert it to a WAV of 16-bit mono PCM",
		},
		"nothing to convert": {wav.FormatError{Path: "a.wav", Err: wav.ErrEmpty}, "wav: a.wav: file is empty"},
		"cut off":            {wav.FormatError{Err: wav.ErrTruncated}, "wav: header is cut off"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.EqualError(t, &tt.err, tt.want) })
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}

	t.Run("reads", func(t *testing.T) {
		samples := sine(8000)
		r, err := wav.OpenFile(write("good.wav", fields{pcm: littleEndian(samples)}.bytes()))
		require.NoError(t, err)
		got, err := drain(r, 160)
		require.NoError(t, err)
		assert.Equal(t, samples, got)
		assert.Equal(t, time.Second, r.Info().Duration())
		require.NoError(t, r.Close())
		require.NoError(t, r.Close(), "closing twice is a no-op")
	})
	t.Run("names the file it refuses", func(t *testing.T) {
		path := write("empty.wav", nil)
		_, err := wav.OpenFile(path)
		require.ErrorIs(t, err, wav.ErrEmpty)
		bad, ok := errors.AsType[*wav.FormatError](err)
		require.True(t, ok)
		assert.Equal(t, path, bad.Path)
	})
	t.Run("names the file that is missing", func(t *testing.T) {
		_, err := wav.OpenFile(filepath.Join(dir, "missing.wav"))
		require.ErrorIs(t, err, os.ErrNotExist)
		assert.ErrorContains(t, err, "missing.wav")
	})
	t.Run("refuses a directory", func(t *testing.T) {
		_, err := wav.OpenFile(dir)
		require.Error(t, err)
		assert.ErrorContains(t, err, filepath.Base(dir))
	})
}

// A size in a header is never a reason to allocate: 4 GiB are announced here,
// by each field that can.
func TestOpenAllocatesNothingByASizeInTheFile(t *testing.T) {
	const noFmt = "RIFF\xFF\xFF\xFF\xFFWAVE"
	files := map[string][]byte{
		"data": fields{pcm: make([]byte, 100), size: always[[]byte](0xFFFFFFFF), riff: always[uint32](0xFFFFFFFF)}.bytes(),
		"LIST": fields{before: "LIST\xFF\xFF\xFF\xFFINFO"}.bytes(),
		"fmt":  []byte(noFmt + "fmt \xFF\xFF\xFF\xFF" + strings.Repeat("\x01", 99)),
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := wav.Open(bytes.NewReader(file), int64(len(file)))
			if err == nil {
				_, err = r.Read(make([]int16, 160))
			}
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
			if name == "data" {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, wav.ErrTruncated)
			}
		})
	}
}

// sparse is a file of any length: a header, and then zeros.
type sparse struct {
	head []byte
	size int64
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.size-off))
	clear(p[:n])
	if off < int64(len(s.head)) {
		copy(p[:n], s.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func TestOpenAtTheEndOfTheRange(t *testing.T) {
	head := fields{size: always[[]byte](0xFFFFFFFF)}.bytes()
	open := func(bytes int64) (*wav.Reader, error) {
		f := sparse{head, int64(len(head)) + bytes}
		return wav.Open(f, f.size)
	}
	r, err := open(wav.MaxDataBytes)
	require.NoError(t, err)
	assert.EqualValues(t, wav.MaxDataBytes/2, r.Info().Samples)
	assert.Equal(t, 268435453125*time.Microsecond, r.Info().Duration())
	n, err := r.Read(make([]int16, 160))
	require.NoError(t, err)
	assert.Equal(t, 160, n)

	_, err = open(wav.MaxDataBytes + 1)
	require.NoError(t, err, "half a sample more is not there")
	_, err = open(wav.MaxDataBytes + 2)
	require.ErrorIs(t, err, wav.ErrTooLong)
	_, err = open(1 << 40)
	assert.ErrorIs(t, err, wav.ErrTooLong)
}
