package atcmd_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestScenarioA1URCRightAfterTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "RING")
		m.on("AT+CSQ\r", "+CSQ: 20,0\r\nOK\r\nRING\r\n")
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		assert.Equal(t, []string{"RING"}, u.lines())
	})
}

func TestScenarioA2CallEndsWhileAMessageIsRead(t *testing.T) {
	const pdu = "07912180551800F1040B912120551500F10000422080015034030541E1905C34"
	const over = "VOICE CALL: END: 000010\r\n"
	for name, answer := range map[string]string{
		"before the PDU": "+CMGR: 1,,24\r\n" + over + pdu + "\r\nOK\r\n",
		"after the PDU":  "+CMGR: 1,,24\r\n" + pdu + "\r\n" + over + "OK\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "VOICE CALL: END")
				m.on("AT+CMGR=1\r", answer)
				assert.Equal(t, []string{"+CMGR: 1,,24", pdu}, mustExec(t, c, "AT+CMGR=1"))
				assert.Equal(t, []string{"VOICE CALL: END: 000010"}, u.lines())
			})
		})
	}
}

func TestScenarioA3BodyIsWrittenWhileAnotherCommandWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=19\r", "AT+CMGS=19\r|300ms|\r\n> ")
		m.on("0011000B912120551500F10000AA\x1a", "|2s|\r\n+CMGS: 12\r\n|100ms|\r\nOK\r\n")
		m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		send := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGS=19", Body: "0011000B912120551500F10000AA", Timeout: time.Minute})
		synctest.Wait()
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT+CSQ"})
		sent, asked := <-send, <-query
		require.NoError(t, sent.Err)
		require.NoError(t, asked.Err)
		assert.Equal(t, []string{"+CMGS: 12"}, sent.Lines)
		assert.Equal(t, []string{"+CSQ: 20,0"}, asked.Lines)
		assert.Equal(t, []string{"0s AT+CMGS=19\r", "300ms 0011000B912120551500F10000AA\x1a", "2.4s AT+CSQ\r"}, m.log())
	})
}

func TestScenarioA4NoPromptOrNoResult(t *testing.T) {
	send := atcmd.Command{Text: "AT+CMGS=19", Body: "0011", Timeout: 30 * time.Second}
	t.Run("no prompt", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.on("AT+CSQ\r", "\r\nOK\r\n")
			m.marked()
			_, err := c.Exec(bounded(t), send)
			assertCommandError(t, err, atcmd.ErrNoPrompt, "atcmd: AT+CMGS: no prompt for the body: no final result code")
			mustExec(t, c, "AT+CSQ")
			assert.Equal(t, []string{"0s AT+CMGS=19\r", "5s \x1b", "5s AT+CMEE?\r", "5s AT+CSQ\r"}, m.log())
		})
	})
	t.Run("no result", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.on("AT+CMGS=19\r", "\r\n> ")
			m.on("AT+CSQ\r", "\r\nOK\r\n")
			m.marked()
			_, err := c.Exec(bounded(t), send)
			assertCommandError(t, err, atcmd.ErrTimeout,
				"atcmd: AT+CMGS: no final result code; the body was sent, its outcome is unknown")
			var cmdErr *atcmd.CommandError
			require.ErrorAs(t, err, &cmdErr)
			assert.True(t, cmdErr.BodySent)
			mustExec(t, c, "AT+CSQ")
			assert.Equal(t, []string{"0s AT+CMGS=19\r", "0s 0011\x1a", "30s AT+CMEE?\r", "30s AT+CSQ\r"}, m.log())
		})
	})
	t.Run("the caller leaves after the body", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.on("AT+CMGS=19\r", "\r\n> ")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Exec(ctx, send)
			var cmdErr *atcmd.CommandError
			require.ErrorAs(t, err, &cmdErr)
			assert.True(t, cmdErr.BodySent)
			synctest.Wait()
			assert.Equal(t, []string{"0s AT+CMGS=19\r", "0s 0011\x1a"}, m.log(), "no ESC")
		})
	})
}

