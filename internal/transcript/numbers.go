package transcript

import "sync"

// Numbers gives telephone numbers their masks, the same one to the same number. It is
// shared by the ports of a modem. All its methods may be called from any goroutine;
// the zero value is ready. A nil one masks all numbers alike.
type Numbers struct {
	mu    sync.Mutex
	known map[string]int
}

const (
	// sameEnd is how many digits at their end two forms of one number share: with a
	// country's code, with an area's, or without.
	sameEnd = 7

	maxNumbers = 999 // more than these are masked alike
)

// mask masks the digits of b in place, which are one number.
func (n *Numbers) mask(b []byte) {
	i := n.index(b)
	for at := len(b) - 1; at >= 0; at-- {
		b[at] = '0' + byte(i%10)
		i /= 10
	}
}

func (n *Numbers) index(b []byte) int {
	if n == nil || len(b) < 3 {
		return 0
	}
	key := string(b[max(0, len(b)-sameEnd):])
	n.mu.Lock()
	defer n.mu.Unlock()
	if i, ok := n.known[key]; ok {
		return i
	}
	if n.known == nil {
		n.known = map[string]int{}
	}
	i := min(len(n.known)+1, maxNumbers)
	if i < maxNumbers {
		n.known[key] = i
	}
	return i
}
