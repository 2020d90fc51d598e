package atcmd

import "io"

// write writes o.out, all of it at once: a command that reaches the modem in
// pieces could have something else's echo in its middle. It is the one place
// where the owner may have to wait, which the watchdog bounds. An error ends the
// connection.
func (o *owner) write() bool {
	if o.err != nil {
		return false
	}
	if o.c.cfg.Trace != nil {
		o.c.cfg.Trace(true, o.out)
	}
	o.c.watchdog.start(o.c.clock.now())
	n, err := o.c.rw.Write(o.out)
	o.c.watchdog.stop()
	if err == nil && n < len(o.out) {
		err = io.ErrShortWrite
	}
	if err == nil {
		return true
	}
	if readErr := o.c.in.failed(); readErr != nil {
		// The reader found out first, and closed the stream.
		o.err = &endError{op: "read", cause: readErr}
	} else {
		o.err = &endError{op: "write", cause: err}
	}
	return false
}

func (o *owner) writeByte(c byte) {
	o.out = append(o.out[:0], c)
	o.write()
}
