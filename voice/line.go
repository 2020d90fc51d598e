package voice

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

// Line is one call's signalling, as its carrier implements it. A modem is a
// carrier; a WebSocket client or a browser can be another. The methods are
// called from the goroutines of the program, several at a time; they block
// until done, and ctx bounds them. A method that fails because the call is
// over feeds [Feed.End] before it returns.
//
// What happens on the line, its carrier tells the call by the [Feed].
type Line interface {
	// Answer takes an incoming call. When it returns nil, it has fed the state
	// Active.
	Answer(ctx context.Context) error

	// Hangup ends the call, or rejects it if it was not answered. It returns
	// nil when the call is over already. After it has returned nil the carrier
	// feeds End within a bounded time, if it did not before.
	Hangup(ctx context.Context) error

	// SendDTMF sends one key (0-9, *, #, A-D) for about d and returns when it
	// was taken; it need not wait until the tone is over.
	SendDTMF(ctx context.Context, key byte, d time.Duration) error
}

// Holder is implemented by a [Line] that can put its call on hold.
type Holder interface {
	// Hold takes the audio away; when it returns nil, it has fed Held.
	Hold(ctx context.Context) error
	// Resume brings it back; when it returns nil, it has fed Active.
	Resume(ctx context.Context) error
}

// Muter is implemented by a [Line] that can mute its own side.
type Muter interface {
	// Mute takes the program's side out of what the far side hears while on is
	// true, and brings it back when it is false, as AT+CMUT does (3GPP TS 27.007,
	// 8.24). What the far side says still comes. It returns when it is done, or
	// when ctx is; to say again what holds already is no error.
	Mute(ctx context.Context, on bool) error
}

// Info is what a carrier knows of a call when it makes it.
type Info struct {
	// ID names the call in events and logs. Empty means a random one.
	ID string
	// Direction tells who placed the call.
	Direction Direction
	// State is where the call stands now.
	State State
	// Number is the far side's, empty while it is not known.
	Number events.Number
	// Source goes into the header of the call's events.
	Source string
	// Events takes the call's events. Nil means none.
	Events *events.Bus
	// Logger takes debug records of the call. Nil means no logging.
	Logger *slog.Logger
}

// LogValue returns the call's id, direction, state and masked number.
func (i Info) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", i.ID),
		slog.String("direction", i.Direction.String()),
		slog.String("state", i.State.String()),
		slog.Any("number", i.Number),
	)
}

// Format writes LogValue, whatever the verb.
func (i Info) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.LogValue().String()) }

// MediaInfo describes the audio of a call that begins to flow.
type MediaInfo struct {
	// Format is the format of both directions.
	Format Format

	// Lead is how long after [Feed.Next] the far side has heard the last
	// sample of that frame. Playing waits it out before it is done.
	Lead time.Duration

	// Gap is how long this carrier may bring or take no frame while audio flows;
	// more of it is [ErrNoAudio] for what plays or records. Zero, and what is
	// longer, means 15 s. A modem sends silence where there is nothing to hear, so
	// that a few seconds tell that its audio is broken.
	Gap time.Duration
}

// NewCall makes a call over l, for a carrier, and returns the program's end of
// it and the carrier's. It starts no goroutine. The event of its first state is
// published at once. A call cannot begin as Ended: that panics, as a mistake of
// the carrier.
func NewCall(l Line, info Info) (*CallSession, *Feed) {
	if info.State == Ended {
		panic("voice: NewCall of a call that has ended")
	}
	if info.ID == "" {
		info.ID = newID()
	}
	if info.Logger == nil {
		info.Logger = slog.New(slog.DiscardHandler)
	}
	c := &CallSession{&session{
		line:    l,
		info:    &info,
		log:     info.Logger.With(slog.String("call", info.ID)),
		number:  &info.Number,
		changed: make(chan struct{}),
		keys:    &keys{},
	}}
	c.life, c.over = context.WithCancelCause(context.Background())
	c.mu.Lock()
	c.setState(info.State)
	c.mu.Unlock()
	c.logState(info.State, End{})
	return c, &Feed{call: c}
}

// newID returns 64 random bits in hexadecimal.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract since Go 1.24
	return hex.EncodeToString(b[:])
}
