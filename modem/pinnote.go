package modem

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// pinNote is the path of the file that notes an attempt at the PIN: it is there
// from before the PIN is sent until the SIM has taken it. "" is no file.
type pinNote string

// errPINState means that the file cannot be read, written or removed.
var errPINState = errors.New("Config.PINState")

// pinAttempt is what the file holds: no PIN, and nothing that is made of one.
type pinAttempt struct {
	Version int       `json:"version"`
	TriedAt time.Time `json:"pin_tried_at"`
}

// check tells whether there is a note of an attempt.
func (n pinNote) check() error {
	switch _, err := os.Lstat(string(n)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", errPINState, err)
	}
	return ErrPINNoted
}

// write notes an attempt. When it returns, the note survives a power cut.
func (n pinNote) write() error {
	if n == "" {
		return nil
	}
	text, err := json.Marshal(pinAttempt{Version: 1, TriedAt: time.Now().UTC()})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(string(n), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", errPINState, err)
	}
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close(), n.syncFolder()); err != nil {
		return fmt.Errorf("%w: %w", errPINState, err)
	}
	return nil
}

// remove forgets the attempt, if one is noted.
func (n pinNote) remove() error {
	if n == "" {
		return nil
	}
	err := os.Remove(string(n))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := errors.Join(err, n.syncFolder()); err != nil {
		return fmt.Errorf("%w: %w", errPINState, err)
	}
	return nil
}

// syncFolder makes the entry of the file durable, where a system can do that: not
// on Windows, which opens no folders.
func (n pinNote) syncFolder() error {
	dir, err := os.Open(filepath.Dir(string(n)))
	if err != nil {
		return err
	}
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && filepath.Separator == '/' {
		return errors.Join(err, dir.Close())
	}
	return dir.Close()
}
