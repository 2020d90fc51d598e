package house_test

import (
	"go/ast"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A test may sleep in virtual time only: within a bubble of testing/synctest.
// What runs in one is not a matter of syntax alone, so this is an estimate that
// errs on the safe side. In a bubble are
//
//   - a function literal given to synctest.Test, or to a function of the package
//     that calls synctest.Test itself (a runner), and all that stands in it;
//   - a function in the table of a function that calls a runner;
//   - a function, a literal that a local variable names, or a type with its
//     methods, which are used in such places only.
//
// Types are not resolved: a method is in a bubble too if all that have its name
// are used there.

// realSleeps returns where the tests of one package sleep outside of a bubble.
func realSleeps(tests []source) []string {
	p := newBubbles(tests)
	var found []string
	for _, s := range tests {
		p.walk(s.file, func(n ast.Node, within []ast.Node) {
			if calls(n, "time", "Sleep") && !p.virtual(n, within) {
				found = append(found, s.at(n)+": a sleep in real time")
			}
		})
	}
	return found
}

// bubbles is what is known of a package's functions and types. A literal that a
// local variable names has the name of its function, a dot, and that of the
// variable.
type bubbles struct {
	runners map[string]bool // they call synctest.Test, or not: all that is known
	inside  map[string]bool // they are used in bubbles only, or not
}

func newBubbles(tests []source) *bubbles {
	p := &bubbles{runners: map[string]bool{}, inside: map[string]bool{}}
	for _, s := range tests {
		p.walk(s.file, func(n ast.Node, within []ast.Node) {
			switch n := n.(type) {
			case *ast.FuncDecl:
				p.runners[n.Name.Name] = p.runners[n.Name.Name] || runsBubble(n)
			case *ast.TypeSpec:
				p.runners[n.Name.Name] = false
			case *ast.FuncLit:
				if name, ok := local(n, within); ok {
					p.runners[name] = false
				}
			}
		})
	}
	p.supposeInside(tests)
	for p.revise(tests) {
	}
	return p
}

func runsBubble(f *ast.FuncDecl) bool {
	runs := false
	ast.Inspect(f, func(n ast.Node) bool {
		runs = runs || calls(n, "synctest", "Test")
		return true
	})
	return runs
}

// supposeInside takes every function that is used for one that runs in bubbles.
func (p *bubbles) supposeInside(tests []source) {
	for _, s := range tests {
		p.walk(s.file, func(n ast.Node, within []ast.Node) {
			if name, ok := p.use(n, within); ok {
				p.inside[name] = true
			}
		})
	}
}

// revise takes out those that are used elsewhere, and tells whether there were
// any: then others may follow.
func (p *bubbles) revise(tests []source) bool {
	changed := false
	for _, s := range tests {
		p.walk(s.file, func(n ast.Node, within []ast.Node) {
			if name, ok := p.use(n, within); ok && p.inside[name] && !p.virtual(n, within) {
				p.inside[name] = false
				changed = true
			}
		})
	}
	return changed
}

// use returns what a node names of the package, if it stands in a function and
// does not declare it.
func (p *bubbles) use(n ast.Node, within []ast.Node) (string, bool) {
	id, ok := n.(*ast.Ident)
	if !ok || function(within) == "" || declares(id, within) {
		return "", false
	}
	for _, name := range []string{function(within) + "." + id.Name, id.Name} {
		if _, known := p.runners[name]; known {
			return name, true
		}
	}
	return "", false
}

// declares tells whether an identifier is the name, or of the receiver, of a
// function, or a variable that is assigned to.
func declares(id *ast.Ident, within []ast.Node) bool {
	switch outer := within[len(within)-1].(type) {
	case *ast.FuncDecl:
		return outer.Name == id
	case *ast.AssignStmt:
		return slices.Contains(outer.Lhs, ast.Expr(id))
	}
	return slices.ContainsFunc(within, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		return ok && f.Recv != nil && f.Recv.Pos() <= id.Pos() && id.Pos() < f.Recv.End()
	})
}

