package modemtest_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// allPorts opens whatever a modem with a second port has.
func allPorts(t *testing.T, ctx context.Context, sim *modemtest.Modem) map[string]io.ReadWriteCloser {
	t.Helper()
	ports := map[string]io.ReadWriteCloser{}
	for name, open := range openers(sim) {
		port, err := open(ctx)
		require.NoError(t, err, name)
		ports[name] = port
	}
	return ports
}

func openers(sim *modemtest.Modem) map[string]func(context.Context) (io.ReadWriteCloser, error) {
	return map[string]func(context.Context) (io.ReadWriteCloser, error){
		"AT": sim.OpenAT, "audio": sim.OpenAudio, "reports": sim.OpenReports,
	}
}

func TestUnplug(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnFirst})
		term := dial(t, sim).quiet()
		term.ok("AT+CLIP=1")
		term.hangUp()
		ports := allPorts(t, ctx, sim)
		caller := sim.Call("+12025550100")
		time.Sleep(time.Second)
		sim.Unplug()
		sim.Unplug()
		end, ended := caller.Ended()
		assert.True(t, ended)
		assert.Equal(t, modemtest.EndedByModem, end)
		raw, err := io.ReadAll(ports["AT"])
		assert.Equal(t, "\r\nRING\r\n\r\n+CLIP: \"+12025550100\",145,,,,0\r\n", string(raw), "what was sent is read first")
		require.ErrorIs(t, err, syscall.EIO)
		for name, port := range ports {
			n, err := port.Read(make([]byte, 10))
			assert.Zero(t, n, name)
			require.ErrorIs(t, err, syscall.EIO, name)
			_, err = port.Write([]byte("AT\r"))
			require.ErrorIs(t, err, syscall.EIO, name)
			require.NoError(t, port.Close(), name)
			_, err = openers(sim)[name](ctx)
			require.ErrorIs(t, err, fs.ErrNotExist, name)
		}
		end, _ = sim.Call("+12025550100").Ended()
		assert.Equal(t, modemtest.EndedNoService, end, "nobody reaches it")
		sim.SetRegistration(1)
		sim.Reset()
		sim.ResetSilently()
		end, _ = sim.Call("+12025550100").Ended()
		assert.Equal(t, modemtest.EndedNoService, end, "it has no power to be reset")
		time.Sleep(time.Hour)

		sim.Replug()
		sim.Replug()
		term = dial(t, sim)
		term.next("RDY")
		term.next("PB DONE")
		assert.Equal(t, []string{"AT+CLIP?", "+CLIP: 0,1", "OK"}, term.exec("AT+CLIP?"), "nothing was stored")
		assert.Equal(t, []string{"AT+CREG?", "+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
		assert.Zero(t, sim.Stats().Resets, "no command did that")
	})
}

// TestUnplugLetsAllGo: readers, a writer at a stalled port, and a command that
// waits.
func TestUnplugLetsAllGo(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Reports: modemtest.ReportsOnBoth})
		ports := allPorts(t, ctx, sim)
		_, err := ports["AT"].Write([]byte("ATD+12025550100;\r"))
		require.NoError(t, err)
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		sim.StallAudio(modemtest.Forever)
		var wg sync.WaitGroup
		for _, port := range ports {
			wg.Go(func() {
				_, err := io.Copy(io.Discard, port)
				assert.ErrorIs(t, err, syscall.EIO)
			})
		}
		wg.Go(func() {
			_, err := ports["audio"].Write(make([]byte, 320))
			assert.ErrorIs(t, err, syscall.EIO)
		})
		synctest.Wait()
		sim.Unplug()
		wg.Wait()
		end, _ := callee.Ended()
		assert.Equal(t, modemtest.EndedByModem, end)
	})
}

