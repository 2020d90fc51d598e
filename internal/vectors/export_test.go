package vectors

// Internals that the tests look at.
var (
	LoadFrom     = load
	ReadFolder   = readFolder
	Parse        = parse
	VerbatimRows = verbatimRows
)
