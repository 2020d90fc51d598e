package atcmd_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestRule4PromptBodyAndResultAreOneExchange(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|1s|\r\n> ")
		m.on("0011\x1a", "|2s|\r\n+CMGS: 1\r\n\r\nOK\r\n")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		send := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		synctest.Wait()
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT+CSQ"})
		hangup := async(bounded(t), m, c, atcmd.Command{Text: "AT+CHUP", Urgent: true})
		for _, r := range []<-chan result{send, query, hangup} {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "1s 0011\x1a", "3s AT+CHUP\r", "3s AT+CSQ\r"}, m.log())
	})
}

func TestRule4NoPromptNoBody(t *testing.T) {
	tests := map[string]struct {
		answer  string
		want    error
		text    string
		written []string // after the command
	}{
		"error": {
			"\r\nERROR\r\n", atcmd.ErrRejected, "atcmd: AT+CMGS: the modem answered ERROR",
			[]string{"0s \x1b", "0s AT+CSQ\r"},
		},
		"CMS error": {
			"\r\n+CMS ERROR: 310\r\n", atcmd.CMSError(310), "atcmd: AT+CMGS: CMS error 310: SIM not inserted",
			[]string{"0s \x1b", "0s AT+CSQ\r"},
		},
		"OK": {
			"\r\nOK\r\n", atcmd.ErrNoPrompt, "atcmd: AT+CMGS: no prompt for the body",
			[]string{"0s \x1b", "0s AT+CMEE?\r", "0s AT+CSQ\r"},
		},
		"nothing": {
			"", atcmd.ErrTimeout, "atcmd: AT+CMGS: no prompt for the body: no final result code",
			[]string{"5s \x1b", "5s AT+CMEE?\r", "5s AT+CSQ\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("AT+CMGS=2\r", tt.answer)
				m.on("AT+CSQ\r", "\r\nOK\r\n")
				m.marked()
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011", Timeout: time.Minute})
				assertCommandError(t, err, tt.want, tt.text)
				mustExec(t, c, "AT+CSQ")
				assert.Equal(t, tt.written, m.log()[1:])
			})
		})
	}
}

func TestRule4CallerLeavesBeforeThePrompt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|2s|\r\n> ")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.marked()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		assertCommandError(t, err, context.DeadlineExceeded, "atcmd: AT+CMGS: context deadline exceeded")
		pass(t, 5*time.Second)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "1s \x1b", "2s \x1b", "6s AT+CMEE?\r", "6s AT+CSQ\r"}, m.log(), "ESC again for the late prompt")
	})
}

func TestRule4LatePromptIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|6s|\r\n> ") // the first ESC came too early for it
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("\x1b", "", "\r\nOK\r\n")
		m.marked()
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		require.ErrorIs(t, err, atcmd.ErrNoPrompt)
		pass(t, 2*time.Second)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "5s \x1b", "6s \x1b", "7s AT+CMEE?\r", "7s AT+CSQ\r"}, m.log())
	})
}

func TestRule4LatePromptThatSwallowsTheMarker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|5100ms|\r\n> ")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("\x1b", "", "\r\nOK\r\n")
		m.on("AT+CFUN?\r", "\r\n+CFUN: 1\r\n\r\nOK\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		require.ErrorIs(t, err, atcmd.ErrNoPrompt)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{
			"0s AT+CMGS=2\r", "5s \x1b", "5s AT+CMEE?\r", "5.1s \x1b", "7s AT+CFUN?\r", "7s AT+CSQ\r",
		}, m.log())
	})
}

func TestRule4CallerWhoIsGoneWhenThePromptComes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var send <-chan result
		var got result
		m, c := start(t, &atcmd.Config{Trace: func(written bool, _ []byte) {
			if !written { // the prompt has been read, and is not yet looked at
				cancel()
				got = <-send
			}
		}})
		send = async(ctx, m, c, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		synctest.Wait()
		m.say("\r\n> ")
		synctest.Wait()
		require.ErrorIs(t, got.Err, context.Canceled)
		cmdErr, ok := errors.AsType[*atcmd.CommandError](got.Err)
		require.True(t, ok)
		assert.False(t, cmdErr.BodySent)
		assert.Equal(t, []string{"AT+CMGS=2\r", "\x1b"}, m.texts())
	})
}

func TestRule4ErrorTellsThatTheBodyWasSent(t *testing.T) {
	const unknown = "; the body was sent, its outcome is unknown"
	tests := map[string]struct {
		result string
		text   string
	}{
		"CMS error": {"\r\n+CMS ERROR: 332\r\n", "atcmd: AT+CMGS: CMS error 332: network timeout"},
		"CME error": {"\r\n+CME ERROR: 30\r\n", "atcmd: AT+CMGS: CME error 30: no network service"},
		"ERROR":     {"\r\nERROR\r\n", "atcmd: AT+CMGS: the modem answered ERROR"},
		"nothing":   {"", "atcmd: AT+CMGS: no final result code" + unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("AT+CMGS=2\r", "\r\n> ")
				m.on("0011\x1a", tt.result)
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
				require.EqualError(t, err, tt.text)
				cmdErr, ok := errors.AsType[*atcmd.CommandError](err)
				require.True(t, ok)
				assert.True(t, cmdErr.BodySent)
			})
		})
	}
	t.Run("the connection ends", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.on("AT+CMGS=2\r", "\r\n> ")
			send := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
			synctest.Wait()
			m.fail(io.EOF)
			require.EqualError(t, (<-send).Err, "atcmd: AT+CMGS: connection closed: read: EOF"+unknown)
		})
	})
}
