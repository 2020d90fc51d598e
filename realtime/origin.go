package realtime

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"strings"
)

var (
	errOrigin          = &plainError{"not allowed: the page's origin is neither this host nor one of Config.Origins", ErrForbidden}
	errOriginMalformed = &plainError{"not allowed: the page's origin is malformed", ErrForbidden}
	errCrossSite       = &plainError{"not allowed: asked for by a page of another site", ErrForbidden}
)

// checkOrigin refuses what pages of other sites ask for: a browser adds its
// credentials and its place in the network to whatever a page asks (RFC 6455, 10.2).
// Programs send no Origin.
func checkOrigin(r *http.Request, patterns []string) error {
	values := r.Header["Origin"]
	if len(values) == 0 {
		return checkFetchSite(r)
	}
	if len(values) > 1 {
		return errOriginMalformed
	}
	o, ok := parseOrigin(values[0])
	if !ok {
		return errOriginMalformed
	}
	if !o.sameHost(r.Host, r.TLS != nil) && !o.fits(patterns) {
		return errOrigin
	}
	return nil
}

// checkFetchSite refuses what a page of another site loads without an Origin, as an
// image: it could not read the feed, but would take places in it.
func checkFetchSite(r *http.Request) error {
	for _, site := range r.Header["Sec-Fetch-Site"] {
		if site != "same-origin" && site != "none" {
			return errCrossSite
		}
	}
	return nil
}

// lower is strings.ToLower for ASCII alone: of what is not, the Kelvin sign too has a
// lower case in it.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// origin is a scheme, a host and a port (RFC 6454, 6.2), in lower case.
type origin struct{ scheme, host, port string }

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// parseOrigin takes what a browser sends, of one origin. "null" is none.
func parseOrigin(s string) (origin, bool) {
	if len(s) > 512 {
		return origin{}, false
	}
	scheme, rest, ok := strings.Cut(lower(s), "://")
	if !ok || !isScheme(scheme) {
		return origin{}, false
	}
	host, port, ok := splitHost(rest)
	if !ok {
		return origin{}, false
	}
	if port == "" {
		port = defaultPorts[scheme]
	}
	return origin{scheme, host, port}, true
}

// isScheme tells whether s is a URI's scheme in lower case (RFC 3986, 3.1).
func isScheme(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}

// splitHost splits a host from the port behind it, if any. An IPv6 address stands in
// brackets, and keeps them.
func splitHost(s string) (host, port string, ok bool) {
	host = s
	if end := strings.LastIndexByte(s, ']'); strings.LastIndexByte(s, ':') > end {
		i := strings.LastIndexByte(s, ':')
		host, port = s[:i], s[i+1:]
		if !isPort(port) {
			return "", "", false
		}
	}
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		inner, closed := strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return host, port, closed && err == nil && addr.Is6() && addr.Zone() == ""
	}
	return host, port, isHostName(host)
}

func isPort(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 5
}

// isHostName tells whether s has only what names, in lower case, and IPv4 addresses
// are made of.
func isHostName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return s != ""
}

// sameHost tells whether a page of o and a request for a host belong together. Where
// the request came encrypted, so must have the page; where it did not, a proxy may
// have decrypted it.
func (o origin) sameHost(requested string, encrypted bool) bool {
	host, port, ok := splitHost(lower(requested))
	if !ok || defaultPorts[o.scheme] == "" || encrypted && o.scheme != "https" {
		return false
	}
	if port == "" {
		port = defaultPorts[o.scheme]
	}
	return o.host == host && o.port == port
}

// fits tells whether one of the patterns, in lower case, allows o.
func (o origin) fits(patterns []string) bool {
	short := o.host // as browsers send it: without a default port
	if o.port != "" && o.port != defaultPorts[o.scheme] {
		short += ":" + o.port
	}
	for _, p := range patterns {
		scheme, pattern, ok := strings.Cut(p, "://")
		if !ok {
			scheme, pattern = o.scheme, p
		}
		if scheme == o.scheme && (match(pattern, short) || match(pattern, o.host+":"+o.port)) {
			return true
		}
	}
	return false
}

// match is path.Match, for hosts; also a literal IPv6 address in brackets fits.
func match(pattern, host string) bool {
	ok, err := path.Match(pattern, host)
	return err == nil && ok || pattern == host
}

// originPatterns returns the patterns in lower case, and warns of those that are
// none: they fit nothing.
func originPatterns(patterns []string, log *slog.Logger) []string {
	var good []string
	for i, p := range patterns {
		_, host, ok := strings.Cut(p, "://")
		if !ok {
			host = p
		}
		if _, err := path.Match(p, ""); errors.Is(err, path.ErrBadPattern) || strings.Contains(host, "/") { // no origin has a path
			log.Warn("pattern of origins is malformed", slog.Int("index", i))
			continue
		}
		good = append(good, lower(p))
	}
	return good
}
