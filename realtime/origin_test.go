package realtime_test

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// asPage returns a request to a host, over TLS or not, by a page with Origin headers.
func asPage(host string, encrypted bool, origins ...string) *http.Request {
	r := get("/ws")
	r.Host = host
	if encrypted {
		r.TLS = &tls.ConnectionState{}
	}
	if len(origins) > 0 {
		r.Header["Origin"] = origins
	}
	return r
}

func TestOriginsThatAreAllowed(t *testing.T) {
	tests := map[string]struct {
		r        *http.Request
		patterns []string
	}{
		"no page":                      {r: asPage("pbx.example.org", false)},
		"the same host":                {r: asPage("pbx.example.org", false, "http://pbx.example.org")},
		"and port":                     {r: asPage("pbx.example.org:8080", false, "http://pbx.example.org:8080")},
		"in another case":              {r: asPage("PBX.example.org", false, "HTTP://pbx.Example.ORG")},
		"a default port on one side":   {r: asPage("pbx.example.org:80", false, "http://pbx.example.org")},
		"a default port on the other":  {r: asPage("pbx.example.org", false, "http://pbx.example.org:80")},
		"behind a proxy that decrypts": {r: asPage("pbx.example.org", false, "https://pbx.example.org")},
		"encrypted":                    {r: asPage("pbx.example.org", true, "https://pbx.example.org")},
		"encrypted, on 443":            {r: asPage("pbx.example.org:443", true, "https://pbx.example.org")},
		"encrypted, on another port":   {r: asPage("pbx.example.org:8443", true, "https://pbx.example.org:8443")},
		"IPv4":                         {r: asPage("192.168.1.20:8080", false, "http://192.168.1.20:8080")},
		"IPv6":                         {r: asPage("[::1]:8080", false, "http://[::1]:8080")},
		"IPv6 without a port":          {r: asPage("[::1]", false, "http://[::1]")},
		"a pattern": {
			asPage("api.example.org", false, "https://pbx.example.org"), []string{"pbx.example.org"},
		},
		"a pattern in another case": {
			asPage("api.example.org", false, "https://pbx.example.org"), []string{"PBX.Example.org"},
		},
		"the second pattern": {
			asPage("api.example.org", false, "https://pbx.example.org"), []string{"www.example.org", "*.example.org"},
		},
		"a pattern with a scheme": {
			asPage("api.example.org", false, "https://pbx.example.org"), []string{"https://*.example.org"},
		},
		"a pattern with a port": {
			asPage("api.example.org", false, "https://pbx.example.org:8443"), []string{"*.example.org:8443"},
		},
		"a pattern with the default port": {
			asPage("api.example.org", false, "https://pbx.example.org"), []string{"pbx.example.org:443"},
		},
		"a pattern of ports": {
			asPage("api.example.org", false, "http://localhost:5173"), []string{"localhost:*"},
		},
		"a literal IPv6 address": {
			asPage("api.example.org", false, "http://[::1]:5173"), []string{"[::1]:5173"},
		},
		"an app": {
			asPage("api.example.org", false, "capacitor://localhost"), []string{"capacitor://localhost"},
		},
		"an app of some other kind": {
			asPage("api.example.org", false, "x-app+v1.2://localhost"), []string{"x-app+v1.2://localhost"},
		},
		"everybody": {asPage("api.example.org", false, "https://any.example:99"), []string{"*"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, realtime.CheckOrigin(tt.r, tt.patterns...))
		})
	}
}

