//go:build linux || darwin || freebsd || openbsd

package serial

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// groupOf returns the group whose members may open a port, or "" if none may but
// root's.
func groupOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	const readAndWrite = 0o060
	if !ok || owner.Gid == 0 || info.Mode().Perm()&readAndWrite != readAndWrite {
		return ""
	}
	id := strconv.FormatUint(uint64(owner.Gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}
