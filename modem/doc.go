// Package modem drives one GSM or LTE modem: it opens and initialises it, takes
// and places calls, and answers for signal and registration.
//
// # Usage
//
// [Open] takes a [Transport] and returns a ready [Modem]. Incoming calls go to
// the handler of [Modem.OnCall], outgoing ones are made by [Modem.Dial]; both
// are calls of package voice. What happens is published on [Modem.Events].
//
//	m, err := modem.Open(ctx, transport, nil)
//	if err != nil {
//		return err
//	}
//	defer m.Close()
//	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
//		if err := call.Answer(ctx); err != nil {
//			return err
//		}
//		_, err := call.PlayFile(ctx, "hello.wav", nil)
//		return err
//	})
//
// # Families
//
// A [Profile] says in data what differs between families of modems. Open finds
// the one that fits; a modem that nobody knows gets the generic one, which keeps
// to 3GPP TS 27.007. A command that a modem does not know and that can be done
// without is noted in [Capabilities] and not an error.
//
// # Truth about a call
//
// Modems lose lines, repeat them, and invent them. So whatever a modem says of a
// call by itself is checked against AT+CLCC, every second while a call exists.
// However often an end is reported, a call ends once.
//
// # Concurrency
//
// All methods may be called from any goroutine. One goroutine owns the calls; no
// user code runs on it. Handlers have a goroutine for each call.
//
// # Testing
//
// Package modemtest has a virtual modem that behaves like the worst of the real
// ones. [MockTransport] is for tests that want to say every byte.
//
// # Limitations
//
// One call at a time can be talked in. A lost connection is final: reconnecting
// is not done yet. Nor is a reset noticed that leaves the ports open: the modem
// has lost its settings then, so that keys and numbers are not reported, and has
// to be closed and opened again.
package modem
