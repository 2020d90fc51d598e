package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPINFile(t *testing.T) {
	tests := map[string]struct {
		text string
		mode os.FileMode
		says string
	}{
		"a PIN":           {"1234\n", 0o600, ""},
		"eight digits":    {"12345678", 0o400, ""},
		"others read it":  {"1234\n", 0o604, "others may read or write it (mode 0604): run chmod 600"},
		"the group reads": {"1234\n", 0o640, "others may read or write it (mode 0640)"},
		"empty":           {"", 0o600, "it holds no PIN"},
		"too short":       {"123", 0o600, "it holds no PIN"},
		"too long":        {"123456789", 0o600, "it holds no PIN"},
		"a word":          {"my pin 1234", 0o600, "it holds no PIN"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && tt.mode&0o077 != 0 {
				t.Log("modes mean nothing here")
				return
			}
			file := filepath.Join(t.TempDir(), "pin")
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o600))
			require.NoError(t, os.Chmod(file, tt.mode))
			pin, err := readPIN(file)
			if tt.says == "" {
				require.NoError(t, err)
				assert.Regexp(t, "^[0-9]{4,8}$", pin)
				return
			}
			require.ErrorContains(t, err, tt.says)
			assert.NotContains(t, err.Error(), "1234")
			assert.Empty(t, pin)
		})
	}
	_, err := readPIN(t.TempDir())
	require.Error(t, err)
	_, err = readPIN(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestPINStateLiesBesideTheMessages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "messages")
	state, err := pinState(dir + "/")
	require.NoError(t, err)
	assert.Equal(t, dir+".pin-state", state)
}
