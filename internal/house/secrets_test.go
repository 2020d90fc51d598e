package house_test

import (
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// impure returns the exported events of a file that embed more than their Header.
// The String and LogValue of what is embedded would be the event's, and show one
// part of it for the whole, or what the event means to hide. With a Header alone,
// which has neither (events tests that), the methods of an event are its own.
func impure(s source) []string {
	if s.isTest() {
		return nil
	}
	var found []string
	for n := range ast.Preorder(s.file) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() {
			continue
		}
		typ, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		if embedded := embeds(typ); len(embedded) > 1 && slices.Contains(embedded, "Header") {
			found = append(found, s.at(spec)+": "+spec.Name.Name)
		}
	}
	return found
}

// embeds returns the names of what a struct embeds, without their packages.
func embeds(typ *ast.StructType) []string {
	var names []string
	for _, f := range typ.Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		name := ""
		for n := range ast.Preorder(f.Type) {
			if id, ok := n.(*ast.Ident); ok {
				name = id.Name // the last one: of events.Header, Header
			}
		}
		names = append(names, name)
	}
	return names
}

func TestEventsShowThemselves(t *testing.T) {
	for _, s := range sources(t) {
		assert.Empty(t, impure(s))
	}
}

func TestImpureEventsAreFound(t *testing.T) {
	tests := map[string]struct {
		code  string
		found bool
	}{
		"a value beside":      {"type T struct { events.Header; Number }", true},
		"of another package":  {"type T struct { events.Header; voice.End }", true},
		"a pointer beside":    {"type T struct { *voice.End; events.Header; A int }", true},
		"an event in another": {"type T struct { A int; U; Header }", true},
		"a Header alone":      {"type T struct { events.Header; Number Number }", false},
		"no event":            {"type T struct { sync.Mutex; io.Reader }", false},
		"unexported":          {"type t struct { events.Header; Number }", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.found, len(impure(parse(t, "p/p.go", "package p\n"+tt.code))) == 1)
			assert.Empty(t, impure(parse(t, "p/p_test.go", "package p\n"+tt.code)))
		})
	}
}

// unprinted returns the folders of public packages with exported structs whose tests
// do not ask internal/printing which of them are in no table of secrets.
func unprinted(all []source) []string {
	needs := map[string]bool{}
	for _, s := range all {
		switch first, _, nested := strings.Cut(s.path, "/"); {
		case !nested, first == "internal", s.file.Name.Name == "main":
		case !s.isTest():
			if hasExportedStruct(s) {
				needs[s.dir()] = true
			}
		}
	}
	for _, s := range all {
		if s.isTest() && mentions(s, "printing", "Missing") {
			delete(needs, s.dir())
		}
	}
	return slices.Sorted(maps.Keys(needs))
}

func hasExportedStruct(s source) bool {
	for n := range ast.Preorder(s.file) {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
			if _, ok := spec.Type.(*ast.StructType); ok {
				return true
			}
		}
	}
	return false
}

// mentions tells whether a file calls a function of a package.
func mentions(s source, pkg, function string) bool {
	for n := range ast.Preorder(s.file) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == function {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == pkg {
				return true
			}
		}
	}
	return false
}

func TestEveryPublicStructIsPrintedInATest(t *testing.T) {
	assert.Empty(t, unprinted(sources(t)), "see internal/printing")
}

func TestUnprintedStructsAreFound(t *testing.T) {
	const asks = "package p_test\nfunc TestX() { missing, err := printing.Missing(\".\", nil) }"
	assert.Equal(t, []string{"a", "a/b"}, unprinted([]source{
		parse(t, "a/a.go", "package a\ntype T struct{}"),
		parse(t, "a/a_test.go", "package a_test\nfunc TestX() { other.Missing() }"),
		parse(t, "a/b/b.go", "package b\ntype T struct{}"),
		parse(t, "c/c.go", "package c\ntype T struct{}"),
		parse(t, "c/c_test.go", asks),
		parse(t, "d/d.go", "package d\ntype t struct{}\ntype I int"),
		parse(t, "e/main.go", "package main\ntype T struct{}"),
		parse(t, "internal/f/f.go", "package f\ntype T struct{}"),
		parse(t, "g.go", "package g\ntype T struct{}"),
		parse(t, "h/h_test.go", "package h_test\ntype T struct{}"),
	}))
}
