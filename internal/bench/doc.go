// Package bench measures the library beside floors and peers: the least code
// that does the same work, and the usual ways of doing it. Its README tells how
// to run it and how to read the figures.
package bench
