package serial_test

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

func TestHeldByAnotherProcess(t *testing.T) {
	for name, how := range map[string]string{"with its lock": "open", "without a lock": "plain"} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			cmd, said := start(t, how, f.path, nil)
			require.Equal(t, "open", said)
			_, err := (&serial.Ports{AT: f.path}).OpenAT(inTime(t))
			held, ok := errors.AsType[*serial.HeldError](err)
			require.True(t, ok, err)
			assert.Equal(t, f.path, held.Path)
			assert.Equal(t, cmd.Process.Pid, held.PID)
			assert.Contains(t, err.Error(), "serial: "+f.path+": held by pid "+strconv.Itoa(held.PID)+" (serial.test): end it first")
		})
	}
}

func TestHeldByAProcessThatIsHidden(t *testing.T) {
	f := newFar(t)
	_, said := start(t, "open", f.path, nil)
	require.Equal(t, "open", said)
	tr := newTree(t) // its proc lists nobody
	_, err := (&serial.Ports{AT: f.path, System: tr.system()}).OpenAT(inTime(t))
	held, ok := errors.AsType[*serial.HeldError](err)
	require.True(t, ok, err)
	assert.Zero(t, held.PID)
	require.Error(t, held.Unwrap())
	assert.ErrorContains(t, err, "held by another program, which only root can see")
}

func TestHeldByThisProcess(t *testing.T) {
	f := newFar(t)
	openFar(t, f, &serial.Ports{})
	_, err := (&serial.Ports{AT: f.path}).OpenAT(inTime(t))
	held, ok := errors.AsType[*serial.HeldError](err)
	require.True(t, ok, err)
	assert.Equal(t, os.Getpid(), held.PID)
	assert.EqualError(t, err, "serial: "+f.path+": held by this program already: close it first")
}

// other is another user, or nil where the test may not become one.
func other() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	return &syscall.Credential{Uid: nobody, Gid: nobody}
}

// nobody is the number of a user, and of a group, that nothing belongs to.
const nobody = 65534

func TestOthersAreKeptOut(t *testing.T) {
	f := newFar(t)
	openFar(t, f, &serial.Ports{})
	require.NoError(t, os.Chmod(f.path, 0o666))
	_, said := start(t, "plain", f.path, other())
	assert.Equal(t, "open "+f.path+": device or resource busy", said, "though it looks at no lock")
	_, said = start(t, "open", f.path, other())
	if other() == nil {
		assert.Equal(t, "serial: "+f.path+": held by pid "+strconv.Itoa(os.Getpid())+" (serial.test): end it first", said)
		return
	}
	assert.Equal(t, "serial: "+f.path+": held by another program, which only root can see: end it first", said)
}

func TestHeldByModemManager(t *testing.T) {
	tr := newTree(t)
	node := tr.plug("1-1.2", sim7600, 0)[2]
	f := newFar(t).node(node)
	tr.process(4711, "ModemManager", "socket:[1]", f.path)
	_, err := (&serial.Ports{AT: node, System: tr.system()}).OpenAT(inTime(t))
	require.EqualError(t, err, "serial: "+node+": held by pid 4711 (ModemManager): tell it to leave the modem alone by a udev rule "+
		`with ENV{ID_MM_DEVICE_IGNORE}="1" (Device.UdevRule gives one), or stop it: systemctl stop ModemManager`)
}

func TestTheFarSideOfAPseudoTerminalHoldsNothing(t *testing.T) {
	f := newFar(t)
	tr := newTree(t)
	tr.process(4711, "virtual-modem", "/dev/ptmx", f.path)
	rw, err := (&serial.Ports{AT: f.path, System: tr.system()}).OpenAT(inTime(t))
	require.NoError(t, err)
	assert.NoError(t, rw.Close())
}

func TestWithoutPermission(t *testing.T) {
	f := newFar(t)
	group, err := user.LookupGroup("dialout")
	require.NoError(t, err)
	gid, err := strconv.Atoi(group.Gid)
	require.NoError(t, err)
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(f.path, 0))
		_, err := (&serial.Ports{AT: f.path}).OpenAT(inTime(t))
		require.ErrorIs(t, err, fs.ErrPermission)
		assert.ErrorContains(t, err, "serial: "+f.path+": permission denied: give the port to a group")
		return
	}
	tests := map[string]struct {
		gid  int
		mode os.FileMode
		want string
	}{
		"group":    {gid, 0o660, "it belongs to group dialout: run sudo usermod -aG dialout $USER, and log in again"},
		"no group": {gid, 0o600, "give the port to a group by a udev rule (Device.UdevRule gives one)"},
		"root's":   {0, 0o660, "give the port to a group by a udev rule (Device.UdevRule gives one)"},
		"no name":  {64999, 0o660, "it belongs to group 64999: run sudo usermod -aG 64999 $USER, and log in again"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.Chown(f.path, 0, tt.gid))
			require.NoError(t, os.Chmod(f.path, tt.mode))
			_, said := start(t, "open", f.path, &syscall.Credential{Uid: nobody, Gid: nobody})
			assert.Equal(t, "serial: "+f.path+": permission denied: "+tt.want, said)
		})
	}
}

