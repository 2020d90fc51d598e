package voice

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// AnyKey names all DTMF keys (ITU-T Q.23), for options that take a set of keys.
const AnyKey = "0123456789*#ABCD"

// Key is a DTMF key that was pressed: one of [AnyKey], or 0 for none. As keys
// may spell a PIN, it prints and logs hidden, whatever the verb; string(k) and
// encoding/json show it. As those two see through it, log it as an attribute of
// its own or from a LogValue.
type Key byte

// hiddenKey stands for a key, as it does for the hidden part of a number.
const hiddenKey = "****"

// String returns "****" for any key, and nothing for none.
func (k Key) String() string {
	if k == 0 {
		return ""
	}
	return hiddenKey
}

// GoString is String.
func (k Key) GoString() string { return k.String() }

// Format writes String, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// normalKey returns key in upper case, and whether it is a DTMF key.
func normalKey(key byte) (Key, bool) {
	if key >= 'a' && key <= 'd' {
		key -= 'a' - 'A'
	}
	return Key(key), names(AnyKey, Key(key))
}

// normalKeys returns a set of keys in upper case.
func normalKeys(set string) string { return strings.ToUpper(set) }

// names reports whether set holds key.
func names(set string, key Key) bool { return strings.IndexByte(set, byte(key)) >= 0 }
