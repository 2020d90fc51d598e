package modem

import (
	"context"
	"sync/atomic"
)

// revocable is the context of a command about a call that may be over, or is to be
// hung up, before the command's turn comes. To cancel it would end the command
// also when it was written: then its answer would be nobody's, and the dialogue
// had to be brought back in step. So revoking touches only what Err tells, which
// is asked before a command is written.
type revocable struct {
	context.Context
	cancel  context.CancelFunc // gives a command up that was written, too
	revoked atomic.Bool
}

func newRevocable() *revocable {
	ctx, cancel := context.WithCancel(context.Background())
	return &revocable{Context: ctx, cancel: cancel}
}

// revoke keeps the command from being written, if it was not.
func (r *revocable) revoke() { r.revoked.Store(true) }

// Err tells whether the command is not to be written any more.
func (r *revocable) Err() error {
	if r.revoked.Load() {
		return context.Canceled
	}
	return r.Context.Err()
}
