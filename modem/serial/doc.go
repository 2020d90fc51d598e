// Package serial opens the serial ports of a modem, on USB or on a UART, and finds
// out which ports there are and what they are for.
//
// # Usage
//
// A *[Ports] names a modem and is the transport that modem.Open takes:
//
//	m, err := modem.Open(ctx, &serial.Ports{AT: "/dev/ttyUSB2", Audio: "/dev/ttyUSB4"}, nil)
//	m, err := modem.Open(ctx, &serial.Ports{USB: "1-1.2"}, nil) // its ports by their role
//
// A modem that comes back under other names after a reset or an unplug is found
// again: by the USB socket it was in, by its IMEI, or by name where that is all
// there is. [Discover] lists the ports of the machine without sending a byte, and
// [Probe] asks one port who is there.
//
// # Ownership
//
// The streams belong to the caller, who must close them. Closing one unblocks its
// Read and Write. A port is opened for this program alone; where another one has
// it, the error is a *[HeldError] that names it where the system tells. The package
// starts no goroutine.
//
// # Systems
//
// On Linux everything works. On macOS and the BSDs ports are named by path, and
// [Discover] lists names only. On Windows ports are named as COM3, and [Discover]
// tells vendor and product but no roles, since Windows does not tell the interface.
// Elsewhere everything is errors.ErrUnsupported.
//
// # Limitations
//
// A USB port pays no attention to the baud rate. Hardware flow control is off.
package serial
