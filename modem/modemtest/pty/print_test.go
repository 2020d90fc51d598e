//go:build linux || darwin

package pty_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"IMSI": "001010987654321", "ICCID": "89001019876543210987", "caller": "+12025550147"}
	sim, server := serve(t, &modemtest.Config{SIM: modemtest.SIM{IMSI: secrets["IMSI"], ICCID: secrets["ICCID"]}}, nil)
	sim.Call(secrets["caller"])
	values := map[string]any{"Server": server, "Config": pty.Config{Dir: t.TempDir(), Baud: 115200}}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	for name, v := range values {
		assert.Empty(t, printing.Leaks(v, secrets), name)
	}
}
