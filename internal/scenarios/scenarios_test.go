package scenarios_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the repository's root, as seen from this package's folder.
const root = "../.."

func TestEveryScenarioThatIsDueHasATest(t *testing.T) {
	rows := table(t)
	functions, subtests := tests(t)
	assert.Empty(t, missing(rows, slices.Concat(functions, subtests)), "rows that are due and have no test of their name")
	assert.Empty(t, unknown(rows, functions), "tests named by a scenario that the table does not have")
	assert.Empty(t, early(rows, functions), "rows that have a test of their name and are due later")
}

// early returns the ids that are not due, though a test is named by them.
func early(rows []scenario, names []string) []string {
	var ids []string
	for _, r := range rows {
		if !r.due && slices.Contains(names, r.id) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// missing returns the ids that are due and that no test is named by.
func missing(rows []scenario, names []string) []string {
	var ids []string
	for _, r := range rows {
		if r.due && !slices.Contains(names, r.id) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// unknown returns the names that are no row's id.
func unknown(rows []scenario, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(id string) bool {
		return slices.ContainsFunc(rows, func(r scenario) bool { return r.id == id })
	})
}

func TestMissingUnknownAndEarlyAreFound(t *testing.T) {
	rows := []scenario{{"A1", true}, {"A2", true}, {"A3", false}}
	assert.Equal(t, []string{"A2"}, missing(rows, []string{"A1", "A20"}))
	assert.Equal(t, []string{"A20"}, unknown(rows, []string{"A1", "A3", "A20"}))
	assert.Empty(t, missing(rows, []string{"A1", "A2"}))
	assert.Equal(t, []string{"A3"}, early(rows, []string{"A1", "A3"}))
	assert.Empty(t, early(rows, []string{"A1", "A20"}))
}

func table(t *testing.T) []scenario {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	rows, err := readTable(string(text))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(rows, func(r scenario) bool { return r.due }))
	return rows
}

// tests returns the ids named by the tests of this module. The nested modules
// do not count, as go test ./... does not run them, nor does this package.
func tests(t *testing.T) (functions, subtests []string) {
	t.Helper()
	fsys := os.DirFS(root)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && notOurs(fsys, name):
			return fs.SkipDir
		case strings.HasSuffix(name, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
			if err != nil {
				return err
			}
			f, s := named(file)
			functions, subtests = append(functions, f...), append(subtests, s...)
		}
		return nil
	})
	require.NoError(t, err)
	return functions, subtests
}

// notOurs tells whether a folder is a nested module, hidden or this package.
func notOurs(fsys fs.FS, name string) bool {
	if name == "." {
		return false
	}
	_, err := fs.Stat(fsys, path.Join(name, "go.mod"))
	return err == nil || strings.HasPrefix(path.Base(name), ".") || name == "internal/scenarios"
}
