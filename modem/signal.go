package modem

import (
	"context"
	"fmt"

	"github.com/callstack-go/callstack/atcmd"
)

// Signal is the strength of the network's signal, as AT+CSQ tells it.
type Signal struct {
	// Known is false where the modem does not know, as without a network.
	Known bool
	// DBm is the received power in dBm, about -113 to -51. The ends mean "or
	// less" and "or more".
	DBm int
}

// String returns the power with its unit, or "unknown".
func (s Signal) String() string {
	if !s.Known {
		return "unknown"
	}
	return fmt.Sprintf("%d dBm", s.DBm)
}

// Bars returns what a phone would show: 0 (none) to 4.
func (s Signal) Bars() int {
	switch {
	case !s.Known || s.DBm < -109:
		return 0
	case s.DBm < -93:
		return 1
	case s.DBm < -83:
		return 2
	case s.DBm < -73:
		return 3
	}
	return 4
}

// Signal asks the modem for the strength of the signal (AT+CSQ).
func (m *Modem) Signal(ctx context.Context) (Signal, error) {
	resp, err := m.exec(ctx, atcmd.Command{Text: "AT+CSQ", Answers: true})
	if err != nil {
		return Signal{}, m.failed("signal: ", err)
	}
	for _, line := range resp.Lines {
		if s, ok := parseCSQ(line); ok {
			m.post(func() { m.own.signal(s) })
			return s, nil
		}
	}
	return Signal{}, fmt.Errorf("modem: signal: %w", errNoLine)
}

// parseCSQ reads "+CSQ: <rssi>,<ber>" (3GPP TS 27.007, 8.5). Codes from 100 on are
// those of TD-SCDMA, one dBm each from -116; 99 and 199 mean unknown, and so does
// what is out of range.
func parseCSQ(line string) (Signal, bool) {
	name, args := atcmd.Parse(line)
	if name != "+CSQ" || len(args) == 0 {
		return Signal{}, false
	}
	code, ok := args[0].Int()
	switch {
	case !ok || code < 0:
		return Signal{}, false
	case code <= 31:
		return Signal{Known: true, DBm: -113 + 2*code}, true
	case code >= 100 && code <= 191:
		return Signal{Known: true, DBm: -116 + code - 100}, true
	}
	return Signal{}, true
}
