package modem_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestCallThatWasToldToHaveFailedIsHungUpIfItIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Final("NO CARRIER") // of a caller whom nobody has seen
		mock.On("AT+CHLD=11").Then(func() { ended(mock) }).Reply()
		m := openMock(t, mock, nil)
		mock.On("AT+CLCC").Reply(dialledAs("3"))
		_, err := m.Dial(deadline(t), callee, nil)
		require.ErrorIs(t, err, voice.ErrEnded)
		time.Sleep(30 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CHLD=11"), "nobody else would")
		assert.Empty(t, m.Calls())
	})
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Once().Final("NO CARRIER")
		mock.On("AT+CLCC").Final("ERROR") // which does not tell that there is no call
		m := openMock(t, mock, nil)
		_, err := m.Dial(deadline(t), callee, nil)
		require.ErrorIs(t, err, voice.ErrEnded)
		call, err := m.Place(deadline(t), callee, nil) // the same number again
		require.NoError(t, err)
		time.Sleep(time.Second)
		mock.On("AT+CLCC").Reply(dialledAs("0"))
		require.NoError(t, call.WaitAnswered(deadline(t)))
		time.Sleep(30 * time.Second)
		assert.Equal(t, voice.Active, call.State())
		assert.Zero(t, written(mock, "AT+CHLD=11"), "that is another call")
	})
}

func TestNothingIsSentWhileAnAnswerIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, &modem.Config{NetworkPoll: -1})
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		ended(mock)
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, first)
		before := len(mock.Written())
		mock.On("ATA").Final("NO CARRIER") // of the first
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		inject(mock, "RING", `+CLIP: "`+other+`",145`)
		time.Sleep(time.Second)
		w := mock.Written()[before:]
		assert.Equal(t, "ATA", w[len(w)-1], "any character would abort it")
		mock.On("AT+CLCC").Reply(ofOther(listedAs("0")))
		require.NoError(t, receive(t, answered))
	})
}

func TestDialogueThatIsOutOfStepIsNotAskedWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CREG?").Raw("\r\nOK\r\n\r\n+CREG: 2\r\n") // its line comes behind, like a report
		mock.On("AT+CEREG?").Final("ERROR")
		m := openMock(t, mock, nil)
		before := written(mock, "AT+CSQ")
		time.Sleep(10 * time.Second)
		assert.LessOrEqual(t, written(mock, "AT+CSQ")-before, 11, "once a second at most")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := m.Registration(ctx)
		require.Error(t, err)
	})
}
