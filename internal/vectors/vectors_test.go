package vectors_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/vectors"
)

// files are the names that Load knows, in order.
func files() []string { return slices.Sorted(maps.Keys(vectors.VerbatimRows)) }

func TestOwnRowsMayBeRedistributed(t *testing.T) {
	for _, file := range files() {
		rows, skipped, err := vectors.LoadFrom(file, "")
		require.NoError(t, err)
		assert.Equal(t, vectors.VerbatimRows[file], skipped, file)
		assert.NotZero(t, len(rows)+skipped, file)
		for _, r := range rows {
			assert.NotEqual(t, vectors.Verbatim, r.Quality, r.ID)
		}
	}
}

func TestEveryOwnFileIsInTheTable(t *testing.T) {
	found, err := filepath.Glob("*.json")
	require.NoError(t, err)
	var want []string
	for _, file := range files() {
		want = append(want, file+".json")
	}
	assert.Equal(t, want, found)
}

func TestOwnRowsAreWhole(t *testing.T) {
	for _, file := range files() {
		rows, _, err := vectors.LoadFrom(file, "")
		require.NoError(t, err)
		for _, r := range rows {
			assert.Regexp(t, `^`+file+`-\d{3}$`, r.ID)
			assert.NotEmpty(t, r.Source, r.ID)
			assert.NotEmpty(t, r.Family, r.ID)
			assert.NotEmpty(t, r.Kind, r.ID)
			assert.NotEmpty(t, r.Raw, r.ID)
			assert.True(t, json.Valid(r.Expect), r.ID)
		}
	}
}

func TestRawIsBytesNotCharacters(t *testing.T) {
	rows, _, err := vectors.LoadFrom("framing", "")
	require.NoError(t, err)
	i := slices.IndexFunc(rows, func(r vectors.Row) bool { return r.ID == "framing-034" })
	require.GreaterOrEqual(t, i, 0)
	assert.Contains(t, rows[i].Raw, "\xff\xfe", "noise bytes, not their UTF-8 forms")
}

// The named folder holds the rows of this package unchanged, and as many
// verbatim ones as the table says. Without it there is nothing to compare with:
// then the test fails if the rows are required, and logs their number if not.
func TestNamedFolderAgreesWithThisPackage(t *testing.T) {
	folder := os.Getenv(vectors.FolderEnv)
	for _, file := range files() {
		rows := vectors.Load(t, file)
		if folder == "" {
			continue
		}
		all, err := vectors.ReadFolder(folder, file)
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b vectors.Row) int { return strings.Compare(a.ID, b.ID) })
		require.Len(t, rows, len(all), file)
		for i := range all {
			assert.Equal(t, compacted(t, all[i]), compacted(t, rows[i]))
		}
	}
}

// compacted takes the white space out of Expect, which is layout.
func compacted(t *testing.T, r vectors.Row) vectors.Row {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(r.Expect, &v), r.ID)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	r.Expect = b
	return r
}

const oneVerbatimRow = `[{"id":"framing-001","source":"log","family":"generic","kind":"stream",
	"raw":"OK\r\n\u00ff","expect":{},"quality":"verbatim"}]`

func TestFolderIsChecked(t *testing.T) {
	incomplete := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(incomplete, "framing.json"), []byte(oneVerbatimRow), 0o600))
	empty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(empty, "registration.json"), []byte("[]"), 0o600))
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, "framing.json"), []byte(`[{"id":1}]`), 0o600))
	tests := map[string]struct{ file, folder, want string }{
		"unknown file":      {"nonsense", "", `no file "nonsense"`},
		"missing folder":    {"framing", filepath.Join(t.TempDir(), "none"), "CALLSTACK_VECTORS: open"},
		"missing, relative": {"framing", "no/such/folder", "CALLSTACK_VECTORS: open"},
		"rows missing":      {"framing", incomplete, "has 1 verbatim rows, not 17"},
		"no rows":           {"registration", empty, "has 0 verbatim rows, not 68"},
		"not the format":    {"framing", broken, "cannot unmarshal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := vectors.LoadFrom(tt.file, tt.folder)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct{ rows, want string }{
		"no id":      {`[{"quality":"shape"}]`, `row 0: the id "" is empty or taken`},
		"same id":    {`[{"id":"a","quality":"shape"},{"id":"a","quality":"shape"}]`, `row 1: the id "a" is empty or taken`},
		"no quality": {`[{"id":"a"}]`, `a: no quality ""`},
		"no byte":    {`[{"id":"a","quality":"shape","raw":"\u0100"}]`, `a: the character 'Ā' is no byte`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := vectors.Parse([]byte(tt.rows))
			assert.EqualError(t, err, tt.want)
		})
	}
	rows, err := vectors.Parse([]byte(oneVerbatimRow))
	require.NoError(t, err)
	assert.Equal(t, "OK\r\n\xff", rows[0].Raw)
}

// recorder is a testing.TB that notes what Load says.
type recorder struct {
	testing.TB
	failed bool
	said   []string
}

func (r *recorder) Helper() {}

func (r *recorder) Logf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Logf(format, args...)
	r.failed = true
	runtime.Goexit()
}

// loadRecorded runs Load on a goroutine of its own, which Fatalf ends.
func loadRecorded(file string) (*recorder, []vectors.Row) {
	r := &recorder{}
	var rows []vectors.Row
	var wg sync.WaitGroup
	wg.Go(func() { rows = vectors.Load(r, file) })
	wg.Wait()
	return r, rows
}

func TestLoadCountsWhatItSkips(t *testing.T) {
	t.Setenv(vectors.FolderEnv, "")
	t.Setenv(vectors.RequiredEnv, "")
	r, rows := loadRecorded("framing")
	assert.False(t, r.failed)
	assert.Equal(t, []string{"vectors: 17 verbatim rows of framing.json skipped: CALLSTACK_VECTORS does not name their folder"}, r.said)
	assert.NotEmpty(t, rows)
}

func TestLoadFailsWhereRowsAreRequired(t *testing.T) {
	t.Setenv(vectors.FolderEnv, "")
	t.Setenv(vectors.RequiredEnv, "1")
	r, _ := loadRecorded("framing")
	assert.True(t, r.failed)
	r, rows := loadRecorded("finals_errors")
	assert.False(t, r.failed, "a file without verbatim rows skips none")
	assert.Empty(t, r.said)
	assert.NotEmpty(t, rows)
	t.Setenv(vectors.RequiredEnv, "0")
	r, _ = loadRecorded("framing")
	assert.False(t, r.failed)
}

func TestLoadFailsIfTheNamedFolderIsMissing(t *testing.T) {
	t.Setenv(vectors.FolderEnv, filepath.Join(t.TempDir(), "none"))
	t.Setenv(vectors.RequiredEnv, "")
	r, _ := loadRecorded("framing")
	assert.True(t, r.failed)
}
