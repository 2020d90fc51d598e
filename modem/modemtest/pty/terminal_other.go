//go:build !linux && !darwin

package pty

import (
	"errors"
	"fmt"
	"runtime"
)

var errNobody = errors.New("nobody is there")

// terminal is what there is none of.
type terminal struct{ name string }

func newTerminal() (*terminal, error) {
	return nil, fmt.Errorf("no pseudo-terminals for a modem on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func (t *terminal) read([]byte, func()) (int, error) { return 0, errNobody }
func (t *terminal) write([]byte)                     {}
func (t *terminal) offer([]byte)                     {}
func (t *terminal) stopWriting()                     {}
func (t *terminal) goOnWriting() bool                { return false }
func (t *terminal) renew() bool                      { return false }
func (t *terminal) hangUp()                          {}
func (t *terminal) rate() int                        { return 0 }
func (t *terminal) Close() error                     { return nil }
