//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package realtime

import "os"

// checkRights refuses nothing: the mode of a file tells little about its rights.
func checkRights(os.FileInfo) error { return nil }

// owner does not know.
func owner(os.FileInfo) int64 { return -1 }
