package modem

import (
	"io"
	"net"
)

// TCPDialer returns what a TCP dials with.
func TCPDialer(t *TCP) *net.Dialer { return t.dialer() }

// TCPConn returns the connection of a port that a TCP has opened.
func TCPConn(port io.ReadWriteCloser) net.Conn { return port.(*tcpPort).Conn }
