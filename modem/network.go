package modem

import (
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
)

// network is what the owner last heard of signal and registration.
type network struct {
	timer *time.Timer
	busy  bool // it is being asked
	again bool // and is to be asked once more, when that can be
	asked time.Time

	signal       Signal
	signalKnown  bool
	registration Registration
	regKnown     bool
}

// signal takes a signal, asked for or reported, and tells if it is another.
func (o *owner) signal(s Signal) {
	if o.net.signalKnown && o.net.signal == s {
		return
	}
	o.net.signal, o.net.signalKnown = s, true
	events.Publish(o.m.cfg.Events, SignalChanged{Header: o.m.header(), Signal: s})
}

// registration takes a registration, and tells if it is another.
func (o *owner) registration(r Registration) {
	if o.net.regKnown && o.net.registration == r {
		return
	}
	o.net.registration, o.net.regKnown = r, true
	events.Publish(o.m.cfg.Events, RegistrationChanged{Header: o.m.header(), Registration: r})
}

// registrationReport takes a report of one of the domains. Where it says that
// its domain allows voice, that is the answer; else both have to be asked.
func (o *owner) registrationReport(name string, r Registration) {
	if r.Voice() && (name == "+CREG" || !o.net.registration.Voice()) {
		o.registration(r)
		return
	}
	o.askNetworkIn(0)
}

// networkPause is what passes at least from one asking to the next, so that a modem
// that reports whenever it is asked does not keep the line busy.
const networkPause = time.Second

// askNetworkIn asks for signal and registration after d, and from then on every
// Config.NetworkPoll.
func (o *owner) askNetworkIn(d time.Duration) {
	if o.net.timer != nil {
		o.net.timer.Stop()
	}
	o.net.timer = o.m.after(max(d, time.Until(o.net.asked.Add(networkPause))), o.askNetwork)
}

// askNetwork asks, unless nothing may be sent or it is being asked already: a
// modem that does not answer must not pile up commands.
func (o *owner) askNetwork() {
	if every := o.m.cfg.NetworkPoll; every > 0 {
		o.askNetworkIn(every)
	}
	if !o.ready || o.setup > 0 || o.net.busy {
		o.net.again = true
		return
	}
	o.net.busy, o.net.again, o.net.asked = true, false, time.Now()
	o.m.job(nil, atcmd.Command{Text: "AT+CSQ", Answers: true}, func(resp atcmd.Response, _ error) {
		for _, line := range resp.Lines {
			if s, ok := parseCSQ(line); ok {
				o.signal(s)
			}
		}
		o.askRegistration("AT+CREG?")
	})
}

// askRegistration asks one domain, and AT+CEREG? behind AT+CREG? if need be.
func (o *owner) askRegistration(cmd string) {
	o.m.job(nil, atcmd.Command{Text: cmd, Answers: true}, func(resp atcmd.Response, _ error) {
		for _, line := range resp.Lines {
			if r, ok := parseRegistration(line); ok && (r.Voice() || cmd == "AT+CEREG?") {
				o.registration(r)
				o.networkAsked()
				return
			}
		}
		if cmd == "AT+CREG?" {
			o.askRegistration("AT+CEREG?")
			return
		}
		o.networkAsked()
	})
}

func (o *owner) networkAsked() {
	o.net.busy = false
	if o.net.again {
		o.askNetworkIn(0)
	}
}
