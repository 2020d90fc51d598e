// Package modemtest is a virtual GSM modem for tests. A program that talks to a
// modem over its AT port can be tested against it without hardware: a test
// opens its ports, calls it, answers what it dials, speaks, listens, presses
// keys, and makes it fail in the ways that real modems fail.
//
// # Usage
//
// A [Modem] has two sides. The program under test has its ports: OpenAT and
// OpenAudio make it a transport for package modem, or for any other program
// that takes an [io.ReadWriteCloser]. The test has the world around it:
//
//	sim := modemtest.New(nil)                    // a SIMCom SIM7600
//	m, err := modem.Open(ctx, sim, nil)          // the program under test
//	t.Cleanup(func() { m.Close(); sim.Close() })
//
//	caller := sim.Call("+12025550100")           // RING, +CLIP, ...
//	err = caller.WaitAnswered(ctx)
//	err = caller.WaitQuiet(ctx, 500*time.Millisecond) // greeting and beep are over
//	err = caller.Say(ctx, speech)                // PCM into the call, at its pace
//	caller.Press("#")
//	err = caller.WaitEnded(ctx)
//
// The far side of a call that the program dials is a [Caller] too.
// [Modem.OnDial] or [Config.Outcome] decide what becomes of it, and
// [Modem.WaitDialled] hands it to the test:
//
//	sim.OnDial("+12025550101", modemtest.Outcome{Result: modemtest.Busy})
//	callee, err := sim.WaitDialled(ctx)
//
// What the program wrote, dialled, sent and lost is in [Modem.Written],
// [Modem.Dialled], [Caller.Pressed], [Caller.Heard] and [Modem.Stats].
//
// # Strict and hostile
//
// The modem is not kind. It is strict: any byte aborts ATD, ATA and an
// operator search, as V.250 says; audio that is switched on before a call is
// connected is an ERROR, and so is a command line of more than 120 bytes;
// commands of text mode fail in PDU mode; ATH does nothing unless AT+CVHU=0;
// a tone sent before the last one is over is not heard. There is no switch for
// that.
//
// And it is hostile in its delivery, by [Config.Seed]: answers take a while,
// sometimes a long one; reads end anywhere, within a line and behind the third;
// lines that come by themselves fall before an echo, between an answer and its
// result, or wherever else a modem may put them; registration and signal are
// repeated for no reason; lines have one of the spellings that firmwares are
// known for. A test that passes with a dozen seeds says more than one that
// passes with [Config.Calm]. Calm is for tests of exact bytes.
//
// What it sends is from one table per family, where each line names the manual,
// standard, log or driver that it is known from.
//
// # Families
//
// [Config.Family] chooses whose dialect it speaks. A command of another family is
// an error, and so is one that comes at the wrong time; reports come once they
// are switched on. Only SIM7600, EC25 and Huawei have an audio port, and each
// its own rules for it:
//   - the SIM7600 streams once AT+CPCMREG=1 was sent in the call;
//   - the EC25 streams in the next call after AT+QPCMV=1,0, if AT+QAUDMOD=3 was
//     sent once and AT+QGPSCFG="outport","none" has freed the port. It keeps
//     400 ms of what is written ahead of the call's pace, asks for a pause with
//     +QPCMV: 0,0 from 200 ms on, and for more with +QPCMV: 1,0 at 100 ms;
//   - the Huawei streams after AT^DDSETEX=2 in a call that was answered or
//     dialled, 20 ms at a time, and takes a frame for each: of more than two
//     frames the rest is lost.
//
// What is lost is counted in [Stats].
//
// # Faults
//
// Methods make it worse: [Modem.Silence], [Modem.Ignore], [Modem.Delay] and
// [Modem.Reply] for its answers; [Modem.LoseURCs], [Modem.DoubleURCs],
// [Modem.DelayURCs], [Modem.URC] and [Modem.Inject] for what it says by itself;
// [Modem.EchoOn], [Modem.Reset] and [Modem.ResetSilently] for its state;
// [Modem.RemoveSIM] and [Modem.InsertSIM] for its card; [Modem.Disconnect],
// [Modem.StallAT] and [Modem.StallAudio] for the ports; [Modem.StopAudio],
// [Modem.RefuseAudio], [Modem.SplitSample] and [Config.AudioDies] for the voice
// of a call.
//
// [Modem.Unplug] pulls the cable, and [Modem.Replug] plugs it in again; the
// commands that reset a modem on USB take its ports away for a while, too.
// [Modem.Undervoltage] is a weak supply. A device that is not there is an error
// that wraps [fs.ErrNotExist]. After all that makes it start anew it has to register
// before anybody can call it:
//
//	sim.Replug()
//	err = sim.WaitReachable(ctx)                 // the network puts calls through again
//	caller = sim.Call("+12025550100")
//
// The program has to be ready as well for that: its own events tell.
// [Config.Line] and [Modem.SetLine] make of the AT port what a program may find
// in its place: a port in the data mode of PPP, of another rate, for diagnosis,
// or dead. [Config.Reports] adds a second AT port.
//
// # Virtual time
//
// All of it works in a bubble of [testing/synctest], where a call of ten
// minutes takes a fraction of a second:
//
//	func TestTakesVoicemail(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
//			defer cancel()
//			sim := modemtest.New(nil)
//			t.Cleanup(func() { sim.Close() })
//			...
//
// Four rules keep such tests from hanging.
//   - Close the modem before the bubble's function returns; t.Cleanup within
//     the bubble does. A call that rings is a goroutine that waits, and one that
//     is left over when time stops is a panic.
//   - Give every wait a context with a deadline. A call that is up goes on for ever,
//     so a test that waits for the wrong thing runs virtual time at full speed
//     until the test binary times out; t.Context has no deadline.
//   - New may be called outside the bubble. Everything else belongs inside.
//   - The audio of a call runs on a clock of its own, 7 ms off the moment of the
//     answer, so that it does not tick with timers of the program that run in
//     multiples of 20 ms. Events of the very same instant still have no order:
//     compare lengths of audio to within a frame.
//
// The far side knows that a call is over before the program has dealt with it.
// To look at what the program's handler left behind, wait for the handler, too:
// closing the program's modem does.
//
// Outside a bubble it runs at real pace, for demonstrations and for tests of
// programs that cannot run in one. Package modemtest/pty puts it on
// pseudo-terminals, for programs that open devices by name.
//
// # Concurrency
//
// All methods may be called from any goroutine. Each open AT port has one
// goroutine and a call has one; they end with the port and the call. The test's
// code, [Config.Outcome], runs on a goroutine of its call and with no lock held.
//
// # Limitations
//
// There are no short messages and no USSD: their settings exist, their commands
// do not. There are no conferences, no data calls and no service codes. The
// audio is what was said, sample for sample: no codec, no noise, no delay. There
// is no sound card: what analog families and AT+QPCMV=1,2 make heard elsewhere
// nobody hears. A UART has no baud rate; AT+IPR only decides about the lines of
// a start. Of Huawei the sticks are there, not the modules.
// Spellings and orders that no manual or log shows are not made up, so a real
// modem can still surprise.
package modemtest