func TestScenarioA5GreaterThanThatIsNoPrompt(t *testing.T) {
	tests := map[string]struct {
		prompt, result string
		urcs           []string
	}{
		"echo of the body": {"\r\n> ", "\r\n> 0011\x1a\r\n+CMGS: 1\r\n\r\nOK\r\n", nil},
		"USSD after the prompt": {
			"\r\n> ", "\r\n+CUSD: 1,\"Menu\r\n> 1 Balance\r\n> 2 Plans\",15\r\n\r\n+CMGS: 1\r\n\r\nOK\r\n",
			[]string{"+CUSD: 1,\"Menu\r\n> 1 Balance\r\n> 2 Plans\",15"},
		},
		"USSD before the prompt": {
			"\r\n+CUSD: 1,\"Menu\r\n> 1 Balance\",15\r\n\r\n> ", "\r\n+CMGS: 1\r\n\r\nOK\r\n",
			[]string{"+CUSD: 1,\"Menu\r\n> 1 Balance\",15"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.QuotedText, "+CUSD")
				m.on("AT+CMGS=2\r", tt.prompt)
				m.on("0011\x1a", tt.result)
				resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
				require.NoError(t, err)
				assert.Equal(t, []string{"+CMGS: 1"}, resp.Lines)
				assert.Equal(t, tt.urcs, u.lines())
				assert.Equal(t, []string{"AT+CMGS=2\r", "0011\x1a"}, m.texts(), "one body")
			})
		})
	}
}

func TestScenarioA6AnswerComesDuringTheNextCommand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+COPS?\r", "|5200ms|\r\n+COPS: 0\r\n|100ms|\r\nOK\r\n")
		m.on(sync1, "|400ms|\r\n+CMEE: 1\r\n\r\nOK\r\n") // the modem takes one after the other
		m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+COPS?"})
		assertCommandError(t, err, atcmd.ErrTimeout, "atcmd: AT+COPS: no final result code")
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		assert.Equal(t, []string{"0s AT+COPS?\r", "5s AT+CMEE?\r", "5.4s AT+CSQ\r"}, m.log())
	})
}

func TestScenarioA7MessageWithinAnAnswer(t *testing.T) {
	const pdu = "07912180551800F1040B912120551500F10000422080015034030541E1905C34"
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.PDUBody, "+CMT")
		m.on("AT+CSQ\r", "+CMT: ,24\r\n"+pdu+"\r\n+CSQ: 20,0\r\nOK\r\n")
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		synctest.Wait()
		assert.Equal(t, []atcmd.URC{{Line: "+CMT: ,24", Body: pdu}}, u.all)
	})
}

func TestScenarioA8AnswerWithTheNameOfAURC(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "+CLIP")
		m.on("AT+CLIP?\r", "+CLIP: 1,1\r\nOK\r\n")
		assert.Equal(t, []string{"+CLIP: 1,1"}, mustExec(t, c, "AT+CLIP?"))
		assert.Empty(t, u.lines())
	})
}

func TestScenarioA11AnsweredOnlyByTheVoiceCallLine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATA\r", "|1s|\r\nVOICE CALL: BEGIN\r\n")
		m.on("AT+CLCC\r", "\r\n+CLCC: 1,1,0,0,0\r\n\r\nOK\r\n")
		m.marked()
		resp, err := c.Exec(bounded(t), settling)
		require.NoError(t, err)
		assert.Equal(t, "VOICE CALL: BEGIN", resp.Settled)
		assert.Equal(t, time.Second, time.Since(m.start))
		mustExec(t, c, "AT+CLCC")
		assert.Equal(t, []string{"0s ATA\r", "1.5s AT+CMEE?\r", "1.5s AT+CLCC\r"}, m.log())
	})
}

func TestScenarioA12CallerGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATA\r", "\r\nNO CARRIER\r\n")
		_, err := c.Exec(bounded(t), settling)
		assertCommandError(t, err, atcmd.ErrNoCarrier, "atcmd: ATA: no carrier")
		assert.Zero(t, time.Since(m.start))
	})
}

func TestScenarioA13EndedBeforeTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATA\r", "\r\nVOICE CALL: END\r\n|20ms|\r\nOK\r\n")
		m.on("AT+CLCC\r", "\r\nOK\r\n")
		resp, err := c.Exec(bounded(t), settling)
		require.NoError(t, err)
		assert.Equal(t, "VOICE CALL: END", resp.Settled)
		mustExec(t, c, "AT+CLCC")
		assert.Equal(t, []string{"0s ATA\r", "20ms AT+CLCC\r"}, m.log(), "its OK is not taken for that of the next")
	})
}

