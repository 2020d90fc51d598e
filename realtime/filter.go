package realtime

import (
	"net/url"
	"strings"
)

// maxQuery bounds the query of a request: several times the names of all events.
const maxQuery = 16 << 10

var (
	errQuery        = &plainError{text: "the query is malformed or too long"}
	errUnknownEvent = &plainError{text: "events: no such event; the first message of the feed names them all"}
)

// parseQuery returns a query's parameters. Unlike url.URL.Query it leaves out
// nothing that is malformed: events=%zz would then ask for all. A request that a
// transport makes by itself may have no URL.
func parseQuery(u *url.URL) (url.Values, error) {
	if u == nil {
		return nil, nil
	}
	if len(u.RawQuery) > maxQuery {
		return nil, errQuery
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errQuery // its own shows the query
	}
	return query, nil
}

// parseFilter returns which events the parameters select, by index into n.list. Nil
// stands for all: there is no parameter, or none names an event.
func parseFilter(values []string, n *names) ([]bool, error) {
	var selected []bool
	for _, list := range values {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.TrimSpace(name)
			if name == "" {
				continue
			}
			i, ok := n.index[name]
			if !ok {
				return nil, errUnknownEvent
			}
			if selected == nil {
				selected = make([]bool, len(n.list))
			}
			selected[i] = true
		}
	}
	return selected, nil
}
