package realtime

import (
	"strconv"
	"strings"
)

// position is a place in the stream of a hub: the id of a message.
type position struct {
	epoch string // of the hub; another one is another hub, or another run
	seq   uint64
}

// String returns the id, as messages have it.
func (p position) String() string { return p.epoch + ":" + strconv.FormatUint(p.seq, 10) }

// maxEpoch bounds the length of an epoch.
const maxEpoch = 64

var errPosition = &plainError{text: "since: not the id of a message, such as c0ffee:42"}

// parsePosition takes what String returns.
func parsePosition(s string) (position, error) {
	epoch, digits, ok := strings.Cut(s, ":")
	if !ok || epoch == "" || len(epoch) > maxEpoch || strings.IndexFunc(epoch, isNoEpoch) >= 0 {
		return position{}, errPosition
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || strconv.FormatUint(seq, 10) != digits {
		return position{}, errPosition
	}
	return position{epoch, seq}, nil
}

func isNoEpoch(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}

// resumeFrom returns from where a client wants to go on, or nil. The header is sent
// by a browser's EventSource, which keeps the URL that it was made with: so the header
// wins, and, as nobody can correct it, a malformed one is as one that is long gone,
// the zero position.
func resumeFrom(lastEventID, since []string) (*position, error) {
	if id := strings.Join(lastEventID, ","); id != "" {
		p, err := parsePosition(id)
		if err != nil {
			p = position{}
		}
		return &p, nil
	}
	switch {
	case len(since) == 0, len(since) == 1 && since[0] == "":
		return nil, nil
	case len(since) > 1:
		return nil, errPosition
	}
	p, err := parsePosition(since[0])
	if err != nil {
		return nil, err
	}
	return &p, nil
}