func TestOriginsThatAreForbidden(t *testing.T) {
	tests := map[string]struct {
		r        *http.Request
		patterns []string
	}{
		"another host":             {r: asPage("pbx.example.org", false, "https://evil.example")},
		"another port":             {r: asPage("pbx.example.org:8080", false, "http://pbx.example.org:3000")},
		"the default port":         {r: asPage("pbx.example.org:8080", false, "http://pbx.example.org")},
		"a subdomain":              {r: asPage("example.org", false, "https://evil.example.org")},
		"a parent domain":          {r: asPage("pbx.example.org", false, "https://example.org")},
		"a host that begins alike": {r: asPage("pbx.example.org", false, "https://pbx.example.org.evil.example")},
		"a host with a dot behind": {r: asPage("pbx.example.org", false, "https://pbx.example.org.")},
		"the page is not encrypted": {
			r: asPage("pbx.example.org", true, "http://pbx.example.org"),
		},
		"nor on the same port": {r: asPage("pbx.example.org:8443", true, "http://pbx.example.org:8443")},
		"another scheme":       {r: asPage("pbx.example.org", false, "ftp://pbx.example.org")},
		"of a pattern's scheme": {
			asPage("api.example.org", false, "http://pbx.example.org"), []string{"https://pbx.example.org"},
		},
		"a port that no pattern has": {
			asPage("api.example.org", false, "https://pbx.example.org:8443"), []string{"pbx.example.org", "*.example.org"},
		},
		"the pattern's parent": {asPage("api.example.org", false, "https://example.org"), []string{"*.example.org"}},
		"no pattern at all":    {asPage("api.example.org", false, "https://a"), []string{"[", ""}},

		"null":                 {asPage("pbx.example.org", false, "null"), []string{"*", "null"}},
		"several":              {asPage("pbx.example.org", false, "http://pbx.example.org", "http://pbx.example.org"), []string{"*"}},
		"several in one":       {asPage("pbx.example.org", false, "http://pbx.example.org http://pbx.example.org"), []string{"*"}},
		"several with a comma": {asPage("pbx.example.org", false, "http://pbx.example.org, http://evil.example"), []string{"*"}},
		"empty":                {asPage("pbx.example.org", false, ""), []string{"*"}},
		"no scheme":            {asPage("pbx.example.org", false, "pbx.example.org"), []string{"*"}},
		"an empty scheme":      {asPage("pbx.example.org", false, "://pbx.example.org"), []string{"*"}},
		"a digit first":        {asPage("pbx.example.org", false, "1http://pbx.example.org"), []string{"*"}},
		"a brace in a scheme":  {asPage("pbx.example.org", false, "ht{p://pbx.example.org"), []string{"*"}},
		"a scheme not ASCII":   {asPage("pbx.example.org", false, "h\u00fctp://pbx.example.org"), []string{"*"}},
		"no host":              {asPage("pbx.example.org", false, "http://"), []string{"*"}},
		"no host on both":      {asPage("", false, "http://"), []string{"*"}},
		"a port alone":         {asPage(":8080", false, "http://:8080"), []string{"*"}},
		"an empty port":        {asPage("pbx.example.org", false, "http://pbx.example.org:"), []string{"*"}},
		"a word as port":       {asPage("pbx.example.org", false, "http://pbx.example.org:http"), []string{"*"}},
		"a path":               {asPage("pbx.example.org", false, "http://pbx.example.org/"), []string{"*", "*/"}},
		"a user":               {asPage("pbx.example.org", false, "http://pbx.example.org@evil.example"), []string{"*"}},
		"a query":              {asPage("pbx.example.org", false, "http://evil.example?pbx.example.org"), []string{"*"}},
		"a fragment":           {asPage("pbx.example.org", false, "http://evil.example#pbx.example.org"), []string{"*"}},
		"a backslash":          {asPage("pbx.example.org", false, `http://evil.example\@pbx.example.org`), []string{"*"}},
		"a NUL":                {asPage("pbx.example.org", false, "http://pbx.example.org\x00"), []string{"*"}},
		"a space":              {asPage("pbx.example.org", false, " http://pbx.example.org"), []string{"*"}},
		"a letter like a k":    {asPage("k.example", false, "http://\u212a.example"), []string{"*"}},
		"a huge one":           {asPage("pbx.example.org", false, "http://"+strings.Repeat("a", 1<<16)), []string{"*"}},
		"open brackets":        {asPage("[::1", false, "http://[::1"), []string{"*"}},
		"an open bracket":      {asPage("[1::2:80", false, "http://[1::2:80"), []string{"*"}},
		"a zone":               {asPage("[fe80::1%25eth0]", false, "http://[fe80::1%25eth0]"), []string{"*"}},
		"IPv4 in brackets":     {asPage("[127.0.0.1]", false, "http://[127.0.0.1]"), []string{"*"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.ErrorIs(t, realtime.CheckOrigin(tt.r, tt.patterns...), realtime.ErrForbidden)
		})
	}
}

