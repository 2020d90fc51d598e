package atcmd_test

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestRule7HandlersRunInOrderAndMayExec(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CSQ\r", "|1s|\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		var order []string
		c.Handle("RING", atcmd.Line, func(u atcmd.URC) {
			resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
			assert.NoError(t, err)
			order = append(order, u.Line, resp.Lines[0])
		})
		c.Handle("+CLIP", atcmd.Line, func(u atcmd.URC) { order = append(order, u.Line) })
		m.say("RING\r\n+CLIP: 1\r\nRING\r\n+CLIP: 2\r\n")
		pass(t, 5*time.Second)
		assert.Equal(t, []string{"RING", "+CSQ: 20,0", "+CLIP: 1", "RING", "+CSQ: 20,0", "+CLIP: 2"}, order)
	})
}

func TestRule8ConnectionEndsOnce(t *testing.T) {
	broken := errors.New("input/output error")
	tests := map[string]struct {
		end  func(m *modem, c *atcmd.Conn)
		want error
		text string
	}{
		"end of the stream": {func(m *modem, _ *atcmd.Conn) { m.fail(io.EOF) }, io.EOF, "connection closed: read: EOF"},
		"read error":        {func(m *modem, _ *atcmd.Conn) { m.fail(broken) }, broken, "connection closed: read: input/output error"},
		"close":             {func(_ *modem, c *atcmd.Conn) { c.Close() }, atcmd.ErrClosed, "connection closed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				flying := async(bounded(t), m, c, atcmd.Command{Text: "AT+A", Timeout: time.Minute})
				waiting := async(bounded(t), m, c, atcmd.Command{Text: "AT+B", Timeout: time.Minute})
				synctest.Wait()
				require.NoError(t, c.Err())
				tt.end(m, c)
				for _, r := range []<-chan result{flying, waiting} {
					got := <-r
					require.ErrorIs(t, got.Err, tt.want)
					require.ErrorIs(t, got.Err, atcmd.ErrClosed)
					assert.Zero(t, got.At)
				}
				<-c.Done()
				require.EqualError(t, c.Err(), tt.text)
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+C"})
				assertCommandError(t, err, tt.want, "atcmd: AT+C: "+tt.text)
				m.fail(io.ErrUnexpectedEOF)
				require.NoError(t, c.Close())
				require.NoError(t, c.Close())
				require.EqualError(t, c.Err(), tt.text, "the first cause stays")
			})
		})
	}
}

func TestRule8WriteError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		gone := errors.New("no such device")
		m.refuse = gone
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT"})
		assertCommandError(t, err, gone, "atcmd: AT: connection closed: write: no such device")
		<-c.Done()
		require.ErrorIs(t, c.Err(), atcmd.ErrClosed)
	})
}

func TestRule8WhatCameBeforeTheEndIsNotLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "RING")
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT+CSQ"})
		synctest.Wait()
		m.say("+CSQ: 20,0\r\nOK\r\nRING\r\n")
		m.fail(io.EOF)
		require.NoError(t, (<-query).Err)
		<-c.Done()
		assert.Equal(t, []string{"RING"}, u.lines())
	})
}

func TestRule8StuckWriteEndsTheConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.stuck = make(chan struct{})
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "AT"})
		assertCommandError(t, got.Err, atcmd.ErrStalled, "atcmd: AT: connection closed: write: write blocked for 10 s")
		assert.Equal(t, 10*time.Second, got.At)
		assert.ErrorIs(t, c.Err(), atcmd.ErrClosed)
	})
}

func TestRule8StuckWriteIsTimedFromItsOwnBeginning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT\r", "\r\nOK\r\n")
		for range 5 { // the watchdog's timer runs on between writes
			mustExec(t, c, "AT")
			pass(t, 7*time.Second)
		}
		m.stuck = make(chan struct{})
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "AT"})
		require.ErrorIs(t, got.Err, atcmd.ErrStalled)
		assert.Equal(t, 45*time.Second, got.At)
	})
}
