//go:build !linux && !darwin && !freebsd && !openbsd && !windows

package serial

import (
	"errors"
	"io/fs"
)

// openDevice has no way to open a port.
func openDevice(path string, _ settings) (*port, error) {
	return nil, &fs.PathError{Op: "open", Path: path, Err: errors.ErrUnsupported}
}

func isHeld(error) bool { return false }

func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func isWithoutLines(error) bool { return false }
