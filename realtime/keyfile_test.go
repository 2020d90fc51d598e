package realtime_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

const (
	firstKey  = "the-first-key-of-a-file"
	secondKey = "another-key-of-the-file"
)

func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// keyFile returns the path of a new file that only its owner may read.
func keyFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	write(t, path, text)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// age sets when a file was written, long enough ago that it counts.
func age(t *testing.T, path string, ago time.Duration) {
	t.Helper()
	when := time.Now().Add(-ago)
	require.NoError(t, os.Chtimes(path, when, when))
}

func TestAFileOfKeys(t *testing.T) {
	tests := map[string]string{
		"one":               firstKey,
		"a line each":       secondKey + "\n" + firstKey + "\n",
		"of Windows":        secondKey + "\r\n" + firstKey + "\r\n",
		"a hash":            hashOf(firstKey) + "\n",
		"in upper case":     "sha256:" + strings.ToUpper(hashOf(firstKey)[7:]),
		"comments, blanks":  "# keys\n\n   \n\t" + firstKey + "  \n  # " + secondKey + "\n#" + secondKey,
		"the same twice":    firstKey + "\n" + hashOf(firstKey),
		"after many others": strings.Repeat(hashOf(secondKey)+"\n", 3000) + firstKey,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			auth, err := realtime.APIKeyFile(keyFile(t, text))
			require.NoError(t, err)
			p, err := auth(bearing(firstKey))
			require.NoError(t, err)
			want, err := realtime.APIKeys(firstKey)(bearing(firstKey))
			require.NoError(t, err)
			assert.Equal(t, want, p, "the same principal, wherever its key stands")
			for _, wrong := range []string{"#", hashOf(firstKey), "the-first-key", "# keys"} {
				_, err = auth(bearing(wrong))
				assert.ErrorIs(t, err, realtime.ErrUnauthenticated, wrong)
			}
			_, err = auth(get("/ws"))
			assert.ErrorIs(t, err, realtime.ErrUnauthenticated)
		})
	}
}

func TestFilesOfKeysThatAreBroken(t *testing.T) {
	tests := map[string]struct {
		text, want string
	}{
		"a short key":         {"# keys\n" + firstKey + "\nshort-secret-42\n", "line 3: a key of less than 16 characters: make one with: openssl rand -hex 32"},
		"a key with a space":  {"two secret words-of-the-file", "line 1: a key with a space"},
		"a key with a umlaut": {"schlüssel-secret-der-datei", "line 1: a key with a space or a character that is no printable ASCII"},
		"a huge key":          {strings.Repeat("secret", 100), "line 1: a key with a space or a character that is no printable ASCII, or longer than 512"},
		"half a hash":         {firstKey + "\nsha256:secret\n", "line 2: sha256: is not followed by 64 hexadecimal digits"},
		"a hash too long":     {hashOf(firstKey) + "00", "line 1: sha256: is not"},
		"no key":              {"# secret\n\n", "holds no key: make one with"},
		"nothing":             {"", "holds no key"},
		"a binary file":       {"\x7fELF\x00secret\x00\x00\x00\x00\x00\x00\x00", "line 1: a key with a space or a character"},
		"a huge file":         {strings.Repeat("# secret comments\n", 20_000), "larger than 256 KiB"},
		"a mark of encoding":  {"\ufeff" + firstKey, "line 1: a key with a space or a character"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := keyFile(t, tt.text)
			auth, err := realtime.APIKeyFile(path)
			require.Nil(t, auth)
			var broken *realtime.KeyFileError
			require.ErrorAs(t, err, &broken)
			assert.Equal(t, path, broken.Path)
			assert.True(t, strings.HasPrefix(err.Error(), "realtime: "+path+": "+tt.want), err)
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, err.Error(), firstKey)
		})
	}
}

