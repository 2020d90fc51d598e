package house_test

import (
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withoutPackageDoc returns the folders whose package no file documents.
func withoutPackageDoc(all []source) []string {
	documented := map[string]bool{}
	for _, s := range all {
		if !s.isTest() {
			documented[s.dir()] = documented[s.dir()] || s.file.Doc.Text() != ""
		}
	}
	maps.DeleteFunc(documented, func(_ string, ok bool) bool { return ok })
	return slices.Sorted(maps.Keys(documented))
}

func TestEveryPackageHasADoc(t *testing.T) {
	assert.Empty(t, withoutPackageDoc(sources(t)))
}

func TestMissingPackageDocIsFound(t *testing.T) {
	assert.Equal(t, []string{"b"}, withoutPackageDoc([]source{
		parse(t, "a/a.go", "package a"),
		parse(t, "a/doc.go", "// Package a does.\npackage a"),
		parse(t, "b/b.go", "package b"),
		parse(t, "b/b_test.go", "// Package b is documented in a test only.\npackage b"),
	}))
}

// undocumented returns the exported names of a file that no comment explains:
// functions, methods of exported types, types with their fields and methods,
// constants and variables. One comment may explain a run of names without an
// empty line in between.
func undocumented(s source) []string {
	if s.isTest() || s.file.Name.Name == "main" {
		return nil
	}
	var found []string
	miss := func(n ast.Node, name string) { found = append(found, s.at(n)+": "+name) }
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && receiverIsExported(d) && d.Doc.Text() == "" {
				miss(d, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				s.checkSpec(d, spec, miss)
			}
		}
	}
	return found
}

func receiverIsExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	exported := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !exported {
			exported = id.IsExported()
			return false
		}
		return true
	})
	return exported
}

func (s source) checkSpec(d *ast.GenDecl, spec ast.Spec, miss func(ast.Node, string)) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return
		}
		if d.Doc.Text() == "" && spec.Doc.Text() == "" {
			miss(spec, spec.Name.Name)
		}
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			s.checkFields(spec.Name.Name, typ.Fields, miss)
		case *ast.InterfaceType:
			s.checkFields(spec.Name.Name, typ.Methods, miss)
		}
	case *ast.ValueSpec:
		if d.Doc.Text() != "" || spec.Doc.Text() != "" || spec.Comment.Text() != "" {
			return
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				miss(name, name.Name)
			}
		}
	}
}

// checkFields reports exported fields (methods, in an interface) that neither
// a comment of their own nor that of the field just above explains. An only one
// is explained by the comment of its type, and so is one that bears the name of
// its type, as in "Reason EndReason", by the comment there.
func (s source) checkFields(typ string, fields *ast.FieldList, miss func(ast.Node, string)) {
	if fields.NumFields() == 1 {
		return
	}
	covered, last := false, 0
	for _, f := range fields.List {
		line := s.fset.Position(f.Pos()).Line
		own := f.Doc.Text() != "" || f.Comment.Text() != ""
		covered = own || covered && line == last+1
		last = s.fset.Position(f.End()).Line
		for _, name := range f.Names {
			if name.IsExported() && !covered && !namesakes(name, f.Type) {
				miss(name, typ+"."+name.Name)
			}
		}
	}
}

// namesakes tells whether a field bears the name of its type, or its first or
// last words.
func namesakes(name *ast.Ident, typ ast.Expr) bool {
	if s, ok := typ.(*ast.SelectorExpr); ok {
		typ = s.Sel
	}
	id, ok := typ.(*ast.Ident)
	return ok && (strings.HasPrefix(id.Name, name.Name) || strings.HasSuffix(id.Name, name.Name))
}

func TestEveryExportedNameHasADoc(t *testing.T) {
	for _, s := range sources(t) {
		assert.Empty(t, undocumented(s))
	}
}

func TestMissingDocIsFound(t *testing.T) {
	tests := map[string]struct {
		code string
		want []string
	}{
		"function":            {"func F() {}", []string{"F"}},
		"method":              {"func (t *T[K]) M() {}", []string{"M"}},
		"type":                {"type T int", []string{"T"}},
		"constant":            {"const C = 1", []string{"C"}},
		"variables":           {"var V, W int", []string{"V", "W"}},
		"one of a group":      {"var (\n// V is.\nV int\nW int\n)", []string{"W"}},
		"field":               {"// T is.\ntype T struct{ F, g int }", []string{"T.F"}},
		"field after a gap":   {"// T is.\ntype T struct {\n// F and G are.\nF int\nG int\n\nH int\n}", []string{"T.H"}},
		"interface's methods": {"// T is.\ntype T interface {\nA()\n\n// B is.\nB()\n}", []string{"T.A"}},
		"not quite its type":  {"// T is.\ntype T struct{ Of EndOfLife; g int }", []string{"T.Of"}},
		"only a directive":    {"//go:noinline\nfunc F() {}", []string{"F"}},

		"documented":              {"// F does.\nfunc F() {}", nil},
		"unexported":              {"func f() {}\nfunc (t t) M() {}\ntype t struct{ F int }", nil},
		"group":                   {"// The codes.\nconst (\nA = 1\nB = 2\n)", nil},
		"comment at the end":      {"// T is.\ntype T struct {\nF int // is\n}", nil},
		"embedded":                {"// T is.\ntype T struct{ Mutex }", nil},
		"struct of one field":     {"// T is.\ntype T struct{ F int }", nil},
		"namesakes":               {"// T is.\ntype T struct{ Reason EndReason; End EndReason; State p.State }", nil},
		"interface of one method": {"// T is.\ntype T interface{ A() }", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, line := range undocumented(parse(t, "p/p.go", "package p\n\n"+tt.code)) {
				_, missed, _ := strings.Cut(line, ": ")
				got = append(got, missed)
			}
			assert.Equal(t, tt.want, got)
		})
	}
	assert.Empty(t, undocumented(parse(t, "p/p_test.go", "package p\nfunc F() {}")))
	assert.Empty(t, undocumented(parse(t, "p/main.go", "package main\nfunc F() {}")))
}
