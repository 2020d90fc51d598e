package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
	"github.com/callstack-go/callstack/modem/serial"
)

// patience is how long a test waits for what must come.
const patience = 40 * time.Second

// examined is what doctor said, and how.
type examined struct {
	report
	text string
	code int
}

// has returns the finding of an id, which must be the only one.
func (e examined) has(t *testing.T, id string) finding {
	t.Helper()
	var found []finding
	for _, f := range e.Findings {
		if f.ID == id {
			found = append(found, f)
		}
	}
	require.Len(t, found, 1, "%s in %v", id, e.Findings)
	flat := strings.Join(strings.Fields(e.text), " ")
	assert.Contains(t, flat, found[0].Text, "what is found is printed")
	assert.Contains(t, flat, found[0].Remedy)
	return found[0]
}

// doctor runs the command within a system.
func doctor(t *testing.T, system *serial.System, args ...string) examined {
	t.Helper()
	return doctorWaiting(t, time.Second, system, args...)
}

// doctorWaiting is one with so much patience for a first answer.
func doctorWaiting(t *testing.T, wait time.Duration, system *serial.System, args ...string) examined {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, text, stderr bytes.Buffer
	s, err := parseDoctor(append(args, "-json"), &out, &stderr)
	require.NoError(t, err, stderr.String())
	s.system, s.wait = system, wait
	e := examined{code: s.run(ctx, &out, &stderr)}
	require.NoError(t, json.Unmarshal(out.Bytes(), &e.report))
	require.NoError(t, e.print(&text))
	e.text = text.String()
	assert.Empty(t, stderr.String())
	assert.Equal(t, e.report.code(), e.code)
	t.Logf("%s\nexit %d\n%s", strings.Join(args, " "), e.code, e.text)
	return e
}

func TestHealthyModemOnUSB(t *testing.T) {
	t.Parallel()
	tr, sim, _ := sim7600(t, nil)
	e := doctor(t, tr.system())
	assert.Equal(t, exitHealthy, e.code)
	assert.Empty(t, e.Findings)
	text := strings.ReplaceAll(e.text, tr.root, "")
	assert.Equal(t, strings.ReplaceAll(`USB 1-1, 1e0e:9001, SimTech, Incorporated
  /dev/ttyUSB0  diag   interface 0 of 1e0e:9001 in the table of roles; driver option
  /dev/ttyUSB1  gps    interface 1 of 1e0e:9001 in the table of roles; driver option
  /dev/ttyUSB2  at     interface 2 of 1e0e:9001 in the table of roles; driver option
  /dev/ttyUSB3  at2    interface 3 of 1e0e:9001 in the table of roles; driver option
  /dev/ttyUSB4  audio  interface 4 of 1e0e:9001 in the table of roles; driver option

Modem at /dev/ttyUSB2
  AT port     /dev/ttyUSB2, which answers (interface 2 of 1e0e:9001 in the table of roles)
  audio port  /dev/ttyUSB4 (interface 4 of 1e0e:9001 in the table of roles)
  baud rate   any, on USB
  modem       SIMCOM INCORPORATED SIMCOM_SIM7600E-H, LE20B03SIM7600M22 (profile SIM7600)
  SIM         ready; PIN attempts left: 3
  network     home, calls are possible
  signal      -73 dBm, 4 of 4 bars
  can do      calls, messages, key presses, audio of 8000 Hz
  in Go       modem.Open(ctx, &serial.Ports{USB: "1-1"}, nil)
  udev rule
    ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_MM_DEVICE_IGNORE}="1"
    SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", GROUP="dialout", MODE="0660"
    SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_USB_INTERFACE_NUM}=="02", SYMLINK+="modem-at"
    SUBSYSTEM=="tty", ATTRS{idVendor}=="1e0e", ATTRS{idProduct}=="9001", ENV{ID_USB_INTERFACE_NUM}=="04", SYMLINK+="modem-audio"

All is well.
`, "\t", ""), text)
	assert.NotContains(t, e.text, "004999010640000", "the serial number may be the IMEI")
	for _, line := range sim.Written() {
		assert.Regexp(t, `^AT(\+[A-Z]+(\?|=\?)?|\+CPINR="SIM PIN")?$`, line.Text, "queries only")
		assert.NotRegexp(t, "CGSN|CIMI|CCID", line.Text, "nobody asked for identities")
	}
}

