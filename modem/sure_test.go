package modem_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// Who is answered must be the one who rings. In the tests the caller gave up while
// the modem told nothing, and another one rings.
func TestAnswerAsksWhoRingsWhenNothingWasToldForLong(t *testing.T) {
	next := ofOther(listedAs("4"))
	tests := map[string]struct {
		script  func(*modem.MockTransport)
		answers int // to ATA
		err     error
	}{
		"the list tells":            {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply(next) }, 0, voice.ErrEnded},
		"the second tells":          {func(mock *modem.MockTransport) { refuse(mock, 1); mock.On("AT+CLCC").Reply(next) }, 0, voice.ErrEnded},
		"the third tells":           {func(mock *modem.MockTransport) { refuse(mock, 2); mock.On("AT+CLCC").Reply(next) }, 0, voice.ErrEnded},
		"it is the same":            {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply(listedAs("4")) }, 1, nil},
		"there is none to be had":   {func(*modem.MockTransport) {}, 1, nil},
		"the list is never heard":   {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Silent() }, 1, nil},
		"not listed while it rings": {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply() }, 1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
				_, call := rings(t, mock)
				mock.On("AT+CLCC").Final("ERROR")
				time.Sleep(5500 * time.Millisecond)
				tt.script(mock)
				start := time.Now()
				require.ErrorIs(t, call.Answer(deadline(t)), tt.err)
				assert.Less(t, time.Since(start), 12*time.Second)
				assert.Equal(t, tt.answers, written(mock, "ATA"))
			})
		})
	}
}

func refuse(mock *modem.MockTransport, n int) {
	for range n {
		mock.On("AT+CLCC").Once().Final("ERROR")
	}
}

func TestAnswerAsksWhoRingsAfterANumberThatIsNotHis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, call := rings(t, mock)
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		refuse(mock, 1)
		inject(mock, "RING", `+CLIP: "`+other+`",145`)
		time.Sleep(time.Millisecond)
		require.ErrorIs(t, call.Answer(deadline(t)), voice.ErrEnded)
		assert.Zero(t, written(mock, "ATA"))
	})
}

func TestAnswerOfACallThatEndsBeforeItsTurnIsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+COPS=?").After(2 * time.Second).Reply() // until the call is over, and its cause still asked for
		m, call := rings(t, mock)
		busy := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := m.Exec(deadline(t), "AT+COPS=?")
			busy <- err
		})
		time.Sleep(time.Millisecond)
		mock.On("AT+CLCC").Reply()
		time.AfterFunc(100*time.Millisecond, func() { inject(mock, "MISSED_CALL: 11:01AM 12025550100") })
		require.ErrorIs(t, call.Answer(deadline(t)), voice.ErrEnded)
		require.NoError(t, receive(t, busy))
		assert.Equal(t, voice.Missed, endOf(t, call).Reason)
		assert.Zero(t, written(mock, "ATA"), "it would answer the next caller")
	})
}

func TestAnswerWaitsForTheListThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CMEE?").Reply("+CMEE: 1")
		_, call := rings(t, mock)
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		mock.On("AT+CLCC").Once().Silent()
		time.Sleep(1500 * time.Millisecond)
		require.ErrorIs(t, call.Answer(deadline(t)), voice.ErrEnded)
		assert.Zero(t, written(mock, "ATA"))
	})
}

func TestAnswerOfACallThatIsListedAsksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, call := rings(t, mock)
		mock.On("AT+CLCC").Reply(listedAs("4"))
		time.Sleep(20500 * time.Millisecond)
		before := len(mock.Written())
		require.NoError(t, call.Answer(deadline(t)))
		assert.Equal(t, "ATA", mock.Written()[before])
	})
}

func TestCallThatRingsOnAfterANoCarrierIsAnsweredAgain(t *testing.T) {
	for refused, want := range map[int]error{1: nil, 2: nil, 3: voice.ErrEnded} {
		t.Run(fmt.Sprint(refused), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, first := talking(t, mock, nil)
				ended(mock)
				inject(mock, "VOICE CALL: END: 000005")
				endOf(t, first)
				for range refused {
					mock.On("ATA").Once().Final("NO CARRIER") // of the first
				}
				mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
				answered := make(chan error, 4)
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					err := call.Answer(ctx)
					answered <- err
					return err
				})
				mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(ofOther(listedAs("0"))) }).Reply()
				inject(mock, "RING", `+CLIP: "`+other+`",145`)
				require.ErrorIs(t, receive(t, answered), want)
				assert.Equal(t, 1+min(refused+1, 3), written(mock, "ATA"), "that of the first call included")
			})
		})
	}
}
