package house_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```")

// uncompiled returns the Go blocks of a page that stand in no text of texts,
// white space apart.
func uncompiled(page string, texts []string) []string {
	var found []string
	for _, m := range goBlock.FindAllStringSubmatch(page, -1) {
		block := flat(m[1])
		if block == "" || !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(flat(text), block) }) {
			found = append(found, m[1])
		}
	}
	return found
}

// flat takes the layout out of a text.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// Code in README is code of an Example, which is compiled and run.
func TestCodeInREADMEIsAnExample(t *testing.T) {
	var examples []string
	for _, name := range files(t) {
		if strings.HasSuffix(name, "_test.go") && !under(name, "internal") {
			if text := read(t, name); strings.Contains(text, "\nfunc Example") {
				examples = append(examples, text)
			}
		}
	}
	assert.Empty(t, uncompiled(read(t, "README.md"), examples))
}

func TestUncompiledCodeIsFound(t *testing.T) {
	const page = "```go\nm, err := modem.Open(ctx)\nif err != nil {\n\treturn err\n}\n```\n\n```sh\nls\n```\n"
	assert.Empty(t, uncompiled(page, []string{"f()", "func Example() {\n\tm, err := modem.Open(ctx)\n\tif err != nil {\n\t\treturn err\n\t}\n}\n"}))
	assert.Len(t, uncompiled(page, []string{"func Example() {\n\tm, err := modem.Open(nil)\n}\n"}), 1)
	assert.Len(t, uncompiled("```go\n```\n", []string{"anything"}), 1)
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
