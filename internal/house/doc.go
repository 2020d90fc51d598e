// Package house holds no code, only the tests that keep the rules of this
// repository: which package may import which, what is documented and shown by an
// example, what no file may contain. CONTRIBUTING.md gives the rules in prose.
//
// Each rule is a function from sources to breaches, and has a test of its own
// that shows it a breach.
package house
