// Package realtime feeds what happens on an events.Bus to other programs, as it
// happens: over WebSocket (package ws), as server-sent events, or by a transport of
// the host's own.
//
// # Usage
//
// [NewHub] makes a hub of a bus, on which one or many modems publish. The host mounts
// its transports where it likes:
//
//	keys, err := realtime.APIKeyFile("/etc/pbx/keys")
//	...
//	hub := realtime.NewHub(m.Events(), &realtime.Config{Auth: keys})
//	defer hub.Close()
//	mux.Handle("GET /ws", ws.Handler(hub, nil))
//	mux.Handle("GET /events", hub.SSE())
//	server := &http.Server{Addr: "127.0.0.1:8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
//	server.RegisterOnShutdown(func() { _ = hub.Shutdown(context.Background()) })
//
// The last line is what ends the feed with the server: http.Server.Shutdown does not
// know of WebSockets, and waits for event streams without telling them.
//
// From a shell:
//
//	curl -N -H "Authorization: Bearer $KEY" "http://127.0.0.1:8080/events?events=sms.received,call.state"
//
// # The protocol
//
// This is version 1. Each message is one JSON object, with a "type" and an "id". What
// a client sends is read and means nothing. asyncapi.yaml, beside this file,
// describes all messages in AsyncAPI.
//
//	hello      the first message: "version", "events" (all names the hub carries),
//	           "selected_events", "epoch", "seq"; "recovered" to whoever asked to resume
//	<name>     an event: "timestamp" (RFC 3339, UTC), "data", "seq", and "modem", the
//	           Source of the event's header, unless that is empty
//	overflow   events were lost here: "dropped" says how many. With "from_seq" and
//	           "to_seq", this client was slow, and only what it selected counts; "lost"
//	           is what the hub lost in the midst of them. With "scope":"hub", the hub
//	           itself was slow, and all clients are told, whatever they selected
//	heartbeat  every 30 s: all that was selected up to "seq" was sent
//
// For example:
//
//	{"type":"hello","version":1,"events":["sms.received",...],"selected_events":["sms.received"],"epoch":"K7QZ3V5XJ2M4N","seq":41,"id":"K7QZ3V5XJ2M4N:41"}
//	{"type":"sms.received","timestamp":"2026-06-24T00:00:00Z","data":{"sender":"+155****0100",...},"id":"K7QZ3V5XJ2M4N:42","seq":42,"modem":"gsm0"}
//
// A client ignores types and members that it does not know: version 1 may get more of
// both. The request selects events with ?events=sms.received,call.state, over any
// transport; absent or blank means all, an unknown name is refused. The names are
// this library's and those of [Config.Events]; an event of another name never leaves
// the process.
//
// # What is promised
//
// Events come in the order in which they were published, the same for all clients.
// "seq" counts the events of the hub, so that it rises, and has holes where others
// were not selected. An event that was selected arrives once, or is counted in
// exactly one overflow. A newer event that is a state (signal.quality,
// network.registration, sms.storage: those with a method Coalesce() string, which
// returns a key) replaces an older one with the same name, source and key that was not
// sent yet, which is no loss.
//
// The hub waits for nobody. Publishing never blocks; each client has a queue, bounded
// by Config.QueueEvents and QueueBytes, that loses its oldest events first, with the
// overflow where they would have been. A client is closed for being slow only when a
// write to it, of 16 KiB or one message, is not through after 10 s.
//
// A client that was away resumes: it remembers the "id" of the last message that it
// saw, whatever the type, and comes back with ?since=<id> or the header
// Last-Event-ID, which wins. "recovered":true means that all that it missed follows,
// then what happens now, without gap or repeat. "recovered":false means that nothing
// is made up for: the hub was restarted, which "epoch" tells, or has too much behind
// it (Config.ReplayEvents, ReplayBytes, ReplayAge: 4096 events, 4 MiB, 15 minutes).
// It is never a part. A malformed id is refused in since, and not recovered in the
// header, which nobody could mend. After a restart, <epoch>:0 of the new hello is the
// place before all that the new hub has published: whoever comes back at once with
// that gets what happened before it was there. And what an overflow counts was
// dropped for one connection, not from what is kept: whoever wants it comes back with
// the id of the message before the overflow.
//
// An id is a place in the feed. Events have one each; a hello, a heartbeat and an
// overflow have that of the event that they stand behind, or for. Who looks for
// repeats looks at events only.
//
// Delivery is not acknowledged: what left the host before a connection broke counts
// as sent, and resuming is what makes up for it.
//
// # Privacy
//
// What a client sees follows from [Principal].Privacy. events.Masked, the zero value,
// masks phone numbers, shows texts and hides DTMF digits; events.Strict hides texts
// too, but for their length; events.Full shows all. Raw lines of a modem, keys of
// SIMs and serial numbers are in no event. The package logs connections by their ids:
// no key, number, text or reason for closing. Each level of an event is encoded once,
// however many clients there are.
//
// # Who may follow
//
// [Config].Auth guards every transport, before anything is upgraded. Nil refuses all.
// [APIKeys] and [APIKeyFile] take a random key of the header "Authorization: Bearer
// <key>"; [WithPrivacy] says what their clients see; [LoopbackOnly] lets in what runs
// on the same machine, and has to be written out. A func of the host's own may look
// at sessions or client certificates; it returns [ErrUnauthenticated],
// [ErrForbidden], or a [BusyError]. No credential stands in a URL, where logs would
// keep it. The feed itself is not encrypted: serve it with TLS, or behind a proxy
// that does, wherever it leaves the machine.
//
// Pages of other origins are refused unless Config.Origins names them. An address
// that fails to log in more than five times waits, from 1 s up to a minute, and
// [Limits] bound clients and handshakes. A refusal is JSON, {"error":"..."}, with a
// status:
//
//	400  events or since is malformed, or names what there is not
//	401  no valid credential
//	403  a valid one that may not, a page of another origin, or not from this machine
//	405  not GET
//	426  not the handshake of a WebSocket, where one is expected
//	429  too many logins that failed, or clients of this principal or address: Retry-After
//	500  a fault of the host, which its log tells
//	503  too many clients or handshakes, or the host shuts down: Retry-After
//
// # How it ends
//
// A WebSocket is closed with a code; an event stream just ends. What a client does:
//
//	1000 CloseNormal      nothing: it was asked for
//	1001 CloseGoingAway   the host shuts down, or the connection was lost: resume, after
//	                      a pause that grows
//	1008 ClosePolicy      it broke a rule of the feed, package ws tells which: not again
//	4001 CloseExpired     Principal.Expires has come: resume with another credential
//	4008 CloseTooSlow     it did not take in 10 s what was written: resume
//	no code               the connection was lost: resume
//
// # Browsers
//
// A page cannot set headers of a WebSocket. It gives its key as a subprotocol, in
// base64url, beside [Subprotocol], which alone is answered:
//
//	const enc = btoa(key).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
//	const url = "/ws" + (last ? "?since=" + encodeURIComponent(last) : "")
//	const feed = new WebSocket(url, ["callstack.v1", "callstack.key." + enc])
//	feed.onmessage = (e) => { const m = JSON.parse(e.data); last = m.id; ... }
//
// An EventSource sets no header either, and has no subprotocols. It is for hosts
// whose Auth looks at a cookie, or is LoopbackOnly; fetch can send the key and read
// the stream. It comes back by itself, 3 s after a connection was lost, with the last
// id: nothing is to be done for resuming. An answer other than 200 ends it for good,
// so a page that must survive 401, 429 or 503 makes a new one on an error with
// readyState 2, with ?since=<last id>.
//
// Browsers open six connections to a host over HTTP/1, event streams among them, for
// all of their tabs. Serve HTTP/2, or use WebSockets, where that is not enough.
//
// # Concurrency
//
// All methods may be called from any goroutine. A hub has one goroutine, which takes
// events off the bus and encodes them; a client has one while something is to be
// sent, and one while it is being closed. [Hub.Close] and [Hub.Shutdown] wait for all
// of them. A transport implements [Conn]: it calls [Hub.Admit] with the request,
// answers by [RefusedError.Respond] or upgrades, and gives the connection to
// [Hub.Attach].
//
// # Testing
//
// Package realtimetest has a client in memory, for tests of what a program's feed
// says, and a Conn that stalls and fails.
//
// # Limitations
//
// The feed goes one way: nothing is ordered by it. What is kept for clients that come
// back is in memory, and gone with the process. A hub is of one process; two of them
// do not share their clients. Compression is not offered: messages are short, and
// shared. Preflight requests (OPTIONS), which a page of another origin makes before a
// fetch with a key, are left to the host's middleware.
package realtime
