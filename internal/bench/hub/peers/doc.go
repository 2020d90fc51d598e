// Package peers serves hubs to be measured: usual ways of sending each event to
// many WebSocket clients, floors that are the least code for it, and this
// library's feed. All send the same events and are asked by the same paths.
package peers
