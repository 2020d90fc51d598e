package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keys are the paths of all keys of a report, but those of lists' members.
func keys(prefix string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			into[strings.TrimPrefix(prefix+"."+k, ".")] = true
			keys(prefix+"."+k, member, into)
		}
	case []any:
		for _, member := range v {
			keys(prefix, member, into)
		}
	}
}

// The keys of version 1. One that goes, or means something else, makes a version 2.
const keysOfVersion1 = `
version result devices modems findings
devices.usb devices.vendor devices.product devices.maker devices.name devices.modem devices.modemmanager devices.ports
devices.ports.path devices.ports.lasting devices.ports.interface devices.ports.driver devices.ports.role devices.ports.why
devices.ports.uart devices.ports.group devices.ports.mode devices.ports.access devices.ports.holders
devices.ports.holders.pid devices.ports.holders.command
modems.at modems.at_why modems.audio modems.audio_why modems.uart modems.opened modems.answers modems.baud modems.go modems.udev
modems.modem modems.modem.manufacturer modems.modem.model modems.modem.revision modems.modem.profile
modems.modem.imei modems.modem.imsi modems.modem.iccid modems.modem.sim modems.modem.sim.state modems.modem.sim.pin_attempts
modems.modem.registration modems.modem.registration.status modems.modem.registration.access modems.modem.registration.voice
modems.modem.signal modems.modem.signal.known modems.modem.signal.dbm modems.modem.signal.bars
modems.modem.capabilities modems.modem.capabilities.voice modems.modem.capabilities.messages
modems.modem.capabilities.keys modems.modem.capabilities.audio_rate
findings.severity findings.id findings.port findings.text findings.remedy
`

func TestKeysOfTheJSON(t *testing.T) {
	t.Parallel()
	two, yes := 2, true
	whole := report{
		Devices: []device{{"1-1", "1e0e", "9001", "S", "S", true, true, []port{
			{"/dev/ttyUSB2", "/dev/x", &two, "option", "at", "known", true, "dialout", "0660", &yes, []holder{{1, "init"}}},
		}}},
		Modems: []checkup{{
			"/dev/ttyUSB2", "known", "/dev/ttyUSB4", "known", true, true, true, 9600,
			&vitals{"a", "b", "c", "d", "e", "f", "g", sim{"ready", &two}, registration{"home", "LTE", true}, signalLevel{}, capabilities{}},
			"&serial.Ports{}", "rule",
		}},
		Findings: []finding{{fault, "held", "/dev/ttyUSB2", "held", "end it"}},
	}
	data, err := json.Marshal(whole)
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(data, &v))
	got := map[string]bool{}
	keys("", v, got)
	for key := range strings.FieldsSeq(keysOfVersion1) {
		assert.True(t, got[key], "%s is missing", key)
		delete(got, key)
		assert.Contains(t, doctorCodes, key[strings.LastIndexByte(key, '.')+1:], "-h explains it")
	}
	assert.Empty(t, got, "keys that are not listed")
}
