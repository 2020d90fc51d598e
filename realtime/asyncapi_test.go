package realtime_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/sms"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/voice"
)

// description is asyncapi.yaml.
type description struct {
	schemas
	payloads map[string]any // the schemas of all messages by name
}

// describe reads asyncapi.yaml as if it were JSON.
func describe(t *testing.T) description {
	t.Helper()
	text, err := os.ReadFile("asyncapi.yaml")
	require.NoError(t, err)
	var v any
	require.NoError(t, yaml.Unmarshal(text, &v))
	js, err := json.Marshal(v)
	require.NoError(t, err)
	d := description{newSchemas(parseJSON(t, string(js))), map[string]any{}}
	for name, m := range d.at("components/messages") {
		d.payloads[name] = m.(object)["payload"]
	}
	return d
}

// at returns the object at a path.
func (d description) at(path string) object { return d.resolve("#/" + path).(object) }

// example returns the first example of a message.
func (d description) example(name string) object {
	return d.at("components/messages/" + name)["examples"].([]any)[0].(object)["payload"].(object)
}

// fits returns the names of the messages that v may be.
func (d description) fits(v any) []string {
	var names []string
	for name, payload := range d.payloads {
		if d.check(payload, v) == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// assertFits holds what a hub sent against the description.
func (d description) assertFits(t *testing.T, raw []byte) {
	t.Helper()
	m, ok := parseJSON(t, string(raw)).(object)
	require.True(t, ok, "no object: %s", raw)
	assert.Len(t, d.fits(m), 1, "%s", raw)
	assert.NotContains(t, string(raw), "\n", "a line of its own in a stream of events")
}

// goldenMessages returns all messages of the golden files, by file and level, or by
// file alone.
func goldenMessages(t *testing.T) map[string]object {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(goldenDir, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	messages := map[string]object{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		o := parseJSON(t, string(text)).(object)
		if o["type"] != nil {
			messages[name] = o
			continue
		}
		for level, m := range o {
			messages[name+" "+level] = m.(object)
		}
	}
	return messages
}

// messageOf returns which message of the description a golden one is.
func messageOf(m object) string {
	if m["scope"] == "hub" {
		return "hubOverflow"
	}
	return m["type"].(string)
}

func TestEveryGoldenMessageFitsAsyncAPI(t *testing.T) {
	d := describe(t)
	seen := map[string]bool{}
	for name, m := range goldenMessages(t) {
		want := messageOf(m)
		assert.Empty(t, d.check(d.payloads[want], m), name)
		assert.Equal(t, []string{want}, d.fits(m), name)
		seen[want] = true
	}
	seen["host"] = true // it has no golden file, but an example
	assert.Equal(t, slices.Sorted(maps.Keys(d.payloads)), slices.Sorted(maps.Keys(seen)), "all are golden")
}

// breaks returns what m might be by a mistake, by what the mistake is: another key, a
// key less, or a value of another type, in m itself and in the objects in it.
func breaks(m object) map[string]object {
	broken := map[string]object{}
	vary := func(what string, change func(object)) {
		c := maps.Clone(m)
		change(c)
		broken[what] = c
	}
	vary("unknown key", func(c object) { c["surprise"] = 1.0 })
	for key, value := range m {
		vary("no "+key, func(c object) { delete(c, key) })
		for _, other := range []any{nil, "surprise!", 0.5, -3.0, true, []any{}, []any{0.5}, object{}} {
			if fmt.Sprintf("%T", other) != fmt.Sprintf("%T", value) {
				vary(fmt.Sprintf("%s that is %v", key, other), func(c object) { c[key] = other })
			}
		}
		if inner, ok := value.(object); ok {
			for what, b := range breaks(inner) {
				vary(key+": "+what, func(c object) { c[key] = b })
			}
		}
	}
	return broken
}

// optional are the keys that a message may lack though the golden one has them.
var optional = map[string][]string{
	"hello":                {"recovered"},
	"overflow":             {"lost"},
	"sms.received":         {"sent_at", "incomplete"},
	"sms.delivery_report":  {"message", "at"},
	"sms.sent":             {"cause"},
	"call.state":           {"reason", "cause", "talk_ms"},
	"call.dtmf":            {"digit"},
	"modem.state":          {"reason"},
	"sim.state":            {"reason"},
	"signal.quality":       {"dbm"},
	"network.registration": {"access"},
}

func TestWhatIsNoMessageFitsNothing(t *testing.T) {
	d := describe(t)
	messages := goldenMessages(t)
	host := d.example("host")
	host["data"] = 1.0 // is what the host likes
	messages["host"] = host
	for name, m := range messages {
		may := []string{"no modem"}
		for _, key := range optional[messageOf(m)] {
			may = append(may, "no "+key, "data: no "+key)
		}
		tried := 0
		for what, broken := range breaks(m) {
			if name == "host" && strings.HasPrefix(what, "data that is ") {
				continue
			}
			if slices.Contains(may, what) {
				assert.Len(t, d.fits(broken), 1, "%s: %s", name, what)
				continue
			}
			tried++
			assert.Empty(t, d.fits(broken), "%s: %s", name, what)
		}
		assert.Greater(t, tried, 20, name)
	}
}

func TestExamplesOfAsyncAPIFit(t *testing.T) {
	d := describe(t)
	for name, m := range d.at("components/messages") {
		examples := m.(object)["examples"].([]any)
		assert.NotEmpty(t, examples, name)
		for _, e := range examples {
			assert.Empty(t, d.check(m.(object)["payload"], e.(object)["payload"]), name)
			assert.Equal(t, []string{name}, d.fits(e.(object)["payload"]))
		}
	}
	query := d.at("components/schemas/query")["properties"].(object)["events"].(object)
	for _, e := range query["examples"].([]any) {
		for name := range strings.SplitSeq(e.(string), ",") {
			assert.Contains(t, realtime.LibraryNames(), name)
		}
	}
}

func TestAsyncAPIHasTheTableOfNames(t *testing.T) {
	d := describe(t)
	var names []string
	for name := range d.payloads {
		if !slices.Contains([]string{"hello", "overflow", "hubOverflow", "heartbeat", "host"}, name) {
			names = append(names, name)
		}
	}
	assert.ElementsMatch(t, realtime.LibraryNames(), names)
	host := d.at("components/messages/host/payload/properties/type")
	assert.Equal(t, realtime.LibraryNames(), words(host["not"].(object)["enum"]), "in their order, as hello has them")
	assert.Equal(t, realtime.LibraryNames(), words(d.example("hello")["events"]))
	for _, channel := range []string{"webSocket", "serverSentEvents"} {
		carried := d.at("channels/" + channel + "/messages")
		assert.Equal(t, slices.Sorted(maps.Keys(d.payloads)), slices.Sorted(maps.Keys(carried)), channel)
		for name, ref := range carried {
			assert.Equal(t, object{"$ref": "#/components/messages/" + name}, ref)
		}
	}
}

// Each word that the library may send stands in the description, and no other.
func TestAsyncAPIHasTheWordsOfTheLibrary(t *testing.T) {
	d := describe(t)
	tests := map[string]struct {
		path string
		want []string
	}{
		"call state":     {"call.state/properties/state", named(0, func(i int) string { return voice.State(i).String() })},
		"direction":      {"call.state/properties/direction", named(0, func(i int) string { return voice.Direction(i).String() })},
		"end of a call":  {"call.state/properties/reason", named(1, func(i int) string { return voice.EndReason(i).String() })},
		"key":            {"call.dtmf/properties/from", []string{voice.FromCarrier.String(), voice.FromAudio.String()}},
		"modem state":    {"modem.state/properties/state", named(0, func(i int) string { return modem.State(i).String() })},
		"SIM state":      {"sim.state/properties/state", named(0, func(i int) string { return modem.SIMState(i).String() })},
		"outcome":        {"sms.sent/properties/status", named(0, func(i int) string { return sms.Outcome(i).String() })},
		"delivery":       {"sms.delivery_report/properties/status", named(0, func(i int) string { return sms.Delivery(i).String() })},
		"reason":         {"reason", append(literals(t, "../modem/trouble.go", `\{\w+, "(\w+)"\}`), "port", "other")},
		"voicemail ends": {"voicemailReason", literals(t, "../voicemail/reason.go", `Reason = "(\w+)"`)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.NotEmpty(t, tt.want)
			slices.Sort(tt.want)
			assert.ElementsMatch(t, slices.Compact(tt.want), words(d.at("components/schemas/" + tt.path)["enum"]))
		})
	}
	statuses := d.at("components/schemas/network.registration/properties/status")["description"].(string)
	for i := 0; modem.RegistrationStatus(i).String() != fmt.Sprint("status_", i); i++ {
		assert.Contains(t, statuses, modem.RegistrationStatus(i).String())
	}
}

// named returns the names of an enumeration from its first value on.
func named(first int, name func(int) string) []string {
	var names []string
	for i := first; !strings.Contains(name(i), "("); i++ {
		names = append(names, name(i))
	}
	return names
}

// literals returns what an expression finds in a file.
func literals(t *testing.T, file, expr string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var found []string
	for _, m := range regexp.MustCompile(expr).FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	return found
}

func words(list any) []string {
	var out []string
	for _, w := range list.([]any) {
		out = append(out, w.(string))
	}
	return out
}

// Every schema has rules that are known, and every $ref leads somewhere, whether or
// not a message comes by it.
func TestAsyncAPIIsWhole(t *testing.T) {
	d := describe(t)
	assert.Equal(t, "3.0.0", d.root.(object)["asyncapi"])
	used := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case object:
			if ref, ok := v["$ref"].(string); ok {
				assert.Len(t, v, 1, "a $ref beside other rules, which it switches off: %s", ref)
				d.resolve(ref)
				used[strings.TrimPrefix(ref, "#/components/schemas/")] = true
			}
			for _, one := range v {
				walk(one)
			}
		case []any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(d.root)
	schemas := d.at("components/schemas")
	for name, s := range schemas {
		assert.True(t, used[name], "%s is not used", name)
		d.knows(t, s)
	}
	for _, payload := range d.payloads {
		d.knows(t, payload)
		assert.Equal(t, false, payload.(object)["additionalProperties"])
	}
}

// knows looks for rules that the check does not know.
func (d description) knows(t *testing.T, schema any) {
	t.Helper()
	rs := schema.(object)
	for name, rule := range rs {
		assert.Contains(t, rules, name)
		switch name {
		case "properties":
			for _, s := range rule.(object) {
				d.knows(t, s)
			}
		case "oneOf":
			for _, s := range rule.([]any) {
				d.knows(t, s)
			}
		case "items", "not":
			d.knows(t, rule)
		}
	}
	if rs["type"] == "object" && rs["required"] != nil {
		assert.Equal(t, false, rs["additionalProperties"], "keys that are not named are a mistake")
		for _, key := range rs["required"].([]any) {
			assert.Contains(t, rs["properties"], key)
		}
	}
}
