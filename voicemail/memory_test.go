package voicemail_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
	"github.com/callstack-go/callstack/voicemail"
)

// memory is a directory in memory: quick, of a limited size, and as faulty as a
// test wants.
type memory struct {
	mu    sync.Mutex
	files map[string]*memoryFile
	ops   []string // what was done, a run of writes to one file as one
	open  int      // files that were made and not closed
	room  int      // bytes until the disk is full; negative: no limit

	// fail, if not nil, says how an operation is to fail. It is called under mu.
	fail func(op, name string) error
}

// errInUse is how Windows answers to renaming or removing an open file.
var errInUse = errors.New("file is in use")

func newMemory() *memory { return &memory{files: map[string]*memoryFile{}, room: -1} }

type memoryFile struct {
	dir    *memory
	name   string
	b      []byte
	closed bool
}

// begin notes an operation and returns how it is to fail. mu is held.
func (m *memory) begin(op, name string) error {
	entry := strings.TrimSpace(op + " " + name)
	if op != "write" || len(m.ops) == 0 || m.ops[len(m.ops)-1] != entry {
		m.ops = append(m.ops, entry)
	}
	if m.fail == nil {
		return nil
	}
	return m.fail(op, name)
}

func (m *memory) Create(name string) (voicemail.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin("create", name); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if m.files[name] != nil {
		return nil, fs.ErrExist
	}
	m.files[name] = &memoryFile{dir: m, name: name}
	m.open++
	return m.files[name], nil
}

func (m *memory) ReadFile(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin("read", name); err != nil {
		return nil, err
	}
	f := m.files[name]
	if f == nil {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(f.b), nil
}

func (m *memory) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin("rename", from+" "+to); err != nil {
		return err
	}
	f := m.files[from]
	if f == nil {
		return fs.ErrNotExist
	}
	if !f.closed {
		return errInUse
	}
	delete(m.files, from)
	f.name = to
	m.files[to] = f
	return nil
}

func (m *memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin("remove", name); err != nil {
		return err
	}
	if m.files[name] == nil {
		return fs.ErrNotExist
	}
	if !m.files[name].closed {
		return errInUse
	}
	if m.room >= 0 {
		m.room += len(m.files[name].b)
	}
	delete(m.files, name)
	return nil
}

func (m *memory) Names() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.begin("list", "")
	return slices.Sorted(maps.Keys(m.files)), err
}

func (m *memory) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.begin("sync", "directory")
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.begin("unlock", "")
}

func (f *memoryFile) WriteAt(p []byte, off int64) (int, error) {
	f.dir.mu.Lock()
	defer f.dir.mu.Unlock()
	if err := f.dir.begin("write", f.name); err != nil {
		return 0, err
	}
	if f.closed {
		return 0, fs.ErrClosed
	}
	var full error
	if grow := int(off) + len(p) - len(f.b); grow > 0 {
		if room := f.dir.room; room >= 0 && grow > room {
			p, grow, full = p[:len(p)-(grow-room)], room, syscall.ENOSPC
		}
		f.b = append(f.b, make([]byte, grow)...)
		f.dir.room -= grow
		if full != nil {
			f.dir.room = 0
		}
	}
	return copy(f.b[off:], p), full
}

func (f *memoryFile) Sync() error {
	f.dir.mu.Lock()
	defer f.dir.mu.Unlock()
	return f.dir.begin("sync", f.name)
}

func (f *memoryFile) Close() error {
	f.dir.mu.Lock()
	defer f.dir.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.closed = true
	f.dir.open--
	return nil
}

// put puts a file there.
func (m *memory) put(name string, b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[name] = &memoryFile{dir: m, name: name, b: b, closed: true}
}

// names returns what files there are.
func (m *memory) names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files))
}

// log returns the operations so far, with ID in the place of id.
func (m *memory) log(id string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.ops)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], id, "ID")
	}
	return out
}

// samples returns what the WAV file of that name holds.
func (m *memory) samples(t testing.TB, name string) []int16 {
	t.Helper()
	m.mu.Lock()
	f := m.files[name]
	m.mu.Unlock()
	require.NotNil(t, f, "%s is there", name)
	r, err := wav.Open(bytes.NewReader(f.b), int64(len(f.b)))
	require.NoError(t, err)
	samples := make([]int16, r.Info().Samples)
	n, err := r.Read(samples)
	if len(samples) > 0 {
		require.NoError(t, err)
	}
	assert.Len(t, samples, n)
	return samples
}
