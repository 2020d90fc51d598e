package voicemail_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

func TestOpenWantsAPath(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := voicemail.Open("", nil)
	require.EqualError(t, err, "voicemail: no directory: give its path")
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestInvalidOrMissingGreetingIsRefused(t *testing.T) {
	good, err := os.ReadFile(writeWAV(t, "good.wav", 8000, ramp(800)))
	require.NoError(t, err)
	changed := func(at int, v uint16) []byte {
		b := append([]byte(nil), good...)
		binary.LittleEndian.PutUint16(b[at:], v)
		return b
	}
	const channels, rate, align, bits = 22, 24, 32, 34
	tests := map[string]struct {
		content []byte // nil: no file
		err     error
		text    string
	}{
		"missing":     {nil, fs.ErrNotExist, "no such file"},
		"empty":       {[]byte{}, wav.ErrEmpty, "file is empty"},
		"not a WAV":   {[]byte("Please leave a message."), wav.ErrNotWAV, "not a WAV file; convert it to a WAV of 16-bit mono PCM"},
		"cut off":     {good[:40], wav.ErrTruncated, "header is cut off"},
		"stereo":      {changed(channels, 2), wav.ErrChannels, "not mono (2 channels, stereo); convert it"},
		"24-bit":      {changed(bits, 24), wav.ErrSampleSize, "not 16-bit (24 bits); convert it"},
		"mu-law":      {changed(20, 7), wav.ErrEncoding, "not PCM (mu-law, format 0x0007); convert it"},
		"block align": {changed(align, 0), wav.ErrBlockAlign, "block align is wrong"},
		"44.1 kHz":    {changed(rate, 44100), voice.ErrBadWAV, "44100 Hz; convert it to 8000 or 16000 Hz"},
		"no audio":    {good[:44], voice.ErrBadWAV, "no audio"},
	}
	for name, tt := range tests {
		for _, prompt := range []string{"greeting", "goodbye"} {
			t.Run(prompt+" "+name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "prompt.wav")
				if tt.content != nil {
					require.NoError(t, os.WriteFile(path, tt.content, 0o600))
				}
				cfg := &voicemail.Config{Greeting: path}
				if prompt == "goodbye" {
					cfg = &voicemail.Config{Goodbye: path}
				}
				dir := filepath.Join(t.TempDir(), "box")
				_, err := voicemail.Open(dir, cfg)
				require.ErrorIs(t, err, tt.err)
				assert.ErrorContains(t, err, "voicemail: "+prompt+": ")
				assert.ErrorContains(t, err, "prompt.wav")
				assert.ErrorContains(t, err, tt.text)
				assert.NoDirExists(t, dir, "nothing is made for a box that cannot be")
			})
		}
	}
}

// A greeting that goes bad after Open costs no message.
func TestAGreetingThatFailsInTheCallCostsNoMessage(t *testing.T) {
	tests := map[string]struct {
		spoil func(path string) error
		rate  int // of the call
		err   func(t *testing.T, err error)
	}{
		"file gone": {os.Remove, 8000, func(t *testing.T, err error) {
			assert.ErrorIs(t, err, fs.ErrNotExist)
		}},
		"another rate": {func(string) error { return nil }, 16000, func(t *testing.T, err error) {
			bad, ok := errors.AsType[*voice.RateError](err)
			require.True(t, ok)
			assert.Equal(t, voice.RateError{Have: 8000, Want: 16000}, *bad)
		}},
		"overwritten": {func(path string) error { return os.WriteFile(path, nil, 0o600) }, 8000, func(t *testing.T, err error) {
			assert.ErrorIs(t, err, voice.ErrBadWAV)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			greeting := writeWAV(t, "greeting.wav", 8000, ramp(8000))
			goodbye := writeWAV(t, "goodbye.wav", 8000, ramp(8000))
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, dir := openMemory(t, &voicemail.Config{Greeting: greeting, Goodbye: goodbye})
				require.NoError(t, tt.spoil(greeting))
				require.NoError(t, tt.spoil(goodbye))
				v := ring(ctx, t, box, &voicetest.Config{Number: caller, Rate: tt.rate})
				v.speak(ctx, t, ramp(2*tt.rate))
				v.far.Press("#")
				msg, err := v.wait()
				require.Error(t, err)
				tt.err(t, err)
				assert.ErrorContains(t, err, "voicemail: greeting: ")
				assert.ErrorContains(t, err, "voicemail: goodbye: ")
				assert.Equal(t, voicemail.FinishKey, msg.Reason)
				assert.GreaterOrEqual(t, indexOf(dir.samples(t, msg.ID+".wav"), ramp(2*tt.rate)), 0)
				assert.Equal(t, voice.Ended, v.call.State())
			})
		})
	}
}

