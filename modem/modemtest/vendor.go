package modemtest

import "time"

// <AcT> of +CREG: 27.007, 7.2.
const (
	accessGSM = 0
	access3G  = 2
	accessLTE = 7
)

// busyCode is Huawei's equipment error while it starts.
const busyCode = 515

// vendor is state that one family alone has, and that is no setting.
type vendor struct {
	busyUntil time.Time // until then the modem is starting
	deaf      bool      // a Huawei that answers no command until it starts anew

	// SIM800: the key that was told of last
	lastKey   byte
	lastKeyAt time.Time

	// Quectel
	audioMode    int         // of AT+QAUDMOD
	pcmMode      int         // of AT+QPCMV
	gpsPort      string      // of AT+QGPSCFG="outport"; empty means as delivered
	powerChanges []time.Time // of the last day
}

// onStart does what a start brings beside its lines.
func (m *Modem) onStart(booted bool) {
	m.pcm = pcm{}
	m.vendor.busyUntil, m.vendor.deaf = time.Time{}, false
	if booted && m.fam.busyAfterStart > 0 {
		m.vendor.busyUntil = time.Now().Add(m.fam.busyAfterStart)
	}
	if m.fam.onStart != nil {
		m.fam.onStart(m, booted)
	}
}

// audioBytes is how many bytes d of the present call's audio has.
func (m *Modem) audioBytes(d time.Duration) int {
	rate := m.fam.audio.rate
	if c := m.talking(); c != nil {
		rate = c.rate()
	}
	return int(time.Duration(rate)*d/time.Second) * 2
}

// startArmed begins the stream of a call that is connected, where the family
// wants it switched on before.
func (m *Modem) startArmed() {
	if m.pcm.armed {
		m.pcm.armed, m.pcm.streaming = false, true
	}
}

// controlFlow asks the program to pause or to go on, by what the modem keeps
// of its audio.
func (m *Modem) controlFlow(kept int) {
	f := m.fam.audio
	switch {
	case f.busy == 0:
	case !m.pcm.paused && kept > m.audioBytes(f.busy):
		m.pcm.paused = true
		m.queue(m.line("audio pause"))
	case m.pcm.paused && kept <= m.audioBytes(f.ready):
		m.pcm.paused = false
		m.queue(m.line("audio ready"))
	}
}
