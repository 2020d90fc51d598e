package realtime_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// declared is an event type that the library's source has.
type declared struct{ typ, name string } // such as sms.Received, sms.received

// declaredEvents returns the exported types of a file that have a method EventName. The
// name is "" where it is no constant string.
func declaredEvents(file *ast.File) []declared {
	var found []declared
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "EventName" || fn.Recv == nil {
			continue
		}
		typ := fn.Recv.List[0].Type
		if star, ok := typ.(*ast.StarExpr); ok {
			typ = star.X
		}
		if id, ok := typ.(*ast.Ident); ok && id.IsExported() {
			found = append(found, declared{file.Name.Name + "." + id.Name, constant(fn.Body)})
		}
	}
	return found
}

// constant returns the text that a function returns and does nothing else, or "".
func constant(body *ast.BlockStmt) string {
	if body == nil || len(body.List) != 1 {
		return ""
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return ""
	}
	lit, ok := ret.Results[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}

// publicFolder tells whether a folder of the module may have events of the library:
// examples and what is internal have none, nor have modules of their own.
func publicFolder(root, dir string) bool {
	base := path.Base(filepath.ToSlash(dir))
	if dir == root {
		return true
	}
	if strings.HasPrefix(base, ".") || base == "internal" || base == "examples" || base == "testdata" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err != nil
}

// libraryEvents reads the source of the module, below root, for its events.
func libraryEvents(t *testing.T, root string) []declared {
	t.Helper()
	var found []declared
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && !publicFolder(root, name):
			return fs.SkipDir
		case d.IsDir(), !strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		found = append(found, declaredEvents(file)...)
		return nil
	}))
	return found
}

// The table names what the library declares, and nothing else.
func TestTheTableHasEveryEventOfTheLibrary(t *testing.T) {
	var names []string
	for _, d := range libraryEvents(t, "..") {
		require.NotEmpty(t, d.name, "%s has a name that is no constant", d.typ)
		names = append(names, d.name)
	}
	assert.ElementsMatch(t, names, realtime.LibraryNames(), "each once")
}

// The samples, which the golden files are made of, are of every event type.
func TestEveryEventOfTheLibraryHasASample(t *testing.T) {
	want := map[string]string{}
	for _, d := range libraryEvents(t, "..") {
		want[d.typ] = d.name
	}
	got := map[string]string{}
	for key, e := range samples() {
		name, _, _ := strings.Cut(key, "-")
		assert.Equal(t, name, e.EventName(), "the key of a sample begins with its name")
		got[typeName(e)] = e.EventName()
	}
	assert.Equal(t, want, got)
}

func TestEventsAreFoundInSource(t *testing.T) {
	tests := map[string]struct {
		code string
		want []declared
	}{
		"value":           {`func (Rang) EventName() string { return "call.ring" }`, []declared{{"p.Rang", "call.ring"}}},
		"named receiver":  {"func (e Rang) EventName() string { return `call.ring` }", []declared{{"p.Rang", "call.ring"}}},
		"pointer":         {`func (e *Rang) EventName() string { return "call.ring" }`, []declared{{"p.Rang", "call.ring"}}},
		"computed":        {`func (e Rang) EventName() string { return e.name }`, []declared{{"p.Rang", ""}}},
		"in two steps":    {`func (e Rang) EventName() string { n := "a"; return n }`, []declared{{"p.Rang", ""}}},
		"a number":        {`func (e Rang) EventName() int { return 1 }`, []declared{{"p.Rang", ""}}},
		"unexported":      {`func (rang) EventName() string { return "call.ring" }`, nil},
		"another method":  {`func (Rang) Name() string { return "call.ring" }`, nil},
		"no method":       {`func EventName() string { return "call.ring" }`, nil},
		"of an interface": {"type Public interface{ EventName() string }", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n"+tt.code, 0)
			require.NoError(t, err)
			assert.Equal(t, tt.want, declaredEvents(file))
		})
	}
}

func TestFoldersWithoutEventsOfTheLibrary(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"modem/sms", "internal/x", "examples/y", ".git", "testdata", "nested/deep"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, dir), 0o700))
		code := "package p\nfunc (" + strings.ToUpper(path.Base(dir)[:1]) + `) EventName() string { return "` + dir + `" }`
		require.NoError(t, os.WriteFile(filepath.Join(root, dir, "p.go"), []byte(code), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "nested/go.mod"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, "modem/p_test.go"), []byte("no Go"), 0o600))
	found := libraryEvents(t, root)
	assert.Equal(t, []declared{{"p.S", "modem/sms"}}, slices.Clip(found))
}
