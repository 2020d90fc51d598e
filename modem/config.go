package modem

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

const (
	defaultResetsPerDay = 4

	defaultOpenTimeout = 30 * time.Second
	defaultCallPoll    = time.Second
	defaultNetworkPoll = 30 * time.Second
	defaultWatchdog    = 30 * time.Second
	defaultAudioRetry  = 500 * time.Millisecond
)

// Config holds the optional settings of a Modem. The zero value is ready for
// use. It prints and logs without the PIN.
type Config struct {
	// Name is the Source of the modem's events, and stands in its logs. It
	// tells modems apart where there are several.
	Name string

	// Events takes the modem's events and those of its calls, so that several
	// modems can share a bus and opening can be watched. Nil means a new one.
	// The modem never closes subscriptions.
	Events *events.Bus

	// OnCall serves incoming calls, also those that come while Open runs. It
	// can be set later by [Modem.OnCall].
	OnCall voice.Handler

	// OnHandlerError is told what a handler returned, unless it was nil,
	// voice.ErrEnded or that Close canceled its context, and when one panicked: a *voice.PanicError. It runs on
	// the handler's goroutine, and Close waits for it as for the handler. Nil
	// means a log record at Warn: where there is no Logger either, by
	// slog.Default, so that a broken handler does not go unnoticed.
	OnHandlerError func(call *voice.CallSession, err error)

	// CallWaiting hands calls to the handler that come while there is another,
	// in state Waiting. Its Answer is ErrLineBusy as long as there is: the
	// handler rejects the new call, or hangs up the other one of Modem.Calls
	// first. Without it they wait until the line is free, or are published as
	// missed.
	CallWaiting bool

	// PIN unlocks the SIM, 4 to 8 digits. It is sent at most once, and only
	// while the SIM has all its attempts left.
	PIN string

	// PINForce sends the PIN however many attempts are left, but once: when it is not
	// known what came of that, as where the connection was lost, the rules above hold
	// again.
	PINForce bool

	// PINState names a file that notes that the PIN is about to be sent, before it
	// is, and that it was right. Where a modem cannot say how many attempts are
	// left, the PIN is sent only with such a file, and not while that has a note
	// of an attempt that was not right: so a wrong PIN is tried once, however
	// often the program is started. Its folder must exist. The file is made with
	// mode 0600 and holds no secret.
	PINState string

	// OpenTimeout bounds Open beside its context. Zero means 30 s.
	OpenTimeout time.Duration

	// Profile says what kind of modem it is. Nil means to find out.
	Profile *Profile

	// CallPoll is how often AT+CLCC is asked while there is a call, between
	// 200 ms and 10 s. Zero means 1 s.
	CallPoll time.Duration

	// NetworkPoll is how often signal and registration are asked, at least
	// every second. Zero means 30 s. With a negative value they are asked at
	// the beginning, and then only where a report of the modem leaves a
	// question.
	NetworkPoll time.Duration

	// Watchdog is how often a modem without calls is asked whether it is there and
	// has its settings, at least every second. Zero means 30 s. With a negative
	// value only what else is asked tells it.
	Watchdog time.Duration

	// GiveUp is after how long a lost modem is given up, see [Failed]. Zero means
	// never.
	GiveUp time.Duration

	// ResetsPerDay is how often in 24 hours a modem that does not work may be told
	// to restart, which takes it up to 40 s: one that is there but does not
	// answer or start, or whose calls have become silent. Zero means 4, and a
	// negative value never. Some modems wear out by it: Quectel's EC200U allows
	// 30 a day.
	ResetsPerDay int

	// Logger takes the dialogue at Debug, by names and without contents, and
	// what is degraded at Warn. Nil means no logging, but for what
	// OnHandlerError is about. Its handler must not wait
	// for the modem: records are made by the goroutines that run it.
	Logger *slog.Logger

	// Trace, if set, sees every byte of the AT port, secrets included. See
	// atcmd.Config.
	Trace func(written bool, p []byte)
}

func (c *Config) withDefaults() Config {
	var out Config
	if c != nil {
		out = *c
	}
	if out.Events == nil {
		out.Events = &events.Bus{}
	}
	if out.OpenTimeout == 0 {
		out.OpenTimeout = defaultOpenTimeout
	}
	if out.CallPoll == 0 {
		out.CallPoll = defaultCallPoll
	}
	if out.NetworkPoll == 0 {
		out.NetworkPoll = defaultNetworkPoll
	}
	if out.Watchdog == 0 {
		out.Watchdog = defaultWatchdog
	}
	if out.ResetsPerDay == 0 {
		out.ResetsPerDay = defaultResetsPerDay
	}
	if out.OnHandlerError == nil {
		out.OnHandlerError = logHandlerError(out.named(cmp.Or(out.Logger, slog.Default())))
	}
	out.Logger = out.named(cmp.Or(out.Logger, slog.New(slog.DiscardHandler)))
	return out
}

// named has a logger tell which modem it is about, where that has a name.
func (c *Config) named(log *slog.Logger) *slog.Logger {
	if c.Name == "" {
		return log
	}
	return log.With(slog.String("modem", c.Name))
}

func logHandlerError(log *slog.Logger) func(*voice.CallSession, error) {
	return func(call *voice.CallSession, err error) {
		log.Warn("call handler failed", slog.Any("call", call), slog.Any("err", err))
	}
}

func (c Config) validate() error {
	switch {
	case c.PIN != "" && !validPIN(c.PIN):
		return errors.New("modem: Config.PIN is not 4 to 8 digits")
	case c.CallPoll < 200*time.Millisecond || c.CallPoll > 10*time.Second:
		return fmt.Errorf("modem: Config.CallPoll is %v, not between 200ms and 10s", c.CallPoll)
	case c.NetworkPoll > 0 && c.NetworkPoll < time.Second:
		return fmt.Errorf("modem: Config.NetworkPoll is %v, less than 1s", c.NetworkPoll)
	case c.Watchdog > 0 && c.Watchdog < time.Second:
		return fmt.Errorf("modem: Config.Watchdog is %v, less than 1s", c.Watchdog)
	case c.OpenTimeout < 0 || c.GiveUp < 0:
		return errors.New("modem: Config.OpenTimeout or GiveUp is negative")
	case c.Profile != nil:
		return c.Profile.check()
	}
	return nil
}

func validPIN(pin string) bool {
	return len(pin) >= 4 && len(pin) <= 8 && isDigits(pin)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String names the settings without the PIN.
func (c Config) String() string {
	return fmt.Sprintf("modem.Config{Name: %q, PIN set: %t}", c.Name, c.PIN != "")
}

// GoString is String.
func (c Config) GoString() string { return c.String() }

// Format writes String, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue names the settings without the PIN.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", c.Name), slog.Bool("pin", c.PIN != ""))
}
