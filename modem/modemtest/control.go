package modemtest

import (
	"slices"
	"time"
)

// SetSignal changes what AT+CSQ says: rssi 0 to 31, or 99 for unknown, and ber
// 0 to 7 or 99 (27.007, 8.5).
func (m *Modem) SetSignal(rssi, ber int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := m.network.rssi != rssi || m.network.ber != ber
	m.network.rssi, m.network.ber = rssi, ber
	if changed && m.set.autoCSQ == 1 && m.set.autoCSQChanged == 1 {
		m.queue(m.signal())
	}
	if changed && m.fam.onSignal != nil {
		m.fam.onSignal(m)
	}
}

// SetRegistration changes the registration to stat, one of +CREG's: 0 none, 1
// home, 2 searching, 3 denied, 5 roaming, 6 SMS only (27.007, 7.2). Voice
// calls are possible with 1 and 5. Calls that are up go on.
func (m *Modem) SetRegistration(stat int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.network.registration = stat
	m.register(stat)
}

// SetMode changes the network mode of AT+CNSMOD (SIM7600): 1 GSM, 4 WCDMA, 8
// LTE.
func (m *Modem) SetMode(mode int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := m.network.mode != mode
	m.network.mode = mode
	if changed && m.set.cnsmod == 1 {
		m.queue(m.line("+CNSMOD", mode))
	}
}

// slotState is the SIM's slot.
type slotState struct {
	since time.Time // when the modem, or the card in it, was started
	card  int       // counts the cards that were taken out
}

// RemoveSIM takes the card out of a running modem: calls end, the registration is
// lost, and the modem says so in the way of its family, if it has one. Commands
// that need a SIM fail from now on, with +CME ERROR: 10 (27.007, 9.2.1). Without
// a card it is a no-op.
func (m *Modem) RemoveSIM() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sim.State == SIMAbsent {
		return
	}
	m.sim.State = SIMAbsent
	m.slot.card++
	m.saySIM(false)
	for _, c := range slices.Clone(m.calls) {
		m.finish(c, EndedNoService)
	}
	m.register(0)
}

// InsertSIM puts a card into a running modem, in place of the one that was there
// if need be. If it wants nothing the modem registers with it, after
// [SIM.Busy], see [Modem.WaitReachable]; if it wants a PIN it waits for it. A later
// reset finds this card.
func (m *Modem) InsertSIM(card SIM) {
	m.RemoveSIM()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sim = card.withDefaults()
	m.cfg.SIM = m.sim
	m.slot.since = time.Now()
	if card.State == SIMAbsent || m.supply.off {
		return
	}
	m.saySIM(true)
	if m.sim.State == SIMReady {
		m.laterWithCard(m.sim.Busy, m.simBecomesReady)
	}
}

// saySIM tells that the card is there, or gone.
func (m *Modem) saySIM(there bool) {
	name := "SIM gone"
	if there {
		name = "SIM there"
	}
	switch {
	case m.fam.onSIM != nil:
		m.fam.onSIM(m, there)
	case m.knows(name):
		m.queue(m.line(name))
	}
	if there && m.sim.State == SIMPIN && m.knows("SIM gone") {
		m.queue(m.line("+CPIN PIN"))
	}
}
