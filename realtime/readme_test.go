package realtime_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feedTable returns the rows of README's table of events: the names, and the keys of
// their data.
func feedTable(readme string) map[string][]string {
	_, section, _ := strings.Cut(readme, "\n## The feed\n")
	section, _, _ = strings.Cut(section, "\n## ")
	row := regexp.MustCompile(`(?m)^\| (.+?) \| (.+?) \|$`)
	quoted := regexp.MustCompile("`([a-z_.]+)`") // values such as `Full` are no keys
	table := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(section, -1) {
		var keys []string
		for _, key := range quoted.FindAllStringSubmatch(m[2], -1) {
			keys = append(keys, key[1])
		}
		for _, name := range quoted.FindAllStringSubmatch(m[1], -1) {
			table[name[1]] = keys
		}
	}
	return table
}

// README has all events and all keys, as the description has them.
func TestREADMEHasTheFeedsTable(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	d := describe(t)
	table := feedTable(string(text))
	for name, payload := range d.payloads {
		data, ok := payload.(object)["properties"].(object)["data"].(object)
		if !ok || name == "host" {
			continue
		}
		properties := d.resolve(data["$ref"].(string)).(object)["properties"].(object)
		keys, ok := table[name]
		assert.True(t, ok, "%s is not in README", name)
		assert.ElementsMatch(t, slices.Collect(maps.Keys(properties)), keys, name)
		delete(table, name)
	}
	assert.Empty(t, table, "is in README, and nowhere else")
}

func TestREADMEsTableIsRead(t *testing.T) {
	const page = "x\n## The feed\n| event | data |\n|---|---|\n| `a.b`, `c.d` (soon) | `n`, `m_n` under `Full` |\n\n## More\n| `e.f` | `g` |\n"
	assert.Equal(t, map[string][]string{"a.b": {"n", "m_n"}, "c.d": {"n", "m_n"}}, feedTable(page))
}
