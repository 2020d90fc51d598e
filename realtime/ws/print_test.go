package ws_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/realtime/ws"
)

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	values := map[string]any{"Config": ws.Config{PingInterval: time.Second}}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
}
