// Package voicemail answers a call, plays a greeting, and keeps what the caller
// says: a WAV file and a JSON file beside it for each message. It works on any
// [voice.CallSession], of a modem or of another carrier.
//
// # Usage
//
//	box, err := voicemail.Open("/var/lib/pbx/voicemail", &voicemail.Config{Greeting: "greeting.wav"})
//	...
//	defer box.Close()
//	modem.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
//		msg, err := box.Record(ctx, call)
//		...
//	})
//
// [VoicemailBox.Record] does all of it, from the answer to the hang-up. However
// the call ends, [Message.Reason] tells, and the error is nil; an error is a
// fault of the greeting, the directory or the disk. [VoicemailBox.List],
// [VoicemailBox.Get] and [VoicemailBox.Delete] are for afterwards.
//
// # Nothing said is thrown away
//
// The files of a message exist, synced, before the beep, and what is said is
// synced every second. A message is there for [VoicemailBox.List] from the moment
// in which its JSON file gets its name, whole, and not before. A caller who hangs
// up leaves a message; so does one whose modem is unplugged, whose handler is
// canceled, or whose message fills the disk. Only what is shorter than
// Config.MinDuration is dropped.
//
// # Privacy
//
// File names hold the time and random bits, never a number. The JSON file holds
// the caller's number in full; the directory is for its owner only (0700, files
// 0600). Logs and what is printed show numbers masked and no keys.
//
// # Concurrency
//
// All methods may be called from any goroutine, and calls may leave messages at
// the same time. The package starts no goroutine. One box at a time uses a
// directory, held by a lock that ends with the process.
//
// # Limitations
//
// There is one greeting, and no quota. What a crash or a power cut leaves of a
// message that was being recorded stays in the directory as files whose names
// end in ".part"; List does not show them.
package voicemail
