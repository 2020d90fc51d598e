package serial

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Role is what a port of a modem is for.
type Role string

// The roles of ports.
const (
	// RoleUnknown is that of a port of which nothing is known. Asking is the only
	// way: see [Probe].
	RoleUnknown Role = ""
	// RoleAT takes AT commands and sends reports: the one to use.
	RoleAT Role = "at"
	// RoleAT2 takes AT commands too.
	RoleAT2 Role = "at2"
	// RolePPP takes AT commands, and data connections go over it.
	RolePPP Role = "ppp"
	// RoleAudio carries the voice of calls as PCM.
	RoleAudio Role = "audio"
	// RoleGPS sends positions (NMEA 0183).
	RoleGPS Role = "gps"
	// RoleDiag speaks the chip maker's diagnostic protocol.
	RoleDiag Role = "diag"
	// RoleIgnore is of no use, or does harm: debug output, firmware updates.
	RoleIgnore Role = "ignore"
)

// String returns the role's name, "unknown" for [RoleUnknown].
func (r Role) String() string {
	if r == RoleUnknown {
		return "unknown"
	}
	return string(r)
}

// layout is a row of the table of roles: interface numbers with the role of each,
// for some products of a vendor.
type layout struct {
	vendor, roles, products string
}

// corrections are added to the table, where it says nothing.
var corrections = []layout{
	// SIMCom SIM7600 as RNDIS device. The A7600, which has the same numbers, has no
	// such interface.
	{"1e0e", "6:audio", "9011"},
	// Quectel EC20, early firmware (the kernel's driver option).
	{"05c6", "0:diag 1:gps 2:at 3:at2", "9215"},
}

// voiceOverGPS are modems whose port for positions carries the voice of calls
// after AT+QAUDMOD=3, AT+QGPSCFG="outport","none" and AT+QPCMV=1,0: Quectel's with a
// chip of the MDM9x07 family, as chan_quectel uses them.
var voiceOverGPS = []string{"2c7c:0121", "2c7c:0125", "2c7c:0191", "2c7c:0195", "05c6:9215"}

// table is the layouts by "vendor:product" and interface number.
var table = sync.OnceValue(func() map[string]map[int]Role {
	m := map[string]map[int]Role{}
	for _, l := range slices.Concat(layouts, corrections) {
		roles := parseRoles(l.roles)
		for product := range strings.FieldsSeq(l.products) {
			id := l.vendor + ":" + product
			if m[id] == nil {
				m[id] = map[int]Role{}
			}
			maps.Copy(m[id], roles)
		}
	}
	return m
})

// parseRoles reads "0:diag 2:at".
func parseRoles(s string) map[int]Role {
	m := map[int]Role{}
	for field := range strings.FieldsSeq(s) {
		number, role, _ := strings.Cut(field, ":")
		if n, err := strconv.Atoi(number); err == nil {
			m[n] = Role(role)
		}
	}
	return m
}

// assign gives the ports of a USB device their roles.
func (d *Device) assign() {
	id := d.Vendor + ":" + d.Product
	for i := range d.TTYs {
		t := &d.TTYs[i]
		if role, ok := table()[id][t.Interface]; ok {
			t.Role, t.Why = role, "interface "+strconv.Itoa(t.Interface)+" of "+id+" in the table of roles"
		}
	}
	if d.Vendor == huawei {
		d.assignHuawei()
	}
	for i := range d.TTYs {
		t := &d.TTYs[i]
		t.Voice = t.Voice || t.Role == RoleAudio || t.Role == RoleGPS && slices.Contains(voiceOverGPS, id)
	}
}
