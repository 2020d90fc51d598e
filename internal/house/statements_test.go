package house_test

import (
	"go/ast"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// statements returns where a file has a naked go statement, or, in a test, a
// sleep in real or virtual time.
func statements(s source) []string {
	var found []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if !s.isTest() {
				found = append(found, s.at(n)+": a go statement: use sync.WaitGroup.Go")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && s.isTest() && x.Name == "time" && n.Sel.Name == "Sleep" {
				found = append(found, s.at(n)+": a sleep: wait for what is to happen")
			}
		}
		return true
	})
	return found
}

// nested returns the folders of the modules inside this one, where tests may
// take real time.
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

func TestNoNakedGoAndNoSleep(t *testing.T) {
	modules := nested(t)
	for _, s := range sources(t) {
		if s.isTest() && slices.ContainsFunc(modules, func(dir string) bool { return under(s.dir(), dir) }) {
			continue
		}
		assert.Empty(t, statements(s))
	}
}

func TestNakedGoAndSleepAreFound(t *testing.T) {
	const code = "package p\n\nfunc f() {\n\tgo f()\n\ttime.Sleep(1)\n}\n"
	assert.Equal(t, []string{"p/p.go:4: a go statement: use sync.WaitGroup.Go"}, statements(parse(t, "p/p.go", code)))
	assert.Equal(t, []string{"p/p_test.go:5: a sleep: wait for what is to happen"}, statements(parse(t, "p/p_test.go", code)))
	assert.Empty(t, statements(parse(t, "p/p.go", "package p\n\nfunc f(wg *sync.WaitGroup) { wg.Go(f) }\n")))
}
