//go:build linux || darwin

package pty

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockName is the file in a directory of links whose lock says that a server lives
// there. The system takes the lock off a process that is killed; the file stays, and
// is taken over.
const lockName = ".modem-lock"

// lock is a directory that is ours.
type lock struct{ file *os.File }

// lockDir makes dir ours until unlock, or fails with ErrInUse.
func lockDir(dir string) (*lock, error) {
	for {
		l, err := tryLock(filepath.Join(dir, lockName))
		if l != nil || err != nil {
			return l, err
		}
	}
}

// tryLock returns nil if the file was removed before it was locked, which those who
// give it up do.
func tryLock(name string) (*lock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = flock(f)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("%s: %s%w", filepath.Dir(name), holder(f), ErrInUse)
		return nil, errors.Join(err, f.Close())
	case err != nil:
		return nil, errors.Join(&os.PathError{Op: "lock", Path: name, Err: err}, f.Close())
	case !isAt(f, name):
		return nil, f.Close()
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0) // for holder; it is ours without
	return &lock{file: f}, nil
}

func flock(f *os.File) error {
	rc, err := f.SyscallConn()
	if err != nil {
		return err
	}
	ctlErr := rc.Control(func(fd uintptr) { err = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
	return errors.Join(ctlErr, err)
}

// holder names the process that has the lock, where it has written its number.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if pid, atoiErr := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && atoiErr == nil {
		return fmt.Sprintf("held by pid %d: ", pid)
	}
	return ""
}

// isAt tells whether the file that is open is the one of that name.
func isAt(f *os.File, name string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(open, named)
}

// unlock gives the directory up: the file is removed while it is still locked, so
// that nobody's is removed but ours.
func (l *lock) unlock() {
	if isAt(l.file, l.file.Name()) {
		_ = os.Remove(l.file.Name())
	}
	_ = l.file.Close()
}
