package modem_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/transcript"
	"github.com/callstack-go/callstack/modem"
)

// recording is a mock that is recorded, with its AT port open.
func recording(t *testing.T, mock *modem.MockTransport, w io.Writer) (*modem.Recorder, io.ReadWriteCloser) {
	t.Helper()
	rec := &modem.Recorder{Transport: mock, W: w}
	t.Cleanup(func() { _ = rec.Close() })
	rw, err := rec.OpenAT(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { rw.Close() })
	return rec, rw
}

// entries reads a transcript.
func entries(t *testing.T, b []byte) []transcript.Entry {
	t.Helper()
	all, err := transcript.Read(bytes.NewReader(b))
	require.NoError(t, err)
	return all
}

func TestRecorderWritesWhatPasses(t *testing.T) {
	var w bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		mock.On("ATD+12025550187;").After(30 * time.Millisecond).Raw("\r\nOK\r\n\r\n+COLP: \"+12025")
		rec, rw := recording(t, mock, &w)
		_, err := io.WriteString(rw, "ATD+12025550187;\r")
		require.NoError(t, err)
		buf := make([]byte, 100)
		_, err = rw.Read(buf)
		require.NoError(t, err)
		time.Sleep(10 * time.Millisecond)
		mock.Inject("550187\",145\r\n")
		_, err = rw.Read(buf)
		require.NoError(t, err)
		audio, err := rec.OpenAudio(t.Context())
		require.NoError(t, err)
		mock.InjectAudio(make([]int16, 160))
		_, err = audio.Read(make([]byte, 640))
		require.NoError(t, err)
		_, err = audio.Write(make([]byte, 640))
		require.NoError(t, err)
		mock.BreakAudio(&os.PathError{Op: "read", Path: "/dev/ttyUSB4", Err: syscall.EIO})
		for range 3 {
			_, err = audio.Read(buf)
			require.ErrorIs(t, err, syscall.EIO)
			_, err = audio.Write(buf)
			require.ErrorIs(t, err, syscall.EIO)
		}
		require.NoError(t, audio.Close())
		_, err = rec.OpenAudio(t.Context())
		require.ErrorIs(t, err, syscall.EIO)
		require.NoError(t, rw.Close())
		require.NoError(t, rw.Close())
		require.NoError(t, rec.Close())
		require.NoError(t, rec.Close(), "closing twice is a no-op")
	})
	const us = 1000 // to the millisecond
	assert.Equal(t, []transcript.Entry{
		{Port: "at", Op: "open"},
		{Port: "at", Op: "out", Data: "ATD+00000000001;\r"},
		{At: 30 * us, Port: "at", Op: "in", Data: "\r\nOK\r\n\r\n+COLP: \"+00000"},
		{At: 40 * us, Port: "at", Op: "in", Data: "000001\",145\r\n"},
		{At: 40 * us, Port: "audio", Op: "open"},
		{At: 40 * us, Port: "audio", Op: "in", Bytes: 320},
		{At: 40 * us, Port: "audio", Op: "out", Bytes: 640},
		{At: 40 * us, Port: "audio", Op: "end", Error: "input/output error"},
		{At: 40 * us, Port: "audio", Op: "out", Bytes: 100},
		{At: 40 * us, Port: "audio", Op: "fail", Error: "input/output error"},
		{At: 40 * us, Port: "audio", Op: "close"},
		{At: 40 * us, Port: "audio", Op: "refuse", Error: "input/output error"},
		{At: 40 * us, Port: "at", Op: "close"},
	}, entries(t, w.Bytes()))
}

// What is not whole after two seconds is masked blindly, so that the transcript goes
// on.
func TestRecorderDoesNotWaitForTheEndOfALine(t *testing.T) {
	var w bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		rec, rw := recording(t, mock, &w)
		for _, s := range []string{"+CLIP: \"+1202", "5550187\",145\r\nRING\r\n", "+CLIP: \"+1202"} {
			mock.Inject(s)
			_, err := rw.Read(make([]byte, 100))
			require.NoError(t, err)
			time.Sleep(3 * time.Second)
		}
		require.NoError(t, rec.Close())
		_, err := rw.Write([]byte("AT\r"))
		require.NoError(t, err, "the port goes on")
	})
	all := entries(t, w.Bytes())
	require.Len(t, all, 4)
	assert.Equal(t, `+CLIP: "+0000`, all[1].Data, "its end came late, but before anything else")
	assert.Equal(t, "0000001\",145\r\nRING\r\n", all[2].Data)
	assert.Equal(t, strings.Repeat("x", 13), all[3].Data)
}

// pipeWriter is a W that can be made to wait or to fail.
type pipeWriter struct {
	mu    sync.Mutex
	cond  *sync.Cond
	stuck bool
	err   error
	n     int
}

func newPipeWriter() *pipeWriter {
	w := &pipeWriter{}
	w.cond = sync.NewCond(&w.mu)
	return w
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.stuck {
		w.cond.Wait()
	}
	w.n += len(p)
	return len(p), w.err
}

func (w *pipeWriter) set(stuck bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stuck, w.err = stuck, err
	w.cond.Broadcast()
}

func TestRecordingNeverDisturbs(t *testing.T) {
	full := errors.New("disk full")
	tests := map[string]struct {
		stuck bool
		err   error
		want  error
	}{
		"the writer fails": {false, full, full},
		"it is too slow":   {true, nil, modem.ErrRecordingSlow},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newPipeWriter()
				w.set(tt.stuck, tt.err)
				rec, rw := recording(t, &modem.MockTransport{}, w)
				for range 40000 {
					_, err := io.WriteString(rw, "AT+CSQ\r")
					require.NoError(t, err)
				}
				synctest.Wait()
				require.ErrorIs(t, rec.Err(), tt.want)
				assert.Contains(t, rec.String(), tt.want.Error())
				w.set(false, tt.err)
				require.ErrorIs(t, rec.Close(), tt.want)
				_, err := rec.OpenAudio(t.Context())
				require.ErrorIs(t, err, errors.ErrUnsupported)
			})
		})
	}
}

// finding is a transport with all optional interfaces.
type finding struct {
	modem.MockTransport
	found string
}

func (f *finding) Found(imei string) { f.found = imei }

func (f *finding) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) { return f.OpenAT(ctx) }

func TestRecorderPassesOptionalInterfacesThrough(t *testing.T) {
	inner := &finding{}
	rec := &modem.Recorder{Transport: inner, W: io.Discard}
	rec.Found("490154203237518")
	assert.Equal(t, "490154203237518", inner.found)
	rw, err := rec.OpenReports(t.Context())
	require.NoError(t, err)
	require.NoError(t, rw.Close())
	require.NoError(t, rec.Close())
	plain := &modem.Recorder{Transport: &modem.MockTransport{}, W: io.Discard}
	plain.Found("490154203237518")
	_, err = plain.OpenReports(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.NoError(t, plain.Close(), "without a port")
}
