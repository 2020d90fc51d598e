package realtime_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schemas checks values by the part of JSON Schema (draft 7, on which AsyncAPI 3.0
// builds) that asyncapi.yaml uses. What it does not know makes it panic: a rule that
// is passed over would let all pass.
type schemas struct {
	root     any
	patterns map[string]*regexp.Regexp // compiled
}

func newSchemas(root any) schemas { return schemas{root, map[string]*regexp.Regexp{}} }

// object is a schema, or any other object of JSON.
type object = map[string]any

// rules are the keywords of a schema. Each returns what is wrong with a value.
var rules map[string]func(s schemas, rule, v any) string

func init() { // not in the declaration: they call each other
	rules = map[string]func(s schemas, rule, v any) string{
		"$ref":    func(s schemas, rule, v any) string { return s.check(s.resolve(rule.(string)), v) },
		"type":    func(_ schemas, rule, v any) string { return unless(isOfType(rule.(string), v), "is no %v", rule) },
		"const":   func(_ schemas, rule, v any) string { return unless(reflect.DeepEqual(rule, v), "is not %v", rule) },
		"enum":    func(_ schemas, rule, v any) string { return unless(holds(rule.([]any), v), "is none of %v", rule) },
		"pattern": schemas.matches,
		"format":  isDateTime,
		"minimum": func(_ schemas, rule, v any) string {
			return unless(number(v, math.Inf(1)) >= rule.(float64), "is too small")
		},
		"maximum": func(_ schemas, rule, v any) string {
			return unless(number(v, math.Inf(-1)) <= rule.(float64), "is too great")
		},
		"minLength": func(_ schemas, rule, v any) string { return unless(length(v) >= int(rule.(float64)), "is too short") },
		"minItems": func(_ schemas, rule, v any) string {
			return unless(length(v) >= int(rule.(float64)), "has too few items")
		},
		"items":                schemas.items,
		"properties":           schemas.properties,
		"required":             required,
		"additionalProperties": func(_ schemas, rule, _ any) string { return unless(rule == false, "wants additionalProperties: false") },
		"oneOf":                schemas.oneOf,
		"not":                  func(s schemas, rule, v any) string { return unless(s.check(rule, v) != "", "is what it must not be") },
		"title":                remark,
		"description":          remark,
		"examples":             remark,
	}
}

func remark(schemas, any, any) string { return "" }

func unless(ok bool, format string, args ...any) string {
	if ok {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// check returns what is wrong with a value, "" if nothing is.
func (s schemas) check(schema, v any) string {
	rs := schema.(object)
	if _, ok := rs["$ref"]; ok && len(rs) > 1 {
		panic("a $ref beside other rules, which it switches off")
	}
	for _, name := range slices.Sorted(maps.Keys(rs)) {
		rule, known := rules[name]
		if !known {
			panic("a rule of JSON Schema that this test does not know: " + name)
		}
		if wrong := rule(s, rs[name], v); wrong != "" {
			return wrong
		}
	}
	if o, ok := v.(object); ok && rs["additionalProperties"] == false {
		declared, _ := rs["properties"].(object)
		for _, key := range slices.Sorted(maps.Keys(o)) {
			if _, ok := declared[key]; !ok {
				return "has the unknown key " + key
			}
		}
	}
	return ""
}

// resolve finds what "#/components/schemas/id" points to.
func (s schemas) resolve(ref string) any {
	path, ok := strings.CutPrefix(ref, "#/")
	at := s.root
	for name := range strings.SplitSeq(path, "/") {
		o, isObject := at.(object)
		next, found := o[name]
		if !ok || !isObject || !found {
			panic("a $ref to nothing: " + ref)
		}
		at = next
	}
	return at
}

func isOfType(typ string, v any) bool {
	switch v := v.(type) {
	case object:
		return typ == "object"
	case []any:
		return typ == "array"
	case string:
		return typ == "string"
	case bool:
		return typ == "boolean"
	case float64:
		return typ == "number" || typ == "integer" && v == math.Trunc(v)
	}
	return typ == "null" && v == nil
}

func holds(list []any, v any) bool {
	return slices.ContainsFunc(list, func(one any) bool { return reflect.DeepEqual(one, v) })
}

func (s schemas) matches(rule, v any) string {
	expr := rule.(string)
	if s.patterns[expr] == nil {
		s.patterns[expr] = regexp.MustCompile(expr)
	}
	text, ok := v.(string)
	return unless(!ok || s.patterns[expr].MatchString(text), "is not like %v", rule)
}

func isDateTime(_ schemas, rule, v any) string {
	if rule != "date-time" {
		panic(fmt.Sprint("a format that this test does not know: ", rule))
	}
	text, ok := v.(string)
	_, err := time.Parse(time.RFC3339, text)
	return unless(!ok || err == nil, "is no date-time")
}

// number returns a number, or what passes where v is none.
func number(v any, pass float64) float64 {
	if n, ok := v.(float64); ok {
		return n
	}
	return pass
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case []any:
		return len(v)
	}
	return math.MaxInt
}

func (s schemas) items(rule, v any) string {
	list, _ := v.([]any)
	for i, one := range list {
		if wrong := s.check(rule, one); wrong != "" {
			return fmt.Sprintf("[%d] %s", i, wrong)
		}
	}
	return ""
}

func (s schemas) properties(rule, v any) string {
	o, _ := v.(object)
	declared := rule.(object)
	for _, key := range slices.Sorted(maps.Keys(declared)) {
		if value, ok := o[key]; ok {
			if wrong := s.check(declared[key], value); wrong != "" {
				return "." + key + " " + wrong
			}
		}
	}
	return ""
}

func required(_ schemas, rule, v any) string {
	o, ok := v.(object)
	for _, key := range rule.([]any) {
		if _, has := o[key.(string)]; ok && !has {
			return fmt.Sprint("lacks ", key)
		}
	}
	return ""
}

func (s schemas) oneOf(rule, v any) string {
	fit, wrong := 0, ""
	for _, one := range rule.([]any) {
		if w := s.check(one, v); w != "" {
			wrong += "; " + w
		} else {
			fit++
		}
	}
	return unless(fit == 1, "fits %d of %d%s", fit, len(rule.([]any)), wrong)
}

// parseJSON reads JSON as encoding/json gives it to an any.
func parseJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

func TestSchemasAreChecked(t *testing.T) {
	tests := map[string]struct{ schema, good, bad, wrong string }{
		"type":         {`{"type":"string"}`, `"a"`, `1`, "is no string"},
		"integer":      {`{"type":"integer"}`, `-1`, `1.5`, "is no integer"},
		"number":       {`{"type":"number"}`, `1.5`, `"1.5"`, "is no number"},
		"boolean":      {`{"type":"boolean"}`, `false`, `0`, "is no boolean"},
		"null":         {`{"type":"null"}`, `null`, `0`, "is no null"},
		"no null":      {`{"type":"object"}`, `{}`, `null`, "is no object"},
		"const":        {`{"const":1}`, `1`, `"1"`, "is not 1"},
		"enum":         {`{"enum":["a","b"]}`, `"b"`, `"c"`, "is none of [a b]"},
		"pattern":      {`{"pattern":"^a+$"}`, `"aa"`, `"ab"`, "is not like ^a+$"},
		"format":       {`{"format":"date-time"}`, `"2026-06-24T00:00:00.5Z"`, `"2026-06-24"`, "is no date-time"},
		"minimum":      {`{"minimum":1}`, `1`, `0`, "is too small"},
		"maximum":      {`{"maximum":1}`, `1`, `2`, "is too great"},
		"minLength":    {`{"minLength":2}`, `"ää"`, `"ä"`, "is too short"},
		"minItems":     {`{"minItems":1}`, `[1]`, `[]`, "has too few items"},
		"items":        {`{"items":{"type":"string"}}`, `["a"]`, `["a",1]`, "[1] is no string"},
		"properties":   {`{"properties":{"a":{"type":"string"}}}`, `{"b":1}`, `{"a":1}`, ".a is no string"},
		"required":     {`{"required":["a"]}`, `{"a":null}`, `{"b":1}`, "lacks a"},
		"unknown key":  {`{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1}`, `{"b":1}`, "has the unknown key b"},
		"oneOf":        {`{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":1}`, `{"a":1,"b":1}`, "fits 2 of 2"},
		"none of them": {`{"oneOf":[{"type":"string"},{"const":1}]}`, `1`, `2`, "fits 0 of 2; is no string; is not 1"},
		"not":          {`{"not":{"enum":["a"]}}`, `"b"`, `"a"`, "is what it must not be"},
		"$ref":         {`{"$ref":"#/defs/s"}`, `"a"`, `1`, "is no string"},
	}
	s := newSchemas(parseJSON(t, `{"defs":{"s":{"type":"string"}}}`))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			schema := parseJSON(t, tt.schema)
			assert.Empty(t, s.check(schema, parseJSON(t, tt.good)))
			assert.Equal(t, tt.wrong, s.check(schema, parseJSON(t, tt.bad)))
		})
	}
	for _, schema := range []string{
		`{"typo":"string"}`, `{"format":"email"}`, `{"$ref":"#/defs/t"}`, `{"$ref":"other#/defs/s"}`, `{"$ref":"#/defs/s","type":"string"}`,
	} {
		assert.Panics(t, func() { s.check(parseJSON(t, schema), "a") }, schema)
	}
}