func TestIdentitiesAreAskedWhenToldAndMasked(t *testing.T) {
	t.Parallel()
	card := modemtest.SIM{IMSI: "001010000000017", ICCID: "89001010000000000175"}
	_, server := serve(t, &modemtest.Config{Calm: true, SIM: card}, nil)
	e := doctor(t, newTree(t).system(), "-at", server.AT(), "-audio", server.Audio(), "-identify")
	assert.Equal(t, exitHealthy, e.code)
	assert.Equal(t, "001****0017", e.Modems[0].Modem.IMSI)
	assert.Equal(t, "890****0175", e.Modems[0].Modem.ICCID)
	assert.Regexp(t, `^[0-9]{3}\*{4}[0-9]{4}$`, e.Modems[0].Modem.IMEI)
	assert.Contains(t, e.text, "IMSI        001****0017")
	assert.Equal(t, `&serial.Ports{AT: "`+server.AT()+`", Audio: "`+server.Audio()+`"}`, e.Modems[0].Go)
}

func TestPortsThatAreNoATPort(t *testing.T) {
	tests := map[string]struct {
		line   modemtest.LineState
		id     string
		text   string
		remedy string
	}{
		"silent":          {modemtest.LineSilent, "silent", "nothing answers AT", "check that it is on"},
		"PPP data mode":   {modemtest.LinePPP, "data_mode", "it carries a data connection (PPP)", "end the program that uses it (pppd"},
		"diagnostic port": {modemtest.LineDiagnostic, "diagnostic", "it is the modem's port for diagnosis", "a number two higher"},
		"wrong baud rate": {modemtest.LineGarbled, "wrong_baud", "what comes is no text", "give the modem's rate by -baud"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, server := serve(t, &modemtest.Config{Calm: true, Line: tt.line}, nil)
			const wait = 2 * time.Second // enough noise to be sure
			e := doctorWaiting(t, wait, newTree(t).system(), "-at", server.AT(), "-timeout", "2500ms")
			assert.Equal(t, exitTrouble, e.code)
			f := e.has(t, tt.id)
			assert.Equal(t, server.AT(), f.Port)
			assert.Contains(t, f.Text, tt.text)
			assert.Contains(t, f.Remedy, tt.remedy)
			assert.Contains(t, e.text, "which does not answer")
			assert.Empty(t, e.Modems[0].Go, "it is not the port to use")
			for _, line := range sim.Written() {
				assert.NotContains(t, line.Text, "+++")
			}
		})
	}
}

func TestPortOfPositions(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, &modemtest.Config{Calm: true, Line: modemtest.LineSilent}, nil)
	tr := newTree(t)
	tr.plug("1e0e", "9001", 5, "option")
	tr.node("ttyUSB1", server.AT())
	stop := positions(t, sim)
	defer stop()
	e := doctor(t, tr.system(), "-at", tr.path("dev/ttyUSB1"))
	assert.Equal(t, exitTrouble, e.code)
	f := e.has(t, "positions")
	assert.Equal(t, "use "+tr.path("dev/ttyUSB2")+", which is known as the one for commands", f.Remedy)
	assert.Contains(t, e.text, "named by -at; known as gps")
}

