package house_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// topLevel are the names that may stand in the repository's root, beside those
// that begin with a dot.
var topLevel = []string{
	"atcmd", "events", "examples", "internal", "modem", "realtime", "voice", "voicemail",
	"go.mod", "go.sum", "doc.go",
	"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "DESIGN.md", "SECURITY.md", "BENCHMARKS.md",
}

// strays returns the top-level names of a list of files that have no place there.
func strays(files []string) []string {
	var found []string
	for _, name := range files {
		first, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(first, ".") && !slices.Contains(topLevel, first) {
			found = append(found, first)
		}
	}
	return slices.Compact(found)
}

func TestTopLevel(t *testing.T) {
	assert.Empty(t, strays(files(t)))
	assert.Equal(t, []string{"Makefile", "pkg"}, strays([]string{".ci/run", "Makefile", "events/bus.go", "pkg/a.go", "pkg/b.go"}))
}

// outside is a folder that lies beside a maintainer's checkout. The repository
// stands alone, so nothing but the CI, which looks whether it is there, names it.
var outside = ".." + "/shared"

func namesOutside(name, text string) bool {
	return name != ".ci/run" && strings.Contains(text, outside)
}

func TestNothingNamesWhatLiesOutside(t *testing.T) {
	for _, name := range files(t) {
		assert.False(t, namesOutside(name, read(t, name)), "%s names %s", name, outside)
	}
	assert.True(t, namesOutside("README.md", "see "+outside+"/vectors"))
	assert.False(t, namesOutside(".ci/run", "see "+outside+"/vectors"))
	assert.False(t, namesOutside("README.md", "a shared folder"))
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

var (
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	scheme = regexp.MustCompile(`^[a-z]+:`)
	fenced = regexp.MustCompile("(?ms)^```.*?^```|`[^`\n]*`")
)

// deadLinks returns the targets of the relative links in a Markdown text that do
// not exist. Code, addresses and links within the page are not looked at.
func deadLinks(name, text string, exists func(name string) bool) []string {
	var found []string
	for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		target, _, _ := strings.Cut(m[1], "#")
		if target == "" || scheme.MatchString(target) {
			continue
		}
		if !exists(path.Join(path.Dir(name), target)) {
			found = append(found, name+": "+m[1])
		}
	}
	return found
}

func TestRelativeLinksResolve(t *testing.T) {
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(root, name))
		return err == nil && filepath.IsLocal(name)
	}
	for _, name := range files(t) {
		if path.Ext(name) == ".md" {
			assert.Empty(t, deadLinks(name, read(t, name), exists))
		}
	}
}

func TestDeadLinksAreFound(t *testing.T) {
	const text = "[a](a.md) [b](../b.md#part) [self](#part) [web](https://example.org/x.md) ![c](c.png)\n" +
		"`[code](d.md)`\n```\n[code](e.md)\n```\n[f](f/)\n"
	exists := func(name string) bool { return name == "b.md" || name == "docs/f" }
	assert.Equal(t, []string{"docs/page.md: a.md", "docs/page.md: c.png"}, deadLinks("docs/page.md", text, exists))
}
