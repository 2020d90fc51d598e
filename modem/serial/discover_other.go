//go:build !linux && !darwin && !freebsd && !openbsd && !windows

package serial

import (
	"context"
	"errors"
	"fmt"
)

// discover has no way to find ports.
func discover(context.Context, System, bool) ([]Device, error) {
	return nil, fmt.Errorf("serial: no way to find ports on this system: %w", errors.ErrUnsupported)
}

func holders(System, string) []Holder { return nil }

func opens(_, _ string) bool { return false }
