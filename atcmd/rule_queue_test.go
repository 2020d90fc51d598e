package atcmd_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestRule1OneCommandInFlight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = 70 * time.Millisecond
		for i := range 5 {
			m.on(fmt.Sprintf("AT+X%d\r", i), fmt.Sprintf("\r\n+X%d: 1\r\n\r\nOK\r\n", i))
		}
		var results []<-chan result
		for i := range 5 {
			results = append(results, async(bounded(t), m, c, atcmd.Command{Text: fmt.Sprintf("AT+X%d", i)}))
			synctest.Wait() // the order of the calls
		}
		for i, r := range results {
			got := <-r
			require.NoError(t, got.Err)
			assert.Equal(t, []string{fmt.Sprintf("+X%d: 1", i)}, got.Lines)
			assert.Equal(t, time.Duration(i+1)*70*time.Millisecond, got.At)
		}
		assert.Equal(t, []string{"0s AT+X0\r", "70ms AT+X1\r", "140ms AT+X2\r", "210ms AT+X3\r", "280ms AT+X4\r"}, m.log())
	})
}

func TestRule1ConcurrentCallersGetTheirOwnAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		ctx := bounded(t)
		var wg sync.WaitGroup
		for i := range 50 {
			name := fmt.Sprintf("+X%d", i)
			m.on("AT"+name+"\r", "\r\n"+name+": 1\r\n\r\nOK\r\n")
			wg.Go(func() {
				for range 20 {
					resp, err := c.Exec(ctx, atcmd.Command{Text: "AT" + name})
					assert.NoError(t, err)
					assert.Equal(t, []string{name + ": 1"}, resp.Lines)
				}
			})
		}
		wg.Wait()
	})
}

func TestRule1UrgentGoesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = 70 * time.Millisecond
		var all []<-chan result
		for _, cmd := range []atcmd.Command{
			{Text: "AT+A"},
			{Text: "AT+B"},
			{Text: "AT+C", Urgent: true},
			{Text: "AT+D", Urgent: true},
			{Text: "AT+E"},
		} {
			m.on(cmd.Text+"\r", "\r\nOK\r\n")
			all = append(all, async(bounded(t), m, c, cmd))
			synctest.Wait()
		}
		for _, r := range all {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"AT+A\r", "AT+C\r", "AT+D\r", "AT+B\r", "AT+E\r"}, m.texts())
	})
}

func TestRule1WithdrawnCommandIsNeverWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = time.Second
		m.on("AT+A\r", "\r\nOK\r\n")
		m.on("AT+C\r", "\r\nOK\r\n")
		ctx, cancel := context.WithCancelCause(t.Context())
		first := async(bounded(t), m, c, atcmd.Command{Text: "AT+A"})
		synctest.Wait()
		second := async(ctx, m, c, atcmd.Command{Text: "AT+B"})
		synctest.Wait()
		third := async(bounded(t), m, c, atcmd.Command{Text: "AT+C"})
		synctest.Wait()
		gone := errors.New("gone")
		cancel(gone)
		got := <-second
		assertCommandError(t, got.Err, gone, "atcmd: AT+B: gone")
		assert.Zero(t, got.At, "it returns at once")
		require.NoError(t, (<-first).Err)
		require.NoError(t, (<-third).Err)
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT+B"})
		require.ErrorIs(t, err, gone)
		assert.Equal(t, []string{"AT+A\r", "AT+C\r"}, m.texts())
	})
}

func TestRule1ManyWithdrawnCommandsLeaveTheOthersInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+SLOW\r", "|1s|\r\nOK\r\n")
		slow := async(bounded(t), m, c, atcmd.Command{Text: "AT+SLOW"})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var gone, stay []<-chan result
		for i := range 100 {
			gone = append(gone, async(ctx, m, c, atcmd.Command{Text: "AT+GONE"}))
			synctest.Wait()
			if i%25 == 0 {
				text := fmt.Sprintf("AT+STAY%d", len(stay))
				m.on(text+"\r", "\r\nOK\r\n")
				stay = append(stay, async(bounded(t), m, c, atcmd.Command{Text: text}))
				synctest.Wait()
			}
		}
		cancel()
		for _, r := range gone {
			require.ErrorIs(t, (<-r).Err, context.Canceled)
		}
		last := async(bounded(t), m, c, atcmd.Command{Text: "AT+SLOW"})
		for _, r := range append(stay, slow, last) {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"AT+SLOW\r", "AT+STAY0\r", "AT+STAY1\r", "AT+STAY2\r", "AT+STAY3\r", "AT+SLOW\r"}, m.texts())
	})
}

