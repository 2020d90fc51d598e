//go:build linux || darwin

package pty_test

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

func TestPortsByFamily(t *testing.T) {
	tests := map[string]struct {
		cfg  modemtest.Config
		want []string
	}{
		"audio":       {modemtest.Config{}, []string{"modem-at", "modem-audio"}},
		"no audio":    {modemtest.Config{Family: modemtest.Generic}, []string{"modem-at"}},
		"second port": {modemtest.Config{Reports: modemtest.ReportsOnBoth}, []string{"modem-at", "modem-audio", "modem-reports"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, server := serve(t, &tt.cfg, nil)
			assert.Equal(t, tt.want, links(t, dirOf(server)))
			var named []string
			for _, path := range []string{server.AT(), server.Audio(), server.Reports()} {
				if path != "" {
					named = append(named, filepath.Base(path))
				}
			}
			assert.Equal(t, tt.want, named)
			require.NoError(t, server.Err())
		})
	}
}

func TestADialogue(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	assert.Equal(t, "AT\r\r\nOK\r\n", c.exec("AT"), "its own echo, not the terminal's, and no translation")
	assert.Equal(t, "ATE0\r\r\nOK\r\n", c.exec("ATE0"))
	assert.Equal(t, "\r\n+CSQ: 20,99\r\n\r\nOK\r\n", c.exec("AT+CSQ"))
}

// TestReopening: the modem is as it was, and what it sent in between is lost.
func TestReopening(t *testing.T) {
	sim, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	c.exec("ATE0")
	c.exec("AT+CLIP=1")
	sim.URC("+UNREAD: 1")
	name, err := os.Readlink(server.AT())
	require.NoError(t, err)
	cook(t, c.File)
	c.leave(sim)
	sim.URC("+UNHEARD: 1")
	c = dial(t, server.AT())
	assert.Equal(t, "\r\n+CLIP: 1,1\r\n\r\nOK\r\n", c.exec("AT+CLIP?"))
	again, err := os.Readlink(server.AT())
	require.NoError(t, err)
	assert.Equal(t, name, again, "the same device")
	assert.Equal(t, "\r\nOK\r\n", c.exec("AT"), "no echo of a terminal that was left cooked")
}

// cook makes a terminal process characters, as a shell leaves it.
func cook(t *testing.T, f *os.File) {
	t.Helper()
	tio := attributes(t, f)
	tio.Iflag |= syscall.ICRNL
	tio.Oflag |= syscall.OPOST
	tio.Lflag |= syscall.ECHO | syscall.ICANON
	setAttributes(t, f, tio)
}

// TestOpeningAndClosingAtOnce leaves nothing behind that harms the next one.
func TestOpeningAndClosingAtOnce(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true}, nil)
	for range 30 {
		c := dial(t, server.AT())
		_, _ = c.WriteString("ATE0\r")
		require.NoError(t, c.Close())
	}
	c := dial(t, server.AT())
	c.exec("AT")
}

func TestTwoWhoHaveItOpen(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true}, nil)
	one, two := dial(t, server.AT()), dial(t, server.AT())
	one.exec("ATE0")
	require.NoError(t, one.Close())
	two.exec("AT")
}

func TestUnplugAndReplug(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnFirst}, nil)
	all := links(t, dirOf(server))
	require.Len(t, all, 3)
	for range 5 {
		var open []*client
		for _, name := range []string{server.AT(), server.Audio(), server.Reports()} {
			open = append(open, dial(t, name))
		}
		open[0].exec("AT")
		sim.Unplug()
		for _, c := range open {
			c.gone()
			_, err := c.Write([]byte("AT\r"))
			require.Error(t, err)
			require.NoError(t, c.Close())
		}
		eventually(t, "no link is left", func() bool { return len(links(t, dirOf(server))) == 0 })
		sim.Replug()
		eventually(t, "the links are back", func() bool { return slices.Equal(all, links(t, dirOf(server))) })
	}
	c := dial(t, server.AT())
	c.until("RDY")
	require.NoError(t, server.Err())
}

