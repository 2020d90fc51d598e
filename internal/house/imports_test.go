package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// floors is the house: a package may import what lies on lower floors only. The
// first element of its path inside the module decides.
var floors = map[string]int{
	"events": 0, "internal": 0,
	"atcmd": 1, "voice": 1,
	"modem":    2,
	"realtime": 3, "voicemail": 3,
	"examples": 4,
}

// doors names the one package that imports each third-party module. Tests may
// import any of them; what has no package has no other users.
var doors = map[string]string{
	"go.bug.st/serial":            "modem/serial",
	"github.com/coder/websocket":  "realtime/ws",
	"github.com/creack/pty":       "modem/modemtest/pty",
	"github.com/stretchr/testify": "",
	"github.com/youpy/go-wav":     "internal/wav",
	"go.etcd.io/bbolt":            "modem/sms/smsbolt",
	"go.yaml.in/yaml/v3":          "", // reads the description of the feed
}

// forTests are the packages that may import testing.
var forTests = []string{"internal/vectors", "modem/sms/storetest", "modem/transporttest"}

// listed is a package as go list prints it, test files left out.
type listed struct {
	ImportPath string
	Imports    []string // direct
	Deps       []string // direct and indirect
}

// ours returns a package's path inside the module, "" for the root package.
func ours(importPath string) (rel string, ok bool) {
	if importPath == modulePath {
		return "", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

// under tells whether a package is dir or lies below it.
func under(rel, dir string) bool { return rel == dir || strings.HasPrefix(rel, dir+"/") }

func floor(rel string) (int, bool) {
	first, _, _ := strings.Cut(rel, "/")
	n, ok := floors[first]
	return n, ok
}

// importBreaches returns what p imports against the rules of the house.
func importBreaches(p listed) []string {
	rel, ok := ours(p.ImportPath)
	if !ok {
		return []string{p.ImportPath + " is not of this module"}
	}
	var found []string
	for _, imported := range p.Imports {
		if why := directBreach(rel, imported); why != "" {
			found = append(found, fmt.Sprintf("%s imports %s: %s", p.ImportPath, imported, why))
		}
	}
	for _, dep := range p.Deps {
		if why := deepBreach(rel, dep); why != "" {
			found = append(found, fmt.Sprintf("%s depends on %s: %s", p.ImportPath, dep, why))
		}
	}
	return found
}

// directBreach tells why the package rel must not itself import another, or "".
func directBreach(rel, imported string) string {
	to, ok := ours(imported)
	if !ok {
		return doorBreach(rel, imported)
	}
	from, known := floor(rel)
	target, targetKnown := floor(to)
	switch {
	case rel == "":
		return "the root package is documentation only"
	case !known || !targetKnown:
		return "a folder that has no floor"
	case target > from:
		return "it lies on a higher floor"
	case target < from, to == path.Dir(rel), under(rel, "internal") && under(to, "internal"):
		return ""
	case rel == "modem" && to == "modem/sms":
		return ""
	}
	return "it lies on the same floor"
}

// doorBreach tells why rel must not import a package that is not ours, or "".
func doorBreach(rel, imported string) string {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for module, door := range doors {
		if under(imported, module) {
			switch door {
			case rel:
				return ""
			case "":
				return "it is for tests"
			}
			return "its door is " + door
		}
	}
	return "it has no door in this house"
}

// deepBreach tells why rel must not depend on another package by any way, or "".
func deepBreach(rel, dep string) string {
	if under(dep, "testing") && !slices.Contains(forTests, rel) {
		return "only packages made for tests may"
	}
	to, ok := ours(dep)
	if !ok {
		return ""
	}
	n, _ := floor(to)
	switch {
	case under(rel, "modem/modemtest") && to != "modem/modemtest":
		return "the virtual modem shares no code with the library"
	case (under(rel, "modem/serial") || under(rel, "modem/transporttest")) && n > 0:
		return "modem's own tests could not use it"
	case under(rel, "voicemail") && (under(to, "modem") || under(to, "atcmd")):
		return "voicemail serves calls of any carrier"
	case under(rel, "realtime") && n > 0 && !under(to, "realtime"):
		return "the hub knows events only"
	}
	return ""
}

// list runs go list for one platform: files differ from one to the other.
func list(t *testing.T, goos string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func TestNothingImportsUpwards(t *testing.T) {
	for _, goos := range []string{"linux", "windows", "darwin"} {
		packages := list(t, goos)
		require.NotEmpty(t, packages)
		for _, p := range packages {
			assert.Empty(t, importBreaches(p), goos)
		}
	}
}

func TestImportRulesCanBeBroken(t *testing.T) {
	tests := map[string]struct{ from, imports, deps, want string }{
		"upwards":                 {"events", "voice", "", "a higher floor"},
		"upwards from internal":   {"internal/wav", "voicemail", "", "a higher floor"},
		"voice to atcmd":          {"voice", "atcmd", "", "the same floor"},
		"events to internal":      {"events", "internal/wav", "", "the same floor"},
		"parent to child":         {"voice", "voice/voicetest", "", "the same floor"},
		"voicemail to the hub":    {"voicemail", "realtime", "", "the same floor"},
		"modem to serial":         {"modem", "modem/serial", "", "the same floor"},
		"example to example":      {"examples/b", "examples/a", "", "the same floor"},
		"new folder":              {"telephony", "events", "", "no floor"},
		"root with code":          {"", "events", "", "documentation only"},
		"other door":              {"modem", "go.bug.st/serial", "", "its door is modem/serial"},
		"door's subpackage":       {"modem", "go.bug.st/serial/enumerator", "", "its door is modem/serial"},
		"no door":                 {"voice", "github.com/gorilla/websocket", "", "no door"},
		"a longer name":           {"internal/wav", "github.com/youpy/go-wavelet", "", "no door"},
		"testify outside tests":   {"modem/modemtest", "github.com/stretchr/testify/assert", "", "for tests"},
		"testing":                 {"voice", "", "testing", "made for tests"},
		"testing in modemtest":    {"modem/modemtest", "", "testing/synctest", "made for tests"},
		"ours in modemtest":       {"modem/modemtest", "", "events", "shares no code"},
		"ours below modemtest":    {"modem/modemtest/pty", "", "internal/wav", "shares no code"},
		"atcmd in serial":         {"modem/serial", "", "atcmd", "could not use it"},
		"modem in transporttest":  {"modem/transporttest", "", "modem", "could not use it"},
		"modem in voicemail":      {"voicemail", "", "modem", "any carrier"},
		"atcmd in voicemail":      {"voicemail/access", "", "atcmd", "any carrier"},
		"voice in the hub":        {"realtime", "", "voice", "events only"},
		"allowed: child":          {"voice/voicetest", "voice", "voice", ""},
		"allowed: down":           {"voicemail", "voice", "events", ""},
		"allowed: modem to sms":   {"modem", "modem/sms", "atcmd", ""},
		"allowed: internal":       {"internal/dsp", "internal/wav", "", ""},
		"allowed: door":           {"internal/wav", "github.com/youpy/go-wav", "github.com/youpy/go-riff", ""},
		"allowed: standard":       {"voice", "log/slog", "net/http", ""},
		"allowed: pty":            {"modem/modemtest/pty", "github.com/creack/pty", "modem/modemtest", ""},
		"allowed: made for tests": {"modem/transporttest", "", "testing", ""},
		"allowed: ws":             {"realtime/ws", "realtime", "events", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found := importBreaches(listed{full(tt.from), paths(tt.imports), paths(tt.deps)})
			if tt.want == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Contains(t, found[0], tt.want)
		})
	}
	assert.NotEmpty(t, importBreaches(listed{ImportPath: "example.com/other"}))
}

// full completes a path inside the module; others have a dot in their host or
// belong to the standard library.
func full(rel string) string {
	first, _, _ := strings.Cut(rel, "/")
	switch _, known := floors[first]; {
	case rel == "":
		return modulePath
	case known, first == "telephony":
		return modulePath + "/" + rel
	}
	return rel
}

func paths(rel string) []string {
	if rel == "" {
		return nil
	}
	return []string{full(rel)}
}
