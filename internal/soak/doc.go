// Package soak holds the tests that take real time: what a clock of the operating
// system, a scheduler under load and a long run show, and virtual time cannot.
// They lie in a module of their own, so that go test ./... in the repository's
// root does not wait for them. Programs that share no code with the library take part
// where they are installed: gammu on the virtual modem, Node.js and Chromium on the
// feed.
//
//	cd internal/soak && go test -short ./...  # some three minutes
//	cd internal/soak && go test -v ./...      # the long run, with figures
package soak
