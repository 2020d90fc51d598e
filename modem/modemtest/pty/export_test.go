//go:build linux || darwin

package pty

// LockName is the name of the lock in a directory of links.
const LockName = lockName

// LockDir is lockDir, with what undoes it.
func LockDir(dir string) (unlock func(), err error) {
	l, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	return l.unlock, nil
}
