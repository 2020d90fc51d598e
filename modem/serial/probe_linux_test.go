package serial_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

// quick asks fast, as what answers here does so at once.
var quick = serial.ProbeConfig{Tries: 2, Wait: 100 * time.Millisecond, Listen: -1}

// atRate answers like a modem while the program's side has a rate, and noise at any
// other.
func (f *far) atRate(t *testing.T, rate uint32) *far {
	return f.serve(func(line string) string {
		if settings(t, f).Cflag&cbaud != rate {
			return "\xf8\x86\x98"
		}
		if line == "AT+CGSN" {
			return "\r\n" + imeiA + "\r\n\r\nOK\r\n"
		}
		return "\r\nOK\r\n"
	})
}

func TestProbeTellsWhoIsThere(t *testing.T) {
	tests := map[string]struct {
		says string // for each AT
		want serial.Verdict
	}{
		"B20 silent":              {"", serial.Silent},
		"B20 wrong rate":          {"\xf8\x86\x98\xe6\x9e", serial.Noise},
		"B20 in a PPP connection": {"\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7e", serial.DataMode},
		"B20 for diagnostics":     {frame("\x13AT"), serial.Diagnostic},
		"for positions":           {"$GPGGA,092204.999,4250.5589,S,14718.5084,E,1,04,24.4,19.7,M,,,,0000*1F\r\n", serial.Positions},
		"an echo":                 {"AT\r\n", serial.Talks},
		"a modem":                 {"\r\nOK\r\n", serial.Answers},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t).serve(func(string) string { return tt.says })
			c := quick
			c.Bauds = []int{115200}
			got, err := serial.Probe(inTime(t), f.path, &c)
			require.NoError(t, err)
			assert.Equal(t, serial.Probed{Verdict: tt.want, Baud: 115200}, got)
		})
	}
}

func TestProbeFindsTheRate(t *testing.T) {
	t.Parallel()
	f := newFar(t).atRate(t, syscall.B57600)
	c := quick
	c.IMEI = true
	got, err := serial.Probe(inTime(t), f.path, &c)
	require.NoError(t, err)
	assert.Equal(t, serial.Probed{Verdict: serial.Answers, Baud: 57600, IMEI: imeiA}, got)
	assert.Equal(t, strings.Repeat("AT\r", 2*3+1)+"AT+CGSN\r", f.got(), "two at each rate before")
}

func TestProbeLetsAModemFindTheRate(t *testing.T) {
	t.Parallel()
	var heard atomic.Int32
	f := newFar(t).serve(func(string) string {
		if heard.Add(1) < 4 { // it needs some characters to measure
			return ""
		}
		return "\r\nOK\r\n"
	})
	c := serial.ProbeConfig{Bauds: []int{9600}, Wait: 50 * time.Millisecond}
	got, err := serial.Probe(inTime(t), f.path, &c)
	require.NoError(t, err)
	assert.Equal(t, serial.Probed{Verdict: serial.Answers, Baud: 9600}, got)
}

func TestProbeEndsWithAPortThatNeverStops(t *testing.T) {
	f := newFar(t)
	f.wg.Go(func() {
		for {
			if _, err := io.WriteString(f, strings.Repeat("\xf8", 1000)); err != nil {
				return
			}
		}
	})
	c := quick
	c.Bauds = []int{115200}
	got, err := serial.Probe(inTime(t), f.path, &c)
	require.NoError(t, err)
	assert.Equal(t, serial.Noise, got.Verdict)
}

func TestProbeOfAPortThatGoes(t *testing.T) {
	f := newFar(t)
	f.serve(func(string) string {
		f.unplug()
		return ""
	})
	_, err := serial.Probe(inTime(t), f.path, &quick)
	require.Error(t, err)
	assert.ErrorContains(t, err, "serial: "+f.path)
}

func TestRateOfAUART(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	f := newFar(t).node(tr.uart("ttyAMA0", "uart-pl011", "33")).atRate(t, syscall.B9600)
	p := &serial.Ports{AT: tr.path("dev/ttyAMA0"), System: tr.system()}
	for range 2 {
		rw, err := p.OpenAT(inTime(t))
		require.NoError(t, err)
		assert.Equal(t, uint32(syscall.B9600), settings(t, f).Cflag&cbaud)
		_, err = rw.Write([]byte("AT\r"))
		require.NoError(t, err)
		says(t, rw, "\r\nOK\r\n")
		require.NoError(t, rw.Close())
	}
	assert.Equal(t, "AT\rAT\rAT\rAT\rAT\r"+"AT\r"+"AT\r"+"AT\r"+"AT\r", f.got(), "the rate of last time is tried first")
}

