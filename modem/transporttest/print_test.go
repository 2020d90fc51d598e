package transporttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem/transporttest"
)

// The structs hold functions and what the author of a harness wrote, so there is no
// secret that they could show.
func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	d := &device{}
	values := map[string]any{
		"Harness": transporttest.Harness{Skip: map[string]string{"bytes from the modem": "no far end"}},
		"Far":     d.far("AT"),
		"Subject": d.subject(),
	}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	for name, v := range values {
		assert.NotEmpty(t, printing.Ways(v), name)
	}
}
