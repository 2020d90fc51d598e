package modemtest

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Reports tells whether a modem has a second AT port, and on which of the two it
// sends the lines that come by themselves.
type Reports int

const (
	// OnePort is a modem without a second AT port.
	OnePort Reports = iota
	// ReportsOnFirst sends them on the first port, where most programs talk.
	ReportsOnFirst
	// ReportsOnSecond sends them on the second port only: a program that has
	// just the first open does not learn of calls.
	ReportsOnSecond
	// ReportsOnBoth sends each of them on both ports.
	ReportsOnBoth
)

// String says it in a few words.
func (r Reports) String() string {
	return nameOf(r, "Reports", "one port", "reports on the first", "reports on the second", "reports on both")
}

// OpenReports opens the second AT port. It fails as OpenAT does, and with
// [errors.ErrUnsupported] if Config.Reports says that there is none.
//
// The port takes commands as the first one does, at the same time. Echo, and how
// results look (ATE, ATV, ATQ), are each port's own; all other settings, and the
// calls, are the modem's. Which lines come by themselves here, Config.Reports
// says until a command of the family does (AT+CATR).
func (m *Modem) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cfg.Reports == OnePort {
		return nil, fmt.Errorf("modemtest: %s has no second AT port: %w", m.fam.name, errors.ErrUnsupported)
	}
	if err := m.mayOpen(ctx, m.second != nil); err != nil {
		return nil, err
	}
	m.second = m.openPort(1)
	return m.second, nil
}

// reportsNowhere sends them on none: a command can lead them to a port that no
// program has, such as a second one of a modem with one.
const reportsNowhere Reports = -1

// reportPorts returns the open ports that what comes by itself goes to.
func (m *Modem) reportPorts() []*atPort {
	var ports []*atPort
	to := m.set.reports
	if m.at != nil && to != ReportsOnSecond && to != reportsNowhere {
		ports = append(ports, m.at)
	}
	if m.second != nil && (to == ReportsOnSecond || to == ReportsOnBoth) {
		ports = append(ports, m.second)
	}
	return ports
}
