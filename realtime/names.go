package realtime

import "slices"

// library names the events of this library that the feed carries. Only what
// stands here, or in Config.Events, leaves the process.
var library = []string{
	"sms.received", "sms.delivery_report", "sms.sent", "sms.storage",
	"call.state", "call.ring", "call.caller_id", "call.dtmf", "call.no_audio",
	"modem.state", "sim.state", "signal.quality", "network.registration",
	"ussd.response",
	"voicemail.saved", "voicemail.discarded",
}

// names is the table of the events that a hub carries. It does not change.
type names struct {
	list  []string       // as hello shows them
	index map[string]int // of each in list
}

// newNames returns the library's events with those of the host behind them.
func newNames(host []string) *names {
	n := &names{list: slices.Clone(library), index: map[string]int{}}
	for _, name := range host {
		if !slices.Contains(n.list, name) {
			n.list = append(n.list, name)
		}
	}
	for i, name := range n.list {
		n.index[name] = i
	}
	return n
}
