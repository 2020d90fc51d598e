// Package voice is a phone call as a program sees it: ring, answer, play,
// record, digits, hang up. It knows no modem. Whatever can signal a call and
// move its audio becomes a carrier by implementing [Line]; package modem is one.
//
// # Usage
//
// A [Handler] serves one call, on a goroutine of its own:
//
//	voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
//		if err := call.Answer(ctx); err != nil {
//			return err
//		}
//		menu, err := call.PlayAndCollect(ctx, voice.File("menu.wav"), &voice.CollectOptions{Max: 1})
//		...
//	})
//
// A method that needs the call returns an [*EndedError] as soon as the call
// ends, whoever ended it; errors.Is(err, [ErrEnded]) tells. A handler may
// return that error: it is how most calls end.
//
// # Audio
//
// Audio is linear 16-bit mono PCM at the rate of the call, [CallSession.Format],
// in frames of 20 ms. What is to be heard comes from a [Source]; what is heard
// goes to an io.Writer, a WAV file, a [Tap] or a [Stream]. Nothing is resampled
// silently: a file of another rate is refused with a [*RateError].
//
// # Concurrency
//
// All methods may be called from any goroutine. One player at a time can be
// heard in a call; recordings, taps and collects may run beside it and beside
// each other. The package keeps no goroutine but one for each
// [CallSession.Start], and holds no lock while it runs a program's code: a Source is
// read and a recording's writer is called on the goroutine of their Play or
// Record, which cannot return before them, whatever happens to the call. Log
// records are handed over on the goroutine that has cause for them, the
// carrier's among them: a handler for slog that blocks, blocks that.
//
// # Testing
//
// Package voicetest has a line with a far side that speaks, listens and presses
// keys, for tests without a modem and in virtual time.
//
// # Limitations
//
// Conferences are not supported, and calls carry audio only.
package voice
