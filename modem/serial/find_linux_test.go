package serial_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

// IMEIs of the tests.
const (
	imeiA = "490154203237518"
	imeiB = "356938035643809"
)

// opened opens a port by a method of Ports and closes it again; it must be one with
// that far side.
func opened(t *testing.T, open func(context.Context) (io.ReadWriteCloser, error), f *far) {
	t.Helper()
	rw, err := open(inTime(t))
	require.NoError(t, err)
	defer rw.Close()
	_, err = f.Write([]byte("\r\nhere\r\n"))
	require.NoError(t, err)
	says(t, rw, "\r\nhere\r\n")
}

// unsupported holds that there is no such port.
func unsupported(t *testing.T, open func(context.Context) (io.ReadWriteCloser, error), want string) {
	t.Helper()
	_, err := open(inTime(t))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	assert.ErrorContains(t, err, want)
}

func TestScenarioB16FoundByUSBPath(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	tr.plug("1-1.3", sim7600, 5)
	at, audio := newFar(t).node(nodes[2]), newFar(t).node(nodes[4])
	p := &serial.Ports{AT: nodes[2], Audio: nodes[4], System: tr.system()}
	opened(t, p.OpenAT, at)
	opened(t, p.OpenAudio, audio)

	tr.unplug()
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist, "nothing is there")

	// What was ttyUSB2 is a port of the other modem now.
	other := tr.plug("1-1.3", sim7600, 0)
	nodes = tr.plug("1-1.2", sim7600, 5)
	newFar(t).node(other[2])
	at, audio = newFar(t).node(nodes[2]), newFar(t).node(nodes[4])
	opened(t, p.OpenAT, at)
	opened(t, p.OpenAudio, audio)
}

func TestScenarioB16AudioFollowsThoughItWasNeverOpen(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	at := newFar(t).node(nodes[2])
	p := &serial.Ports{AT: nodes[2], Audio: nodes[4], Reports: nodes[3], System: tr.system()}
	opened(t, p.OpenAT, at)
	tr.unplug()
	nodes = tr.plug("1-1.2", sim7600, 10)
	at, reports, audio := newFar(t).node(nodes[2]), newFar(t).node(nodes[3]), newFar(t).node(nodes[4])
	opened(t, p.OpenAT, at)
	opened(t, p.OpenAudio, audio)
	opened(t, p.OpenReports, reports)
}

func TestScenarioB16FoundByIMEI(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	at := newFar(t).node(nodes[2])
	p := &serial.Ports{AT: nodes[2], Audio: nodes[4], System: tr.system()}
	opened(t, p.OpenAT, at)
	p.Found(imeiA)

	// It comes back in another socket, among others.
	tr.unplug()
	quectel := tr.plug("1-1.1", ec25, 20)
	asked := newFar(t).node(quectel[2]).modem(imeiB)
	other := tr.plug("1-1.3", sim7600, 0)
	newFar(t).node(other[2]).modem(imeiB)
	nodes = tr.plug("2-1", sim7600, 5)
	at, audio := newFar(t).node(nodes[2]).modem(imeiA), newFar(t).node(nodes[4])
	opened(t, p.OpenAT, at)
	assert.Equal(t, "AT\rAT+CGSN\r", at.got())
	opened(t, p.OpenAudio, audio)
	assert.Empty(t, asked.got(), "another product is left alone")

	// Its place is known from then on.
	opened(t, p.OpenAT, at)
	assert.Equal(t, "AT\rAT+CGSN\r", at.got(), "it is not asked again")

	tr.unplug()
	other = tr.plug("1-1.3", sim7600, 0)
	newFar(t).node(other[2]).modem(imeiB)
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "serial: a modem with the IMEI given: not there; there are: ")
	assert.NotContains(t, err.Error(), imeiA)
}

