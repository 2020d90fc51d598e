package realtime_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// asSubprotocol returns the subprotocol by which a page gives a key.
func asSubprotocol(key string) string {
	return realtime.KeySubprotocol + base64.RawURLEncoding.EncodeToString([]byte(key))
}

func TestTokensThatAreTaken(t *testing.T) {
	longest := strings.Repeat("x", 512)
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"a header":              {[]string{"Authorization", "Bearer " + key}, key},
		"in lower case":         {[]string{"Authorization", "bearer " + key}, key},
		"in upper case":         {[]string{"Authorization", "BEARER " + key}, key},
		"more spaces":           {[]string{"Authorization", "Bearer   " + key + " "}, key},
		"all that ASCII prints": {[]string{"Authorization", "Bearer !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"}, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"},
		"512 bytes":             {[]string{"Authorization", "Bearer " + longest}, longest},
		"a subprotocol":         {[]string{"Sec-WebSocket-Protocol", realtime.Subprotocol + ", " + asSubprotocol(key)}, key},
		"a subprotocol alone":   {[]string{"Sec-WebSocket-Protocol", asSubprotocol(key)}, key},
		"of 512 bytes":          {[]string{"Sec-WebSocket-Protocol", asSubprotocol(longest)}, longest},
		"on a line of its own": {
			[]string{"Sec-WebSocket-Protocol", realtime.Subprotocol, "Sec-WebSocket-Protocol", asSubprotocol(key)}, key,
		},
		"the header before the subprotocol": {
			[]string{"Authorization", "Bearer of-the-header", "Sec-WebSocket-Protocol", asSubprotocol(key)}, "of-the-header",
		},
		"beside a proxy's password": {
			[]string{"Authorization", "Basic dTpw", "Sec-WebSocket-Protocol", asSubprotocol(key)}, key,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := realtime.Bearer(get("/ws", tt.headers...))
			assert.True(t, ok)
			assert.Equal(t, tt.want, got)
		})
	}
}

// wrongTokens are headers without a credential that a key could be.
var wrongTokens = map[string][]string{
	"none":                        {},
	"an empty header":             {"Authorization", ""},
	"an empty token":              {"Authorization", "Bearer "},
	"the scheme alone":            {"Authorization", "Bearer"},
	"another scheme":              {"Authorization", "Basic " + key},
	"no scheme":                   {"Authorization", key},
	"a tab":                       {"Authorization", "Bearer\t" + key},
	"two words":                   {"Authorization", "Bearer " + key + " " + key},
	"two headers":                 {"Authorization", "Bearer " + key, "Authorization", "Bearer " + key},
	"two headers, one of another": {"Authorization", "Basic x", "Authorization", "Bearer " + key},
	"two headers beside a good subprotocol": {
		"Authorization", "Basic x", "Authorization", "Basic x", "Sec-WebSocket-Protocol", asSubprotocol(key),
	},
	"a non-ASCII token": {"Authorization", "Bearer schlüssel-der-tests"},
	"no text at all":    {"Authorization", "Bearer \xff\xfe\xfd"},
	"a NUL":             {"Authorization", "Bearer " + key + "\x00"},
	"a line end":        {"Authorization", "Bearer " + key + "\r\n"},
	"a DEL":             {"Authorization", "Bearer " + key + "\x7f"},
	"a huge token":      {"Authorization", "Bearer " + strings.Repeat("x", 513)},
	"a megabyte":        {"Authorization", "Bearer " + strings.Repeat("x", 1<<20)},
	"a bad bearer beside a good subprotocol": {
		"Authorization", "Bearer ", "Sec-WebSocket-Protocol", asSubprotocol(key),
	},
	"an empty subprotocol":         {"Sec-WebSocket-Protocol", asSubprotocol("")},
	"no base64":                    {"Sec-WebSocket-Protocol", realtime.KeySubprotocol + "***"},
	"base64 with padding":          {"Sec-WebSocket-Protocol", realtime.KeySubprotocol + "YQ=="},
	"base64 with bits to spare":    {"Sec-WebSocket-Protocol", realtime.KeySubprotocol + "YR"},
	"base64 over two lines":        {"Sec-WebSocket-Protocol", realtime.KeySubprotocol + "YW\nFh"},
	"a non-ASCII subprotocol":      {"Sec-WebSocket-Protocol", asSubprotocol("schlüssel-der-tests")},
	"a huge subprotocol":           {"Sec-WebSocket-Protocol", asSubprotocol(strings.Repeat("x", 513))},
	"two keys":                     {"Sec-WebSocket-Protocol", asSubprotocol(key) + ", " + asSubprotocol(key)},
	"two keys on two lines":        {"Sec-WebSocket-Protocol", asSubprotocol(key), "Sec-WebSocket-Protocol", asSubprotocol(key)},
	"another case":                 {"Sec-WebSocket-Protocol", strings.ToUpper(realtime.KeySubprotocol) + asSubprotocol(key)[14:]},
	"a key in a header of its own": {"X-API-Key", key},
	"a cookie":                     {"Cookie", "key=" + key},
}

func TestTokensThatAreRefused(t *testing.T) {
	for name, headers := range wrongTokens {
		t.Run(name, func(t *testing.T) {
			r := get("/ws?key="+key+"&token="+key+"&access_token="+key, headers...)
			_, ok := realtime.Bearer(r)
			assert.False(t, ok)
			h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
			assert.Equal(t, http.StatusUnauthorized, refusal(t, h, r).Status)
		})
	}
}

// FuzzBearer looks at what is taken for a credential: it was in the request, as it
// is, and a key can be like it.
func FuzzBearer(f *testing.F) {
	for _, headers := range wrongTokens {
		values := [2]string{}
		for i := 0; i+1 < len(headers); i += 2 {
			if headers[i] == "Authorization" {
				values[0] = headers[i+1]
			} else {
				values[1] = headers[i+1]
			}
		}
		f.Add(values[0], values[1])
	}
	f.Add("Bearer "+key, "")
	f.Add("Basic x", realtime.Subprotocol+", "+asSubprotocol(key))
	f.Fuzz(func(t *testing.T, authorization, subprotocols string) {
		r := get("/ws", "Sec-WebSocket-Protocol", subprotocols)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		token, ok := realtime.Bearer(r)
		if !ok {
			return
		}
		require.NotEmpty(t, token)
		require.LessOrEqual(t, len(token), 512)
		require.NotContains(t, token, " ")
		for i := range len(token) {
			require.True(t, token[i] > ' ' && token[i] < 0x7F)
		}
		if scheme, _, _ := strings.Cut(authorization, " "); strings.EqualFold(scheme, "bearer") {
			require.Contains(t, authorization, token)
		} else {
			require.Contains(t, subprotocols, asSubprotocol(token))
		}
		again, ok := realtime.Bearer(get("/ws", "Authorization", "Bearer "+token))
		require.True(t, ok)
		require.Equal(t, token, again)
	})
}
