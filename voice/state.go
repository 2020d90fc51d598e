package voice

import "strconv"

// Direction tells who placed a call.
type Direction int

const (
	// Incoming is a call from the network to the program.
	Incoming Direction = iota
	// Outgoing is a call that the program placed.
	Outgoing
)

// String returns "incoming" or "outgoing".
func (d Direction) String() string {
	switch d {
	case Incoming:
		return "incoming"
	case Outgoing:
		return "outgoing"
	}
	return "Direction(" + strconv.Itoa(int(d)) + ")"
}

// State is where a call stands. An incoming call goes Ringing (or Waiting,
// beside another call), Active, perhaps Held and back, Ended; an outgoing one
// Dialing, Alerting, Active, perhaps Held and back, Ended. Any state but Ended
// may be left out; none comes after Ended. They are those of 3GPP TS 27.007,
// 7.18 (AT+CLCC), and Ended.
type State int

const (
	// Ringing is an incoming call that nobody has answered.
	Ringing State = iota
	// Waiting is an incoming call beside another call (call waiting).
	Waiting
	// Dialing is an outgoing call on its way to the far side.
	Dialing
	// Alerting is an outgoing call that rings at the far side.
	Alerting
	// Active is a call that both sides can speak in.
	Active
	// Held is an answered call whose audio is taken away.
	Held
	// Ended is a call that is over. See [CallSession.End].
	Ended
)

var stateNames = [...]string{"ringing", "waiting", "dialing", "alerting", "active", "held", "ended"}

// String returns the state's name in lower case, as the feed shows it.
func (s State) String() string {
	if s >= 0 && int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}