// The program plays something else already: there is no greeting, and no beep,
// but a message.
func TestACallThatIsPlayingAlready(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, &voicemail.Config{MaxDuration: 2 * time.Second})
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		music := call.Start(voice.Silence(time.Minute), nil)
		require.NoError(t, call.Answer(ctx))
		msg, err := box.Record(ctx, call)
		require.ErrorIs(t, err, voice.ErrPlaying)
		assert.Equal(t, voicemail.MaxDuration, msg.Reason)
		assert.True(t, msg.Kept())
		_, _ = music.Stop()
	})
	t.Run("before there is audio", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, nil)
			call, far := voicetest.NewCall(&voicetest.Config{AudioAfter: time.Second})
			t.Cleanup(far.Close)
			music := call.Start(voice.Silence(time.Minute), nil)
			require.NoError(t, call.Answer(ctx))
			msg, err := box.Record(ctx, call)
			require.ErrorIs(t, err, voice.ErrPlaying)
			assert.ErrorContains(t, err, "format of the call is not known")
			assert.Equal(t, voicemail.Fault, msg.Reason)
			_, _ = music.Stop()
		})
	})
}

func TestDirectoryIsCreatedForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "var", "lib", "box")
	box, err := voicemail.Open(path, nil)
	require.NoError(t, err)
	require.NoError(t, box.Close())
	for _, dir := range []string{path, filepath.Dir(path)} {
		stat, err := os.Stat(dir)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), stat.Mode().Perm())
	}
	box, err = voicemail.Open(path, nil)
	require.NoError(t, err, "it can be there already")
	require.NoError(t, box.Close())
}

func TestDirectoryThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, path := range map[string]string{"below a file": filepath.Join(file, "box"), "a file": file} {
		t.Run(name, func(t *testing.T) {
			_, err := voicemail.Open(path, nil)
			require.ErrorIs(t, err, syscall.ENOTDIR)
			bad, ok := errors.AsType[*voicemail.DiskError](err)
			require.True(t, ok)
			assert.Equal(t, path, bad.Path)
			assert.EqualError(t, err, "voicemail: create directory "+path+": not a directory; use another directory")
		})
	}
	t.Run("a lock that is no file", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, ".lock"), 0o700))
		_, err := voicemail.Open(dir, nil)
		_, ok := errors.AsType[*voicemail.DiskError](err)
		require.True(t, ok, "%v", err)
		assert.ErrorContains(t, err, "voicemail: lock "+dir)
	})
}

func TestDiskErrorNamesTheRemedy(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"full":        {syscall.ENOSPC, "no space left on device; free some space on this disk"},
		"quota":       {syscall.EDQUOT, "disk quota exceeded; free some space on this disk"},
		"permission":  {fs.ErrPermission, "permission denied; let this user write here, or use another directory"},
		"EACCES":      {syscall.EACCES, "permission denied; let this user write here, or use another directory"},
		"read-only":   {syscall.EROFS, "read-only file system; mount this disk for writing, or use another directory"},
		"no remedy":   {syscall.EIO, "input/output error"},
		"not a place": {syscall.ENOTDIR, "not a directory; use another directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := &voicemail.DiskError{Op: "sync", Path: "/box/a.wav.part", Err: tt.err}
			if name == "permission" {
				assert.ErrorContains(t, err, "; let this user write here")
				return
			}
			assert.EqualError(t, err, "voicemail: sync /box/a.wav.part: "+tt.want)
			assert.ErrorIs(t, err, tt.err)
		})
	}
}