func TestScenarioB12NothingIsWrittenWhileDialling(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATD+12025550100;\r", "|25s|\r\nOK\r\n")
		m.on("AT\r", "\r\nOK\r\n")
		call := async(bounded(t), m, c, atcmd.Command{Text: "ATD+12025550100;", Abortable: true, Dial: true, Timeout: time.Minute})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT"}) // a keep-alive
		require.ErrorIs(t, err, context.DeadlineExceeded)
		again := async(bounded(t), m, c, atcmd.Command{Text: "AT"})
		require.NoError(t, (<-call).Err)
		require.NoError(t, (<-again).Err)
		assert.Equal(t, []string{"0s ATD+12025550100;\r", "25s AT\r"}, m.log())
	})
}

func TestScenarioB15ReadsThatGiveNothing(t *testing.T) {
	t.Run("nothing at once", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m := &silentPort{closed: make(chan struct{})}
			c := atcmd.New(m, nil)
			defer c.Close()
			start := time.Now()
			<-c.Done()
			require.ErrorIs(t, c.Err(), io.ErrNoProgress)
			assert.Less(t, m.reads, 200, "no spinning")
			assert.Less(t, time.Since(start), 15*time.Second)
		})
	})
	t.Run("nothing after a read timeout", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m := &silentPort{closed: make(chan struct{}), timeout: 100 * time.Millisecond}
			c := atcmd.New(m, nil)
			pass(t, 10*time.Minute)
			require.NoError(t, c.Err(), "a port with a read timeout is in order")
			require.NoError(t, c.Close())
		})
	})
	t.Run("an error for ever", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.fail(io.ErrUnexpectedEOF)
			<-c.Done()
			pass(t, time.Minute)
			require.ErrorIs(t, c.Err(), io.ErrUnexpectedEOF)
			assert.Equal(t, 1, m.reads)
		})
	})
}

// silentPort is a port whose Read returns neither bytes nor an error.
type silentPort struct {
	timeout time.Duration
	reads   int
	closed  chan struct{}
}

func (p *silentPort) Read([]byte) (int, error) {
	p.reads++
	if p.timeout > 0 {
		select {
		case <-p.closed:
			return 0, io.ErrClosedPipe
		case <-time.After(p.timeout):
		}
	}
	return 0, nil
}

func (p *silentPort) Write(b []byte) (int, error) { return len(b), nil }

func (p *silentPort) Close() error {
	close(p.closed)
	return nil
}

func TestScenarioB21HangUpWhileTheCallIsConnecting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATD+12025550100;\r", "|25s|\r\n+COLP: \"+12025550100\",145\r\n\r\nOK\r\n")
		m.on("\r", "\r\nNO CARRIER\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		call := async(bounded(t), m, c, atcmd.Command{Text: "ATD+12025550100;", Abortable: true, Dial: true, Timeout: time.Minute})
		pass(t, 3*time.Second)
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
		require.NoError(t, err)
		got := <-call
		assertCommandError(t, got.Err, atcmd.ErrAborted, "atcmd: ATD: aborted by an urgent command")
		assert.Equal(t, 3*time.Second, got.At)
		assert.Equal(t, []string{"0s ATD+12025550100;\r", "3s \r", "3s AT+CHUP\r"}, m.log())
	})
}

func TestScenarioB36FloodWhileAHandlerIsStalled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const flood = 10_000
		var m *modem
		var dropped, handled int
		var order []string
		overflow := func(n uint64) {
			dropped += int(n)
			order = append(order, fmt.Sprintf("overflow after %d", handled))
		}
		m, c := start(t, &atcmd.Config{OnOverflow: overflow})
		m.on("AT+CSQ\r", "|10s|\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		c.Handle("RING", atcmd.Line, func(atcmd.URC) {
			resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ", Timeout: time.Minute})
			assert.NoError(t, err)
			assert.Equal(t, []string{"+CSQ: 20,0"}, resp.Lines)
		})
		c.Handle("+CMTI", atcmd.Line, func(atcmd.URC) { handled++ })
		m.say("RING\r\n")
		synctest.Wait()
		for range flood / 100 {
			m.say(strings.Repeat("+CMTI: \"SM\",1\r\n", 100))
			synctest.Wait()
		}
		assert.EqualValues(t, flood+1, c.Stats().Lines, "the reader goes on")
		pass(t, time.Minute)
		assert.Equal(t, 4096, handled)
		assert.Equal(t, flood-4096, dropped)
		assert.EqualValues(t, flood-4096, c.Stats().Dropped)
		assert.Equal(t, []string{"overflow after 4096"}, order, "once, and where the gap is")
		m.say("+CMTI: \"SM\",2\r\n")
		synctest.Wait()
		assert.Equal(t, 4097, handled)
	})
}