func TestPathsThatAreNoFileOfKeys(t *testing.T) {
	dir := t.TempDir()
	_, err := realtime.APIKeyFile(dir)
	assert.EqualError(t, err, "realtime: "+dir+": not a regular file")
	_, err = realtime.APIKeyFile(filepath.Join(dir, "none"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Equal(t, 1, strings.Count(err.Error(), dir), "the path stands once: %v", err)
	var broken *realtime.KeyFileError
	require.ErrorAs(t, err, &broken)
	assert.Zero(t, broken.Line)
}

func TestAFileOfKeysIsReadAgainWhenItChanges(t *testing.T) {
	admits := func(auth realtime.Auth, key string) bool {
		_, err := auth(bearing(key))
		return err == nil
	}
	when := time.Now().Add(-time.Hour).Truncate(time.Second)
	at := func(t *testing.T, path string, when time.Time) {
		t.Helper()
		require.NoError(t, os.Chtimes(path, when, when))
	}
	tests := map[string]func(t *testing.T, path string){ // each changes one thing
		"its time": func(t *testing.T, path string) {
			t.Helper()
			write(t, path, secondKey)
			at(t, path, when.Add(-time.Second))
		},
		"its size": func(t *testing.T, path string) {
			t.Helper()
			write(t, path, secondKey+"\n")
			at(t, path, when)
		},
		"another file": func(t *testing.T, path string) {
			t.Helper()
			write(t, path+".new", secondKey)
			at(t, path+".new", when)
			require.NoError(t, os.Rename(path+".new", path))
		},
		"a link": func(t *testing.T, path string) {
			t.Helper()
			write(t, path+".new", secondKey)
			at(t, path+".new", when)
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink(path+".new", path))
		},
	}
	require.Len(t, secondKey, len(firstKey))
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			path := keyFile(t, firstKey)
			at(t, path, when)
			auth, err := realtime.APIKeyFile(path)
			require.NoError(t, err)
			assert.True(t, admits(auth, firstKey))
			assert.False(t, admits(auth, secondKey))
			change(t, path)
			assert.False(t, admits(auth, firstKey), "a key that was taken out is void at once")
			assert.True(t, admits(auth, secondKey))
		})
	}
}

func TestWhoseKeyIsTakenAwayStaysWhileConnected(t *testing.T) {
	path := keyFile(t, firstKey)
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	bus := &events.Bus{}
	hub := realtime.NewHub(bus, &realtime.Config{Auth: auth, Events: []string{door}})
	defer hub.Close()
	asked := &realtimetest.Config{Header: http.Header{"Authorization": {"Bearer " + firstKey}}}
	c := dial(t, hub, asked)
	defer c.Close()
	write(t, path, secondKey)
	_, err = realtimetest.Dial(minute(t), hub, asked)
	assert.ErrorIs(t, err, realtime.ErrUnauthenticated)
	doors(bus, 1, 1)
	assert.Equal(t, "test.door 1", next(t, c))
}

func TestAFileOfKeysThatIsTheSameIsNotReadAgain(t *testing.T) {
	path := keyFile(t, firstKey)
	when := time.Now().Add(-time.Hour).Truncate(time.Second)
	require.NoError(t, os.Chtimes(path, when, when))
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	write(t, path, secondKey)
	require.NoError(t, os.Chtimes(path, when, when))
	_, err = auth(bearing(firstKey))
	assert.NoError(t, err, "time, size and inode are as they were, so nobody looked")
}

// TestAFileOfKeysThatWasJustWrittenMayChangeAgain: two changes within the grain of a
// file system's time look like one.
func TestAFileOfKeysThatWasJustWrittenMayChangeAgain(t *testing.T) {
	path := keyFile(t, firstKey)
	when := time.Now()
	require.NoError(t, os.Chtimes(path, when, when))
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	write(t, path, secondKey)
	require.NoError(t, os.Chtimes(path, when, when))
	_, err = auth(bearing(secondKey))
	assert.NoError(t, err)
	_, err = auth(bearing(firstKey))
	assert.ErrorIs(t, err, realtime.ErrUnauthenticated)
}

