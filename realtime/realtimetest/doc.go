// Package realtimetest follows a feed of package realtime without a network, for
// tests of programs that have one, and of transports and hubs.
//
// # Usage
//
// [Dial] admits a [Client] to a hub as if a request had come from the same machine,
// and waits for the hello. The test makes its program do something and awaits what
// the feed says of it:
//
//	feed, err := realtimetest.Dial(ctx, hub, &realtimetest.Config{Events: []string{"call.state"}})
//	require.NoError(t, err)
//	t.Cleanup(feed.Close)
//	...
//	msg, err := feed.Await(ctx, "call.state")
//
// Auth, filter, resume and limits are the hub's own: what a hub refuses, Dial
// returns as a [*realtime.RefusedError]. [Client.Stall] makes a client that reads
// nothing, and [Client.LastID] is where another one goes on.
//
// [Conn] is the transport alone, for tests that call Admit and Attach themselves.
//
// # Time
//
// Clients work in virtual time within testing/synctest, and in real time without.
// Within a bubble, make the hub and the clients in it, close both before it ends, and
// give every wait a context with a deadline: a hub's heartbeat keeps a stuck test
// from ever being a deadlock.
package realtimetest
