package printing

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// verbs are fmt's, with flags that change what a type's methods see. %T and %p
// show no contents.
var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%q", "%#q", "%x", "%X", "% x", "%d", "%t", "%c", "%U",
	"%b", "%o", "%e", "%g", "%20v", "%-30s", "%.30s",
}

// pointerVerbs are those that fmt prints a pointer with inside a list or a struct,
// if it has no Format. By all others it shows its complaint about the verb and the
// fields behind the pointer, calling no method of theirs: no type without a Format
// can hide from that, and vet refuses such a verb where it can see the pointer.
var pointerVerbs = []string{"%v", "%+v", "%#v", "%x", "%X", "% x", "%d", "%b", "%o", "%20v"}

// Ways returns how v shows by all ways in which a value gets into a log, an error
// or a message. If v is a struct, a pointer to a copy of it is printed too: its
// methods are others.
func Ways(v any) map[string]string {
	out := map[string]string{}
	add(out, "", v)
	if typ := reflect.TypeOf(v); typ != nil && typ.Kind() == reflect.Struct {
		p := reflect.New(typ)
		p.Elem().Set(reflect.ValueOf(v))
		add(out, "pointer, ", p.Interface())
	}
	return out
}

func add(out map[string]string, prefix string, v any) {
	for _, verb := range verbs {
		out[prefix+verb] = fmt.Sprintf(verb, v)
	}
	inside := verbs
	if _, ok := v.(fmt.Formatter); !ok && reflect.ValueOf(v).Kind() == reflect.Pointer {
		inside = pointerVerbs
	}
	for _, verb := range inside {
		out[prefix+verb+" in a slice"] = fmt.Sprintf(verb, []any{v})
		out[prefix+verb+" in a struct"] = fmt.Sprintf(verb, struct{ V any }{v})
	}
	out[prefix+"an error"] = fmt.Errorf("printing: %v", v).Error()
	out[prefix+"slog's text"] = logged(v, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) })
	out[prefix+"slog's JSON"] = logged(v, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) })
}

// logged returns what a handler makes of v as an attribute of a record, of a
// logger and of a group. encoding/json sees through a slice or a struct that holds
// v, whatever methods v has, so nothing else is promised.
func logged(v any, handler func(io.Writer, *slog.HandlerOptions) slog.Handler) string {
	var b bytes.Buffer
	log := slog.New(handler(&b, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	log.Info("x", slog.Any("v", v))
	log.With(slog.Any("v", v)).Info("x")
	log.Info("x", slog.Group("g", slog.Any("v", v)))
	return b.String()
}

// withoutTime leaves out the time of a record, whose digits may be any.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// Leaks returns what v shows of secrets, which are given by name: "%+v shows the
// PIN, plain". It is empty if all is well. What v shows is not in it, as it may be
// long.
func Leaks(v any, secrets map[string]string) []string {
	found := map[string]bool{}
	for way, text := range Ways(v) {
		text = strings.ToUpper(text)
		for what, secret := range secrets {
			for form, s := range Forms(secret) {
				if strings.Contains(text, strings.ToUpper(s)) {
					found[way+" shows the "+what+", "+form] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