func TestAFileOfKeysThatBreaksAdmitsNobodyUntilItIsMended(t *testing.T) {
	breaks := map[string]func(path string) error{
		"gone":         os.Remove,
		"empty":        func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a bad line":   func(path string) error { return os.WriteFile(path, []byte(firstKey+"\nshort"), 0o600) },
		"a folder now": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	}
	for name, breakIt := range breaks {
		t.Run(name, func(t *testing.T) {
			path := keyFile(t, firstKey)
			age(t, path, time.Hour)
			auth, err := realtime.APIKeyFile(path)
			require.NoError(t, err)
			var logged bytes.Buffer
			h := newHub(t, &realtime.Config{Auth: auth, Logger: debug(&logged)})
			admitted(t, h, bearing(firstKey))
			require.NoError(t, breakIt(path))
			for range 20 {
				e := refusal(t, h, bearing(firstKey))
				assert.Equal(t, http.StatusServiceUnavailable, e.Status, "it is the host's trouble, and no failed login")
				assert.Equal(t, "10", e.Header.Get("Retry-After"))
				assert.Contains(t, e.Error(), "realtime: refused with 503: not available at the moment: "+path+": ")
				assert.NotContains(t, e.Error(), firstKey)
				var broken *realtime.KeyFileError
				require.ErrorAs(t, e, &broken)
				assert.NotContains(t, answer(e), path, "clients are not told where it is")
			}
			assert.Equal(t, 1, strings.Count(logged.String(), "level=WARN"), "who asks often does not fill the log")
			assert.Contains(t, logged.String(), path)
			assert.NotContains(t, logged.String(), firstKey)
			assert.Equal(t, http.StatusUnauthorized, refusal(t, h, get("/ws")).Status, "no key needs no file")

			require.NoError(t, os.RemoveAll(path))
			write(t, path, secondKey)
			admitted(t, h, bearing(secondKey))
			assert.Equal(t, http.StatusUnauthorized, refusal(t, h, bearing(firstKey)).Status)
		})
	}
}

func TestABrokenFileOfKeysIsLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		path := keyFile(t, firstKey)
		auth, err := realtime.APIKeyFile(path)
		require.NoError(t, err)
		h := newHub(t, &realtime.Config{Auth: auth, Logger: debug(&logged)})
		require.NoError(t, os.Remove(path))
		for range 300 {
			refusal(t, h, bearing(firstKey))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 5, strings.Count(logged.String(), "level=WARN"))
	})
}

// answer returns the whole answer to a refused request.
func answer(e *realtime.RefusedError) string {
	var text bytes.Buffer
	w := &recorder{header: http.Header{}, body: &text}
	e.Respond(w)
	_ = w.header.Write(&text)
	return text.String()
}

type recorder struct {
	header http.Header
	body   *bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(int)             {}
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func TestAFileOfKeysIsUsedByManyAtATime(t *testing.T) {
	path := keyFile(t, firstKey+"\n"+secondKey)
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				_, err := auth(bearing(firstKey))
				assert.NoError(t, err)
			}
		})
	}
	for i := range 50 {
		write(t, path+".new", firstKey+"\n"+secondKey+strings.Repeat("\n", i))
		require.NoError(t, os.Rename(path+".new", path))
	}
	wg.Wait()
}

// FuzzKeyFile: each key that is taken stands on a line of its own, and no error shows
// what is in the file.
func FuzzKeyFile(f *testing.F) {
	for _, s := range []string{firstKey, "# x\n" + hashOf(firstKey), "short", "sha256:00", "\r\n\x00", strings.Repeat("a", 16) + " b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, line, err := realtime.ParseKeys(text)
		lines := bytes.Count(text, []byte("\n")) + 1
		if err != nil {
			require.Zero(t, keys)
			require.LessOrEqual(t, line, lines)
			if line > 0 {
				raw := bytes.TrimSpace(bytes.Split(text, []byte("\n"))[line-1])
				require.NotEmpty(t, raw)
				require.True(t, len(raw) < 10 || !strings.Contains(err.Error(), string(raw)))
			}
			return
		}
		require.Positive(t, keys)
		require.LessOrEqual(t, keys, lines)
		for _, sum := range realtime.HashesOf(text) {
			require.True(t, hasLine(text, sum), "a hash of no line")
		}
	})
}

// hasLine tells whether a line of the text is the key of a hash, or the hash.
func hasLine(text []byte, sum [sha256.Size]byte) bool {
	for raw := range bytes.Lines(text) {
		raw = bytes.TrimSpace(raw)
		if sha256.Sum256(raw) == sum || strings.EqualFold(string(raw), "sha256:"+hex.EncodeToString(sum[:])) {
			return true
		}
	}
	return false
}
