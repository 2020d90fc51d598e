package serial_test

import (
	"context"
	"fmt"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// A modem named twice: what is wrong is told before anything is opened.
func Example() {
	ports := &serial.Ports{AT: "/dev/ttyUSB2", USB: "1-1.2"}
	m, err := modem.Open(context.Background(), ports, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	// Output:
	// modem: open: AT port: serial: Ports names a modem by AT and by USB: set one of them
}

// What to put into /etc/udev/rules.d for the SIM7600 in a socket.
func ExampleDevice_UdevRule() {
	d := serial.Device{USB: "1-1.2", Vendor: "1e0e", Product: "9001", TTYs: []serial.TTY{
		{Path: "/dev/ttyUSB2", Interface: 2, Role: serial.RoleAT},
		{Path: "/dev/ttyUSB4", Interface: 4, Role: serial.RoleAudio},
	}}
	fmt.Print(d.UdevRule())
	// Output:
	// ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_MM_DEVICE_IGNORE}="1"
	// SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", GROUP="dialout", MODE="0660"
	// SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_USB_INTERFACE_NUM}=="02", SYMLINK+="modem-at"
	// SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_USB_INTERFACE_NUM}=="04", SYMLINK+="modem-audio"
}

// The rule for a UART of the board.
func ExampleDevice_UdevRule_uart() {
	fmt.Print(serial.Device{TTYs: []serial.TTY{{Path: "/dev/ttyAMA0"}}}.UdevRule())
	// Output:
	// SUBSYSTEM=="tty", KERNEL=="ttyAMA0", GROUP="dialout", MODE="0660"
}