// TestAResetCommand, whose sender has gone, takes the links away and brings them back, too.
func TestAResetCommand(t *testing.T) {
	t.Parallel()
	_, server := serve(t, &modemtest.Config{Calm: true, Reboot: 300 * time.Millisecond}, nil)
	c := dial(t, server.AT())
	before, err := os.Stat(server.AT())
	require.NoError(t, err)
	c.exec("AT+CRESET")
	require.NoError(t, c.Close(), "nobody is there to see it")
	eventually(t, "another device is there", func() bool {
		now, err := os.Stat(server.AT())
		return err == nil && !now.ModTime().Equal(before.ModTime())
	})
	c = dial(t, server.AT())
	c.until("RDY")
}

// TestDisconnect: a port that goes without the modem is a new device at once.
func TestDisconnect(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	c.exec("ATE0")
	sim.Disconnect(io.EOF)
	c.gone()
	require.NoError(t, c.Close())
	c = dial(t, server.AT())
	assert.Equal(t, "\r\nOK\r\n", c.exec("AT"), "the modem is as it was")
}

func TestAudio(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	c.exec("ATE0")
	caller := sim.Call("+12025550100")
	c.until("RING")
	c.exec("ATA")
	audio := dial(t, server.Audio())
	c.exec("AT+CPCMREG=1")
	ctx := t.Context()
	said := make([]int16, 4000)
	for i := range said {
		said[i] = int16(i + 1) // every byte value, NUL and CR and LF and flow control among them
	}
	require.NoError(t, audio.SetReadDeadline(time.Now().Add(patience)))
	frame := make([]byte, 640)
	_, err := io.ReadFull(audio, frame) // the modem has seen that the port is open
	require.NoError(t, err)
	require.NoError(t, caller.Say(ctx, said))
	var got []int16
	for index(got, said) < 0 {
		_, err := io.ReadFull(audio, frame)
		require.NoError(t, err)
		for i := 0; i < len(frame); i += 2 {
			got = append(got, int16(binary.LittleEndian.Uint16(frame[i:])))
		}
	}
	var raw []byte
	for _, s := range said {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
	}
	_, err = audio.Write(raw)
	require.NoError(t, err)
	eventually(t, "the far side hears it, bit by bit", func() bool { return index(caller.Heard(), said) >= 0 })
}

// index returns where part begins in all, or -1.
func index(all, part []int16) int {
	for i := range len(all) - len(part) + 1 {
		if slices.Equal(all[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// TestAClientThatDoesNotRead loses what does not fit, and stops nobody.
func TestAClientThatDoesNotRead(t *testing.T) {
	sim, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	c.exec("ATE0")
	line := "+FLOOD: " + strings.Repeat("x", 1000)
	for range 400 {
		sim.URC(line)
	}
	eventually(t, "some of it is lost", func() bool { return sim.Stats().ATUnread > 0 })
	c.leave(sim)
	c = dial(t, server.AT())
	assert.Equal(t, "\r\nOK\r\n", c.exec("AT"), "and nothing of it is there for the next one")
	for range 400 {
		sim.URC(line)
	}
	eventually(t, "again", func() bool { return sim.Stats().ATUnread > 1000 })
	require.NoError(t, server.Close(), "while the terminal is full")
}

// TestCloseWhileTheModemTakesNothing lets the pump go.
func TestCloseWhileTheModemTakesNothing(t *testing.T) {
	sim, server := serve(t, &modemtest.Config{Calm: true}, nil)
	c := dial(t, server.AT())
	c.exec("AT")
	sim.StallAT(modemtest.Forever)
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(200*time.Millisecond)))
	_, err := c.Write(make([]byte, 1<<20))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "all that lies between is full")
	require.NoError(t, server.Close())
	c.gone()
}

func TestLinksThatAreThere(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink("/nowhere", filepath.Join(dir, "modem-at")))
	_, server := serve(t, nil, &pty.Config{Dir: dir})
	dial(t, server.AT()).exec("AT")

	other := t.TempDir()
	precious := filepath.Join(other, "modem-audio")
	require.NoError(t, os.WriteFile(precious, []byte("precious"), 0o600))
	sim := modemtest.New(nil)
	defer sim.Close()
	_, err := pty.Serve(sim, &pty.Config{Dir: other})
	require.ErrorIs(t, err, os.ErrExist)
	assert.Contains(t, err.Error(), precious)
	assert.Equal(t, []string{"modem-audio"}, links(t, other), "and nothing of ours")
}

// TestALinkOfAnother is not removed.
func TestALinkOfAnother(t *testing.T) {
	_, server := serve(t, nil, nil)
	require.NoError(t, os.Remove(server.AT()))
	require.NoError(t, os.Symlink("/dev/null", server.AT()))
	require.NoError(t, server.Close())
	assert.Equal(t, []string{"modem-at"}, links(t, dirOf(server)))
}

