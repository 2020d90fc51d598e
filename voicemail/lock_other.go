//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package voicemail

import (
	"errors"
	"fmt"
	"io"
)

// lockFile fails: the system has no lock that ends with the process.
func lockFile(string) (io.Closer, error) {
	return nil, fmt.Errorf("file lock: %w", errors.ErrUnsupported)
}
