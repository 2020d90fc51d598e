// Package transcript is what is written down of a program's talk with a modem: the
// form of a transcript, and the masking of all in it that is about people.
//
// A transcript is lines of JSON. The first is its header, each other one an [Entry]:
// what passed through a port, and when. Bytes are characters from U+0000 to U+00FF.
// Of audio there are lengths only.
//
// # Masking
//
// A [Masker] sees both directions of one port and masks line by line, so that a read
// that ends within a number changes nothing. It never changes how many bytes there
// are. It does not look for secrets but for what is none: names of commands and
// results, words that modems use, short numbers in places that are known. The rest is
// masked by its kind, so that a program still reads it:
//
//   - Numbers of telephones become 0...01, 0...02 and so on, in the order in which
//     they appear: the same number the same, in whatever form it comes. The table is
//     in memory only, so nothing leads back.
//   - Other digits and hexadecimal (PINs, IMEI, IMSI, ICCID, messages, places) become
//     zeros, keys become 1, but for * and #, and texts become x.
//
// A line that neither ends in time nor within reason is masked blindly.
package transcript
