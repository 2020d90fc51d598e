package vectors

import (
	"embed"
	"encoding/json"
	"os"
	"testing"
)

// The environment variables that [Load] reads.
const (
	// FolderEnv names the folder that holds the complete files, verbatim rows
	// included. A relative path is taken from the root of the module.
	FolderEnv = "CALLSTACK_VECTORS"

	// RequiredEnv, if it is neither empty nor "0", makes Load fail the test
	// where it would otherwise skip the verbatim rows.
	RequiredEnv = "CALLSTACK_VECTORS_REQUIRED"
)

// The qualities of a row: what its bytes are worth as evidence.
const (
	// Verbatim rows are copied from a device's log or an upstream test.
	Verbatim = "verbatim"

	// Manual rows are examples printed in a manual or a standard.
	Manual = "manual"

	// Shape rows have the form of a real line, with values put together.
	Shape = "shape"

	// Synthetic rows were computed.
	Synthetic = "synthetic"
)

// Row is one example of what a modem sends, or is to be sent, and what it
// means.
type Row struct {
	ID      string          // unique, for example "framing-005"; tests name it
	Source  string          // where the bytes are known from
	Family  string          // the modem's family, or "generic"
	Kind    string          // what Raw is, such as "clcc" or "stream"
	Raw     string          // the bytes on the wire, CR and LF included
	Expect  json.RawMessage // what they mean; its form depends on Kind
	Quality string          // Verbatim, Manual, Shape or Synthetic
	Note    string          // what is peculiar about it, or empty
}

//go:embed *.json
var own embed.FS

// Load returns the rows of a file, such as "framing", in the order of their
// IDs: those that this package holds, and the verbatim ones of the same file in
// the folder that [FolderEnv] names. Without that variable the verbatim rows are
// skipped and the test's log tells how many; [RequiredEnv] makes that a failure.
//
// Load fails the test if the folder or file is missing, if a row is malformed,
// or if there are not as many verbatim rows as there must be. It must be called
// on the test's goroutine.
func Load(t testing.TB, file string) []Row {
	t.Helper()
	rows, skipped, err := load(file, os.Getenv(FolderEnv))
	if err != nil {
		t.Fatalf("vectors: %v", err)
	}
	if skipped > 0 {
		report := t.Logf
		if required() {
			report = t.Fatalf
		}
		report("vectors: %d verbatim rows of %s.json skipped: %s does not name their folder", skipped, file, FolderEnv)
	}
	return rows
}

func required() bool {
	v := os.Getenv(RequiredEnv)
	return v != "" && v != "0"
}
