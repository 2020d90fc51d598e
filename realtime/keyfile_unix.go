//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package realtime

import (
	"errors"
	"os"
	"syscall"
)

var (
	errKeyFileRights = errors.New("others may read or change it: chmod 600 it, and make new keys if others had access")
	errKeyFileOwner  = errors.New("belongs to another user: chown it to the one that runs this program")
)

// checkRights refuses a file that anybody but root and the user of this program may
// read or write.
func checkRights(info os.FileInfo) error {
	if info.Mode().Perm()&^0o600 != 0 {
		return errKeyFileRights
	}
	if uid := owner(info); uid != 0 && uid != int64(os.Geteuid()) {
		return errKeyFileOwner
	}
	return nil
}

// owner returns the user id of a file's owner.
func owner(info os.FileInfo) int64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int64(stat.Uid)
	}
	return -1
}
