package atcmd_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestRule5MarkerAfterATimeout(t *testing.T) {
	const ok = "\r\nOK\r\n"
	tests := map[string]struct {
		lost    string   // the command that is not answered
		script  []string // pairs: written, answer
		fails   bool     // AT+CSQ, which follows
		echoes  uint64
		written []string // after the lost command
		urcs    []string
	}{
		"answered at once": {
			lost: "AT+COPS?", script: []string{sync1, "\r\n+CMEE: 1\r\n" + ok},
			written: []string{"5s AT+CMEE?\r", "5s AT+CSQ\r"},
		},
		"late answer before the marker's": {
			lost: "AT+CSQ", script: []string{sync1, "\r\n+CSQ: 9,9\r\n" + ok + "\r\n+CMEE: 1\r\n" + ok},
			written: []string{"5s AT+CMEE?\r", "5s AT+CSQ\r"},
		},
		"URCs are not lost": {
			lost: "AT+CREG?", script: []string{sync1, "\r\nRING\r\n\r\n+CREG: 0,1\r\n\r\n+CREG: 5\r\n" + ok + "\r\n+CMEE: 1\r\nRING\r\n" + ok},
			written: []string{"5s AT+CMEE?\r", "5s AT+CSQ\r"},
			urcs:    []string{"RING", "+CREG: 5", "RING"},
		},
		"with echo": {
			lost: "AT+COPS?", script: []string{sync1, "AT+COPS?\r\nAT+CMEE?\r\r\n+CMEE: 1\r\n" + ok}, echoes: 2,
			written: []string{"5s AT+CMEE?\r", "5s AT+CSQ\r"},
		},
		"lost CMEE": {
			lost: "AT+CMEE?", script: []string{"AT+CFUN?\r", "\r\n+CMEE: 0\r\n" + ok + "\r\n+CFUN: 1\r\n" + ok},
			written: []string{"5s AT+CFUN?\r", "5s AT+CSQ\r"},
		},
		"lost CMEE among others": {
			lost: "ATE0;+cmee=1;+CLIP=1", script: []string{"AT+CFUN?\r", ok + "\r\n+CFUN: 1\r\n" + ok},
			written: []string{"5s AT+CFUN?\r", "5s AT+CSQ\r"},
		},
		"marker refused": {
			lost: "AT+COPS?", script: []string{sync1, "\r\nERROR\r\n", "AT+CFUN?\r", "\r\n+CFUN: 1\r\n" + ok},
			written: []string{"5s AT+CMEE?\r", "7s AT+CFUN?\r", "7s AT+CSQ\r"},
		},
		"first marker late": {
			lost: "AT+COPS?", script: []string{"AT+CFUN?\r", "\r\n+CMEE: 1\r\n" + ok + "\r\n+CFUN: 1\r\n" + ok},
			written: []string{"5s AT+CMEE?\r", "7s AT+CFUN?\r", "7s AT+CSQ\r"},
		},
		"lost CFUN": {
			lost: "AT+CFUN=1", script: nil, fails: true,
			written: []string{"5s AT+CMEE?\r", "7s AT+CMEE?\r"},
		},
		"silence": {
			lost: "AT+COPS?", script: nil, fails: true,
			written: []string{"5s AT+CMEE?\r", "7s AT+CFUN?\r"},
		},
		"own line without OK": {
			lost: "AT+COPS?", script: []string{sync1, "\r\n+CMEE: 1\r\n", "AT+CFUN?\r", "\r\n+CFUN: 1\r\n"}, fails: true,
			written: []string{"5s AT+CMEE?\r", "7s AT+CFUN?\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "RING", "+CREG", "")
				if tt.lost != "AT+CSQ" {
					m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
				} else {
					m.on("AT+CSQ\r", "", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
				}
				for i := 0; i < len(tt.script); i += 2 {
					m.on(tt.script[i], tt.script[i+1])
				}
				_, err := c.Exec(bounded(t), atcmd.Command{Text: tt.lost})
				require.ErrorIs(t, err, atcmd.ErrTimeout)
				resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
				if tt.fails {
					assertCommandError(t, err, atcmd.ErrTimeout,
						"atcmd: AT+CSQ: not sent, as the modem does not answer: no final result code")
				} else {
					require.NoError(t, err)
					assert.Equal(t, []string{"+CSQ: 20,0"}, resp.Lines)
				}
				assert.Equal(t, tt.written, m.log()[1:])
				assert.Equal(t, tt.urcs, u.lines())
				assert.EqualValues(t, 1, c.Stats().Resyncs)
				assert.Equal(t, tt.echoes, c.Stats().Echoes)
			})
		})
	}
}

