package printing_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
)

var secrets = map[string]string{"number": "+12025550147", "PIN": "86420975"}

func TestFormsOfSecrets(t *testing.T) {
	assert.Equal(t, map[string]string{
		"plain":        "12345",
		"semi-octets":  "2143F5",
		"UCS2 hex":     "00310032003300340035",
		"packed 7-bit": "31D98C56",
		"ASCII hex":    "3132333435",
		"spaced hex":   "31 32 33 34 35",
		"bytes":        "49 50 51 52 53",
	}, printing.Forms("+12345"))
	assert.Equal(t, "2120550501F0", printing.SemiOctets("12025550100"))
	assert.Equal(t, "21", printing.SemiOctets("12"))
	assert.Equal(t, "00310032", printing.UCS2("12"))
	assert.Equal(t, "AA180C", printing.Packed("*100")[:6], "as *100# is packed")
	assert.Empty(t, printing.SemiOctets(""))
	assert.Equal(t, "AA180C36", printing.Packed("*100#"), "the octet with the rest is left out")
	assert.Equal(t, "E8329BFD4697D9", printing.Packed("hellohell"), "of nine characters, seven octets are full")
	assert.Equal(t, "D83DDE00", printing.UCS2("\U0001F600"), "a pair of surrogates")
}

// FuzzPacked unpacks what was packed.
func FuzzPacked(f *testing.F) {
	for _, s := range []string{"", "a", "12025550147", "hellohello", "1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.Map(func(r rune) rune { return r & 0x7F }, s) // the alphabet has seven bits
		packed := printing.Packed(s)
		require.Len(t, packed, 2*(7*len(s)/8))
		var acc, bits uint
		var got []byte
		for i := 0; i < len(packed); i += 2 {
			var octet uint
			_, err := fmt.Sscanf(packed[i:i+2], "%X", &octet)
			require.NoError(t, err)
			acc |= octet << bits
			for bits += 8; bits >= 7; bits -= 7 {
				got = append(got, byte(acc&0x7F))
				acc >>= 7
			}
		}
		assert.Equal(t, s[:len(got)], string(got))
	})
}

// careless has no methods.
type careless struct {
	number string
	pin    []byte
}

// half has all methods that text needs, and none for JSON.
type half struct{ Number string }

func (half) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("half")) }

// whole has all that is wanted.
type whole struct{ Number string }

func (whole) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("whole")) }
func (whole) LogValue() slog.Value       { return slog.StringValue("whole") }

// stringer lacks Format, so that verbs for numbers see its fields.
type stringer struct{ Number string }

func (stringer) String() string       { return "stringer" }
func (stringer) GoString() string     { return "stringer" }
func (stringer) LogValue() slog.Value { return slog.StringValue("stringer") }

// byPointer has its methods where a value does not.
type byPointer struct{ Number string }

func (*byPointer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("byPointer")) }
func (*byPointer) LogValue() slog.Value       { return slog.StringValue("byPointer") }

// coder spells it as a PDU does.
type coder struct{ number string }

func (c coder) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "<%s>", printing.SemiOctets(c.number[1:])) }

func TestLeaksAreFound(t *testing.T) {
	number := secrets["number"]
	tests := map[string]struct {
		v      any
		shown  []string // some of what must be found
		hidden []string // ways by which nothing shows
	}{
		"whole":            {v: whole{number}, hidden: []string{""}},
		"pointer to whole": {v: &whole{number}, hidden: []string{""}},
		"careless": {
			v: careless{number, []byte(secrets["PIN"])},
			shown: []string{
				"%v shows the number, plain", "%v shows the PIN, bytes", "%x shows the number, ASCII hex",
				"%x shows the PIN, ASCII hex", "% x shows the number, spaced hex", "%s shows the PIN, plain",
				"%v in a slice shows the number, plain", "%v in a struct shows the number, plain",
				"slog's text shows the number, plain", "an error shows the number, plain",
				"pointer, %v shows the number, plain", "%-30s shows the number, plain",
			},
			hidden: []string{"slog's JSON"},
		},
		"no LogValue": {
			v:      half{number},
			shown:  []string{"slog's JSON shows the number, plain", "pointer, slog's JSON shows the number, plain"},
			hidden: []string{"%", "slog's text"},
		},
		"no Format": {
			v:      &stringer{number},
			shown:  []string{"%d shows the number, plain", "%t shows the number, plain"},
			hidden: []string{"%v", "%+v", "%#v", "%s", "%q", "slog", "pointer"},
		},
		"no Format, inside": {
			v:      &stringer{number},
			hidden: []string{"%v in", "%d in", "%s in"},
		},
		"methods of the pointer": {
			v:      byPointer{number},
			shown:  []string{"%v shows the number, plain", "slog's JSON shows the number, plain"},
			hidden: []string{"pointer"},
		},
		"another spelling": {v: coder{number}, shown: []string{"%v shows the number, semi-octets"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := printing.Leaks(tt.v, secrets)
			assert.Subset(t, got, tt.shown)
			for _, way := range tt.hidden {
				assert.False(t, slices.ContainsFunc(got, func(leak string) bool { return strings.HasPrefix(leak, way) }), way)
			}
		})
	}
	assert.Empty(t, printing.Leaks(nil, secrets))
}

