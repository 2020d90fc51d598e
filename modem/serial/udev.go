package serial

import (
	"fmt"
	"strings"
)

// UdevRule returns the text of a rule for udev, such as for
// /etc/udev/rules.d/99-callstack.rules: ModemManager leaves the device alone, members
// of the group dialout may open its ports, and those for commands and for audio are
// always /dev/modem-at and /dev/modem-audio. Two devices of the same product would
// get the same names. The rule holds after udevadm control --reload and a replug.
func (d Device) UdevRule() string {
	const access = `GROUP="dialout", MODE="0660"`
	var b strings.Builder
	if d.USB == "" {
		for _, t := range d.TTYs {
			fmt.Fprintf(&b, "SUBSYSTEM==\"tty\", KERNEL==\"%s\", %s\n", t.Path[strings.LastIndexByte(t.Path, '/')+1:], access)
		}
		return b.String()
	}
	device := fmt.Sprintf(`ATTRS{idVendor}=="%s", ATTRS{idProduct}=="%s", `, d.Vendor, d.Product)
	b.WriteString(device + "ENV{ID_MM_DEVICE_IGNORE}=\"1\"\n")
	b.WriteString(`SUBSYSTEM=="tty", ` + device + access + "\n")
	at, hasAT := d.Find(RoleAT)
	audio, hasAudio := d.Audio()
	for _, l := range []struct {
		name string
		port TTY
		ok   bool
	}{{"modem-at", at, hasAT}, {"modem-audio", audio, hasAudio}} {
		if l.ok {
			fmt.Fprintf(&b, "SUBSYSTEM==\"tty\", %sENV{ID_USB_INTERFACE_NUM}==\"%02x\", SYMLINK+=\"%s\"\n", device, l.port.Interface, l.name)
		}
	}
	return b.String()
}
