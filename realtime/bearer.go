package realtime

import (
	"encoding/base64"
	"net/http"
	"strings"
)

const (
	// Subprotocol is the WebSocket subprotocol of the feed (RFC 6455, 1.9).
	Subprotocol = "callstack.v1"

	// KeySubprotocol begins the subprotocol by which a page gives its key, as a
	// browser lets it set no header: the key follows, in base64url without padding
	// (RFC 4648, 5). A page asks for both, and the answer names [Subprotocol] only.
	KeySubprotocol = "callstack.key."
)

// maxToken bounds the length of a credential, in bytes.
const maxToken = 512

// bearer returns the credential of a request: that of its Authorization header (RFC
// 6750, 2.1), else that of a WebSocket's subprotocols. It is false when there is
// none, more than one, or one that no key can be.
func bearer(r *http.Request) (token string, ok bool) {
	values := r.Header["Authorization"]
	if len(values) > 1 {
		return "", false
	}
	if len(values) == 1 {
		scheme, credential, _ := strings.Cut(values[0], " ")
		if strings.EqualFold(scheme, "Bearer") {
			credential = strings.Trim(credential, " ")
			return credential, isToken(credential)
		}
		// Another scheme is for a proxy before us.
	}
	return subprotocolKey(r.Header["Sec-Websocket-Protocol"])
}

// subprotocolKey returns the key among the subprotocols that a client offers.
func subprotocolKey(values []string) (token string, ok bool) {
	found := ""
	for _, list := range values {
		for offer := range strings.SplitSeq(list, ",") {
			encoded, isKey := strings.CutPrefix(strings.Trim(offer, " \t"), KeySubprotocol)
			if !isKey {
				continue
			}
			if found != "" || encoded == "" || len(encoded) > base64.RawURLEncoding.EncodedLen(maxToken) ||
				strings.ContainsAny(encoded, "\r\n") { // which the decoder would skip
				return "", false
			}
			found = encoded
		}
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(found)
	if err != nil || !isToken(string(decoded)) {
		return "", false
	}
	return string(decoded), true
}

// isToken tells whether s can be a key: up to 512 printable characters of ASCII, and
// no space.
func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return s != "" && len(s) <= maxToken
}
