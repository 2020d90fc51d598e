package house_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// nakedGo returns where a file that is no test has a go statement.
func nakedGo(s source) []string {
	var found []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n, ok := n.(*ast.GoStmt); ok && !s.isTest() {
			found = append(found, s.at(n)+": a go statement: use sync.WaitGroup.Go")
		}
		return true
	})
	return found
}

func TestGoroutinesAreStartedByWaitGroups(t *testing.T) {
	for _, s := range sources(t) {
		assert.Empty(t, nakedGo(s))
	}
}

func TestNakedGoIsFound(t *testing.T) {
	const code = "package p\n\nfunc f() {\n\tgo f()\n}\n"
	assert.Equal(t, []string{"p/p.go:4: a go statement: use sync.WaitGroup.Go"}, nakedGo(parse(t, "p/p.go", code)))
	assert.Empty(t, nakedGo(parse(t, "p/p_test.go", code)))
	assert.Empty(t, nakedGo(parse(t, "p/p.go", "package p\n\nfunc f(wg *sync.WaitGroup) { wg.Go(f) }\n")))
}

// unlisted returns the packages that start goroutines and have no row in a
// page's table of them.
func unlisted(all []source, page string) []string {
	var found []string
	for _, s := range all {
		if s.isTest() || slices.Contains(found, s.dir()) || !startsGoroutine(s.file) {
			continue
		}
		if !strings.Contains(page, "\n| `"+s.dir()+"` |") {
			found = append(found, s.dir())
		}
	}
	return found
}

// startsGoroutine looks for a call of Go, the method of a sync.WaitGroup.
func startsGoroutine(file *ast.File) bool {
	starts := false
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 {
			f, ok := call.Fun.(*ast.SelectorExpr)
			starts = starts || ok && f.Sel.Name == "Go"
		}
		return true
	})
	return starts
}

func TestDESIGNListsEveryGoroutine(t *testing.T) {
	modules := nested(t)
	library := slices.DeleteFunc(sources(t), func(s source) bool {
		return slices.ContainsFunc(modules, func(dir string) bool { return under(s.dir(), dir) })
	})
	_, section, _ := strings.Cut(read(t, "DESIGN.md"), "\n## Goroutines\n")
	section, _, _ = strings.Cut(section, "\n## ")
	assert.Empty(t, unlisted(library, section), "packages that start goroutines and have no row in DESIGN.md")
}

func TestUnlistedGoroutineIsFound(t *testing.T) {
	all := []source{
		parse(t, "a/a.go", "package a\n\nfunc (c *conn) f() { c.wg.Go(c.read) }"),
		parse(t, "b/b.go", "package b\n\nfunc f(wg *sync.WaitGroup) { wg.Go(func() {}) }"),
		parse(t, "c/c_test.go", "package c\n\nfunc f(wg *sync.WaitGroup) { wg.Go(func() {}) }"),
		parse(t, "d/d.go", "package d\n\nfunc f(x int) { y.Do(x) }"),
	}
	assert.Equal(t, []string{"b"}, unlisted(all, "## Goroutines\n\n| `a` | reader | the port | it is closed |\n"))
}
