package modem

import (
	"context"
	"slices"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// leftoverTries is how many commands are tried to end calls that were left up.
const leftoverTries = 4

// clearCalls hangs up calls that are up before anybody here has made one: of a
// program that ended without Close, or of a link that was lost. Nobody talks in them,
// somebody pays for them, and no other call could be made beside them. One that rings
// is left for the handler.
func (p *opening) clearCalls(ctx context.Context) error {
	commands := p.profile.Hangup
	if len(commands) == 0 {
		commands = generic.Hangup
	}
	for try := range leftoverTries {
		resp, err := p.conn.Exec(ctx, atcmd.Command{Text: "AT+CLCC", Timeout: listTimeout})
		if isConnectionLost(err) || ctx.Err() != nil {
			return err
		}
		all, _ := parseList(resp.Lines)
		if !slices.ContainsFunc(all, listed.goesOn) {
			return nil
		}
		p.cleared = true
		if try == 0 {
			p.m.log.WarnContext(ctx, "a call is up that nobody here has made: hanging it up")
		}
		cmd := hangupCommand(commands[try%len(commands)])
		if _, err := p.conn.Exec(ctx, cmd); isConnectionLost(err) || ctx.Err() != nil {
			return err
		}
		if err := pause(ctx, hangupAgain); err != nil {
			return err
		}
	}
	return nil
}

// goesOn tells whether a listed call is more than one that somebody makes to us.
func (l listed) goesOn() bool {
	switch l.state {
	case voice.Ringing, voice.Waiting:
		return false
	default:
		return true
	}
}
