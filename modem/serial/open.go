package serial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// open opens a port for this program alone, or tells what is in the way.
func (f *finder) open(ctx context.Context, path string, s settings) (*port, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if exists(path) { // or the processes are looked through each time that a lost modem is looked for
		if by := holders(f.sys, path); len(by) > 0 {
			return nil, &HeldError{Path: path, PID: by[0].PID, Command: by[0].Command}
		}
	}
	port, err := openDevice(path, s)
	switch {
	case err == nil:
		return port, nil
	case isHeld(err):
		return nil, f.held(path, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, &PermissionError{Path: path, Group: groupOf(path)}
	case isGone(err):
		return nil, f.missing(path)
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return nil, fmt.Errorf("serial: %s: %w", path, err)
}

// held makes the error of a port that was refused though no other process is seen to
// have it: this one has it, or one of a user whose files are hidden.
func (f *finder) held(path string, err error) error {
	if opens(filepath.Join(f.sys.Proc, "self", "fd"), realPath(path)) {
		return &HeldError{Path: path, PID: os.Getpid(), Command: filepath.Base(os.Args[0]), Err: err}
	}
	return &HeldError{Path: path, Err: err}
}
