package atcmd

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Command is one command line.
type Command struct {
	// Text is the line without its end: "AT+CSQ".
	Text string

	// Prefix is the name of the answer's lines if it is not that of the
	// command: "+ICCID" for AT+CICCID.
	Prefix string

	// Answers tells that the answer has a line at least, as that of AT+CSQ. An OK
	// without one is then that of something else: the error is [ErrNoLine], and
	// the dialogue is brought back in step before the next command.
	Answers bool

	// Body is what the modem asks for with a prompt, a PDU in hex digits for
	// AT+CMGS. It is sent with a Ctrl-Z at its end, and only after the prompt.
	Body string

	// Timeout is how long to wait for the final result, counted from when the
	// command is written. Zero means [Config.Timeout].
	Timeout time.Duration

	// Abortable tells that the command may be ended by writing to the modem
	// (V.250, 5.6.1), which is done when its context ends, when its time is up,
	// and when an urgent command waits: ATD, ATA, an operator search.
	Abortable bool

	// Dial tells that the command dials, answers or hangs up. Only then are
	// NO CARRIER, BUSY, NO ANSWER, NO DIALTONE and CONNECT its result. For
	// other commands they are URCs.
	Dial bool

	// Urgent puts the command before all that wait and are not urgent.
	Urgent bool

	// Settles names lines that tell the outcome of the command before, or
	// instead of, its final result, such as "VOICE CALL: BEGIN" for ATA. A line
	// that begins with one of them ends the command for its caller. It is given
	// to its handler, too. Its final result is awaited half a second more before
	// the next command.
	//
	// A modem that never ends AT+CPIN? with OK (Wavecom) needs "+CPIN" here.
	Settles []string
}

// Response is what the modem answered.
type Response struct {
	// Lines are the lines of the answer, without the final result, but with
	// CONNECT. If the command failed, they are what came before that.
	Lines []string

	// Settled is the line of [Command.Settles] that ended the command. It is
	// empty if the final result did.
	Settled string
}

// Exec sends a command and waits for its result. All errors are
// *[CommandError].
//
// Commands are sent in the order of the calls, one at a time, urgent ones first.
// Exec returns as soon as ctx is done, with its cause. A command that has not
// been written then never will be. One that has, and is not [Command.Abortable],
// is left to the modem; its late answer reaches nobody.
func (c *Conn) Exec(ctx context.Context, cmd Command) (Response, error) {
	if err := cmd.check(); err != nil {
		return Response{}, cmd.failed(err, false)
	}
	if ctx.Err() != nil {
		return Response{}, cmd.failed(causeOf(ctx), false)
	}
	if c.hasEnded() {
		return Response{}, cmd.failed(c.Err(), false)
	}
	req := c.newRequest(ctx, &cmd)
	c.calls.add(req)
	c.poke()
	select {
	case r := <-req.reply:
		return c.take(req, r)
	case <-ctx.Done():
		return c.leave(req, causeOf(ctx))
	case <-c.done:
		return c.leave(req, c.Err())
	}
}

// causeOf returns why ctx has ended. Other packages' contexts may have an error
// and no cause.
func causeOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return ctx.Err()
}

// check refuses what would be more than one line, or end a body early.
func (cmd *Command) check() error {
	switch {
	case cmd.Text == "":
		return fmt.Errorf("%w: empty", ErrBadCommand)
	case hasControl(cmd.Text):
		return fmt.Errorf("%w: a control character in it", ErrBadCommand)
	case hasControl(cmd.Body):
		return fmt.Errorf("%w: a control character in its body", ErrBadCommand)
	}
	return nil
}

// hasControl tells whether s has a character that ends a line, a body, or the
// wait for one.
func hasControl(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case '\r', '\n', 0, ctrlZ, escape:
			return true
		}
	}
	return false
}

func (cmd *Command) failed(err error, bodySent bool) error {
	return &CommandError{Command: commandName(cmd.Text), Err: err, BodySent: bodySent}
}

// request is a command on its way to the owner. After the reply the caller
// alone has it again.
type request struct {
	ctx      context.Context
	cmd      Command
	state    atomic.Uint32
	bodySent atomic.Bool
	reply    chan reply // capacity 1: the owner never waits for a caller
}

// The states of a request. The owner takes it from waiting to written, the
// caller from waiting to withdrawn and from written to left.
const (
	stateWaiting uint32 = iota
	stateWritten
	stateWithdrawn // it will never be written
	stateLeft      // nobody waits for the reply
)

// reply is what the owner found out.
type reply struct {
	resp Response
	err  error
}

func (c *Conn) newRequest(ctx context.Context, cmd *Command) *request {
	req, ok := c.pool.Get().(*request)
	if !ok {
		req = &request{reply: make(chan reply, 1)}
	}
	req.ctx, req.cmd = ctx, *cmd
	req.state.Store(stateWaiting)
	req.bodySent.Store(false)
	return req
}

// take turns a reply into Exec's results and keeps the request for another
// command.
func (c *Conn) take(req *request, r reply) (Response, error) {
	var err error
	if r.err != nil {
		err = req.cmd.failed(r.err, req.bodySent.Load())
	}
	req.ctx, req.cmd = nil, Command{}
	c.pool.Put(req)
	return r.resp, err
}

// leave gives a command up. The request is not used again, as the owner may
// still have it.
func (c *Conn) leave(req *request, cause error) (Response, error) {
	withdrawn := req.state.CompareAndSwap(stateWaiting, stateWithdrawn)
	if !withdrawn {
		req.state.CompareAndSwap(stateWritten, stateLeft)
	}
	select {
	case r := <-req.reply: // it came at the same time
		return c.take(req, r)
	default:
	}
	c.poke()
	// The owner sets bodySent before it looks at the state for the last time.
	return Response{}, req.cmd.failed(cause, req.bodySent.Load())
}

// callQueue holds requests until the owner takes them.
type callQueue struct {
	mu    sync.Mutex
	fresh []*request
}

func (q *callQueue) add(req *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fresh = append(q.fresh, req)
}

// take moves the requests into the owner's lanes, in order.
func (q *callQueue) take(urgent, normal *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, req := range q.fresh {
		if req.cmd.Urgent {
			urgent.push(req)
		} else {
			normal.push(req)
		}
	}
	clear(q.fresh)
	q.fresh = q.fresh[:0]
	urgent.tidy()
	normal.tidy()
}

// lane is a queue of requests.
type lane []*request

func (l *lane) push(req *request) { *l = append(*l, req) }

// tidy forgets withdrawn requests where there are many, so that callers who give
// up while the line is busy leave nothing behind.
func (l *lane) tidy() {
	if len(*l) > 32 {
		*l = slices.DeleteFunc(*l, isWithdrawn)
	}
}

func isWithdrawn(req *request) bool { return req.state.Load() == stateWithdrawn }

// first returns the first request that was not withdrawn, or nil.
func (l *lane) first() *request {
	q := *l
	n := 0
	for n < len(q) && isWithdrawn(q[n]) {
		n++
	}
	l.drop(n)
	if len(*l) == 0 {
		return nil
	}
	return (*l)[0]
}

// drop removes the first n requests.
func (l *lane) drop(n int) {
	*l = slices.Delete(*l, 0, n)
}
