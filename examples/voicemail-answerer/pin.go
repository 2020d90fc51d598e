package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// readPIN reads a PIN from a file that nobody else may read.
func readPIN(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat() // of the file that is read, whatever the name leads to by now
	if err != nil {
		return "", err
	}
	switch private := info.Mode().Perm()&0o077 == 0; {
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s: not a regular file", name)
	case !private && runtime.GOOS != "windows": // where modes mean nothing
		return "", fmt.Errorf("%s: others may read or write it (mode %04o): run chmod 600 %s", name, info.Mode().Perm(), name)
	}
	const longest = 64
	data, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return "", err
	}
	pin := strings.TrimSpace(string(data))
	if len(pin) < 4 || len(pin) > 8 || strings.Trim(pin, "0123456789") != "" {
		return "", errors.New(name + ": it holds no PIN, which is 4 to 8 digits and nothing else")
	}
	return pin, nil
}

// pinState names the file that notes that a PIN is tried. It lies beside the
// directory of messages, which holds nothing else.
func pinState(dir string) (string, error) {
	whole, err := filepath.Abs(dir)
	return whole + ".pin-state", err
}
