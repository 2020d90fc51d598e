//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package realtime_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

func TestAFileOfKeysThatOthersMayReadIsRefused(t *testing.T) {
	for mode, good := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o200: true, // root reads this too
		0o640: false, 0o604: false, 0o660: false, 0o606: false, 0o644: false, 0o601: false, 0o610: false, 0o700: false, 0o777: false,
	} {
		path := keyFile(t, firstKey)
		require.NoError(t, os.Chmod(path, mode))
		_, err := realtime.APIKeyFile(path)
		if !good {
			assert.EqualError(t, err,
				"realtime: "+path+": others may read or change it: chmod 600 it, and make new keys if others had access", "%o", mode)
		} else if mode&0o400 != 0 {
			assert.NoError(t, err, "%o", mode)
		}
	}
}

func TestAFileOfKeysThatIsOpenedToOthersAdmitsNobody(t *testing.T) {
	path := keyFile(t, firstKey)
	age(t, path, time.Hour)
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	h := newHub(t, &realtime.Config{Auth: auth})
	admitted(t, h, bearing(firstKey))
	require.NoError(t, os.Chmod(path, 0o644)) // changes neither time nor size
	assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, bearing(firstKey)).Status)
	require.NoError(t, os.Chmod(path, 0o600))
	admitted(t, h, bearing(firstKey))
}

// ownedBy is what Stat says of a file of somebody.
type ownedBy struct {
	os.FileInfo
	uid uint32
}

func (o ownedBy) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestAFileOfKeysOfAnotherUserIsRefused(t *testing.T) {
	info, err := os.Stat(keyFile(t, firstKey))
	require.NoError(t, err)
	me := uint32(os.Geteuid())
	assert.NoError(t, realtime.CheckRights(ownedBy{info, me}))
	assert.NoError(t, realtime.CheckRights(ownedBy{info, 0}), "of root")
	assert.EqualError(t, realtime.CheckRights(ownedBy{info, me + 1}), "belongs to another user: chown it to the one that runs this program")
}

func TestAPipeIsNoFileOfKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := realtime.APIKeyFile(path)
	assert.EqualError(t, err, "realtime: "+path+": not a regular file", "it is not opened, which would wait for a writer")
}

// withoutDescriptors runs f while the program may open nothing more.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	var usual syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &usual))
	none := usual
	none.Cur = 0
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &usual)) }()
	f()
}

func TestAFileOfKeysThatCouldNotBeReadIsTriedAgain(t *testing.T) {
	path := keyFile(t, firstKey)
	age(t, path, time.Hour)
	auth, err := realtime.APIKeyFile(path)
	require.NoError(t, err)
	age(t, path, time.Minute) // so it is read again
	withoutDescriptors(t, func() { _, err = auth(bearing(firstKey)) })
	require.ErrorIs(t, err, syscall.EMFILE)
	_, err = auth(bearing(firstKey))
	require.NoError(t, err, "nothing is wrong with the file, which has not changed")
}