func TestOneBoxAtATimeUsesADirectory(t *testing.T) {
	dir := t.TempDir()
	first, err := voicemail.Open(dir, nil)
	require.NoError(t, err)
	_, err = voicemail.Open(dir, nil)
	require.ErrorIs(t, err, voicemail.ErrLocked)
	require.NoError(t, first.Close())
	second, err := voicemail.Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

func TestConfigIsChecked(t *testing.T) {
	tests := map[string]struct {
		cfg  voicemail.Config
		want string
	}{
		"MaxDuration": {voicemail.Config{MaxDuration: -1}, "voicemail: Config.MaxDuration of -1ns: must not be negative"},
		"Silence":     {voicemail.Config{Silence: -time.Second}, "voicemail: Config.Silence of -1s: must not be negative"},
		"Min and Max": {
			voicemail.Config{MaxDuration: time.Second, MinDuration: 2 * time.Second},
			"voicemail: Config.MinDuration of 2s: above MaxDuration of 1s, nothing would be kept",
		},
		"FinishKeys": {voicemail.Config{FinishKeys: "#x"}, `voicemail: Config.FinishKeys of "#X": keys are 0-9, *, #, A-D`},
		"SkipKeys":   {voicemail.Config{SkipKeys: " "}, `voicemail: Config.SkipKeys of " ": keys are 0-9, *, #, A-D`},
		"EscapeKeys": {voicemail.Config{EscapeKeys: "E"}, `voicemail: Config.EscapeKeys of "E": keys are 0-9, *, #, A-D`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := voicemail.Open(t.TempDir(), &tt.cfg)
			assert.EqualError(t, err, tt.want)
		})
	}
	for name, cfg := range map[string]*voicemail.Config{
		"nil":                             nil,
		"a maximum below the default min": {MaxDuration: 500 * time.Millisecond},
		"all keys":                        {FinishKeys: "abcd*#", SkipKeys: voicemail.NoKeys, EscapeKeys: voicemail.NoKeys},
	} {
		box, err := voicemail.Open(t.TempDir(), cfg)
		require.NoError(t, err, name)
		require.NoError(t, box.Close())
	}
}

// With a negative MinDuration everything is kept but nothing at all.
func TestNoMinimum(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{MinDuration: -1})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		sleep(ctx, 700*time.Millisecond) // of which 520 ms are the beep and the leads
		v.far.Press("#")
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.FinishKey, msg.Reason)
		assert.InDelta(t, 180*time.Millisecond, msg.Duration, float64(2*frame))
		assert.Len(t, dir.names(), 2)
	})
}

func TestNothingAtAllIsNoMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{MinDuration: -1, NoBeep: true})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		v.far.StallAudio(true)
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.NoAudio, msg.Reason)
		assert.Zero(t, msg.Duration)
		assert.False(t, msg.Kept())
		assert.Empty(t, dir.names())
	})
}

func TestClosedBox(t *testing.T) {
	box, dir := openMemory(t, nil)
	require.NoError(t, box.Close())
	for _, err := range box.List() {
		assert.ErrorIs(t, err, voicemail.ErrClosed)
	}
	_, err := box.Get(voicemail.NewID(time.Now()))
	require.ErrorIs(t, err, voicemail.ErrClosed)
	require.ErrorIs(t, box.Delete(voicemail.NewID(time.Now())), voicemail.ErrClosed)
	assert.Equal(t, []string{"unlock"}, dir.log("-"))
}