// positions has a modem send some, as a receiver does.
func positions(t *testing.T, sim *modemtest.Modem) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			sim.Inject([]byte("$GPRMC,,V,,,,,,,,,,N*53\r\n"))
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func TestWrongBaudRateWithTheRightOneFound(t *testing.T) {
	t.Parallel()
	_, server := serve(t, nil, &pty.Config{Baud: 9600})
	e := doctor(t, newTree(t).system(), "-at", server.AT(), "-baud", "57600")
	assert.Equal(t, exitTrouble, e.code)
	f := e.has(t, "wrong_baud")
	assert.Equal(t, "the modem talks at 9600 baud, not at 57600", f.Text)
	assert.Equal(t, "use -baud 9600, and in Go Baud: 9600", f.Remedy)
	assert.Equal(t, 9600, e.Modems[0].Baud)
	assert.Contains(t, e.Modems[0].Go, "Baud: 9600")
	e = doctor(t, newTree(t).system(), "-at", server.AT(), "-baud", "9600")
	assert.Equal(t, exitHealthy, e.code)
	assert.Contains(t, e.text, "\n  baud rate   9600\n")
}

func TestBaudRateIsFoundWithoutBeingGiven(t *testing.T) {
	t.Parallel()
	_, server := serve(t, nil, &pty.Config{Baud: 19200})
	e := doctor(t, newTree(t).system(), "-at", server.AT())
	assert.Equal(t, exitHealthy, e.code)
	assert.Equal(t, `&serial.Ports{AT: "`+server.AT()+`", Baud: 19200}`, e.Modems[0].Go)
}

func TestMissingPort(t *testing.T) {
	t.Parallel()
	tr, _, _ := sim7600(t, nil)
	e := doctor(t, tr.system(), "-at", tr.path("dev/ttyUSB7"))
	assert.Equal(t, exitNothing, e.code)
	f := e.has(t, "missing")
	assert.Contains(t, f.Text, "there is no such port; there are "+tr.path("dev/ttyUSB0")+" (diag")
	assert.Contains(t, f.Remedy, "name one of those")
	assert.Contains(t, e.text, "which was not opened")
}

func TestNoModemAtAll(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	e := doctor(t, tr.system())
	assert.Equal(t, exitNothing, e.code)
	assert.Contains(t, e.has(t, "nothing").Remedy, "lsusb")
	assert.Contains(t, e.text, "No modem was found.")

	tr.plug("0403", "6001", 1, "ftdi_sio")
	e = doctor(t, tr.system())
	assert.Equal(t, exitNothing, e.code)
	assert.Equal(t, "if one of these is a modem, ask it: callstack doctor -at "+tr.path("dev/ttyUSB0"), e.has(t, "nothing").Remedy)
}

func TestModemManager(t *testing.T) {
	t.Parallel()
	tr, _, server := sim7600(t, nil)
	tr.process(4711, "ModemManager")
	e := doctor(t, tr.system())
	assert.Equal(t, exitTrouble, e.code)
	assert.Contains(t, e.has(t, "modemmanager").Remedy, "/etc/udev/rules.d/")
	assert.True(t, e.Modems[0].Answers)

	at, err := filepath.EvalSymlinks(server.AT())
	require.NoError(t, err)
	tr.process(4712, "ModemManager", at)
	e = doctor(t, tr.system())
	assert.Equal(t, exitTrouble, e.code)
	f := e.has(t, "held")
	assert.Equal(t, "held by pid 4712 (ModemManager)", f.Text)
	assert.Contains(t, f.Remedy, "keep ModemManager away")
	assert.Len(t, e.Findings, 1, "that it might take the modem goes without saying")
	assert.NotEmpty(t, e.Modems[0].Udev)
	assert.NotEmpty(t, e.Modems[0].Go, "the port is known by its role")
	assert.Contains(t, e.text, "driver option; held by pid 4712 (ModemManager)")

	tr.write("run/udev/data/c189:1", "E:ID_MM_DEVICE_IGNORE=1\n")
	require.NoError(t, os.RemoveAll(tr.path("proc/4712")))
	assert.Equal(t, exitHealthy, doctor(t, tr.system()).code, "the rule is in place")
}

