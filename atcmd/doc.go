// Package atcmd holds the AT dialogue with a modem (ITU-T V.250, 3GPP TS 27.007
// and TS 27.005) over any byte stream.
//
// # Usage
//
// [New] takes a stream and owns it. [Conn.Exec] sends one command and returns
// what the modem answers. [Conn.Handle] gives the lines that the modem sends by
// itself, the unsolicited result codes (URCs), to a function. [Parse] takes a
// line apart.
//
// # Concurrency
//
// All methods may be called from any goroutine. One command is in flight at a
// time; the others wait in line, urgent ones in front. Handlers run one after
// the other, in the order of the lines on the wire, on a goroutine of their own,
// so that a handler may call Exec. The stream is read all the time, however
// slow the handlers are: what they leave behind is kept up to a bound, then
// dropped and counted, see [Config.OnOverflow].
//
// # Losing track
//
// A command that times out, or whose context ends, may still be answered; and so
// may one whose result can be that of something else, as NO CARRIER can be of the
// call before. Before the next command the Conn therefore asks the modem for
// something else, and drops what comes before that answer. A late answer never
// reaches a later command.
//
// # Secrets
//
// Commands and answers carry PINs, phone numbers and texts. Errors and the log
// name a command only up to its parameters, and of a line only its prefix and
// length. [Config.Trace] is the one way to see the bytes.
//
// # Limitations
//
// Messages are exchanged in PDU mode: a body is one line of hex digits. Result
// codes must be words (ATV1). There is no data mode: CONNECT ends a command, but
// what follows is still read as lines.
package atcmd
