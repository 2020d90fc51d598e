package realtime

import (
	"crypto/sha256"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"unsafe"
)

// Selected returns the names of the events that an Admission selects, nil for all.
func Selected(a *Admission) []string {
	if a.selected == nil {
		return nil
	}
	var list []string
	for i, name := range a.hub.names.list {
		if a.selected[i] {
			list = append(list, name)
		}
	}
	return list
}

// ResumesFrom returns the id from which an Admission goes on.
func ResumesFrom(a *Admission) (id string, asked bool) {
	if a.resume == nil {
		return "", false
	}
	return a.resume.String(), true
}

// PrincipalOf returns whose an Admission is.
func PrincipalOf(a *Admission) Principal { return a.principal }

// Bearer returns the credential of a request.
func Bearer(r *http.Request) (string, bool) { return bearer(r) }

// ParseOrigin takes an Origin apart.
func ParseOrigin(s string) (scheme, host, port string, ok bool) {
	o, ok := parseOrigin(s)
	return o.scheme, o.host, o.port, ok
}

// SplitHost takes a Host apart.
func SplitHost(s string) (host, port string, ok bool) { return splitHost(s) }

// CheckOrigin looks at a request's Origin.
func CheckOrigin(r *http.Request, patterns ...string) error {
	return checkOrigin(r, originPatterns(patterns, (*Config)(nil).withDefaults().Logger))
}

// ParsePosition takes an id and returns it again.
func ParsePosition(s string) (string, error) {
	p, err := parsePosition(s)
	return p.String(), err
}

// Filter returns the names that a query selects out of list, nil for all of them.
func Filter(query string, list []string) ([]string, error) {
	q, err := parseQuery(&url.URL{RawQuery: query})
	if err != nil {
		return nil, err
	}
	n := &names{list: list, index: map[string]int{}}
	for i, name := range list {
		n.index[name] = i
	}
	selected, err := parseFilter(q["events"], n)
	if selected == nil {
		return nil, err
	}
	var got []string
	for i, name := range list {
		if selected[i] {
			got = append(got, name)
		}
	}
	return got, err
}

// ParseKeys counts the keys of a file.
func ParseKeys(text []byte) (keys, line int, err error) {
	set, line, err := parseKeys(text)
	return len(set), line, err
}

// HashesOf returns the hashes of the keys in the text of a file.
func HashesOf(text []byte) [][sha256.Size]byte {
	set, _, _ := parseKeys(text)
	return slices.Clone(set)
}

// CheckRights looks at the mode and owner of a file of keys.
func CheckRights(info os.FileInfo) error { return checkRights(info) }

// Backoff remembers who failed to log in.
type Backoff = backoff

// BackoffBytes is what a Backoff takes, whoever fails.
const BackoffBytes = unsafe.Sizeof(backoff{})

// NewBackoff returns one that knows of nobody.
var NewBackoff = newBackoff

// Wait, Fail and Forgive are as the guard calls them.
var (
	Wait    = (*backoff).wait
	Fail    = (*backoff).fail
	Forgive = (*backoff).forgive
)

// Remembered counts the addresses of a Backoff.
func Remembered(b *Backoff) int {
	n := 0
	for _, set := range b.table {
		for _, f := range set {
			if f.count > 0 {
				n++
			}
		}
	}
	return n
}

// NetworkOf returns what counts as one address.
func NetworkOf(addr netip.Addr) netip.Prefix { return networkOf(addr) }

// Counted returns how many clients a hub's limits know, and how many principals and
// addresses.
func Counted(h *Hub) (clients, principals, addresses int) {
	l := h.guard.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total, len(l.byPrincipal), len(l.byAddress)
}
