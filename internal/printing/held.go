package printing

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// Unheld returns the names of the secrets that no value of a table holds, in
// whatever field. A table that lacks one proves nothing of it. Strings, bytes and
// lists of small numbers are looked at; functions and channels cannot be.
//
// The values must be at rest: nothing is locked.
func Unheld(values map[string]any, secrets map[string]string) []string {
	h := holdings{seen: map[place]bool{}, missing: maps.Clone(secrets)}
	for _, v := range values {
		h.look(reflect.ValueOf(v))
	}
	return slices.Sorted(maps.Keys(h.missing))
}

// holdings walks through values. A pointer is followed once.
type holdings struct {
	seen    map[place]bool
	missing map[string]string
}

// place tells a struct from its first field, which lies at the same address.
type place struct {
	at  unsafe.Pointer
	typ reflect.Type
}

func (h *holdings) look(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		h.found(v.String())
	case reflect.Struct:
		for _, field := range v.Fields() {
			h.look(field)
		}
	case reflect.Interface:
		h.look(v.Elem())
	case reflect.Pointer:
		if at := (place{v.UnsafePointer(), v.Type()}); !v.IsNil() && !h.seen[at] {
			h.seen[at] = true
			h.look(v.Elem())
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			h.look(it.Key())
			h.look(it.Value())
		}
	case reflect.Slice, reflect.Array:
		h.list(v)
	default: // it holds no text
	}
}

// list takes a list of numbers for characters.
func (h *holdings) list(v reflect.Value) {
	var text strings.Builder
	for i := range v.Len() {
		switch e := v.Index(i); {
		case e.CanUint():
			text.WriteRune(rune(e.Uint()))
		case e.CanInt():
			text.WriteRune(rune(e.Int()))
		default:
			h.look(e)
		}
	}
	h.found(text.String())
}

func (h *holdings) found(text string) {
	maps.DeleteFunc(h.missing, func(_, secret string) bool {
		return strings.Contains(text, strings.TrimPrefix(secret, "+"))
	})
}
