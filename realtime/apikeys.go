package realtime

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/callstack-go/callstack/events"
)

// APIKeys returns an [Auth] that admits whoever shows one of the keys: as
// "Authorization: Bearer <key>", or as a WebSocket's subprotocol, see
// [KeySubprotocol]; never in the URL, which ends up in logs. Spaces around a key do
// not count. A key that is blank, longer than 512 bytes, or has anything but printable
// ASCII in it admits nobody, and without keys nobody is admitted.
//
// Only SHA-256 hashes of the keys are kept, and each credential is compared with all
// of them in constant time. That is for random keys: a hash protects no password. The
// ID of a Principal is made from the hash of its key, and it sees what
// [events.Masked] shows; see [WithPrivacy].
func APIKeys(keys ...string) Auth {
	var set keySet
	for _, key := range keys {
		if key = strings.TrimSpace(key); isToken(key) {
			set = append(set, sha256.Sum256([]byte(key)))
		}
	}
	return func(r *http.Request) (Principal, error) {
		token, ok := bearer(r)
		if !ok {
			return Principal{}, ErrUnauthenticated
		}
		return set.principal(token)
	}
}

// WithPrivacy returns an [Auth] that admits whom auth admits, and shows them as much
// of the events as p does.
func WithPrivacy(auth Auth, p events.Privacy) Auth {
	if auth == nil {
		return nil
	}
	return func(r *http.Request) (Principal, error) {
		principal, err := auth(r)
		principal.Privacy = p
		return principal, err
	}
}

// keySet are the hashes of keys.
type keySet [][sha256.Size]byte

// principal returns whose key a credential is. How long it takes depends on the
// number of keys only.
func (s keySet) principal(token string) (Principal, error) {
	sum := sha256.Sum256([]byte(token))
	var found int
	for i := range s {
		found |= subtle.ConstantTimeCompare(sum[:], s[i][:])
	}
	if found == 0 {
		return Principal{}, ErrUnauthenticated
	}
	return Principal{ID: "key-" + hex.EncodeToString(sum[:8])}, nil
}
