package realtime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxKeyFile  = 256 << 10 // bytes
	minKey      = 16        // characters of a key in a file
	hashPrefix  = "sha256:"
	brokenRetry = 10 * time.Second // until somebody has mended the file
	racyTime    = 2 * time.Second  // a file may change again within the grain of its time
)

// KeyFileError tells what is wrong with a file of keys. It never shows what is in it.
type KeyFileError struct {
	Path string // of the file
	Line int    // counted from 1; 0 where it is about the file as a whole
	Err  error  // what is wrong
}

// Error names the file, the line and what to do.
func (e *KeyFileError) Error() string { return "realtime: " + e.problem() }

func (e *KeyFileError) problem() string {
	where := e.Path
	if e.Line > 0 {
		where += ": line " + strconv.Itoa(e.Line)
	}
	return where + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *KeyFileError) Unwrap() error { return e.Err }

const howToMake = "make one with: openssl rand -hex 32"

var (
	errKeyFileRegular = errors.New("not a regular file")
	errKeyFileSize    = errors.New("larger than 256 KiB")
	errKeyFileEmpty   = errors.New("holds no key: " + howToMake)
	errKeyShort       = fmt.Errorf("a key of less than %d characters: %s", minKey, howToMake)
	errKeyBytes       = errors.New("a key with a space or a character that is no printable ASCII, or longer than 512: " + howToMake)
	errKeyHash        = errors.New("sha256: is not followed by 64 hexadecimal digits: make them with: printf %s \"$KEY\" | sha256sum")
)

// APIKeyFile returns an [Auth] like that of [APIKeys], for keys that a file holds: one
// on each line, or "sha256:" and the hash of one in 64 hexadecimal digits. Blank lines
// and those that begin with # do not count. A key has at least 16 characters. The file
// is one that only its owner may read and write (chmod 600), and the owner is the user
// who runs the program, or root; Windows keeps other rights, which are not looked at.
//
// The file is looked at for each request, and read again when it has changed. Whose key
// is taken out of it gets in no more, but stays while connected. A file that is missing
// or broken then admits nobody until it is mended: requests are answered 503, and the
// [KeyFileError] is in the error of [Hub.Admit] and, once a minute, in the log. An error
// now is a KeyFileError too.
func APIKeyFile(path string) (Auth, error) {
	f := &keyFile{path: path}
	if _, err := f.keys(); err != nil {
		return nil, err
	}
	return func(r *http.Request) (Principal, error) {
		token, ok := bearer(r)
		if !ok {
			return Principal{}, ErrUnauthenticated
		}
		set, err := f.keys()
		if err != nil {
			return Principal{}, &BusyError{RetryAfter: brokenRetry, Overloaded: true, Err: err}
		}
		return set.principal(token)
	}, nil
}

// keyFile is a file of keys, and what was in it.
type keyFile struct {
	path string

	mu      sync.Mutex
	read    os.FileInfo // as it was read; nil: it is to be read
	set     keySet
	problem error // a KeyFileError of what was read, in place of set
}

// keys returns what the file holds, and reads it if it is another than before.
func (f *keyFile) keys() (keySet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		f.read = nil
		return nil, f.broken(err)
	}
	if f.read != nil && unchanged(f.read, info) {
		return f.set, f.problem
	}
	f.read = nil
	text, err := f.load(info)
	if err != nil { // which need not be the file's fault, so nothing about it may change
		return nil, f.broken(err)
	}
	f.set, f.problem = f.parse(text)
	// What changes again at once may keep its time and size, so it is read until its
	// time has passed.
	if time.Since(info.ModTime()) >= racyTime {
		f.read = info
	}
	return f.set, f.problem
}

// unchanged tells whether two looks at a file saw the same.
func unchanged(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode() &&
		owner(a) == owner(b)
}

func (f *keyFile) broken(err error) *KeyFileError {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err // the path stands before it
	}
	return &KeyFileError{Path: f.path, Err: err}
}

// load reads the file, after a look at what Stat said: a pipe would make Open wait.
func (f *keyFile) load(info os.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, errKeyFileRegular
	}
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	opened, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkRights(opened); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, maxKeyFile+1))
}

// parse takes the text of the file.
func (f *keyFile) parse(text []byte) (keySet, error) {
	set, line, err := parseKeys(text)
	if err != nil {
		return nil, &KeyFileError{Path: f.path, Line: line, Err: err}
	}
	return set, nil
}

// parseKeys takes the text of a file of keys. With an error comes the line.
func parseKeys(text []byte) (set keySet, line int, err error) {
	if len(text) > maxKeyFile {
		return nil, 0, errKeyFileSize
	}
	for raw := range bytes.Lines(text) {
		line++
		key := strings.TrimSpace(string(raw))
		if key == "" || key[0] == '#' {
			continue
		}
		sum, err := parseKey(key)
		if err != nil {
			return nil, line, err
		}
		set = append(set, sum)
	}
	if len(set) == 0 {
		return nil, 0, errKeyFileEmpty
	}
	return set, 0, nil
}

// parseKey returns the hash of a key, or the one that stands in its place.
func parseKey(key string) (sum [sha256.Size]byte, err error) {
	if digits, ok := strings.CutPrefix(key, hashPrefix); ok {
		raw, err := hex.DecodeString(digits)
		if err != nil || len(raw) != len(sum) {
			return sum, errKeyHash
		}
		return [sha256.Size]byte(raw), nil
	}
	switch {
	case !isToken(key):
		return sum, errKeyBytes
	case len(key) < minKey:
		return sum, errKeyShort
	}
	return sha256.Sum256([]byte(key)), nil
}
