// Package scenarios holds no code, only the table of what real modems have done
// to programs, in its README, and the test that finds a test for each row.
package scenarios