func TestADirectoryOfItsOwn(t *testing.T) {
	sim := modemtest.New(nil)
	defer sim.Close()
	server, err := pty.Serve(sim, nil)
	require.NoError(t, err)
	dial(t, server.AT()).exec("AT")
	require.NoError(t, server.Close())
	assert.NoDirExists(t, dirOf(server))
	_, err = pty.Serve(sim, &pty.Config{Dir: "/dev/null/x"})
	require.ErrorIs(t, err, syscall.ENOTDIR)
}

func TestServeAModemThatIsUnplugged(t *testing.T) {
	t.Parallel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	sim.Unplug()
	server, err := pty.Serve(sim, &pty.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	defer server.Close()
	assert.Empty(t, links(t, dirOf(server)))
	sim.Replug()
	dial(t, server.AT()).until("RDY")
}

func TestTheServerFails(t *testing.T) {
	sim, server := serve(t, nil, nil)
	sim.Unplug()
	require.NoError(t, os.RemoveAll(dirOf(server)))
	sim.Replug()
	eventually(t, "it says so", func() bool { return server.Err() != nil })
	require.ErrorIs(t, server.Err(), os.ErrNotExist)
}

// TestARate: a modem on a UART answers at its rate only.
func TestARate(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true}, &pty.Config{Dir: t.TempDir(), Baud: 115200})
	c := dial(t, server.AT())
	for _, at := range []struct {
		rate int
		ok   bool
	}{{9600, false}, {115200, true}, {57600, false}, {115200, true}} {
		setRate(t, c.File, at.rate)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
		c.send("AT")
		if at.ok {
			c.until("\r\nOK\r\n")
			continue
		}
		buf := make([]byte, 100)
		n, err := io.ReadAtLeast(c, buf, 3)
		require.NoError(t, err)
		for _, b := range buf[:n] {
			assert.GreaterOrEqual(t, b, byte(0x80))
		}
	}
}

// TestAWrongRateThatNobodyReads stops nobody either.
func TestAWrongRateThatNobodyReads(t *testing.T) {
	sim, server := serve(t, &modemtest.Config{Calm: true}, &pty.Config{Dir: t.TempDir(), Baud: 115200})
	c := dial(t, server.AT())
	setRate(t, c.File, 9600)
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(patience)))
	_, err := c.Write(make([]byte, 1<<18))
	require.NoError(t, err, "the modem takes it all")
	c.leave(sim)
	c = dial(t, server.AT())
	setRate(t, c.File, 115200)
	c.exec("AT")
}

// TestNothingIsLeft of goroutines, descriptors and links.
func TestNothingIsLeft(t *testing.T) {
	sim := modemtest.New(&modemtest.Config{Reports: modemtest.ReportsOnBoth})
	defer sim.Close()
	dir := t.TempDir()
	once := func() {
		server, err := pty.Serve(sim, &pty.Config{Dir: dir})
		require.NoError(t, err)
		c, quiet := dial(t, server.AT()), dial(t, server.Audio())
		c.exec("AT")
		require.NoError(t, server.Close())
		require.NoError(t, server.Close(), "closing twice is a no-op")
		for _, c := range []*client{c, quiet} {
			c.gone()
			require.NoError(t, c.Close())
		}
	}
	once() // the runtime's own descriptors
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	for range 10 {
		once()
	}
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= goroutines })
	assert.Equal(t, descriptors, openDescriptors(t))
	assert.Empty(t, links(t, dir))
}

// TestIdleCostsNothing, with the ports open and with nobody there.
func TestIdleCostsNothing(t *testing.T) {
	_, server := serve(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnBoth}, nil)
	measure := func() time.Duration {
		before := cpu(t)
		<-time.After(700 * time.Millisecond)
		return cpu(t) - before
	}
	idle := measure()
	assert.Less(t, idle, 35*time.Millisecond, "nobody is there: 40 looks a second at each of 3")
	dial(t, server.AT()).exec("AT")
	dial(t, server.Audio())
	open := measure()
	assert.Less(t, open, 35*time.Millisecond, "they are open")
	t.Logf("of 700 ms: %v with nobody there, %v when open", idle, open)
}

// cpu is the processor time that this process has used.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
