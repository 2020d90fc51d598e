package voicemail

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// directory is where a box keeps its files: every file operation of the package
// goes through it. Names are without a path. Its methods may be called from any
// goroutine.
type directory interface {
	// Create makes a new file for writing that only its owner can read. It
	// fails if there is one.
	Create(name string) (file, error)
	// ReadFile returns the content of a file, and fails beyond maxSidecar.
	ReadFile(name string) ([]byte, error)
	// Rename gives a file another name, in place of one that has it.
	Rename(from, to string) error
	Remove(name string) error
	// Names returns the names of all files, in any order.
	Names() ([]string, error)
	// Sync makes what Create, Rename and Remove did last over a power cut.
	Sync() error
	// Close gives up the lock.
	Close() error
}

// file is a file that is being written.
type file interface {
	io.WriterAt
	// Sync makes what was written last over a power cut.
	Sync() error
	Close() error
}

// lockName is the file by whose lock a box holds its directory. It stays when
// the box is closed: removing it would let two others in.
const lockName = ".lock"

// maxSidecar bounds what is read of a JSON file: a message's takes about 300
// bytes, and what other programs add to it has room.
const maxSidecar = 64 << 10

var errTooLarge = errors.New("larger than 64 KiB")

// disk is a directory of the operating system.
type disk struct {
	path string
	lock io.Closer
}

// openDisk makes the directory at path, if it is not there, and locks it.
func openDisk(path string) (*disk, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, diskError("create directory", path, err)
	}
	lock, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		if errors.Is(err, ErrLocked) {
			return nil, err
		}
		return nil, diskError("lock", path, err)
	}
	return &disk{path: path, lock: lock}, nil
}

func (d *disk) join(name string) string { return filepath.Join(d.path, name) }

func (d *disk) Create(name string) (file, error) {
	f, err := os.OpenFile(d.join(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil file
	}
	return f, nil
}

func (d *disk) ReadFile(name string) ([]byte, error) {
	f, err := os.Open(d.join(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSidecar+1))
	if err == nil && len(b) > maxSidecar {
		err = errTooLarge
	}
	return b, err
}

func (d *disk) Rename(from, to string) error { return os.Rename(d.join(from), d.join(to)) }

func (d *disk) Remove(name string) error { return os.Remove(d.join(name)) }

func (d *disk) Names() ([]string, error) {
	f, err := os.Open(d.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

func (d *disk) Sync() error {
	if runtime.GOOS == "windows" { // it cannot sync a directory, and its journal needs no telling
		return nil
	}
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (d *disk) Close() error { return d.lock.Close() }