// settling is ATA as it is sent to a SIMCom modem.
var settling = atcmd.Command{
	Text: "ATA", Abortable: true, Dial: true, Timeout: 90 * time.Second,
	Settles: []string{"VOICE CALL: BEGIN", "VOICE CALL: END"},
}

func TestRule1SettledCommandWaitsForItsFinalResult(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   []string // written after ATA, for AT+CSQ
	}{
		"final in time": {"\r\nVOICE CALL: BEGIN\r\n|490ms|\r\nOK\r\n", []string{"490ms AT+CSQ\r"}},
		"final late":    {"\r\nVOICE CALL: BEGIN\r\n|510ms|\r\nOK\r\n", []string{"500ms AT+CMEE?\r", "520ms AT+CSQ\r"}},
		"no final":      {"\r\nVOICE CALL: BEGIN\r\n", []string{"500ms AT+CMEE?\r", "520ms AT+CSQ\r"}},
		"no space":      {"\r\nVOICE CALL:BEGIN\r\n\r\nOK\r\n", []string{"0s AT+CSQ\r"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "VOICE CALL")
				m.on("ATA\r", tt.answer)
				m.on("AT+CSQ\r", "\r\n+CSQ: 1,99\r\n\r\nOK\r\n")
				m.on(sync1, "|20ms|\r\n+CMEE: 1\r\n\r\nOK\r\n")
				resp, err := c.Exec(bounded(t), settling)
				require.NoError(t, err)
				assert.Contains(t, resp.Settled, "VOICE CALL:")
				assert.Zero(t, time.Since(m.start), "the caller does not wait for the final result")
				assert.Equal(t, []string{"+CSQ: 1,99"}, mustExec(t, c, "AT+CSQ"))
				assert.Equal(t, tt.want, m.log()[1:])
				assert.Equal(t, []string{resp.Settled}, u.lines(), "the handler has it, too")
			})
		})
	}
}

func TestLineThatSettlesACommandIsInItsAnswerUnlessItHasAHandler(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("ATA\r", "\r\nVOICE CALL: BEGIN\r\n\r\nOK\r\n")
		resp, err := c.Exec(bounded(t), settling)
		require.NoError(t, err)
		assert.Equal(t, atcmd.Response{Lines: []string{"VOICE CALL: BEGIN"}, Settled: "VOICE CALL: BEGIN"}, resp)
		collect(c, atcmd.Line, "VOICE CALL")
		pass(t, time.Second)
		resp, err = c.Exec(bounded(t), settling)
		require.NoError(t, err)
		assert.Equal(t, atcmd.Response{Settled: "VOICE CALL: BEGIN"}, resp)
	})
}

// lateContext is a context that ends without telling: its Done is never closed.
type lateContext struct {
	context.Context
	over atomic.Bool
}

func (c *lateContext) Err() error {
	if c.over.Load() {
		return context.DeadlineExceeded
	}
	return nil
}

func TestRule1CommandIsNotWrittenWhenItsContextHasEndedUnnoticed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+A\r", "|1s|\r\nOK\r\n")
		first := async(bounded(t), m, c, atcmd.Command{Text: "AT+A"})
		synctest.Wait()
		ctx := &lateContext{Context: t.Context()}
		second := async(ctx, m, c, atcmd.Command{Text: "AT+B"})
		synctest.Wait()
		ctx.over.Store(true)
		require.NoError(t, (<-first).Err)
		require.ErrorIs(t, (<-second).Err, context.DeadlineExceeded)
		assert.Equal(t, []string{"AT+A\r"}, m.texts())
	})
}
