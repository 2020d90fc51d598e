package printing

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Missing returns the exported structs of the package in a folder of which values,
// a table with keys of any kind, has neither a value nor a pointer. Names are as in
// code: "voice.Config".
func Missing(dir string, values map[string]any) ([]string, error) {
	names, err := Structs(dir)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		name := nameOf(reflect.TypeOf(v))
		names = slices.DeleteFunc(names, func(s string) bool { return s == name })
	}
	return names, nil
}

// nameOf returns a type's name without its type arguments.
func nameOf(typ reflect.Type) string {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	name, _, _ := strings.Cut(typ.Name(), "[")
	return path.Base(typ.PkgPath()) + "." + name
}

// Structs returns the exported types of the package in a folder that are structs,
// on any platform, by their own declaration or by that of another type of the
// package. Aliases and files for tests are left out.
func Structs(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	pkg, types := "", map[string]ast.Expr{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		pkg = file.Name.Name
		declared(file, types)
	}
	var names []string
	for name := range types {
		if ast.IsExported(name) && isStruct(name, types) {
			names = append(names, pkg+"."+name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// declared adds the types that a file declares at its top level.
func declared(file *ast.File, types map[string]ast.Expr) {
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && !spec.Assign.IsValid() {
				types[spec.Name.Name] = spec.Type
			}
		}
	}
}

// isStruct follows names of the package's types to what they stand for. A cycle of
// them is no Go.
func isStruct(name string, types map[string]ast.Expr) bool {
	switch typ := types[name].(type) {
	case *ast.StructType:
		return true
	case *ast.Ident:
		return isStruct(typ.Name, types)
	}
	return false
}
