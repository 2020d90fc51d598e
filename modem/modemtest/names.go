package modemtest

import "fmt"

// nameOf returns the name of a constant, of which there are so many from zero on, and
// of any other value what kind it is and its number.
func nameOf[T ~int](v T, kind string, names ...string) string {
	if v >= 0 && int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", kind, int(v))
}
