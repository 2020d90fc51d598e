package serial

// huawei is Huawei's vendor number.
const huawei = "12d1"

// huaweiClasses tells the role of an interface of Huawei's by its class, subclass
// and protocol, as ModemManager's udev rules of 2026-07 have it.
var huaweiClasses = map[string]Role{
	"ff/01/01": RolePPP,
	"ff/01/02": RoleAT,
	"ff/02/01": RolePPP,
	"ff/02/02": RoleAT,
	"ff/01/05": RoleGPS,
	"ff/01/14": RoleGPS,
	"ff/06/14": RoleGPS,
}

// huaweiPorts tells the interfaces for commands and for the voice of calls, which is
// the port for diagnostics after AT^DDSETEX=2, by product: from the tables of
// chan_dongle and chan_quectel. They differ about the commands of the E171.
var huaweiPorts = map[string]struct{ at, voice int }{
	"1001": {2, 1},  // E1550 and others
	"140c": {3, 2},  // E17xx
	"1436": {4, 3},  // E1750
	"14ac": {4, 3},  // E153
	"1506": {-1, 2}, // E171
}

// huaweiOldRoles is the order of the ports of older sticks, whose interfaces have no
// class that tells.
var huaweiOldRoles = map[int]Role{0: RolePPP, 1: RoleAudio, 2: RoleAT}

// assignHuawei gives the ports of a Huawei stick their roles: by their class where it
// tells, then by product, then by their order.
func (d *Device) assignHuawei() {
	classed := false
	for i := range d.TTYs {
		t := &d.TTYs[i]
		if role, ok := huaweiClasses[t.Class]; ok {
			t.Role, t.Why = role, "class "+t.Class+" of Huawei's interfaces"
			classed = true
		}
	}
	ports, known := huaweiPorts[d.Product]
	for i := range d.TTYs {
		t := &d.TTYs[i]
		if t.Role != RoleUnknown {
			continue
		}
		old, listed := huaweiOldRoles[t.Interface]
		switch {
		case known && t.Interface == ports.voice:
			t.Role, t.Why = RoleAudio, "interface that chan_dongle takes the voice from"
		case known && !classed && t.Interface == ports.at:
			t.Role, t.Why = RoleAT, "interface that chan_dongle sends commands to"
		case !known && !classed && listed:
			t.Role, t.Why = old, "order of the ports of Huawei's older sticks"
		}
	}
}