func TestRateThatIsNotTried(t *testing.T) {
	tr := newTree(t)
	usb := tr.plug("1-1", sim7600, 0)[2]
	uart := tr.uart("ttyAMA0", "uart-pl011", "33")
	tests := map[string]struct {
		ports *serial.Ports
		want  uint32
	}{
		"a modem on USB":   {&serial.Ports{AT: usb}, syscall.B115200},
		"given for a UART": {&serial.Ports{AT: uart, Baud: 19200}, syscall.B19200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFar(t).node(tt.ports.AT)
			tt.ports.System = tr.system()
			rw, err := tt.ports.OpenAT(inTime(t))
			require.NoError(t, err)
			assert.Equal(t, tt.want, settings(t, f).Cflag&cbaud)
			assert.Zero(t, waiting(t, f.File), "nothing is sent")
			assert.NoError(t, rw.Close())
		})
	}
}

func TestRateAskedForOnAnyPort(t *testing.T) {
	t.Parallel()
	f := newFar(t).atRate(t, syscall.B19200)
	rw, err := (&serial.Ports{AT: f.path, AnyBaud: true}).OpenAT(inTime(t))
	require.NoError(t, err)
	assert.Equal(t, uint32(syscall.B19200), settings(t, f).Cflag&cbaud)
	assert.NoError(t, rw.Close())
}

func TestProbeOfAPortThatCannotBeOpened(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	f := newFar(t).node(nodes[2])
	tr.process(4711, "minicom", f.path)
	c := &serial.ProbeConfig{System: tr.system()}
	_, err := serial.Probe(inTime(t), nodes[2], c)
	held, ok := errors.AsType[*serial.HeldError](err)
	require.True(t, ok, err)
	assert.Equal(t, "minicom", held.Command)
	assert.Zero(t, waiting(t, f.File), "nothing is sent into what somebody else says")
	_, err = serial.Probe(inTime(t), nodes[3], c)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = serial.Probe(inTime(t), tr.path("dev"), c)
	assert.ErrorContains(t, err, "is a directory")
}

func TestProbeIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(context.Context, string) error{
		"Probe": func(ctx context.Context, path string) error {
			_, err := serial.Probe(ctx, path, nil)
			return err
		},
		"OpenAT": func(ctx context.Context, path string) error {
			_, err := (&serial.Ports{AT: path, AnyBaud: true}).OpenAT(ctx)
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f := newFar(t).serve(func(string) string {
			cancel()
			return ""
		})
		within(t, name, func() { assert.ErrorIs(t, ask(ctx, f.path), context.Canceled, name) })
		assert.Equal(t, "AT\r", f.got(), name)
	}
}

func TestProbeLeavesOutRatesThatThePortCannotDo(t *testing.T) {
	f := newFar(t).modem(imeiA)
	c := quick
	c.Bauds = []int{250000, 9600} // the first is none of the system's usual ones
	got, err := serial.Probe(inTime(t), f.path, &c)
	require.NoError(t, err)
	assert.Equal(t, serial.Probed{Verdict: serial.Answers, Baud: 250000}, got)
}

func TestProbeHearsWhatSpeaksByItself(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	got := make(chan serial.Probed, 1)
	f.wg.Go(func() {
		buf := make([]byte, 3*len("AT\r"))
		if _, err := io.ReadFull(f, buf); err == nil { // all that is asked
			_, _ = io.WriteString(f, "\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7e")
		}
	})
	within(t, "Probe", func() {
		p, err := serial.Probe(t.Context(), f.path, &serial.ProbeConfig{
			Bauds: []int{115200}, Tries: 3, Wait: time.Millisecond, Listen: 500 * time.Millisecond,
		})
		assert.NoError(t, err)
		got <- p
	})
	assert.Equal(t, serial.DataMode, (<-got).Verdict)
}

func TestRateThatHasChanged(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	node := tr.uart("ttyAMA0", "uart-pl011", "33")
	var rate atomic.Uint32
	rate.Store(syscall.B9600)
	f := newFar(t).node(node)
	f.serve(func(string) string {
		if settings(t, f).Cflag&cbaud != rate.Load() {
			return ""
		}
		return "\r\nOK\r\n"
	})
	p := &serial.Ports{AT: node, System: tr.system()}
	for _, now := range []uint32{syscall.B9600, syscall.B115200, syscall.B115200} {
		rate.Store(now)
		rw, err := p.OpenAT(inTime(t))
		require.NoError(t, err)
		assert.Equal(t, now, settings(t, f).Cflag&cbaud)
		require.NoError(t, rw.Close())
	}
}
