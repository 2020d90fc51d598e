package house_test

import (
	"go/ast"
	"go/doc"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withoutExample returns the public packages that no Example with an Output
// shows at work. Public is what users import: not main, not internal, not the
// root, which holds no code.
func withoutExample(all []source) []string {
	shown := map[string]bool{}
	tests := map[string][]*ast.File{}
	for _, s := range all {
		switch dir := s.dir(); {
		case under(dir, "internal"), under(dir, "examples"), dir == ".", s.file.Name.Name == "main":
		case s.isTest():
			tests[dir] = append(tests[dir], s.file)
		default:
			shown[dir] = false
		}
	}
	for dir := range shown {
		shown[dir] = slices.ContainsFunc(doc.Examples(tests[dir]...), func(e *doc.Example) bool {
			return e.Output != "" || e.EmptyOutput
		})
	}
	maps.DeleteFunc(shown, func(_ string, ok bool) bool { return ok })
	return slices.Sorted(maps.Keys(shown))
}

func TestEveryPublicPackageHasAnExampleThatRuns(t *testing.T) {
	assert.Empty(t, withoutExample(sources(t)))
}

func TestMissingExampleIsFound(t *testing.T) {
	const withOutput = "package a_test\nfunc Example() {\nprintln()\n// Output: x\n}"
	const without = "package b_test\nfunc Example() {\nprintln()\n}"
	assert.Equal(t, []string{"b", "c"}, withoutExample([]source{
		parse(t, "doc.go", "package callstack"),
		parse(t, "a/a.go", "package a"),
		parse(t, "a/a_test.go", withOutput),
		parse(t, "b/b.go", "package b"),
		parse(t, "b/b_test.go", without),
		parse(t, "c/c.go", "package c"),
		parse(t, "internal/d/d.go", "package d"),
		parse(t, "examples/e/main.go", "package main"),
	}))
}
