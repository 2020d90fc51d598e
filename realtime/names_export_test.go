package realtime

import "slices"

// LibraryNames are the names of the table of the library's events.
func LibraryNames() []string { return slices.Clone(library) }
