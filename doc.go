// Package callstack is the overview of the Callstack library, which puts a Go
// program on the phone network with a GSM or LTE modem.
//
// It holds no code of its own. The packages, from the one that a program meets
// first to the ones it may never see:
//
//   - [github.com/callstack-go/callstack/modem] opens a modem, takes and places
//     calls, and answers for signal and registration.
//   - [github.com/callstack-go/callstack/modem/serial] opens a modem's ports on
//     USB or a UART, and lists those of the machine.
//   - [github.com/callstack-go/callstack/voice] is a call: answer, play, record,
//     collect digits, stream, hang up. It knows no modem, so other carriers of
//     calls can use it.
//   - [github.com/callstack-go/callstack/voicemail] takes messages with it.
//   - [github.com/callstack-go/callstack/events] carries what happens to
//     whoever subscribes, and masks phone numbers.
//   - [github.com/callstack-go/callstack/atcmd] holds the AT dialogue (ITU-T
//     V.250, 3GPP TS 27.007) over any byte stream.
//   - [github.com/callstack-go/callstack/modem/modemtest] is a virtual modem
//     and [github.com/callstack-go/callstack/voice/voicetest] a virtual line,
//     so that programs are tested without hardware.
//
// The programs under examples show them at work.
package callstack
