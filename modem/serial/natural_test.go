package serial_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

func TestNaturalOrder(t *testing.T) {
	want := []string{"", "1-1", "1-1.2", "1-1.10", "2-1", "10-1", "ttyS0", "ttyUSB2", "ttyUSB10", "ttyUSB10x"}
	for i, a := range want {
		for j, b := range want {
			got := serial.Natural(a, b)
			assert.Equal(t, i < j, got < 0, "%q and %q", a, b)
			assert.Equal(t, i == j, got == 0, "%q and %q", a, b)
		}
	}
}

// FuzzNatural holds that the order is one.
func FuzzNatural(f *testing.F) {
	f.Add("ttyUSB2", "ttyUSB10", "ttyS0")
	f.Add("a007", "a7", "a")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		assert.Equal(t, serial.Natural(a, b), -serial.Natural(b, a))
		assert.Zero(t, serial.Natural(a, a))
		s := []string{a, b, c}
		slices.SortFunc(s, serial.Natural)
		assert.LessOrEqual(t, serial.Natural(s[0], s[2]), 0)
	})
}

func TestNamesOfALink(t *testing.T) {
	dir := t.TempDir()
	port, by := filepath.Join(dir, "ttyUSB2"), filepath.Join(dir, "by-id")
	require.NoError(t, os.Mkdir(by, 0o700))
	require.NoError(t, os.Symlink("../ttyUSB2", filepath.Join(by, "modem")))
	require.NoError(t, os.Symlink(filepath.Join(by, "modem"), filepath.Join(dir, "mine")))
	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	assert.Equal(t, []string{port}, serial.NamesOf(port))
	assert.Equal(t, []string{filepath.Join(dir, "mine"), filepath.Join(by, "modem"), port}, serial.NamesOf(filepath.Join(dir, "mine")))
	assert.NotEmpty(t, serial.NamesOf(filepath.Join(dir, "loop")), "a loop has an end")
}
