package voicetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// A test prints its far side and its settings as readily as a program its calls.
func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"number": "+12025550147", "keys sent": "735190", "keys pressed": "804612"}
	cfg := voicetest.Config{
		ID: "c", Number: events.Number(secrets["number"]), Source: "gsm0", Events: &events.Bus{}, AnswerError: errors.New("refused"),
	}
	called := cfg
	called.AnswerError = nil
	bubble(t, &called, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.NoError(t, call.Answer(ctx))
		require.NoError(t, call.SendDTMF(ctx, secrets["keys sent"], nil))
		far.Press(secrets["keys pressed"])
		pass(time.Second)
		values := map[string]any{"Config": cfg, "Far": far}
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, secrets), name)
		}
	})
}
