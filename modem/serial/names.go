package serial

import (
	"os"
	"path/filepath"
)

// modemManager is the name of ModemManager's process.
const modemManager = "ModemManager"

// namesOf returns a path and, if it is a link, what it leads to, step by step.
func namesOf(path string) []string {
	const longest = 8 // steps; a loop of links has no end
	path = filepath.Clean(path)
	names := []string{path}
	for range longest {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = filepath.Clean(target)
		names = append(names, path)
	}
	return names
}

// realPath returns a path with all links in it followed, or as it is.
func realPath(path string) string {
	if p, err := filepath.EvalSymlinks(path); err == nil {
		return p
	}
	return path
}

// exists tells whether there is something by that name.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
