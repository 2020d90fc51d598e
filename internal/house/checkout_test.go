package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the repository's root, as seen from this package's folder.
const root = "../.."

// modulePath is the import path of the root package.
const modulePath = "github.com/callstack-go/callstack"

// source is one parsed Go file.
type source struct {
	path string // relative to the root, with slashes
	fset *token.FileSet
	file *ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) dir() string { return path.Dir(s.path) }

// at is where a node stands, for messages.
func (s source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	p.Filename = s.path
	p.Column = 0
	return p.String()
}

// parse makes a source out of text, for the tests of the rules.
func parse(t *testing.T, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	require.NoError(t, err)
	return source{name, fset, file}
}

// sources parses every Go file of the repository, nested modules included.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, name := range files(t) {
		if path.Ext(name) == ".go" {
			text, err := os.ReadFile(filepath.Join(root, name))
			require.NoError(t, err)
			all = append(all, parse(t, name, string(text)))
		}
	}
	require.NotEmpty(t, all)
	return all
}

// files lists the repository's files, relative to the root and with slashes,
// but for what .gitignore names.
func files(t *testing.T) []string {
	t.Helper()
	patterns, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	require.NoError(t, err)
	var found []string
	fsys := os.DirFS(root)
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git", name != "." && ignored(string(patterns), name):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			found = append(found, name)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

// nested returns the folders of the modules inside this one.
func nested(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, name := range files(t) {
		if dir := path.Dir(name); path.Base(name) == "go.mod" && dir != "." {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// ignored tells whether a .gitignore names a path. It knows comments, patterns
// for a name anywhere and patterns from the root, which is all ours has.
func ignored(patterns, name string) bool {
	for line := range strings.Lines(patterns) {
		pattern := strings.TrimSuffix(strings.TrimSpace(line), "/")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		subject := path.Base(name)
		if strings.Contains(pattern, "/") {
			pattern, subject = strings.TrimPrefix(pattern, "/"), name
		}
		if ok, err := path.Match(pattern, subject); err == nil && ok {
			return true
		}
	}
	return false
}

func TestIgnored(t *testing.T) {
	const patterns = "# build\n*.test\n/messages/\n/internal/bench/*/results/\n"
	for _, name := range []string{"voice.test", "atcmd/x.test", "messages", "internal/bench/bus/results"} {
		assert.True(t, ignored(patterns, name), name)
	}
	for _, name := range []string{"voice", "# build", "voicemail/messages", "internal/bench/results"} {
		assert.False(t, ignored(patterns, name), name)
	}
}
