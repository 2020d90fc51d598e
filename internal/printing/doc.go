// Package printing looks for secrets in what values print and log. It is for
// the tests of the other packages only.
//
// A package's test makes a table with a value of each exported struct, with
// secrets wherever there is place for them. [Missing] reads the package's source
// and finds the structs that the table lacks, [Unheld] finds the secrets that no
// value holds, so that the table cannot go stale, and [Leaks] prints and logs a
// value in all ways there are and finds the secrets that show.
package printing
