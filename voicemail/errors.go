package voicemail

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

var (
	// ErrLocked means that another box, perhaps of another process, uses the directory.
	ErrLocked = errors.New("voicemail: directory is in use by another box: close that one, or use another directory")

	// ErrClosed means that the box was closed.
	ErrClosed = errors.New("voicemail: box is closed")

	// ErrNotFound means that there is no message of that id.
	ErrNotFound = errors.New("voicemail: no such message")
)

// DiskError is a fault of the directory or of a file in it. What is behind it,
// such as fs.ErrPermission or syscall.EIO, is there for errors.Is.
type DiskError struct {
	Op   string // what failed, such as "create" or "sync"
	Path string // of the file or directory
	Err  error  // the system's error
}

// Error names the operation and the path, and the remedy where there is one.
func (e *DiskError) Error() string {
	s := "voicemail: " + e.Op + " " + e.Path + ": " + e.Err.Error()
	switch {
	case isFull(e.Err):
		s += "; free some space on this disk"
	case errors.Is(e.Err, fs.ErrPermission):
		s += "; let this user write here, or use another directory"
	case errors.Is(e.Err, syscall.EROFS):
		s += "; mount this disk for writing, or use another directory"
	case errors.Is(e.Err, syscall.ENOTDIR):
		s += "; use another directory"
	}
	return s
}

// Unwrap returns the system's error.
func (e *DiskError) Unwrap() error { return e.Err }

// diskError makes a DiskError of what the file layer returned, or nil of nil.
// The operation and path that package os put into it are ours to tell.
func diskError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	} else if inner, ok := errors.AsType[*os.LinkError](err); ok {
		err = inner.Err
	}
	return &DiskError{Op: op, Path: path, Err: err}
}

// errHandleDiskFull and errDiskFull are how Windows says it (winerror.h). Its
// syscall.ENOSPC is an invention of Go that the system never returns.
const (
	errHandleDiskFull = syscall.Errno(39)
	errDiskFull       = syscall.Errno(112)
)

// isFull reports whether err says that the disk, or the user's share of it, is
// full.
func isFull(err error) bool {
	if runtime.GOOS == "windows" && (errors.Is(err, errDiskFull) || errors.Is(err, errHandleDiskFull)) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// CorruptError is a message whose JSON file cannot be read. The WAV file may
// still be good; [VoicemailBox.Delete] removes both.
type CorruptError struct {
	ID   string // of the message
	Path string // of the JSON file
	Err  error  // what is wrong with it
}

// Error names the file and what is wrong with it.
func (e *CorruptError) Error() string { return "voicemail: " + e.Path + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *CorruptError) Unwrap() error { return e.Err }