func TestWaitPlugged(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := modemtest.New(nil)
		gone, err := sim.WaitPlugged(ctx)
		require.NoError(t, err)
		again, err := sim.WaitPlugged(ctx)
		require.NoError(t, err)
		assert.Equal(t, gone, again)
		select {
		case <-gone:
			t.Error("it is there")
		default:
		}
		sim.Unplug()
		<-gone
		soon, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = sim.WaitPlugged(soon)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var wg sync.WaitGroup
		wg.Go(func() {
			gone, err = sim.WaitPlugged(ctx)
			assert.NoError(t, err)
		})
		synctest.Wait()
		sim.Replug()
		wg.Wait()
		sim.Unplug()
		sim.Replug()
		<-gone // it came back, but this plug was pulled
		gone, err = sim.WaitPlugged(ctx)
		require.NoError(t, err)
		require.NoError(t, sim.Close())
		<-gone
		_, err = sim.WaitPlugged(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
	})
}

func TestCloseLetsThoseGoWhoWaitForThePlug(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := modemtest.New(nil)
		sim.Unplug()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := sim.WaitPlugged(ctx)
			assert.ErrorIs(t, err, modemtest.ErrClosed)
		})
		synctest.Wait()
		require.NoError(t, sim.Close())
		wg.Wait()
		sim.Replug()
		_, err := sim.OpenAT(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
	})
}

// TestResetCommandsTakeThePortsAway: OK comes first, and the ports are back
// after 5 s to 20 s.
func TestResetCommandsTakeThePortsAway(t *testing.T) {
	tests := map[string]struct {
		cfg      modemtest.Config
		from, to time.Duration
	}{
		"AT+CFUN=1,1": {modemtest.Config{Calm: true}, 5 * time.Second, 5 * time.Second},
		"AT+CRESET":   {modemtest.Config{Seed: 3}, 5 * time.Second, 20 * time.Second},
		"AT^RESET":    {modemtest.Config{Family: modemtest.Huawei, Calm: true}, 5 * time.Second, 5 * time.Second},
		"at+cfun=1,1": {modemtest.Config{Reboot: 40 * time.Second}, 40 * time.Second, 40 * time.Second},
	}
	for command, tt := range tests {
		t.Run(command, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &tt.cfg)
				term := dial(t, sim).quiet()
				gone, err := sim.WaitPlugged(ctx)
				require.NoError(t, err)
				term.ok(command)
				<-gone
				start := time.Now()
				_, err = sim.OpenAT(ctx)
				require.ErrorIs(t, err, fs.ErrNotExist)
				_, err = sim.WaitPlugged(ctx)
				require.NoError(t, err)
				assert.GreaterOrEqual(t, time.Since(start), tt.from)
				assert.LessOrEqual(t, time.Since(start), tt.to)
				term.hangUp()
				term = dial(t, sim)
				if tt.cfg.Family == modemtest.Huawei {
					term.next("^SIMST:1")
				} else {
					term.next("RDY")
				}
				assert.Equal(t, 1, sim.Stats().Resets)
			})
		})
	}
}

func TestResetsAreCountedByCommand(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		for _, command := range []string{"AT+CFUN=1,1", "AT+CRESET", "AT+CRESET"} {
			term := dial(t, sim)
			term.ok(command)
			term.again(ctx, sim).hangUp()
		}
		sim.Reset()
		stats := sim.Stats()
		assert.Equal(t, 3, stats.Resets)
		assert.Equal(t, map[string]int{"AT+CFUN=1,1": 1, "AT+CRESET": 2}, stats.ResetsBy)
		stats.ResetsBy["AT+CRESET"] = 7
		assert.Equal(t, 2, sim.Stats().ResetsBy["AT+CRESET"], "a copy")
	})
}

// TestAResetOnAUART leaves the port, whose echo and start tell of it.
func TestAResetOnAUART(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.SIM868})
		term := dial(t, sim).quiet()
		term.ok("AT+IPR=115200", "ATE1", "AT&W", "ATE0")
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("AT+CFUN=1,1")
		term.next("RDY")
		require.NoError(t, caller.WaitEnded(ctx))
		assert.Equal(t, []string{"AT", "OK"}, term.exec("AT"))
		assert.Equal(t, 1, sim.Stats().Resets)
	})
}

