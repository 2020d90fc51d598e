package ws

import "encoding/binary"

// First bytes of unfragmented frames (RFC 6455, 5.2): FIN and an opcode.
const (
	textFrame  = 0x81
	closeFrame = 0x88
	pingFrame  = 0x89
)

// appendText appends an unmasked text frame to b, as a server sends them.
func appendText(b, payload []byte) []byte {
	switch n := len(payload); {
	case n <= 125:
		b = append(b, textFrame, byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, textFrame, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, textFrame, 127), uint64(n))
	}
	return append(b, payload...)
}

// control tells whether p is one whole unmasked control frame (RFC 6455, 5.5).
func control(p []byte) bool {
	return len(p) >= 2 && p[0]&0xF8 == closeFrame && p[1] <= 125 && len(p) == 2+int(p[1])
}
