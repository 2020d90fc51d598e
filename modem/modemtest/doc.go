// Package modemtest is a virtual GSM modem for tests. A program that talks to a
// modem over its AT port can be tested against it without hardware: a test
// opens its ports, calls it, answers what it dials, speaks, listens, presses
// keys, and makes it fail in the ways that real modems fail.
package modemtest
