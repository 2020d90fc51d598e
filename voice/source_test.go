package voice_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// readAll opens src at 8 kHz and reads it to its end, up to 70 samples at a time.
func readAll(t *testing.T, src voice.Source) []int16 {
	t.Helper()
	require.NoError(t, src.Open(narrow))
	var pcm []int16
	buf := make([]int16, 70)
	for range 100000 {
		n, err := src.Read(buf)
		pcm = append(pcm, buf[:n]...)
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			return pcm
		}
	}
	require.Fail(t, "the source does not end")
	return nil
}

// raw returns pcm as a file without a header holds it.
func raw(pcm []int16) []byte {
	b := make([]byte, 0, 2*len(pcm))
	for _, s := range pcm {
		b = append(b, byte(s), byte(s>>8))
	}
	return b
}

func TestSourcesOfThePackageCanBePlayedAgain(t *testing.T) {
	pcm := noise(1, 1000)
	for name, src := range map[string]voice.Source{
		"PCM":     voice.PCM(8000, pcm),
		"Silence": voice.Silence(125 * time.Millisecond),
		"Tone":    voice.Tone(125*time.Millisecond, 440),
		"Beep":    voice.Concat(voice.Beep(), voice.Beep()),
		"Concat":  voice.Concat(voice.PCM(8000, pcm[:10]), voice.Silence(time.Second), voice.PCM(8000, pcm)),
		"File":    voice.File(writeWAV(t, 8000, pcm)),
	} {
		t.Run(name, func(t *testing.T) {
			first := readAll(t, src)
			assert.NotEmpty(t, first)
			if c, ok := src.(io.Closer); ok {
				require.NoError(t, c.Close())
			}
			assertPCM(t, first, readAll(t, src))
			if c, ok := src.(io.Closer); ok {
				require.NoError(t, c.Close())
			}
		})
	}
}

func TestSilenceLastsToTheSample(t *testing.T) {
	assertPCM(t, make([]int16, 1000), readAll(t, voice.Silence(125*time.Millisecond)))
	assert.Empty(t, readAll(t, voice.Silence(0)))
	assert.Empty(t, readAll(t, voice.Silence(-1)))
	wide := voice.Silence(time.Second)
	require.NoError(t, wide.Open(voice.Format{Rate: 16000}))
	n, err := wide.Read(noise(1, 20000))
	assert.Equal(t, 16000, n)
	assert.Equal(t, io.EOF, err)
}

func TestRaw(t *testing.T) {
	pcm := noise(2, 1000)
	for name, r := range map[string]io.Reader{
		"whole":            bytes.NewReader(raw(pcm)),
		"byte by byte":     iotest.OneByteReader(bytes.NewReader(raw(pcm))),
		"data with EOF":    iotest.DataErrReader(bytes.NewReader(raw(pcm))),
		"half at a time":   iotest.HalfReader(bytes.NewReader(raw(pcm))),
		"an odd byte, A19": bytes.NewReader(append(raw(pcm), 0x5A)),
	} {
		t.Run(name, func(t *testing.T) {
			src := voice.Raw(r, 8000)
			assertPCM(t, pcm, readAll(t, src))
			assert.Empty(t, readAll(t, src), "it plays once")
		})
	}
	_, isRate := errors.AsType[*voice.RateError](voice.Raw(nil, 16000).Open(narrow))
	assert.True(t, isRate)
}

func TestRawTellsATornReaderFromItsEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		r    io.Reader
		want error
	}{
		"torn":             {io.MultiReader(bytes.NewReader(raw(noise(1, 10))), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		"broken":           {iotest.ErrReader(errSource), errSource},
		"nothing for ever": {readerFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress},
	} {
		t.Run(name, func(t *testing.T) {
			src := voice.Raw(tt.r, 8000)
			require.NoError(t, src.Open(narrow))
			n, err := src.Read(make([]int16, 100))
			assert.Equal(t, tt.want, err)
			assert.Equal(t, name == "torn", n == 10)
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestConcatPlaysWithoutAGap(t *testing.T) {
	a, b := noise(1, 100), noise(2, 333)
	whole := append(append(append([]int16{}, a...), b...), a...)
	assertPCM(t, whole, readAll(t, voice.Concat(voice.PCM(8000, a), voice.PCM(8000, b), voice.Silence(0), voice.PCM(8000, a))))
	assertPCM(t, whole, readAll(t, voice.Concat(voice.PCM(8000, a), voice.Concat(voice.PCM(8000, b), voice.PCM(8000, a)))))
}

func TestConcatPlaysASourceThatStandsInItAgain(t *testing.T) {
	a, b := noise(1, 100), noise(2, 33)
	bell, file := voice.PCM(8000, a), voice.File(writeWAV(t, 8000, b))
	var want []int16
	for _, part := range [][]int16{a, b, a, a, b} {
		want = append(want, part...)
	}
	src := voice.Concat(bell, file, bell, bell, file)
	assertPCM(t, want, readAll(t, src))
	assertPCM(t, want, readAll(t, src), "and so it does in the next playing")

	counted := &source{read: func([]int16) (int, error) { return 0, io.EOF }}
	src = voice.Concat(counted, voice.Silence(time.Second), counted, counted)
	readAll(t, src)
	require.NoError(t, src.(io.Closer).Close())
	require.NoError(t, src.(io.Closer).Close())
	assert.Equal(t, 3, counted.opened)
	assert.Equal(t, 3, counted.closed)
}

// valueSource is a Source that == cannot compare.
type valueSource struct{ pcm []int16 }

func (valueSource) Open(voice.Format) error         { return nil }
func (s valueSource) Read(dst []int16) (int, error) { return copy(dst, s.pcm), io.EOF }

func TestConcatTakesSourcesThatCannotBeCompared(t *testing.T) {
	a := noise(1, 10)
	s := valueSource{a}
	assertPCM(t, append(append([]int16{}, a...), a...), readAll(t, voice.Concat(s, s)))
}

func TestConcatKnowsAtOnceWhatCannotBePlayed(t *testing.T) {
	first, last := endless(), endless()
	first.close = func() error { return errClose }
	src := voice.Concat(first, voice.PCM(44100, nil), last)
	err := src.Open(narrow)
	_, isRate := errors.AsType[*voice.RateError](err)
	assert.True(t, isRate)
	require.ErrorIs(t, err, errClose)
	assert.Zero(t, first.reads)
	assert.Equal(t, 1, first.closed, "what was open is closed")
	assert.Zero(t, last.opened)
	assert.Zero(t, last.closed)
}

func TestConcatPassesFaultsOn(t *testing.T) {
	end := func([]int16) (int, error) { return 0, io.EOF }
	again := &source{read: end}
	again.open = func(voice.Format) error {
		if again.opened == 2 {
			return errSource
		}
		return nil
	}
	stuck := &source{read: end, close: func() error { return errClose }}
	for name, tt := range map[string]struct {
		src  voice.Source
		want error
	}{
		"read":   {voice.Concat(voice.Silence(0), &source{read: func([]int16) (int, error) { return 0, errSource }}), errSource},
		"reopen": {voice.Concat(again, again), errSource},
		"close":  {voice.Concat(stuck, stuck), errClose},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, tt.src.Open(narrow))
			_, err := tt.src.Read(make([]int16, 10))
			require.ErrorIs(t, err, tt.want)
		})
	}
	require.NoError(t, voice.Concat(again).(io.Closer).Close(), "nothing is open")
	assert.Equal(t, 1, again.closed)
}

func TestSilenceIsSilentWhateverWasInTheBuffer(t *testing.T) {
	src := voice.Silence(time.Second)
	require.NoError(t, src.Open(voice.Format{Rate: 8000}))
	dst := []int16{1, 2, 3}
	n, err := src.Read(dst)
	require.NoError(t, err)
	assert.Equal(t, []int16{0, 0, 0}, dst[:n])
}
