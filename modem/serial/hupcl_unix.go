//go:build darwin || freebsd || openbsd

package serial

import "os"

// keepLinesAtClose does nothing: closing the port drops DTR here.
func keepLinesAtClose(*os.File) {}
