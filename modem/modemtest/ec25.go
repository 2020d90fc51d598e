package modemtest

import "slices"

// The ways of the audio of an EC25: AT+QPCMV=1,mode and AT+QAUDMOD=mode.
const (
	pcmOnNMEA = 0
	pcmOnUAC  = 2
	audioUSB  = 3
)

// commandsEC25 are those of the EC25 manual, and of the drivers that use its
// audio.
func commandsEC25() map[string]spec {
	return withCommands(commandsQuectel(), []spec{
		numbers("^DSCI", 1, field{func(s *settings) *int { return &s.dsci }, 0, 1}),
		{name: "+QINDCFG", set: indications(qindKinds[:])},
		{
			name: "+QPCMV", set: switchVoice,
			read: func(m *Modem, _ command) result {
				return okay(m.line("+QPCMV?", bit(m.pcm.on), m.vendor.pcmMode))
			},
			test: func(m *Modem, _ command) result { return okay(m.line("+QPCMV=?")) },
		},
		{
			name: "+QAUDMOD", set: chooseAudio,
			read: func(m *Modem, _ command) result { return okay(m.line("+QAUDMOD?", m.vendor.audioMode)) },
			test: func(m *Modem, _ command) result { return okay(m.line("+QAUDMOD=?")) },
		},
		{name: "+QGPSCFG", set: configureGPS},
	})
}

// switchVoice is AT+QPCMV=0 and AT+QPCMV=1,mode. Audio flows on the port in the
// next call that is connected, if the mode is the NMEA port's and AT+QAUDMOD is
// 3. In a call that is up it is accepted and does nothing.
func switchVoice(m *Modem, c command) result {
	on, ok := c.args[0].number(0, 1)
	if !ok || len(c.args) != 1+on {
		return failed
	}
	if on == 0 {
		m.stopStream()
		m.pcm = pcm{}
		return okay()
	}
	mode, ok := c.args[1].number(pcmOnNMEA, pcmOnUAC)
	if !ok {
		return failed
	}
	m.vendor.pcmMode = mode
	m.pcm.on = true
	if m.talking() == nil {
		m.pcm.armed = mode == pcmOnNMEA && m.vendor.audioMode == audioUSB && m.vendor.gpsPort == "none"
	}
	return okay()
}

// chooseAudio is AT+QAUDMOD, which is kept across restarts.
func chooseAudio(m *Modem, c command) result {
	mode, ok := c.args[0].number(0, audioUSB)
	if !ok || len(c.args) != 1 {
		return failed
	}
	m.vendor.audioMode = mode
	return okay()
}

// configureGPS is AT+QGPSCFG="outport"[,port], which is kept across restarts.
// As long as positions go to the NMEA port there is no room for audio on it.
func configureGPS(m *Modem, c command) result {
	if c.args[0].text != "outport" || len(c.args) > 2 {
		return failed
	}
	if len(c.args) == 1 {
		return okay(m.line("+QGPSCFG", orElse(m.vendor.gpsPort, "usbnmea")))
	}
	port := c.args[1].text
	if !slices.Contains([]string{"none", "usbnmea", "uartdebug"}, port) {
		return failed
	}
	m.vendor.gpsPort = port
	return okay()
}
