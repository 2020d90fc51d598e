package atcmd

import (
	"bytes"
	"maps"
	"strings"
)

// Shape is how a URC lies on the wire.
type Shape uint8

const (
	// Line is a URC of one line, as most are.
	Line Shape = iota

	// PDUBody is a header line, whose last parameter is the length of a PDU in
	// octets, and the PDU in hex on a line of its own: +CMT, +CDS, +CBM (3GPP
	// TS 27.005, 3.4.1 and 4.1). If the PDU does not come within 2 seconds or
	// before the next header, the URC has an empty body.
	PDUBody

	// QuotedText is a URC with a quoted text that may have line ends in it:
	// +CUSD (3GPP TS 27.007, 7.15). Its Line has the whole text with its line
	// ends as they came. A text that is not closed ends after 8 KiB, or when
	// nothing comes for a second.
	QuotedText
)

// URC is an unsolicited result code: a line that the modem sent by itself.
type URC struct {
	// Line is the line without its end.
	Line string

	// Body is the PDU of a [PDUBody] URC in hex digits.
	Body string
}

// handler is what Handle registered.
type handler struct {
	shape Shape
	fn    func(URC)
}

// table is the set of handlers. It is never changed, only replaced, so that the
// owner can look into it at any time.
type table struct {
	byName map[string]*handler
	deep   bool // some names go on after the first colon
}

// Handle gives every URC of a name to fn. The name is what stands before the
// colon, such as "+CMTI", or the words of a line without one, such as "RING".
// It may go on after the colon: "VOICE CALL: END", whose spaces do not matter.
// The empty name stands for the lines that no other handler takes and that
// answer no command; their shape is Line.
//
// Handle may be called at any time, from a handler too, and takes effect between
// two lines: those that came before it go where they would have gone. It
// replaces an earlier handler of that name; a nil fn removes it.
//
// All handlers are called on one goroutine, in the order of the lines. They may
// call Exec, and should not keep the others waiting for longer than that.
func (c *Conn) Handle(prefix string, shape Shape, fn func(URC)) {
	name := handlerName(prefix)
	c.tableMu.Lock()
	defer c.tableMu.Unlock()
	next := &table{byName: maps.Clone(c.table.Load().byName)}
	if fn == nil {
		delete(next.byName, name)
	} else {
		if name == "" {
			shape = Line
		}
		next.byName[name] = &handler{shape: shape, fn: fn}
	}
	for name := range next.byName {
		next.deep = next.deep || strings.Contains(name, ":")
	}
	c.table.Store(next)
}

// handlerName brings the spellings of a name together.
func handlerName(prefix string) string {
	name, more, deep := strings.Cut(trim(prefix), ":")
	name, more = trim(name), strings.TrimRight(trim(more), ": \t")
	if !deep || more == "" {
		return name
	}
	return name + ":" + more
}

// find returns the handler of a line, or nil, and whether the line has a colon.
// It does not allocate.
func (t *table) find(line []byte) *handler {
	head, rest, colon := bytes.Cut(line, colon)
	head = trimBytes(head)
	if t.deep && colon {
		if h := t.findDeep(head, rest); h != nil {
			return h
		}
	}
	if h := t.byName[string(head)]; h != nil && len(head) > 0 {
		return h
	}
	if len(head) == 0 || isSigil(head[0]) {
		return nil
	}
	// "CONNECT 115200": the first words.
	for {
		n := bytes.LastIndexByte(head, ' ')
		if n <= 0 {
			return nil
		}
		head = trimBytes(head[:n])
		if h := t.byName[string(head)]; h != nil {
			return h
		}
	}
}

// findDeep looks for a name that goes on after the colon, up to a second colon,
// a comma or the end.
func (t *table) findDeep(head, rest []byte) *handler {
	if n := bytes.IndexAny(rest, ":,"); n >= 0 {
		rest = rest[:n]
	}
	var space [64]byte
	name := append(space[:0], head...)
	name = append(append(name, ':'), trimBytes(rest)...)
	return t.byName[string(name)]
}

var colon = []byte{':'}

func trimBytes(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