func TestWhatAForeignPageLoadsWithoutAnOrigin(t *testing.T) {
	for site, allowed := range map[string]bool{
		"same-origin": true, "none": true, "same-site": false, "cross-site": false, "": false, "new-word": false,
	} {
		r := asPage("pbx.example.org", false)
		r.Header.Set("Sec-Fetch-Site", site)
		assert.Equal(t, allowed, realtime.CheckOrigin(r, "*") == nil, site)
	}
	r := asPage("api.example.org", false, "https://pbx.example.org")
	r.Header.Set("Sec-Fetch-Site", "same-site")
	assert.NoError(t, realtime.CheckOrigin(r, "pbx.example.org"), "an Origin tells more")
}

func TestAMalformedPatternFitsNothingAndIsLogged(t *testing.T) {
	var logged bytes.Buffer
	h := newHub(t, &realtime.Config{
		Auth: open, Logger: debug(&logged),
		Origins: []string{"pbx.example.org", "[a-", "https://*.example.org", "https://pbx.example.org/", "pbx.example.org/feed"},
	})
	assert.Equal(t, 3, strings.Count(logged.String(), "level=WARN"))
	for _, index := range []string{"index=1", "index=3", "index=4"} { // an origin has no path
		assert.Contains(t, logged.String(), index)
	}
	assert.Equal(t, http.StatusForbidden, refusal(t, h, asPage("x.example", false, "http://[a-")).Status)
	admitted(t, h, asPage("x.example", false, "http://pbx.example.org"))
}

// TestFailedOriginsAreNoFailedLogins: else a page could lock out whoever looks at it.
func TestFailedOriginsAreNoFailedLogins(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
	for range 50 {
		assert.Equal(t, http.StatusForbidden, refusal(t, h, get("/ws", "Origin", "https://evil.example")).Status)
	}
	admitted(t, h, withKey("/ws"))
}

// TestForeignPagesTakeNoHandshakes: nor could it use up what others need.
func TestForeignPagesTakeNoHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Handshakes: 2}})
		put := get("/ws")
		put.Method = http.MethodPut
		for range 50 {
			assert.Equal(t, http.StatusForbidden, refusal(t, h, get("/ws", "Origin", "https://evil.example")).Status)
			assert.Equal(t, http.StatusMethodNotAllowed, refusal(t, h, put).Status)
		}
		admitted(t, h, get("/ws"))
		admitted(t, h, get("/ws"))
		assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, get("/ws")).Status)
	})
}

// FuzzOrigin takes origins apart and puts them together again.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{
		"http://pbx.example.org", "https://[::1]:8443", "null", "http://a:80", "capacitor://localhost", "http://a@b", "HTTP://A:1",
		"http://a/", "http://[::1", "http://\u212a",
	} {
		f.Add(s, "pbx.example.org:8080")
	}
	f.Fuzz(func(t *testing.T, s, requested string) {
		scheme, host, port, ok := realtime.ParseOrigin(s)
		if !ok {
			require.Error(t, realtime.CheckOrigin(asPage(requested, false, s), "*", "*:*"))
			return
		}
		require.False(t, strings.ContainsAny(scheme+host+port, "/?#@\\ \t\r\n\x00,"))
		text := scheme + "://" + host
		if port != "" && !strings.EqualFold(text, s) { // a default port may not have stood there
			text += ":" + port
		}
		require.True(t, strings.EqualFold(text, s) || strings.EqualFold(scheme+"://"+host, s), "%q is no %q", text, s)
		require.NoError(t, realtime.CheckOrigin(asPage(host+":"+port, false, s), scheme+"://"+host+":"+port))
		if realtime.CheckOrigin(asPage(requested, false, s)) == nil {
			h, p, ok := realtime.SplitHost(strings.ToLower(requested))
			require.True(t, ok)
			require.Equal(t, host, h)
			require.True(t, p == port || p == "" && (port == "80" || port == "443"))
		}
	})
}
