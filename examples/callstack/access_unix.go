//go:build linux || darwin || freebsd || openbsd

package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// access tells the group of a port, its mode, and whether this user may open it.
func access(path string) (group, mode string, may *bool) {
	info, err := os.Stat(path)
	if err != nil {
		return "", "", nil
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		group = strconv.FormatUint(uint64(stat.Gid), 10)
		if g, err := user.LookupGroupId(group); err == nil {
			group = g.Name
		}
	}
	const readAndWrite = 4 | 2 // of access(2)
	open := syscall.Access(path, readAndWrite) == nil
	return group, fmt.Sprintf("%04o", info.Mode().Perm()), &open
}