func TestRule5LateAnswerBeforeTheNextCommandIsNoNews(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "", "+CREG", "NO CARRIER")
		m.on("AT+CREG?\r", "|6s|AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\n+CREG: 5\r\n\r\nNO CARRIER\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CREG?"})
		require.ErrorIs(t, err, atcmd.ErrTimeout)
		pass(t, 2*time.Second)
		assert.Equal(t, []string{"+CREG: 5", "NO CARRIER"}, u.lines())
		assert.EqualValues(t, 1, c.Stats().StrayFinals)
	})
}

func TestRule5WhatComesAfterTheLateResultIsNews(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "+CSQ")
		m.on("AT+CSQ\r", "|6s|\r\n+CSQ: 1,1\r\n\r\nOK\r\n|1s|+CSQ: 2,2\r\n", "|6s|\r\n+CSQ: 3,3\r\n")
		m.marked()
		for range 2 {
			_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
			require.ErrorIs(t, err, atcmd.ErrTimeout)
			pass(t, 5*time.Second)
		}
		assert.Equal(t, []string{"+CSQ: 2,2"}, u.lines())
	})
}

func TestRule5StaysOutOfSyncUntilTheModemAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		m.on(sync1, "", "", "", "\r\n+CMEE: 1\r\n\r\nOK\r\n")
		for _, text := range []string{"AT+A", "AT+B", "AT+C"} {
			_, err := c.Exec(bounded(t), atcmd.Command{Text: text})
			require.ErrorIs(t, err, atcmd.ErrTimeout, text)
		}
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
		require.NoError(t, err, "an urgent command is written all the same")
		mustExec(t, c, "AT+CHUP") // earlier markers may be answered yet: half a second of silence is asked for
		mustExec(t, c, "AT+CHUP")
		assert.Equal(t, []string{
			"0s AT+A\r",
			"5s AT+CMEE?\r", "7s AT+CFUN?\r", // for AT+B
			"9s AT+CMEE?\r", "11s AT+CFUN?\r", // for AT+C
			"13s AT+CMEE?\r", "15s AT+CFUN?\r", "17s AT+CHUP\r",
			"17s AT+CMEE?\r", "17.5s AT+CHUP\r",
			"17.5s AT+CHUP\r",
		}, m.log())
	})
}

func TestRule5LateMarkersDoNotAnswerTheNextOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+A\r", "|6s|\r\nOK\r\n")
		// The modem was busy for ten seconds, then answers all in a row.
		m.on("AT+CMEE?\r", "", "|1800ms|\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n|100ms|\r\n+CMEE: 1\r\n\r\nOK\r\n")
		m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+A"})
		require.ErrorIs(t, err, atcmd.ErrTimeout)
		_, err = c.Exec(bounded(t), atcmd.Command{Text: "AT+B"})
		require.ErrorIs(t, err, atcmd.ErrTimeout)
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		assert.Equal(t, []string{
			"0s AT+A\r", "5s AT+CMEE?\r", "7s AT+CFUN?\r", "9s AT+CMEE?\r", "10.9s AT+CSQ\r",
		}, m.log())
	})
}

func TestRule5CallerWhoLeavesReturnsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+COPS=?\r", "|30s|\r\n+COPS: (1,\"x\")\r\n\r\nOK\r\n")
		m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		m.marked()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT+COPS=?", Timeout: time.Minute})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(m.start))
		pass(t, 40*time.Second) // its answer comes and reaches nobody
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		assert.Equal(t, []string{"0s AT+COPS=?\r", "41s AT+CMEE?\r", "41s AT+CSQ\r"}, m.log())
	})
}

func TestRule5QueuedCallerLeavesDuringTheSearch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+A"})
		require.ErrorIs(t, err, atcmd.ErrTimeout)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.Exec(ctx, atcmd.Command{Text: "AT+B"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		pass(t, 10*time.Second)
		m.marked() // it has come to itself
		start := time.Since(m.start)
		mustExec(t, c, "AT+CSQ")
		assert.Less(t, time.Since(m.start)-start, time.Second, "the failed search of before is not held against it")
		synctest.Wait()
		assert.NotContains(t, m.texts(), "AT+B\r")
	})
}

