package voice_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

func TestRecordFileWritesAWAV(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		bubble(t, func(ctx context.Context, t *testing.T) {
			call, far := answered(ctx, t, &voicetest.Config{Rate: rate})
			path := filepath.Join(t.TempDir(), "r.wav")
			pcm := noise(1, 3*rate)
			said := background(t, func() (any, error) { return nil, far.Say(ctx, pcm) })
			rec, err := call.RecordFile(ctx, path, &voice.RecordOptions{Max: 3 * time.Second})
			require.NoError(t, err)
			assert.Equal(t, voice.RecordMax, rec.Reason)
			assertPCM(t, pcm, readWAV(t, path, rate))
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, fs.FileMode(0o600), info.Mode())
			_, err = said()
			require.NoError(t, err)
			_, err = call.PlayFile(ctx, path, nil)
			require.NoError(t, err, "it can be played")
		})
	}
}

func TestRecordFileKeepsWhatWasSaidBeforeAHangUp(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		path := filepath.Join(t.TempDir(), "r.wav")
		wait := background(t, func() (voice.Recording, error) { return call.RecordFile(ctx, path, nil) })
		pcm := noise(1, 8000)
		require.NoError(t, far.Say(ctx, pcm))
		far.Hangup()
		rec, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, time.Second, rec.Duration)
		assertPCM(t, pcm, readWAV(t, path, 8000))
	})
}

func TestRecordFileNeverOverwrites(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		path := writeFile(t, []byte("precious"))
		rec, err := call.RecordFile(ctx, path, nil)
		require.ErrorIs(t, err, fs.ErrExist)
		assert.Contains(t, err.Error(), path)
		assert.Equal(t, voice.Recording{Reason: voice.RecordFault}, rec)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, "precious", string(b))

		_, err = call.RecordFile(ctx, filepath.Join(path, "below a file.wav"), nil)
		require.Error(t, err)
	})
}

func TestRecordFileWithoutAudioIsAnEmptyWAV(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, &voicetest.Config{NoAudio: true})
		path := filepath.Join(t.TempDir(), "r.wav")
		_, err := call.RecordFile(ctx, path, nil)
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Empty(t, readWAV(t, path, 8000))

		far.Hangup()
		path += "2"
		_, err = call.RecordFile(ctx, path, nil)
		require.ErrorIs(t, err, voice.ErrEnded)
		_, err = os.Stat(path)
		require.ErrorIs(t, err, fs.ErrNotExist, "a call that has ended leaves no file")
	})
}

func TestRecordFileTellsOfAFileThatCannotBeCompleted(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		f, err := os.Create(filepath.Join(t.TempDir(), "r.wav"))
		require.NoError(t, err)
		wait := background(t, func() (voice.Recording, error) { return voice.RecordInto(ctx, call, f) })
		require.NoError(t, far.Say(ctx, noise(1, 800)), "less than is written at a time")
		require.NoError(t, f.Close())
		far.Hangup()
		rec, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		require.ErrorIs(t, err, fs.ErrClosed, "it is not lost behind the end of the call")
		assert.Equal(t, voice.RecordFault, rec.Reason)
	})
}

func TestRecordFileTellsOfAFileThatCannotBeWritten(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		f, err := os.Open(writeFile(t, nil)) // for reading
		require.NoError(t, err)
		wait := background(t, func() (voice.Recording, error) { return voice.RecordInto(ctx, call, f) })
		require.NoError(t, far.Say(ctx, noise(1, 800)))
		rec, err := wait()
		require.ErrorContains(t, err, f.Name())
		assert.Equal(t, voice.RecordFault, rec.Reason)
		assert.Zero(t, rec.Duration)
	})
}
