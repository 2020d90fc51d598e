package main

import (
	"io/fs"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
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

func TestURL(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:80": "http://127.0.0.1:80/", "[::1]:80": "http://[::1]:80/",
		"0.0.0.0:80": "http://localhost:80/", ":80": "http://localhost:80/", "[::]:80": "http://localhost:80/",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		if tcp.IP == nil { // as a listener has it
			tcp.IP = net.IPv6unspecified
		}
		assert.Equal(t, want, urlOf(tcp), addr)
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

// colour finds the colours that the page names.
var colour = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`)

// luminance is the relative one of a colour, by WCAG 2.2.
func luminance(hex string) float64 {
	hex = hex[1:]
	if len(hex) == 3 {
		hex = hex[:1] + hex[:1] + hex[1:2] + hex[1:2] + hex[2:] + hex[2:]
	}
	n, _ := strconv.ParseUint(hex, 16, 32)
	linear := func(shift int) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

// contrast is that of WCAG 2.2: 1 to 21.
func contrast(a, b string) float64 {
	light, dark := max(luminance(a), luminance(b)), min(luminance(a), luminance(b))
	return (light + 0.05) / (dark + 0.05)
}

// TestPageIsReadable holds the contrast of text that WCAG 2.2 asks for, 4.5, in the
// light and the dark.
func TestPageIsReadable(t *testing.T) {
	assert.InDelta(t, 21, contrast("#000", "#ffffff"), 0.01)
	assert.InDelta(t, 4.48, contrast("#777777", "#fff"), 0.01)
	css, err := fs.ReadFile(web, "web/style.css")
	require.NoError(t, err)
	light, dark, found := strings.Cut(string(css), "prefers-color-scheme: dark")
	require.True(t, found)
	dark, _, found = strings.Cut(dark, "\n\t}\n}")
	require.True(t, found)
	for name, theme := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range colour.FindAllStringSubmatch(theme, -1) {
			colours[m[1]] = m[2]
		}
		for _, text := range []string{"ink", "soft", "accent", "good", "warn", "bad"} {
			for _, ground := range []string{"ground", "card"} {
				require.Contains(t, colours, text)
				assert.GreaterOrEqual(t, contrast(colours[text], colours[ground]), 4.5, "%s: %s on %s", name, text, ground)
			}
		}
		assert.GreaterOrEqual(t, contrast(colours["warn"], colours["warn-ground"]), 4.5, name)
	}
}
