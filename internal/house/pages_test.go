package house_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```")

// uncompiled returns the Go blocks of a page that stand in no text of texts,
// white space apart.
func uncompiled(page string, texts []string) []string {
	var found []string
	for _, m := range goBlock.FindAllStringSubmatch(page, -1) {
		block := flat(m[1])
		if block == "" || !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(flat(text), block) }) {
			found = append(found, m[1])
		}
	}
	return found
}

// flat takes the layout out of a text.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// Code in README is code of an Example, which is compiled and run.
func TestCodeInREADMEIsAnExample(t *testing.T) {
	var examples []string
	for _, name := range files(t) {
		if strings.HasSuffix(name, "_test.go") && !under(name, "internal") {
			if text := read(t, name); strings.Contains(text, "\nfunc Example") {
				examples = append(examples, text)
			}
		}
	}
	assert.Empty(t, uncompiled(read(t, "README.md"), examples))
}

func TestUncompiledCodeIsFound(t *testing.T) {
	const page = "```go\nm, err := modem.Open(ctx)\nif err != nil {\n\treturn err\n}\n```\n\n```sh\nls\n```\n"
	assert.Empty(t, uncompiled(page, []string{"f()", "func Example() {\n\tm, err := modem.Open(ctx)\n\tif err != nil {\n\t\treturn err\n\t}\n}\n"}))
	assert.Len(t, uncompiled(page, []string{"func Example() {\n\tm, err := modem.Open(nil)\n}\n"}), 1)
	assert.Len(t, uncompiled("```go\n```\n", []string{"anything"}), 1)
}