// function is the name of the function that all this stands in, or "".
func function(within []ast.Node) string {
	for _, n := range within {
		if f, ok := n.(*ast.FuncDecl); ok {
			return f.Name.Name
		}
	}
	return ""
}

// local returns the name of a literal that is assigned to a variable.
func local(lit *ast.FuncLit, within []ast.Node) (string, bool) {
	a, ok := within[len(within)-1].(*ast.AssignStmt)
	if !ok {
		return "", false
	}
	i := slices.Index(a.Rhs, ast.Expr(lit))
	if len(a.Lhs) != len(a.Rhs) || i < 0 {
		return "", false
	}
	id, ok := a.Lhs[i].(*ast.Ident)
	if !ok {
		return "", false
	}
	return function(within) + "." + id.Name, true
}

// virtual tells whether a node that stands within others runs in a bubble only.
func (p *bubbles) virtual(node ast.Node, within []ast.Node) bool {
	for i, n := range within {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if p.inside[n.Name.Name] || p.inside[receiver(n)] {
				return true
			}
		case *ast.FuncLit:
			if p.given(n, within[:i]) {
				return true
			}
		case *ast.CallExpr:
			// A function given by its name.
			if i == len(within)-1 && p.isRunner(n) {
				return true
			}
		case *ast.KeyValueExpr, *ast.CompositeLit:
			// One in a table by its name.
			if i == len(within)-1 && !names(n, node) && p.inTable(within) {
				return true
			}
		}
	}
	return false
}

// names tells whether a node is the type of a composite literal.
func names(lit, node ast.Node) bool {
	c, ok := lit.(*ast.CompositeLit)
	return ok && c.Type == node
}

// receiver is the type that a method belongs to, or "".
func receiver(f *ast.FuncDecl) string {
	name := ""
	if f.Recv != nil {
		ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && name == "" {
				name = id.Name
			}
			return true
		})
	}
	return name
}

// given tells whether a literal is an argument of a runner, stands in a table of
// a function that calls one, or is used in bubbles only.
func (p *bubbles) given(lit *ast.FuncLit, within []ast.Node) bool {
	switch outer := within[len(within)-1].(type) {
	case *ast.CallExpr:
		return p.isRunner(outer) && slices.Contains(outer.Args, ast.Expr(lit))
	case *ast.AssignStmt:
		name, ok := local(lit, within)
		return ok && p.inside[name]
	case *ast.KeyValueExpr, *ast.CompositeLit:
		return p.inTable(within)
	}
	return false
}

// inTable tells whether the function that all this stands in calls a runner.
func (p *bubbles) inTable(within []ast.Node) bool {
	i := slices.IndexFunc(within, func(n ast.Node) bool { _, ok := n.(*ast.FuncDecl); return ok })
	return i >= 0 && p.callsRunner(within[i])
}

func (p *bubbles) isRunner(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return calls(call.Fun, "synctest", "Test") || ok && p.runners[id.Name]
}

func (p *bubbles) callsRunner(f ast.Node) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		found = found || ok && p.isRunner(call)
		return true
	})
	return found
}

// walk visits every node of a file, with those that it stands within.
func (p *bubbles) walk(file *ast.File, visit func(n ast.Node, within []ast.Node)) {
	var within []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			within = within[:len(within)-1]
			return true
		}
		if len(within) > 0 {
			visit(n, within)
		}
		within = append(within, n)
		return true
	})
}

