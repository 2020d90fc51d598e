// Package vectors gives tests what real modems send, as rows of bytes with
// their meaning. Its README tells what the rows are and where they come from.
//
// A test takes the rows of one file with [Load] and names a subtest by each
// [Row]'s ID. Only rows that may be redistributed lie in this package; the
// verbatim ones are read from a folder that the environment names, or skipped
// and counted.
package vectors
