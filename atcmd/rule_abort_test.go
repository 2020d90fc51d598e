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

func TestRule6CallerLeavesOrUrgentWaits(t *testing.T) {
	dial := atcmd.Command{Text: "ATD+12025550100;", Abortable: true, Dial: true, Timeout: time.Minute}
	tests := map[string]struct {
		leave  time.Duration // when the context ends
		urgent time.Duration // when an urgent command comes
		answer string        // to the abort
		err    error
		at     time.Duration
		want   []string // written after ATD
	}{
		"context": {
			leave: time.Second, answer: "\r\nNO CARRIER\r\n", err: context.DeadlineExceeded, at: time.Second,
			want: []string{"1s \r", "3s AT+CSQ\r"},
		},
		"urgent": {
			urgent: time.Second, answer: "|40ms|\r\nNO CARRIER\r\n", err: atcmd.ErrAborted, at: 1040 * time.Millisecond,
			want: []string{"1s \r", "1.04s AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"early": {
			urgent: 50 * time.Millisecond, answer: "\r\nNO CARRIER\r\n", err: atcmd.ErrAborted, at: 130 * time.Millisecond,
			want: []string{"130ms \r", "130ms AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"abort unanswered": {
			urgent: 500 * time.Millisecond, err: atcmd.ErrAborted, at: 2500 * time.Millisecond,
			want: []string{"500ms \r", "2.5s AT+CMEE?\r", "2.5s AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"success crosses the abort": {
			urgent: time.Second, answer: "\r\nOK\r\n", at: time.Second,
			want: []string{"1s \r", "1s AT+CHUP\r", "3s AT+CSQ\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("\r", tt.answer)
				m.on("AT+CSQ\r", "\r\nOK\r\n")
				m.on("AT+CHUP\r", "\r\nOK\r\n")
				m.marked()
				ctx := bounded(t)
				if tt.leave > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.leave)
					defer cancel()
				}
				call := async(ctx, m, c, dial)
				if tt.urgent > 0 {
					pass(t, tt.urgent)
					_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
					require.NoError(t, err)
				}
				got := <-call
				if tt.err != nil {
					require.ErrorIs(t, got.Err, tt.err)
				} else {
					require.NoError(t, got.Err)
				}
				assert.Equal(t, tt.at, got.At)
				pass(t, 3*time.Second-time.Since(m.start))
				mustExec(t, c, "AT+CSQ")
				assert.Equal(t, tt.want, m.log()[1:])
			})
		})
	}
}

func TestRule6UrgentDoesNotAbortWhatIsNotAbortable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGL=4\r", "|3s|\r\nOK\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		list := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGL=4"})
		pass(t, time.Second)
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
		require.NoError(t, err)
		require.NoError(t, (<-list).Err)
		assert.Equal(t, []string{"0s AT+CMGL=4\r", "3s AT+CHUP\r"}, m.log())
	})
}

func TestRule6TimeoutAbortsWhatIsAbortable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("\r", "|100ms|\r\nNO CARRIER\r\n")
		m.on("ATH\r", "\r\nOK\r\n")
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "ATD1;", Abortable: true, Dial: true, Timeout: 30 * time.Second})
		require.ErrorIs(t, got.Err, atcmd.ErrTimeout)
		assert.Equal(t, 30*time.Second, got.At, "the caller does not wait for the abort")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "ATH", Dial: true, Urgent: true})
		require.NoError(t, err)
		assert.Equal(t, []string{"0s ATD1;\r", "30s \r", "30.1s ATH\r"}, m.log())
	})
}

func TestRule6SettledCommandIsNotAborted(t *testing.T) {
	tests := map[string]struct {
		answer string
		urgent time.Duration
		want   []string
	}{
		"settled before the urgent one": {
			"|1s|\r\nVOICE CALL: BEGIN\r\n|200ms|\r\nOK\r\n", 1100 * time.Millisecond,
			[]string{"0s ATA\r", "1.2s AT+CHUP\r"},
		},
		"settled before the abort is due": {
			"|100ms|\r\nVOICE CALL: BEGIN\r\n|300ms|\r\nOK\r\n", 50 * time.Millisecond,
			[]string{"0s ATA\r", "400ms AT+CHUP\r"},
		},
		"settled by the abort": {
			"|1s|\r\nVOICE CALL: END\r\n|100ms|\r\nNO CARRIER\r\n", 900 * time.Millisecond,
			[]string{"0s ATA\r", "900ms \r", "1.1s AT+CHUP\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("ATA\r", tt.answer)
				m.on("AT+CHUP\r", "\r\nOK\r\n")
				answer := async(bounded(t), m, c, settling)
				pass(t, tt.urgent)
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
				require.NoError(t, err)
				got := <-answer
				require.NoError(t, got.Err)
				assert.Contains(t, got.Settled, "VOICE CALL")
				assert.Equal(t, tt.want, m.log())
			})
		})
	}
}

func TestRule6UrgentThatAlreadyWaitsAborts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+X\r", "|1s|\r\nOK\r\n")
		m.on("\r", "\r\nNO CARRIER\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		first := async(bounded(t), m, c, atcmd.Command{Text: "AT+X"})
		synctest.Wait()
		call := async(bounded(t), m, c, atcmd.Command{Text: "ATD1;", Abortable: true, Dial: true, Urgent: true})
		synctest.Wait()
		hangup := async(bounded(t), m, c, atcmd.Command{Text: "AT+CHUP", Urgent: true})
		require.NoError(t, (<-first).Err)
		require.ErrorIs(t, (<-call).Err, atcmd.ErrAborted)
		require.NoError(t, (<-hangup).Err)
		assert.Equal(t, []string{"0s AT+X\r", "1s ATD1;\r", "1.13s \r", "1.13s AT+CHUP\r"}, m.log())
	})
}
