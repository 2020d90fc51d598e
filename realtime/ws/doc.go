// Package ws carries the feed of a realtime.Hub over WebSocket (RFC 6455).
//
//	mux.Handle("GET /ws", ws.Handler(hub, nil))
//
// Each message of the feed is one text frame. A client sends nothing that means
// anything: its messages are read and dropped. A key goes into the Authorization
// header, or, from a browser, which cannot set one, into the list of subprotocols
// beside [realtime.Subprotocol], which must be there too: that alone is answered, so
// that the key comes back in no header.
//
// A connection is closed with one of these codes:
//
//	1000  the client closed it, or the host did with realtime.CloseNormal
//	1001  the hub shuts down, or no pong came; a client may come back
//	1002  the client broke RFC 6455
//	1008  the client sent more than 120 messages and pings within a minute, or more
//	      bytes than so many may have
//	1009  the client sent a message over Config.ReadLimit
//	4001  the client's credential has expired
//	4008  the client did not take what was written to it within Config.WriteTimeout
//
// What was cut within a frame cannot be closed with a code: a client that is too slow
// may see its connection end without one.
//
// The handler returns as soon as the connection is made. Deadlines of the http.Server
// end with it, and its Shutdown does not know the connection: realtime.Hub.Shutdown
// closes it. A middleware around the handler must let it take the connection over: its
// http.ResponseWriter is an http.Hijacker, or has an Unwrap method that leads to one.
// What http.TimeoutHandler gives has neither.
package ws
