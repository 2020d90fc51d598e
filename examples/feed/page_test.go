package main

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve asks for a file of the page.
func serve(t *testing.T, name string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	page().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+name, nil))
	return w
}

func TestPageIsServed(t *testing.T) {
	tests := map[string]struct{ kind, has string }{
		"":            {"text/html; charset=utf-8", `<script type="module" src="app.js">`},
		"index.html":  {"text/html; charset=utf-8", "Callstack feed"},
		"app.js":      {"text/javascript; charset=utf-8", "new Feed("},
		"feed.js":     {"text/javascript; charset=utf-8", "callstack.v1"},
		"style.css":   {"text/css; charset=utf-8", "prefers-color-scheme"},
		"favicon.svg": {"image/svg+xml", "<svg"},
	}
	for name, tt := range tests {
		t.Run("/"+name, func(t *testing.T) {
			w := serve(t, name)
			require.Equal(t, http.StatusOK, w.Code)
			assert.Contains(t, w.Body.String(), tt.has)
			assert.Equal(t, tt.kind, w.Header().Get("Content-Type"))
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
			assert.Equal(t, policy, w.Header().Get("Content-Security-Policy"))
		})
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, name := range []string{"main.go", "web", "web/app.js", "../main.go", "app.js/", "favicon.ico", "//app.js"} {
		assert.Equal(t, http.StatusNotFound, serve(t, name).Code, name)
	}
}

func TestPolicyAllowsNothingInline(t *testing.T) {
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		assert.Contains(t, policy, directive)
	}
	assert.NotContains(t, policy, "unsafe")
	assert.NotContains(t, policy, "*")
}

// outside are the things a page may have that need more than the policy allows, or
// make markup of what the feed sends.
var outside = regexp.MustCompile(`https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style="|\son[a-z]+="`)

func TestPageNeedsNothingElse(t *testing.T) {
	files, err := fs.ReadDir(web, "web")
	require.NoError(t, err)
	for _, f := range files {
		assert.Contains(t, contentTypes, path.Ext(f.Name()), "%s would not be served", f.Name())
		text, err := fs.ReadFile(web, "web/"+f.Name())
		require.NoError(t, err)
		allowed := strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", "")
		assert.Empty(t, outside.FindAllString(allowed, -1), f.Name())
	}
	for _, bad := range []string{`<a href="https://example.org">`, `e.innerHTML = x`, `<p style="color: red">`, `<a onclick="x()">`, `eval(x)`} {
		assert.True(t, outside.MatchString(bad), bad)
	}
}