func TestScenarioB16FoundByName(t *testing.T) {
	tr := newTree(t)
	node := tr.path("dev/ttyGSM")
	first := newFar(t).node(node) // sysfs does not know it
	p := &serial.Ports{AT: node, System: tr.system()}
	opened(t, p.OpenAT, first)
	require.NoError(t, os.Remove(node))
	second := newFar(t).node(node)
	opened(t, p.OpenAT, second)

	// A device that came back in another socket, where nobody told its IMEI.
	nodes := tr.plug("1-1.2", sim7600, 0)
	at := newFar(t).node(nodes[2])
	p = &serial.Ports{AT: nodes[2], System: tr.system()}
	opened(t, p.OpenAT, at)
	tr.unplug()
	nodes = tr.plug("1-1.4", sim7600, 0)
	opened(t, p.OpenAT, newFar(t).node(nodes[2]))

	// The name is a port of something else now.
	tr.unplug()
	tr.plug("1-1.1", ec25, 0)
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, nodes[2]+", which is a port of another device now: not there; there are: ")
}

func TestScenarioB16ALinkIsFollowedAnew(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	link := tr.path("dev/serial/by-id/usb-SimTech_0123456789ABCDEF-if02-port0")
	tr.link("dev/serial/by-id/usb-SimTech_0123456789ABCDEF-if02-port0", "dev/ttyUSB2")
	p := &serial.Ports{AT: link, System: tr.system()}
	opened(t, p.OpenAT, newFar(t).node(nodes[2]))
	require.NoError(t, os.Remove(link))
	tr.unplug()
	nodes = tr.plug("1-1.4", sim7600, 7)
	tr.link("dev/serial/by-id/usb-SimTech_0123456789ABCDEF-if02-port0", "dev/ttyUSB9")
	audio := newFar(t).node(nodes[4])
	opened(t, p.OpenAT, newFar(t).node(nodes[2]))
	opened(t, p.OpenAudio, audio)

	// Without its link it is found where it was.
	require.NoError(t, os.Remove(link))
	tr.unplug()
	nodes = tr.plug("1-1.4", sim7600, 0)
	opened(t, p.OpenAT, newFar(t).node(nodes[2]))
}

func TestNamedByUSBPath(t *testing.T) {
	tr := newTree(t)
	tr.plug("1-1.3", sim7600, 0)
	nodes := tr.plug("1-1.2", sim7600, 5)
	at, reports, audio := newFar(t).node(nodes[2]), newFar(t).node(nodes[3]), newFar(t).node(nodes[4])
	p := &serial.Ports{USB: "1-1.2", Reports: serial.Sibling, System: tr.system()}
	opened(t, p.OpenAT, at)
	opened(t, p.OpenAudio, audio)
	opened(t, p.OpenReports, reports)
	p = &serial.Ports{USB: "1-1.9", System: tr.system()}
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "serial: a modem at USB path 1-1.9: not there; there are: ")
}

func TestPortsWithoutARoleAreAsked(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	nodes := tr.plug("1-1.2", unknown, 0)
	debug := newFar(t).node(nodes[0]).serve(func(string) string { return "boot\r\n" })
	at := newFar(t).node(nodes[1]).modem(imeiA)
	p := &serial.Ports{USB: "1-1.2", System: tr.system()}
	opened(t, p.OpenAT, at)
	assert.Equal(t, "AT\rAT\rAT\r", debug.got())
	assert.Equal(t, "AT\r", at.got())
	unsupported(t, p.OpenAudio, "serial: 2c7c:0901 at 1-1.2 has no port known for audio")

	at.unplug()
	debug.unplug()
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	missing, ok := errors.AsType[*serial.MissingError](err)
	require.True(t, ok)
	assert.Len(t, missing.Tried, 2)
}

func TestNamedByIMEI(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	a := tr.plug("1-1.2", sim7600, 0)
	b := tr.plug("1-1.3", ec25, 5)
	c := tr.plug("1-1.4", adapter, 9)
	d := tr.plug("1-1.5", unknown, 10)
	asked := newFar(t).node(c[0])
	newFar(t).node(d[0])
	modemD := newFar(t).node(d[1]).modem("358240051111110")
	modemA, modemB := newFar(t).node(a[2]).modem(imeiA), newFar(t).node(b[2]).modem(imeiB)
	gps := newFar(t).node(b[1])
	p := &serial.Ports{IMEI: imeiB, System: tr.system()}
	opened(t, p.OpenAT, modemB)
	assert.Equal(t, "AT\rAT+CGSN\r", modemA.got())
	opened(t, p.OpenAudio, gps) // it carries the voice after AT+QPCMV=1,0
	opened(t, p.OpenAT, modemB)
	assert.Equal(t, "AT\rAT+CGSN\r", modemA.got(), "the one of last time is asked first")

	opened(t, (&serial.Ports{IMEI: "3582400511111112", System: tr.system()}).OpenAT, modemD) // with its software version
	assert.Zero(t, waiting(t, asked.File), "what may be anything is left alone")

	// One that cannot be asked is told.
	tr.process(4711, "minicom", modemB.path)
	_, err := p.OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	held, ok := errors.AsType[*serial.HeldError](err)
	require.True(t, ok)
	assert.Equal(t, 4711, held.PID)
	assert.ErrorContains(t, err, "; not asked: "+b[2]+": held by pid 4711 (minicom)")
	assert.NotContains(t, err.Error(), imeiB)
}