// TestAHandAtTheCableComesFirst: a modem that is unplugged while it resets stays
// away, and one that is plugged in then is there at once.
func TestAHandAtTheCableComesFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim)
		term.ok("AT+CRESET")
		sim.Unplug() // before it goes by itself
		time.Sleep(time.Minute)
		_, err := sim.OpenAT(ctx)
		require.ErrorIs(t, err, fs.ErrNotExist)
		sim.Replug()
		term.hangUp()
		term = dial(t, sim)
		term.ok("AT+CRESET")
		time.Sleep(time.Second)
		sim.Replug()
		term.hangUp()
		term = dial(t, sim)
		time.Sleep(time.Minute)
		term.ok("AT")
		gone, err := sim.WaitPlugged(ctx)
		require.NoError(t, err)
		term.ok("AT+CRESET")
		time.Sleep(time.Second)
		<-gone
		require.NoError(t, sim.Close(), "while it is away")
	})
}

func TestResetSilently(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		for seed := range uint64(4) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			term.ok("AT+CLIP=1", "AT+CMEE=1", "AT+CREG=1")
			caller := sim.Call("+12025550100")
			term.next("RING")
			time.Sleep(time.Second)
			before := len(term.seen())
			sim.ResetSilently()
			require.NoError(t, caller.WaitEnded(ctx))
			time.Sleep(time.Minute)
			assert.Empty(t, term.seen()[before:], "not a word")
			assert.Equal(t, []string{"AT+CMEE?", "+CMEE: 0", "OK"}, term.exec("AT+CMEE?"), "the echo is back")
			assert.Equal(t, []string{"AT+CLIP?", "+CLIP: 0,1", "OK"}, term.exec("AT+CLIP?"))
			assert.Equal(t, []string{"AT+CREG?", "+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
		}
	})
}

func TestResetSilentlyWithAPIN(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN}})
		term := dial(t, sim).quiet()
		term.ok("AT+CPIN=1234")
		sim.ResetSilently()
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"AT+CPIN?", "+CPIN: SIM PIN", "OK"}, term.exec("AT+CPIN?"))
		assert.Equal(t, []string{"AT+CREG?", "+CREG: 0,0", "OK"}, term.exec("AT+CREG?"))
	})
}

// TestUnpluggingAtAnyTime: whatever the program and the network are at, all ends
// and comes back.
func TestUnpluggingAtAnyTime(t *testing.T) {
	for seed := range uint64(12) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed, CallWaiting: true, Reports: modemtest.ReportsOnBoth})
			var wg sync.WaitGroup
			for _, port := range allPorts(t, ctx, sim) {
				wg.Go(func() { _, _ = io.Copy(io.Discard, port) })
				wg.Go(func() {
					var err error
					for err == nil {
						_, err = port.Write([]byte("AT+CLIP=1\rATA\rAT+CPCMREG=1\rAT+CSQ\r"))
						time.Sleep(time.Duration(100+seed*31) * time.Millisecond)
					}
				})
			}
			caller := sim.Call("+12025550100")
			time.Sleep(time.Duration(seed) * 333 * time.Millisecond)
			sim.Unplug()
			wg.Wait()
			require.NoError(t, caller.WaitEnded(ctx))
			sim.Replug()
			term := dial(t, sim).quiet()
			time.Sleep(20 * time.Second)
			assert.Equal(t, []string{"OK"}, term.exec("AT+CLCC"))
			sim.Call("+12025550101")
			term.next("RING")
			term.ok("ATA")
		})
	}
}

func TestPortsThatAreGoneAreNotInUse(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		port, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		sim.Unplug()
		sim.Replug()
		other, err := sim.OpenAT(ctx)
		require.NoError(t, err, "the old one is dead, not open")
		require.NoError(t, port.Close(), "and closing it does nothing to the new one")
		_, err = other.Write([]byte("AT\r"))
		require.NoError(t, err)
		require.False(t, errors.Is(err, syscall.EIO))
	})
}