func TestEveryWayShowsWhatNobodyHides(t *testing.T) {
	for way, text := range printing.Ways(careless{number: "x1"}) {
		if strings.HasSuffix(way, "JSON") || strings.HasPrefix(way, "pointer") && strings.Contains(way, " in a ") {
			continue // encoding/json looks at exported fields, fmt at pointers on the outside
		}
		shown := slices.ContainsFunc(slices.Collect(maps.Values(printing.Forms("x1"))), func(form string) bool {
			return strings.Contains(strings.ToUpper(text), strings.ToUpper(form))
		})
		assert.True(t, shown, "%s: %s", way, text)
	}
}

func TestUnheldSecretsAreFound(t *testing.T) {
	type node struct {
		next  *node
		any   any
		list  []map[string][]string
		bytes [11]byte
		keys  []rune
	}
	loop := &node{}
	loop.next = loop
	var array [11]byte
	copy(array[:], "12025550147")
	tests := map[string]struct {
		v    any
		want []string
	}{
		"nothing":          {nil, []string{"PIN", "number"}},
		"a loop":           {loop, []string{"PIN", "number"}},
		"a string":         {"ATD+12025550147;", []string{"PIN"}},
		"both":             {careless{"+12025550147", []byte("86420975")}, nil},
		"behind pointers":  {&node{next: &node{any: &careless{number: "12025550147"}}}, []string{"PIN"}},
		"in an array":      {node{bytes: array, keys: []rune("86420975")}, nil},
		"in a map":         {node{list: []map[string][]string{{"86420975": {"12025550147"}}}}, nil},
		"the first field":  {&struct{ a struct{ p *careless } }{struct{ p *careless }{&careless{number: "12025550147"}}}, []string{"PIN"}},
		"a nil in between": {&node{any: (*careless)(nil)}, []string{"PIN", "number"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, printing.Unheld(map[string]any{"v": tt.v}, secrets))
		})
	}
	assert.Empty(t, printing.Unheld(map[string]any{"a": secrets["PIN"], "b": secrets["number"]}, secrets))
}

func TestStructsOfAPackage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("a.go", "package p\ntype A struct{}\ntype (\nB[T any] struct{ v T }\nC int\nd struct{}\n)\ntype I interface{}\n"+
		"func f() { type Local struct{} }\n")
	write("b_windows.go", "package p\ntype E d\ntype F = A\ntype G C\ntype H other.Thing\nconst K = 1\n")
	write("c_test.go", "package p_test\ntype Testing struct{}\n")
	write("d.txt", "no Go")
	got, err := printing.Structs(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"p.A", "p.B", "p.E"}, got)

	write("e.go", "package")
	_, err = printing.Structs(dir)
	require.Error(t, err)
	_, err = printing.Missing(dir, nil)
	require.Error(t, err)
	got, err = printing.Structs(filepath.Join(dir, "none"))
	require.NoError(t, err)
	assert.Empty(t, got)
}

// Box and Crate stand for structs of a package under test.
type (
	Box[T any] struct{ v T }
	Crate      struct{}
)

func TestMissingStructsAreFound(t *testing.T) {
	dir := t.TempDir()
	text := "package printing_test\ntype Box[T any] struct{ v T }\ntype Crate struct{}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte(text), 0o600))
	tests := map[string]struct {
		values map[string]any
		want   []string
	}{
		"none":             {nil, []string{"printing_test.Box", "printing_test.Crate"}},
		"one, by pointer":  {map[string]any{"x": &Box[int]{v: 1}}, []string{"printing_test.Crate"}},
		"all":              {map[string]any{"x": Box[string]{}, "y": Crate{}}, []string{}},
		"another's, names": {map[string]any{"Box": whole{}, "printing_test.Crate": careless{}}, []string{"printing_test.Box", "printing_test.Crate"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := printing.Missing(dir, tt.values)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}