func TestAudioAndReports(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	at := newFar(t).node(nodes[2])
	audio := newFar(t).node(nodes[4])
	tests := map[string]struct {
		audio, reports string
		has            bool
		why            string
	}{
		"by default":        {"", "", true, ""},
		"asked for":         {serial.Sibling, "", true, ""},
		"by path":           {nodes[4], "", true, ""},
		"none":              {serial.None, "", false, "serial: no port for audio"},
		"none for reports":  {serial.None, serial.None, false, "serial: no port for audio"},
		"reports, no audio": {serial.None, "", false, "serial: no port for audio"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := &serial.Ports{AT: nodes[2], Audio: tt.audio, Reports: tt.reports, System: tr.system()}
			opened(t, p.OpenAT, at)
			if tt.has {
				opened(t, p.OpenAudio, audio)
			} else {
				unsupported(t, p.OpenAudio, tt.why)
			}
			unsupported(t, p.OpenReports, "serial: no port for reports")
		})
	}
	t.Run("nothing known of the device", func(t *testing.T) {
		f := newFar(t)
		p := &serial.Ports{AT: f.path, System: tr.system()}
		opened(t, p.OpenAT, f)
		unsupported(t, p.OpenAudio, "serial: no port for audio")
		p.Audio = serial.Sibling
		unsupported(t, p.OpenAudio, "serial: no port for audio is known beside the AT port")
		p.Audio = audio.path
		opened(t, p.OpenAudio, audio)
	})
	t.Run("a device that has none", func(t *testing.T) {
		nodes := tr.plug("1-1.3", model{"1e0e", "9205", "", "", "", []iface{{number: 2}, {number: 3}}}, 10)
		p := &serial.Ports{AT: nodes[0], System: tr.system()}
		opened(t, p.OpenAT, newFar(t).node(nodes[0]))
		unsupported(t, p.OpenAudio, "serial: 1e0e:9205 at 1-1.3 has no port known for audio")
	})
	t.Run("gone since", func(t *testing.T) {
		p := &serial.Ports{AT: nodes[2], System: tr.system()}
		opened(t, p.OpenAT, at)
		tr.unplug()
		_, err := p.OpenAudio(inTime(t))
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.NotErrorIs(t, err, errors.ErrUnsupported)
	})
}

func TestADoneContextOpensNothing(t *testing.T) {
	f := newFar(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &serial.Ports{AT: f.path}
	_, err := p.OpenAT(ctx)
	require.ErrorIs(t, err, context.Canceled)
	_, err = serial.Probe(ctx, f.path, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = serial.Discover(ctx, &serial.DiscoverConfig{System: newTree(t).system()})
	assert.NoError(t, err, "nothing to look at")
}

// Found may be told while another port is opened, and ports be opened at the same time.
func TestMethodsAtTheSameTime(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	newFar(t).node(nodes[2])
	newFar(t).node(nodes[3])
	newFar(t).node(nodes[4])
	p := &serial.Ports{AT: nodes[2], Reports: serial.Sibling, System: tr.system()}
	at, err := p.OpenAT(inTime(t))
	require.NoError(t, err)
	defer at.Close()
	var wg sync.WaitGroup
	for _, open := range []func(context.Context) (io.ReadWriteCloser, error){p.OpenAudio, p.OpenReports} {
		wg.Go(func() {
			rw, err := open(t.Context())
			if assert.NoError(t, err) {
				assert.NoError(t, rw.Close())
			}
		})
	}
	wg.Go(func() { p.Found(imeiA) })
	wg.Go(func() { assert.NotContains(t, p.String(), imeiA) })
	within(t, "all of them", wg.Wait)
}