func TestAudioPortInUse(t *testing.T) {
	t.Parallel()
	tr, _, server := sim7600(t, nil)
	audio, err := filepath.EvalSymlinks(server.Audio())
	require.NoError(t, err)
	tr.process(4711, "arecord", audio)
	e := doctor(t, tr.system())
	assert.Equal(t, exitTrouble, e.code)
	f := e.has(t, "held")
	assert.Equal(t, tr.path("dev/ttyUSB4"), f.Port)
	assert.Equal(t, "end that program first: kill 4711", f.Remedy)
	assert.True(t, e.Modems[0].Answers)
}

func TestAnotherPortAnswers(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	_, silent := serve(t, &modemtest.Config{Calm: true, Line: modemtest.LineSilent}, nil)
	_, server := serve(t, nil, nil)
	tr.plug("1e0e", "9001", 5, "option")
	tr.node("ttyUSB2", silent.AT())
	tr.node("ttyUSB3", server.AT())
	tr.node("ttyUSB4", server.Audio())
	tr.link("dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.3-port0", tr.path("dev/ttyUSB3"))
	e := doctor(t, tr.system())
	assert.Equal(t, exitTrouble, e.code)
	assert.Equal(t, tr.path("dev/ttyUSB2"), e.has(t, "silent").Port)
	assert.Equal(t, tr.path("dev/ttyUSB3"), e.has(t, "other_port").Port)
	assert.Equal(t, tr.path("dev/ttyUSB3"), e.Modems[0].AT)
	assert.Equal(t, `&serial.Ports{AT: "`+tr.path("dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.3-port0")+
		`", Audio: "`+tr.path("dev/ttyUSB4")+`"}`, e.Modems[0].Go)
}

func TestModemThatGoesAway(t *testing.T) {
	t.Parallel()
	sim, server := serve(t, nil, nil)
	sim.Delay("AT+CREG?", 1, 300*time.Millisecond)
	unplug := time.AfterFunc(0, func() {
		for range 1000 {
			for _, line := range sim.Written() {
				if line.Text == "AT+CREG?" {
					sim.Unplug()
					return
				}
			}
			<-time.After(5 * time.Millisecond)
		}
	})
	defer unplug.Stop()
	e := doctor(t, newTree(t).system(), "-at", server.AT())
	assert.Equal(t, exitTrouble, e.code)
	assert.Contains(t, e.has(t, "gone").Remedy, "power supply")
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	_, server := serve(t, &modemtest.Config{Calm: true, Line: modemtest.LineSilent}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	s := &settings{at: server.AT(), timeout: time.Minute, system: newTree(t).system()}
	r := s.examine(ctx)
	assert.Equal(t, trouble, r.Result)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "interrupted", r.Findings[0].ID)
}

func TestSilentUARTAtAnyRate(t *testing.T) {
	t.Parallel()
	_, server := serve(t, &modemtest.Config{Calm: true, Line: modemtest.LineSilent}, nil)
	e := doctor(t, newTree(t).system(), "-at", server.AT())
	assert.Equal(t, exitTrouble, e.code)
	assert.Equal(t, "nothing answers AT; all usual rates were tried", e.has(t, "silent").Text)
}

// TestAnAudioPortTakenForTheOneOfCommands: while it is asked, which takes its time,
// people see what for, and the remedy names what it may be.
func TestAnAudioPortTakenForTheOneOfCommands(t *testing.T) {
	t.Parallel()
	_, server := serve(t, &modemtest.Config{Calm: true}, nil)
	var stdout, stderr bytes.Buffer
	s, err := parseDoctor([]string{"-at", server.Audio()}, &stdout, &stderr)
	require.NoError(t, err)
	s.system, s.wait = newTree(t).system(), time.Second
	assert.Equal(t, exitTrouble, s.run(t.Context(), &stdout, &stderr))
	assert.Equal(t, "asking "+server.Audio()+" …\nno answer at 115200 baud: trying the other usual rates …\n", stderr.String())
	assert.Contains(t, strings.Join(strings.Fields(stdout.String()), " "), "this may be another port of the modem, such as its audio port")
}
