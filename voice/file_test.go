package voice_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// header is what a test writes into the header of a WAV.
type header struct {
	tag, channels, bits int
	rate                int
}

// wavBytes makes a WAV by hand, so that package wav does not prove itself.
func wavBytes(h header, data []byte) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF")
	b = le.AppendUint32(b, uint32(36+len(data)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, uint16(h.tag))
	b = le.AppendUint16(b, uint16(h.channels))
	b = le.AppendUint32(b, uint32(h.rate))
	align := h.channels * h.bits / 8
	b = le.AppendUint32(b, uint32(h.rate*align))
	b = le.AppendUint16(b, uint16(align))
	b = le.AppendUint16(b, uint16(h.bits))
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func writeFile(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prompt.wav")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

func writeWAV(t *testing.T, rate int, pcm []int16) string {
	t.Helper()
	return writeFile(t, wavBytes(header{1, 1, 16, rate}, raw(pcm)))
}

// readWAV reads a recording's file by hand: the header of 44 bytes that it is to
// have, and the samples.
func readWAV(t *testing.T, path string, rate int) []int16 {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(b), 44)
	require.Equal(t, wavBytes(header{1, 1, 16, rate}, b[44:])[:44], b[:44])
	return samples(b[44:])
}

func TestPlayFile(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(1, 8001)
		p, err := call.PlayFile(ctx, writeWAV(t, 8000, pcm), nil)
		require.NoError(t, err)
		assert.Equal(t, narrow.Duration(8001), p.Duration)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestScenarioA19(t *testing.T) {
	pcm := noise(19, 1601)
	path := writeFile(t, wavBytes(header{1, 1, 16, 8000}, append(raw(pcm), 0x5A)))
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	_, err = file.Seek(44, io.SeekStart)
	require.NoError(t, err)
	for name, src := range map[string]voice.Source{"WAV": voice.File(path), "raw": voice.Raw(file, 8000)} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, nil)
				require.NoError(t, playError(ctx, call, src))
				assertPCM(t, pcm, trimmed(far.Heard()), "the odd byte is dropped, the rest kept")
			})
		})
	}
}

func TestUnusablePrompts(t *testing.T) {
	pcm := raw(noise(1, 100))
	tests := map[string]struct {
		path  string
		check string // what CheckFile says behind the path
		is    error
		plays bool // though CheckFile warns of it
	}{
		"missing":    {filepath.Join(t.TempDir(), "none.wav"), "no such file", fs.ErrNotExist, false},
		"folder":     {t.TempDir(), "is a directory", nil, false},
		"empty":      {writeFile(t, nil), "empty", voice.ErrBadWAV, false},
		"no WAV":     {writeFile(t, []byte("#!/bin/sh\nexit 0\n")), "", voice.ErrBadWAV, false},
		"stereo":     {writeFile(t, wavBytes(header{1, 2, 16, 8000}, pcm)), "stereo", voice.ErrBadWAV, false},
		"24 bits":    {writeFile(t, wavBytes(header{1, 1, 24, 8000}, pcm)), "24 bits", voice.ErrBadWAV, false},
		"mu-law":     {writeFile(t, wavBytes(header{7, 1, 8, 8000}, pcm)), "mu-law", voice.ErrBadWAV, false},
		"44.1 kHz":   {writeFile(t, wavBytes(header{1, 1, 16, 44100}, pcm)), "44100 Hz; convert it to 8000 or 16000 Hz", voice.ErrBadWAV, false},
		"no samples": {writeFile(t, wavBytes(header{1, 1, 16, 8000}, nil)), "it holds no audio", voice.ErrBadWAV, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := voice.CheckFile(tt.path)
			require.Error(t, err)
			assert.Regexp(t, "^voice: ", err.Error())
			assert.Contains(t, err.Error(), tt.path)
			assert.Contains(t, err.Error(), tt.check)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, _ := answered(ctx, t, nil)
				_, err := call.PlayFile(ctx, tt.path, nil)
				if tt.plays {
					require.NoError(t, err)
					return
				}
				require.Error(t, err)
				assert.Contains(t, err.Error(), tt.path)
				assert.True(t, call.Idle())
			})
		})
	}
}

func TestCheckFileKnowsTheRatesOfCalls(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		f, err := voice.CheckFile(writeWAV(t, rate, noise(1, 10)))
		require.NoError(t, err)
		assert.Equal(t, voice.Format{Rate: rate}, f)
	}
}

func TestAFileOfAnotherRateIsRefused(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		path := writeWAV(t, 16000, noise(1, 1000))
		_, err := call.PlayFile(ctx, path, nil)
		e, ok := errors.AsType[*voice.RateError](err)
		require.True(t, ok)
		assert.Equal(t, voice.RateError{Have: 16000, Want: 8000}, *e)
		assert.Contains(t, err.Error(), path)
		assert.Empty(t, trimmed(far.Heard()))
	})
}

func TestFilesAreClosedHoweverTheirPlayEnds(t *testing.T) {
	const open = "/proc/self/fd"
	if _, err := os.Stat(open); err != nil {
		t.Log("not checked: this system does not list a process's open files")
		return
	}
	count := func() int {
		files, err := os.ReadDir(open)
		require.NoError(t, err)
		return len(files)
	}
	good, wide := writeWAV(t, 8000, noise(1, 1000)), writeWAV(t, 16000, noise(1, 1000))
	bad := writeFile(t, []byte("no WAV"))
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		before := count()
		for range 10 {
			require.NoError(t, playError(ctx, call, voice.File(good)))
			require.NoError(t, playError(ctx, call, voice.Concat(voice.File(good), voice.File(good))))
			require.Error(t, playError(ctx, call, voice.File(wide)))
			require.Error(t, playError(ctx, call, voice.File(bad)))
			require.Error(t, playError(ctx, call, voice.Concat(voice.File(good), voice.File(wide))))
			_, err := call.Start(voice.File(good), nil).Stop()
			require.NoError(t, err)
			_, err = voice.CheckFile(good)
			require.NoError(t, err)
		}
		assert.Equal(t, before, count())
	})
}
