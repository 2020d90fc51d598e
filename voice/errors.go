package voice

import "errors"

// join is errors.Join that leaves an only error as it is.
func join(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	default:
		return errors.Join(a, b)
	}
}

var (
	// ErrPlaying means that something is being played already. One player at
	// a time can be heard in a call, and an open [Stream] counts as one. Wait
	// for it, or stop it.
	ErrPlaying = errors.New("voice: the call is playing something already: wait for it or stop it")

	// ErrNoAudio means that no audio came within 15 s of the answer, or that
	// it stopped coming for as long, or for longer than MediaInfo.Gap, or that the
	// carrier has none for the call, which is told at once.
	ErrNoAudio = errors.New("voice: no audio in this call")

	// ErrBadDigits means that what was to be sent as tones holds something
	// else than 0-9, *, # and A-D, or nothing.
	ErrBadDigits = errors.New("voice: digits to send must be 0-9, *, #, A-D")

	// ErrState means that the call is not in a state that allows it, such as
	// an outgoing call that is to be answered.
	ErrState = errors.New("voice: the state of the call does not allow this")
)