func TestTimeoutCountsFromTheWrite(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, &atcmd.Config{Timeout: 3 * time.Second})
		m.on("AT+SLOW\r", "|20s|\r\nOK\r\n")
		slow := async(bounded(t), m, c, atcmd.Command{Text: "AT+SLOW", Timeout: time.Minute})
		synctest.Wait()
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "AT+NEVER"})
		require.ErrorIs(t, got.Err, atcmd.ErrTimeout)
		assert.Equal(t, 23*time.Second, got.At)
		require.NoError(t, (<-slow).Err)
	})
}

func TestTimeoutTakesAFinalResultWithoutALineEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK", "\r\n+CME ERROR: 14")
		assert.Equal(t, []string{"+CSQ: 20,0"}, mustExec(t, c, "AT+CSQ"))
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
		require.ErrorIs(t, err, atcmd.CMEError(14))
		assert.Equal(t, []string{"0s AT+CSQ\r", "5s AT+CSQ\r"}, m.log())
	})
}

func TestRule5ReportsBetweenALostCommandAndTheNext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "RING", "+CREG", "+CSQ")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CREG?"})
		require.ErrorIs(t, err, atcmd.ErrTimeout)
		m.say("\r\nRING\r\n\r\n+CREG: 0,1\r\n\r\n+CREG: 5\r\n\r\n+CSQ: 7,99\r\n")
		pass(t, time.Second)
		assert.Equal(t, []string{"RING", "+CREG: 5", "+CSQ: 7,99"}, u.lines(), "all but the late answer")
		m.say("\r\nOK\r\n\r\n+CREG: 0,3\r\n")
		pass(t, time.Second)
		assert.Equal(t, "+CREG: 0,3", u.lines()[3], "behind its result nothing is an answer to it")
	})
}

func TestRule5ResultThatMayBeOfSomethingElse(t *testing.T) {
	dial := atcmd.Command{Text: "ATA", Dial: true, Abortable: true, Timeout: time.Minute}
	signal := atcmd.Command{Text: "AT+CSQ", Answers: true}
	tests := map[string]struct {
		cmd     atcmd.Command
		answer  string // the first result, and what comes while the next command is on its way
		late    string
		err     error
		written []string // from then on
	}{
		"end of another call":     {dial, "\r\nNO CARRIER\r\n", "\r\nOK\r\n", atcmd.ErrNoCarrier, []string{sync1, "AT+CLCC\r"}},
		"end of this one":         {dial, "\r\nNO CARRIER\r\n", "", atcmd.ErrNoCarrier, []string{sync1, "AT+CLCC\r"}},
		"busy":                    {dial, "\r\nBUSY\r\n", "", atcmd.ErrBusy, []string{sync1, "AT+CLCC\r"}},
		"no answer":               {dial, "\r\nNO ANSWER\r\n", "", atcmd.ErrNoAnswer, []string{sync1, "AT+CLCC\r"}},
		"no dial tone":            {dial, "\r\nNO DIALTONE\r\n", "", atcmd.ErrNoDialtone, []string{"AT+CLCC\r"}},
		"dialling is refused":     {dial, "\r\nERROR\r\n", "", atcmd.ErrRejected, []string{"AT+CLCC\r"}},
		"OK of a command before":  {signal, "\r\nOK\r\n", "\r\n+CSQ: 7,99\r\n\r\nOK\r\n", atcmd.ErrNoLine, []string{sync1, "AT+CLCC\r"}},
		"OK, and never an answer": {signal, "\r\nOK\r\n", "", atcmd.ErrNoLine, []string{sync1, "AT+CLCC\r"}},
		"refused":                 {signal, "\r\nERROR\r\n", "", atcmd.ErrRejected, []string{"AT+CLCC\r"}},
		"answered":                {signal, "\r\n+CSQ: 7,99\r\n\r\nOK\r\n", "", nil, []string{"AT+CLCC\r"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "+CSQ", "+CLCC")
				m.on(tt.cmd.Text+"\r", tt.answer)
				m.on(sync1, tt.late+"\r\n+CMEE: 1\r\n\r\nOK\r\n")
				m.on("AT+CLCC\r", "\r\n+CLCC: 1,1,0,0,0\r\n\r\nOK\r\n")
				_, err := c.Exec(bounded(t), tt.cmd)
				require.ErrorIs(t, err, tt.err)
				lines := mustExec(t, c, "AT+CLCC")
				assert.Equal(t, []string{"+CLCC: 1,1,0,0,0"}, lines)
				assert.Equal(t, tt.written, m.texts()[1:])
				assert.NotContains(t, u.lines(), "+CSQ: 7,99", "the late answer is no news")
			})
		})
	}
}
