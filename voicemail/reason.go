package voicemail

// Reason is why the taking of a message ended. Its values are the words that
// stand in the message's JSON file and on the feed; a file of a later version
// may hold others.
type Reason string

const (
	// FinishKey means that the caller pressed a key of Config.FinishKeys.
	FinishKey Reason = "finish_key"
	// CallerHangup means that the caller hung up, or the network took the caller away.
	CallerHangup Reason = "caller_hangup"
	// Silence means that the caller said nothing for Config.Silence.
	Silence Reason = "silence"
	// MaxDuration means that the message reached Config.MaxDuration.
	MaxDuration Reason = "max_duration"
	// Escape means that the caller pressed a key of Config.EscapeKeys; the call is still
	// up. If that was after the beep, there may be a message.
	Escape Reason = "escape"
	// TooShort means that the message would have been shorter than Config.MinDuration.
	TooShort Reason = "too_short"
	// Abandoned means that the caller went before the beep.
	Abandoned Reason = "abandoned"
	// NoAudio means that no audio came, see voice.ErrNoAudio.
	NoAudio Reason = "no_audio"
	// DiskFull means that the disk was full. What fitted is kept.
	DiskFull Reason = "disk_full"
	// ModemLost means that the carrier went away, as a modem that is unplugged.
	ModemLost Reason = "modem_lost"
	// Canceled means that the context was done, the box was closed, or the program hung
	// up.
	Canceled Reason = "canceled"
	// Fault means that a fault ended it; the error that came with it says which.
	Fault Reason = "fault"
)

// callerThere reports whether, after an end for this reason, there is a caller
// who can hear something.
func (r Reason) callerThere() bool {
	switch r {
	case FinishKey, Silence, MaxDuration, TooShort, DiskFull, Fault:
		return true
	default:
		return false
	}
}
