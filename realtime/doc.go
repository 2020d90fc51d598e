// Package realtime feeds what happens on an events.Bus to other programs, as it
// happens: over WebSocket (package ws), as server-sent events, or by a transport
// of the host's own.
package realtime
