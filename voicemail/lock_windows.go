package voicemail

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// errorSharingViolation is what a second open without sharing gets (winerror.h).
const errorSharingViolation = syscall.Errno(32)

// lockFile locks the file at path, which it makes if need be, until the result
// is closed or the process ends: it opens the file without sharing it. It does
// not wait: [ErrLocked].
func lockFile(path string) (io.Closer, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, ErrLocked
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}
