package scenarios_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scenario is a row of the README's table.
type scenario struct {
	id  string // "A15"
	due bool   // a test must exist now
}

var (
	row = regexp.MustCompile(`^\| *([A-Z]+[0-9]+) *\|.*\| *([^|]+?) *\|$`)
	due = regexp.MustCompile(`^(now|later)( \([^)]+\))?$`)
)

// readTable returns the rows of a README's tables.
func readTable(text string) ([]scenario, error) {
	var rows []scenario
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| #") || strings.HasPrefix(line, "|-") {
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("not a scenario: %s", line)
		}
		id, when := m[1], due.FindStringSubmatch(m[2])
		switch {
		case when == nil:
			return nil, fmt.Errorf("%s: due is %q, neither now nor later", id, m[2])
		case seen[id]:
			return nil, fmt.Errorf("%s stands twice in the table", id)
		}
		seen[id] = true
		rows = append(rows, scenario{id, when[1] == "now"})
	}
	return rows, nil
}

func TestReadTable(t *testing.T) {
	const head = "# Scenarios\n\n| # | Scenario | Required | Due |\n|---|---|---|---|\n"
	rows, err := readTable(head + "| A1 | `a | b` | event | now |\n\n## More\n\n| B26 | x | y | now (dial strings) |\n| B28 | x | y | later |\n")
	require.NoError(t, err)
	assert.Equal(t, []scenario{{"A1", true}, {"B26", true}, {"B28", false}}, rows)

	tests := map[string]struct{ row, want string }{
		"no due":   {"| A1 | x | y |", `A1: due is "y", neither now nor later`},
		"two":      {"| A1 | x | y | now |\n| A1 | x | y | later |", "A1 stands twice in the table"},
		"no id":    {"| | x | y | now |", "not a scenario: | | x | y | now |"},
		"nonsense": {"| A1 | x | y | soon |", `A1: due is "soon", neither now nor later`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readTable(head + tt.row + "\n")
			assert.EqualError(t, err, tt.want)
		})
	}
}
