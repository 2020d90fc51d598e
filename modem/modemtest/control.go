package modemtest

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
