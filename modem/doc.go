// Package modem drives one GSM or LTE modem: it opens and initialises it, takes
// and places calls, and answers for signal and registration.
//
// # Usage
//
// [Open] takes a [Transport] and returns a ready [Modem]. A transport for the
// ports of this machine is Ports of package modem/serial; [TCP] is one for ports
// that are served over a network. Incoming calls go to
// the handler of [Modem.OnCall], outgoing ones are made by [Modem.Dial]; both
// are calls of package voice. What happens is published on [Modem.Events].
//
//	transport := &serial.Ports{AT: "/dev/ttyUSB2", Audio: "/dev/ttyUSB4"}
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
// # When things go wrong
//
// A connection that is lost (an unplugged modem, a broken wire) is made again, as
// long as it takes, and so is one over which the modem does not answer. A modem that
// restarts, whether it says so or not, gets its settings again. Calls end with
// voice.ModemLost then; calls that the modem carries on with all the same are hung up
// when it is back. [StateChanged] tells of it: Lost, Opening, Ready. Meanwhile
// methods return [ErrLost].
//
// A SIM that is taken out, or locked, does not end the connection: [SIMChanged] tells
// of it, dialling fails with the reason, and a SIM that is put in is used. The PIN is
// sent once for each time that the SIM wants it, and never again after it was wrong;
// see Config.PINState for modems that cannot say how many attempts are left.
//
// A call without sound is told by [NoAudio]. Where a restart of the modem is known
// to cure it, that is done when there is no call.
//
// # Concurrency
//
// All methods may be called from any goroutine. One goroutine owns the calls; no
// user code runs on it. Handlers have a goroutine for each call.
//
// # Testing
//
// Package modemtest has a virtual modem that behaves like the worst of the real
// ones. [MockTransport] is for tests that want to say every byte. A [Recorder] writes down what
// a real modem does, and a [Replay] plays it back. Package transporttest is for authors
// of transports.
//
// # Limitations
//
// One call at a time can be talked in. A modem that restarts without a word, and
// neither echoes nor has lost AT+CMEE, because its settings were stored, is not
// noticed until it is asked for its calls.
package modem
