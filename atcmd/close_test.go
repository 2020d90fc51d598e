package atcmd_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestCloseFromAHandler(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		var took time.Duration
		c.Handle("RING", atcmd.Line, func(atcmd.URC) {
			start := time.Now()
			assert.NoError(t, c.Close())
			took = time.Since(start)
		})
		after := collect(c, atcmd.Line, "+CLIP")
		m.say("RING\r\n+CLIP: 1\r\n")
		pass(t, 5*time.Second)
		<-c.Done()
		assert.Equal(t, time.Second, took, "it cannot wait for itself")
		assert.Empty(t, after.lines(), "what waits is not delivered")
	})
}

func TestCloseWaitsForAHandler(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		ended := false
		c.Handle("RING", atcmd.Line, func(atcmd.URC) {
			pass(t, 300*time.Millisecond)
			ended = true
		})
		m.say("RING\r\n")
		pass(t, 100*time.Millisecond)
		require.NoError(t, c.Close())
		assert.True(t, ended)
		assert.Equal(t, 300*time.Millisecond, time.Since(m.start))
	})
}

func TestCloseEndsExecInAHandler(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		var err error
		c.Handle("RING", atcmd.Line, func(atcmd.URC) {
			_, err = c.Exec(bounded(t), atcmd.Command{Text: "AT+CLCC"})
		})
		m.say("RING\r\n")
		pass(t, time.Second)
		require.NoError(t, c.Close())
		require.ErrorIs(t, err, atcmd.ErrClosed)
		assert.Equal(t, time.Second, time.Since(m.start))
	})
}

// deafPort is a port whose Close does not end a Read, against the rule.
type deafPort struct {
	*modem
	release chan struct{}
}

func (p deafPort) Read([]byte) (int, error) {
	<-p.release
	return 0, io.EOF
}

func TestCloseGivesUpOnAPortThatDoesNotListen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := deafPort{newModem(t), make(chan struct{})}
		c := atcmd.New(p, nil)
		require.NoError(t, c.Close())
		assert.Equal(t, time.Second, time.Since(p.start))
		close(p.release)
		synctest.Wait()
	})
}

func TestCloseReturnsTheErrorOfTheStream(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atcmd.New(failingClose{newModem(t)}, nil)
		require.ErrorIs(t, c.Close(), io.ErrShortBuffer)
		require.ErrorIs(t, c.Close(), io.ErrShortBuffer)
	})
}

type failingClose struct{ *modem }

func (p failingClose) Close() error {
	_ = p.modem.Close()
	return io.ErrShortBuffer
}

func TestShortWriteIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atcmd.New(shortWriter{newModem(t)}, nil)
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT"})
		require.ErrorIs(t, err, io.ErrShortWrite)
		require.NoError(t, c.Close())
	})
}

type shortWriter struct{ *modem }

func (p shortWriter) Write(b []byte) (int, error) { return len(b) - 1, nil }

func TestReadErrorIsTheCauseEvenIfAWriteSuffersToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.stuck = make(chan struct{})
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT"})
		synctest.Wait()
		m.fail(io.ErrUnexpectedEOF) // the reader closes the stream, which frees the Write
		got := <-query
		require.ErrorIs(t, got.Err, io.ErrUnexpectedEOF)
		assert.EqualError(t, c.Err(), "connection closed: read: unexpected EOF")
		assert.Zero(t, got.At)
	})
}

func TestURCsBeforeTheEndOfTheStreamAreDelivered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "+A")
		m.say(strings.Repeat("+A: 1\r\n", 100))
		m.fail(io.EOF)
		<-c.Done()
		assert.Len(t, u.lines(), 100)
	})
}

func TestTraceSeesAllBytes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log []string
		m, c := start(t, &atcmd.Config{Trace: func(written bool, p []byte) {
			if written {
				log = append(log, "> "+string(p))
			} else {
				log = append(log, "< "+string(p))
			}
		}})
		m.on("AT+CPIN=\"1234\"\r", "\r\nOK\r\n")
		mustExec(t, c, `AT+CPIN="1234"`)
		assert.Equal(t, []string{"> AT+CPIN=\"1234\"\r", "< \r\nOK\r\n"}, log)
	})
}

func TestStats(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT\r", "AT\r\r\nOK\r\n\r\nOK\r\n")
		mustExec(t, c, "AT")
		synctest.Wait()
		m.say(strings.Repeat("x", 9000) + "\r\n")
		synctest.Wait()
		assert.Equal(t, atcmd.Stats{Lines: 3, TooLong: 1, StrayFinals: 1, Echoes: 1}, c.Stats())
	})
}
