//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package voicemail

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// lockFile locks the file at path, which it makes if need be, until the result
// is closed or the process ends. It does not wait: [ErrLocked].
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrLocked
	}
	return nil, errors.Join(err, f.Close())
}
