package realtime

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

var errNotLoopback = &plainError{
	"not allowed: the feed is for this machine, asked for by localhost and through no proxy", ErrForbidden,
}

// LoopbackOnly is an [Auth] that admits whoever is on the same machine, and answers
// 403 to all others. The connection must come from a loopback address, and the Host
// that is asked for must be localhost or a loopback address, so that no page can come
// in by a name that it has pointed at 127.0.0.1; and no header may tell of a proxy,
// which would make strangers look local. Each user of the machine is admitted. A
// client on a Unix socket is not, as a proxy before it may tell nothing: a host that
// serves one, guarded by the rights of its file, has an Auth of its own for it. The
// Principal sees what [events.Masked] shows.
func LoopbackOnly(r *http.Request) (Principal, error) {
	if !remoteAddr(r).IsLoopback() || !isLoopbackHost(r.Host) || isForwarded(r.Header) {
		return Principal{}, errNotLoopback
	}
	return Principal{ID: "loopback"}, nil
}

// isLoopbackHost tells whether the value of a Host header means this machine.
func isLoopbackHost(s string) bool {
	host, _, ok := splitHost(lower(s))
	if !ok {
		return false
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}

// forwarding are the headers by which proxies tell for whom they ask, beside all that
// begin with X-Forwarded.
var forwarding = []string{
	"Forwarded", "Via", "X-Real-Ip", "Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For",
	"X-Originating-Ip", "X-Remote-Ip", "X-Remote-Addr", "X-Original-Host", "X-Host", "X-Proxyuser-Ip",
	"X-Envoy-External-Address", "X-Azure-Clientip", "Cf-Connecting-Ip", "Cf-Connecting-Ipv6", "Cf-Ray", "Cdn-Loop",
	"True-Client-Ip", "Fastly-Client-Ip", "Fly-Client-Ip",
}

// isForwarded tells whether a header tells of a proxy, whatever it says.
func isForwarded(h http.Header) bool {
	for name := range h {
		name = http.CanonicalHeaderKey(name)
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains(forwarding, name) {
			return true
		}
	}
	return false
}
