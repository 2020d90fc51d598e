package scenarios_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	function = regexp.MustCompile(`^TestScenario([A-Z]+[0-9]+)`)
	subtest  = regexp.MustCompile(`^([A-Z]+[0-9]+)( |$)`)
)

// named returns the ids that the tests of a file carry: of functions
// TestScenarioA15..., and of subtests "A15 ...", whose names are an argument of
// Run or a key of the map that a table test walks.
func named(file *ast.File) (functions, subtests []string) {
	text := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			return
		}
		if m := subtest.FindStringSubmatch(s); m != nil {
			subtests = append(subtests, m[1])
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if m := function.FindStringSubmatch(n.Name.Name); m != nil && n.Recv == nil {
				functions = append(functions, m[1])
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Run" && len(n.Args) == 2 {
				text(n.Args[0])
			}
		case *ast.KeyValueExpr:
			text(n.Key)
		}
		return true
	})
	return functions, subtests
}

func TestNamed(t *testing.T) {
	const code = `package x_test

func TestScenarioA1(t *testing.T)                      {}
func TestScenarioA15CallerHangsUp(t *testing.T)        {}
func TestOther(t *testing.T) {
	t.Run("A3 at the prompt", f)
	t.Run("B13", f)
	t.Run("A4a is no id", f)
	t.Log("A5 is no name of a test")
	tests := map[string]struct{ name string }{"A7 both": {}, "A8": {name: "A9 is a value"}}
}
func (s suite) TestScenarioA10() {}
func scenarioA11()               {} // A12
`
	file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", code, 0)
	require.NoError(t, err)
	functions, subtests := named(file)
	assert.Equal(t, []string{"A1", "A15"}, functions)
	assert.Equal(t, []string{"A3", "B13", "A7", "A8"}, subtests)
}
