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

// undocumented returns the exported names of a file that no comment of their own
// explains: functions, methods of exported types, types with their fields and
// methods, constants and variables, those in groups too.
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
				checkSpec(d, spec, miss)
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

// checkSpec reports names of a declaration. The comment on one in parentheses is
// about the group, and explains none of its names.
func checkSpec(d *ast.GenDecl, spec ast.Spec, miss func(ast.Node, string)) {
	alone := d.Doc.Text() != "" && !d.Lparen.IsValid()
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return
		}
		if !alone && spec.Doc.Text() == "" {
			miss(spec, spec.Name.Name)
		}
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			checkFields(spec.Name.Name, typ.Fields, miss)
		case *ast.InterfaceType:
			checkFields(spec.Name.Name, typ.Methods, miss)
		}
	case *ast.ValueSpec:
		if alone || spec.Doc.Text() != "" || spec.Comment.Text() != "" {
			return
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				miss(name, name.Name)
			}
		}
	}
}

// checkFields reports exported fields (methods, in an interface) without a comment,
// before them or at the end of their line. What is embedded is explained by its
// type.
func checkFields(typ string, fields *ast.FieldList, miss func(ast.Node, string)) {
	for _, f := range fields.List {
		if f.Doc.Text() != "" || f.Comment.Text() != "" {
			continue
		}
		for _, name := range f.Names {
			if name.IsExported() {
				miss(name, typ+"."+name.Name)
			}
		}
	}
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
		"function":             {"func F() {}", []string{"F"}},
		"method":               {"func (t *T[K]) M() {}", []string{"M"}},
		"type":                 {"type T int", []string{"T"}},
		"constant":             {"const C = 1", []string{"C"}},
		"variables":            {"var V, W int", []string{"V", "W"}},
		"one of a group":       {"var (\n// V is.\nV int\nW int\n)", []string{"W"}},
		"field":                {"// T is.\ntype T struct{ F, g int }", []string{"T.F"}},
		"field after another":  {"// T is.\ntype T struct {\n// F and G are.\nF int\nG int\n}", []string{"T.G"}},
		"an only field":        {"// T is.\ntype T struct{ F int }", []string{"T.F"}},
		"field like its type":  {"// T is.\ntype T struct{ Reason EndReason }", []string{"T.Reason"}},
		"interface's methods":  {"// T is.\ntype T interface {\nA()\n\n// B is.\nB()\n}", []string{"T.A"}},
		"an only method":       {"// T is.\ntype T interface{ A() }", []string{"T.A"}},
		"constants in a group": {"// The codes.\nconst (\nA = 1\n// B is.\nB = 2\n)", []string{"A"}},
		"types in a group":     {"// The types.\ntype (\nT int\n// U is.\nU int\n)", []string{"T"}},
		"only a directive":     {"//go:noinline\nfunc F() {}", []string{"F"}},

		"documented":         {"// F does.\nfunc F() {}", nil},
		"unexported":         {"func f() {}\nfunc (t t) M() {}\ntype t struct{ F int }", nil},
		"group":              {"const (\n// A is.\nA = 1\nB = 2 // is\n)", nil},
		"fields of one line": {"// T is.\ntype T struct {\n// F and G are.\nF, G int\n}", nil},
		"comment at the end": {"// T is.\ntype T struct {\nF int // is\n}", nil},
		"embedded":           {"// T is.\ntype T struct{ Mutex }", nil},
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
