// Package transporttest holds a transport to what package modem expects of one:
// a conformance suite for authors of transports, in the manner of
// golang.org/x/net/nettest.
//
// # Usage
//
// A test gives [Run] a [Harness], which makes a transport together with the
// modem's end of its ports:
//
//	func TestConformance(t *testing.T) {
//		transporttest.Run(t, transporttest.Harness{
//			New: func(t *testing.T) *transporttest.Subject {
//				device := newDevice(t) // closed by t.Cleanup
//				return &transporttest.Subject{
//					Transport: mine.New(device.Name()),
//					AT:        &transporttest.Far{Send: device.Send, Receive: device.Receive},
//					Break:     device.Unplug,
//					Restore:   device.Plug,
//				}
//			},
//		})
//	}
//
// Run makes one subtest for each port and check. What a harness cannot do, it
// must say in [Harness.Skip], with the reason: a check is never left out
// silently.
//
// # What is expected
//
//   - Bytes pass unchanged and in order, whatever their value. A Read returns as
//     soon as there is anything, and never nothing without an error. A Write takes
//     all or returns an error.
//   - One goroutine may read, a second one write and a third one close.
//   - Close unblocks Read and Write. Called again it does nothing, and returns nil or
//     os.ErrClosed or the like. After it Read and Write fail,
//     at once, and Read not with io.EOF: that is for the far end's going away.
//   - When the modem goes away, a Read that waits returns, with io.EOF or another
//     error, and so does every Read after it; a Write fails, at the latest when
//     some have been made.
//   - A port can be opened again after Close, and after the modem has come back.
//     While it is away, opening is an error, or gives a port that fails.
//   - Opening with a context that is done fails with its error, and leaves nothing
//     open. Opening a port that is open either fails, or gives a port that does not
//     disturb the first.
//   - Where there is no audio port, and no second AT port, the error is
//     errors.ErrUnsupported.
//   - No goroutine is left when the ports are closed.
//
// # Concurrency
//
// Run starts goroutines that read, write and close, and waits for them. A check that
// fails because one of them never returns leaves it behind. Run the suite with the
// race detector.
package transporttest
