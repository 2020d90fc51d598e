package modem

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// onOwner opens a modem and runs f on its owner's goroutine.
func onOwner(t *testing.T, f func(o *owner)) *Modem {
	t.Helper()
	m, err := Open(t.Context(), &MockTransport{}, &Config{Watchdog: -1, NetworkPoll: -1})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, m.Close()) })
	synctest.Wait()
	require.True(t, m.ask(func() { f(m.own) }))
	return m
}

func TestCommandThatWasNotSentIsNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		onOwner(t, func(o *owner) {
			l := o.m.link()
			for range maxDeaf - 1 {
				o.noteHealth(l, atcmd.ErrNotSent)
			}
			o.noteHealth(l, voice.ErrEnded)
			assert.Equal(t, maxDeaf-1, o.health.deaf)
			o.noteHealth(l, nil)
			assert.Zero(t, o.health.deaf)

			o.asked, o.behind = 3, true
			o.noteAnswer(voice.ErrEnded)
			assert.True(t, o.behind)
			o.noteAnswer(atcmd.ErrTimeout)
			assert.True(t, o.behind)
			o.noteAnswer(atcmd.ErrRejected)
			assert.False(t, o.behind)
			assert.Zero(t, o.asked)
		})
	})
}

func TestModemThatIsOpenedIsNotGivenUpForSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		onOwner(t, func(o *owner) {
			o.ready = false
			for range maxDeaf + 1 {
				o.noteHealth(o.m.link(), atcmd.ErrTimeout)
			}
			assert.Empty(t, o.m.faults, "opening has limits of its own")
			o.ready = true
		})
	})
}

func TestFaultOfALinkThatIsGoneIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := onOwner(t, func(o *owner) {
			// A channel that the supervisor does not wait on: it may be faster than this.
			defer func(waited chan fault) { o.m.faults = waited }(o.m.faults)
			o.m.faults = make(chan fault, 1)
			o.m.faults <- fault{turn: o.turn - 1, err: errors.New("of an earlier link")}
			assert.Nil(t, o.unlink())
			o.distrust(ErrRestarted, false)
			require.Len(t, o.m.faults, 1)
			assert.Equal(t, fault{turn: o.turn, err: ErrRestarted}, <-o.m.faults, "the other would be in its way")
		})
		synctest.Wait()
		assert.Equal(t, Ready, m.State())
	})
}

func TestAudioThatIsToBeTriedAgainOverALinkThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := onOwner(t, func(o *owner) {
			c := o.add(voice.Incoming, voice.Ringing, events.Number("+12025550100"))
			o.audioLater(c, time.Second)
			o.unlink()
			o.audio.busy = true // by a command of the next link
		})
		time.Sleep(2 * time.Second)
		m.ask(func() {
			assert.True(t, m.own.audio.busy)
			m.own.audio.busy = false
		})
	})
}

func TestLossOfAnAudioPortThatWasReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		onOwner(t, func(o *owner) {
			before, now := newTestPort(newWire()), newTestPort(newWire())
			o.audioPort = now
			o.audioGone(o.turn, before, io.EOF)
			assert.Same(t, now, o.audioPort)
			assert.NoError(t, before.Close())
		})
	})
}

func TestNothingIsLeftOfALinkThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		onOwner(t, func(o *owner) {
			turn := o.turn
			o.askNetworkIn(time.Hour)
			o.setup, o.asked, o.behind = 1, 2, true
			o.twins = []twin{{line: "RING"}}
			o.net.busy, o.net.again, o.sim.busy = true, true, true
			o.health = health{busy: true, deaf: 2, echoed: true}
			o.poll.busy, o.poll.again, o.poll.then = true, true, []func(){func() {}}
			o.audio = audioSwitch{busy: true, silent: true, curing: true}
			assert.Nil(t, o.unlink())
			assert.Equal(t, turn+1, o.turn, "what is still told of it counts no more")
			assert.False(t, o.net.timer.Stop(), "it is stopped")
			assert.Zero(t, o.setup)
			assert.Zero(t, o.asked)
			assert.False(t, o.behind)
			assert.Empty(t, o.twins)
			assert.False(t, o.net.busy || o.net.again || o.sim.busy, "nobody would ask again")
			assert.Equal(t, health{}, o.health)
			assert.Equal(t, poll{turn: o.poll.turn}, o.poll)
			assert.Equal(t, audioSwitch{}, o.audio)
		})
	})
}

func TestWatchdogDoesNotDisturb(t *testing.T) {
	for name, busy := range map[string]func(o *owner){
		"the setting up of a call": func(o *owner) { o.setup = 1 },
		"the switching of audio":   func(o *owner) { o.audio.busy = true },
		"opening":                  func(o *owner) { o.ready = false },
		"a call":                   func(o *owner) { o.add(voice.Incoming, voice.Ringing, "") },
		"itself":                   func(o *owner) { o.health.busy = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				onOwner(t, func(o *owner) {
					busy(o)
					asked := o.asked
					o.watch()
					assert.Equal(t, asked, o.asked, "nothing is sent")
					o.unlink()
					o.ready = true
				})
			})
		})
	}
}

func TestSIMIsNotAskedForWhileNothingMayBeSent(t *testing.T) {
	for name, busy := range map[string]func(o *owner){
		"the setting up of a call": func(o *owner) { o.setup = 1 },
		"opening":                  func(o *owner) { o.ready = false },
		"another question for it":  func(o *owner) { o.sim.busy = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := onOwner(t, func(o *owner) {
					busy(o)
					asked := o.asked
					o.askSIM()
					assert.Equal(t, asked, o.asked)
					o.setup, o.ready, o.sim.busy = 0, true, false
				})
				before := len(m.transport.(*MockTransport).Written())
				time.Sleep(time.Second)
				assert.Len(t, m.transport.(*MockTransport).Written(), before+1, "but soon")
			})
		})
	}
}

func TestCureWaitsUntilNobodyIsHarmed(t *testing.T) {
	for name, busy := range map[string]func(o *owner, on bool){
		"a handler":                func(o *owner, on bool) { o.running = map[bool]int{true: 1}[on] },
		"the setting up of a call": func(o *owner, on bool) { o.setup = map[bool]int{true: 1}[on] },
		"opening":                  func(o *owner, on bool) { o.ready = !on },
		"closing":                  func(o *owner, on bool) { o.closing = on },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := onOwner(t, func(o *owner) {
					l := *o.m.link()
					p := *l.profile
					p.Audio.ResetCures = true
					l.profile = &p
					l.publish(o.m)
					o.audio.silent = true
					busy(o, true)
					o.cure()
				})
				resets := func() int {
					n := 0
					for _, line := range m.transport.(*MockTransport).Written() {
						if line == "AT+CFUN=1,1" {
							n++
						}
					}
					return n
				}
				time.Sleep(cureAfter + time.Second)
				assert.Zero(t, resets())
				m.ask(func() {
					busy(m.own, false)
					m.own.cure()
				})
				time.Sleep(cureAfter + time.Second)
				assert.Equal(t, 1, resets())
			})
		})
	}
}