func TestMissingPort(t *testing.T) {
	tr := newTree(t)
	missing := tr.path("dev/ttyUSB2")
	_, err := (&serial.Ports{AT: missing, System: tr.system()}).OpenAT(inTime(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "serial: "+missing+": not there; no serial port is: "+
		"check the cable, the modem's power, and that the system has a driver for it")

	tr.plug("1-1.2", ec25, 4)
	tr.uart("ttyAMA0", "uart-pl011", "33")
	_, err = (&serial.Ports{AT: missing, System: tr.system()}).OpenAT(inTime(t))
	require.EqualError(t, err, "serial: "+missing+": not there; there are: "+
		tr.path("dev/ttyUSB4")+" (diag, 2c7c:0125 at 1-1.2), "+tr.path("dev/ttyUSB5")+" (gps, 2c7c:0125 at 1-1.2), "+
		tr.path("dev/ttyUSB6")+" (at, 2c7c:0125 at 1-1.2), "+tr.path("dev/ttyUSB7")+" (at2, 2c7c:0125 at 1-1.2), "+
		tr.path("dev/ttyAMA0")+" (uart-pl011)")
}

// A modem that is lost is looked for again and again: that must not look through all
// processes of the machine each time.
func TestMissingPortCostsNoProcesses(t *testing.T) {
	tr := newTree(t)
	tr.plug("1-1.2", ec25, 4)
	ports := &serial.Ports{AT: tr.path("dev/ttyUSB2"), System: tr.system()}
	look := func() float64 {
		return testing.AllocsPerRun(10, func() {
			_, err := ports.OpenAT(t.Context())
			require.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	before := look()
	for pid := range 200 {
		tr.process(1000+pid, "minicom", tr.path("dev/ttyUSB4"), "/dev/null")
	}
	assert.InDelta(t, before, look(), 20)
}

func TestNotASerialPort(t *testing.T) {
	tr := newTree(t)
	tr.write("dev/file", "")
	for _, path := range []string{"/dev/null", tr.path("dev/file")} {
		_, err := (&serial.Ports{AT: path, System: tr.system()}).OpenAT(inTime(t))
		assert.ErrorContains(t, err, "serial: "+path+": not a serial port", path)
	}
	_, err := (&serial.Ports{AT: tr.path("dev"), System: tr.system()}).OpenAT(inTime(t))
	assert.EqualError(t, err, "serial: "+tr.path("dev")+": is a directory")
}

func TestSettingsThatContradict(t *testing.T) {
	tests := map[string]struct {
		ports *serial.Ports
		want  string
	}{
		"nothing":         {&serial.Ports{Audio: "/dev/ttyUSB4"}, "serial: Ports names no modem: set one of AT, USB and IMEI"},
		"AT and USB":      {&serial.Ports{AT: "/dev/ttyUSB2", USB: "1-1"}, "serial: Ports names a modem by AT and by USB: set one of them"},
		"USB and IMEI":    {&serial.Ports{USB: "1-1", IMEI: "490154203237518"}, "serial: Ports names a modem by USB and by IMEI: set one of them"},
		"rate":            {&serial.Ports{AT: "/dev/ttyUSB2", Baud: -1}, "serial: Ports.Baud is -1"},
		"rates":           {&serial.Ports{AT: "/dev/ttyUSB2", Baud: 9600, AnyBaud: true}, "serial: Ports.Baud and Ports.AnyBaud exclude each other"},
		"time":            {&serial.Ports{AT: "/dev/ttyUSB2", WriteTimeout: -1}, "serial: Ports.WriteTimeout is -1ns"},
		"identity":        {&serial.Ports{IMEI: "1234"}, "serial: Ports.IMEI is not 14 to 16 digits"},
		"identity's text": {&serial.Ports{IMEI: "49015420323751x"}, "serial: Ports.IMEI is not 14 to 16 digits"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := tt.ports.OpenAT(t.Context())
			require.EqualError(t, err, tt.want)
			_, err = tt.ports.OpenAudio(t.Context())
			require.EqualError(t, err, tt.want)
		})
	}
}