// calls tells whether a node names a function of another package.
func calls(n ast.Node, pkg, name string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

func TestNoTestSleepsInRealTime(t *testing.T) {
	modules := nested(t)
	packages := map[string][]source{}
	for _, s := range sources(t) {
		if s.isTest() && !slices.ContainsFunc(modules, func(dir string) bool { return under(s.dir(), dir) }) {
			packages[s.dir()] = append(packages[s.dir()], s)
		}
	}
	for _, tests := range packages {
		assert.Empty(t, realSleeps(tests))
	}
}

func TestRealSleepIsFound(t *testing.T) {
	const runner = "func inBubble(t *testing.T, f func()) { synctest.Test(t, func(t *testing.T) { f() }) }\n"
	tests := map[string]struct {
		code string
		real bool
	}{
		"in a test":             {"func TestX(t *testing.T) { time.Sleep(1) }", true},
		"before the bubble":     {"func TestX(t *testing.T) { time.Sleep(1); synctest.Test(t, func(t *testing.T) {}) }", true},
		"in a helper":           {"func TestX(t *testing.T) { help() }\nfunc help() { time.Sleep(1) }", true},
		"in a helper's helper":  {"func TestX(t *testing.T) { a() }\nfunc a() { b() }\nfunc b() { time.Sleep(1) }", true},
		"in a helper for both":  {runner + "func TestX(t *testing.T) { help(); inBubble(t, func() { help() }) }\nfunc help() { time.Sleep(1) }", true},
		"in an argument":        {runner + "func TestX(t *testing.T) { inBubble(t, f(func() { time.Sleep(1) })) }", true},
		"in nothing that runs":  {"func help() { time.Sleep(1) }", true},
		"in a variable":         {runner + "func TestX(t *testing.T) { f := func() { time.Sleep(1) }; f(); inBubble(t, func() { f() }) }", true},
		"in an unused variable": {runner + "func TestX(t *testing.T) { f := func() { time.Sleep(1) }; inBubble(t, nil) }", true},
		"in a type":             {runner + "type x struct{}\nfunc (*x) Read() { time.Sleep(1) }\nfunc TestX(t *testing.T) { inBubble(t, func() { f(x{}) }); f(x{}) }", true},
		"in a table of its own": {"var m = map[string]func(){\"a\": func() { time.Sleep(1) }}", true},

		"in the bubble":           {"func TestX(t *testing.T) { synctest.Test(t, func(t *testing.T) { time.Sleep(1) }) }", false},
		"in a runner's":           {runner + "func TestX(t *testing.T) { inBubble(t, func() { wg.Go(func() { time.Sleep(1) }) }) }", false},
		"in a helper within":      {runner + "func TestX(t *testing.T) { inBubble(t, func() { a() }) }\nfunc a() { b() }\nfunc b() { a(); time.Sleep(1) }", false},
		"in a method within":      {runner + "func TestX(t *testing.T) { inBubble(t, func() { x.help() }) }\nfunc (x) help() { time.Sleep(1) }", false},
		"by its name":             {runner + "func TestX(t *testing.T) { inBubble(t, help) }\nfunc help() { time.Sleep(1) }", false},
		"in a table by its name":  {runner + "func TestX(t *testing.T) { f := func() { time.Sleep(1) }; m := []func(){f}; inBubble(t, m[0]) }", false},
		"in the table of a test":  {runner + "func TestX(t *testing.T) { m := map[string]func(){\"a\": func() { time.Sleep(1) }}; inBubble(t, m[\"a\"]) }", false},
		"in a variable within":    {runner + "func TestX(t *testing.T) { f := func() { time.Sleep(1) }; inBubble(t, func() { f() }) }\nfunc TestY() { f() }", false},
		"in a type within":        {runner + "type x struct{}\nvar _ io.Reader = (*x)(nil)\nfunc (*x) Read() { time.Sleep(1) }\nfunc newX() *x { return &x{} }\nfunc TestX(t *testing.T) { inBubble(t, func() { f(newX()) }) }", false},
		"some other time's Sleep": {"func TestX(t *testing.T) { clock.Sleep(1) }", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found := realSleeps([]source{parse(t, "p/p_test.go", "package p\n\n"+tt.code)})
			assert.Equal(t, tt.real, len(found) > 0, found)
		})
	}
}
