//go:build linux || darwin

package soak_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gammuRequired is the variable that makes a missing gammu a failure: "1".
const gammuRequired = "CALLSTACK_GAMMU_REQUIRED"

// TestGammu has gammu, a client that knows nothing of this library, talk to the
// virtual modem of examples/virtual-modem as to a device.
func TestGammu(t *testing.T) {
	gammu, err := exec.LookPath("gammu")
	if err != nil {
		require.NotEqual(t, "1", os.Getenv(gammuRequired), "gammu is missing: install the package gammu")
		t.Skip("gammu is missing: install the package gammu, or set " + gammuRequired + "=1 to have this fail")
	}
	world := startVirtualModem(t)
	config := filepath.Join(t.TempDir(), "gammurc")
	require.NoError(t, os.WriteFile(config, []byte("[gammu]\ndevice = "+world.link+"\nconnection = at115200\n"), 0o600))
	ask := func(args ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, gammu, append([]string{"-c", config}, args...)...).CombinedOutput()
		require.NoError(t, err, "gammu %s: %s", args[0], out)
		return string(out)
	}
	identity := ask("identify")
	for _, want := range []string{
		`Manufacturer +: SIMCOM INCORPORATED`, `SIMCOM_SIM7600E-H`, `Firmware +: LE20B03SIM7600M22`,
		`IMEI +: 004999010640000`, `SIM IMSI +: 001010123456789`,
	} {
		assert.Regexp(t, want, identity)
	}
	network := ask("networkinfo")
	for _, want := range []string{
		`Network state +: home network`, `Network +: 001 01 .*LAC 1A2B, CID 01A2B3C4`, `Name in phone +: "Virtual Mobile"`, `GPRS +: attached`,
	} {
		assert.Regexp(t, want, network)
	}
	ask("dialvoice", "+12025550100")
	world.stop()
	assert.Contains(t, world.said(), "the program calls +120****0100")
	_, err = os.Lstat(world.link)
	require.ErrorIs(t, err, os.ErrNotExist, "the link is removed")
}

// virtualModem is the command, running.
type virtualModem struct {
	t    *testing.T
	link string
	cmd  *exec.Cmd
	done sync.WaitGroup
	once sync.Once

	mu  sync.Mutex
	out bytes.Buffer
}

// startVirtualModem builds and starts the command, and waits for its link.
func startVirtualModem(t *testing.T) *virtualModem {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "virtual-modem"), "./examples/virtual-modem")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	v := &virtualModem{t: t}
	v.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(dir, "virtual-modem"), "-link", filepath.Join(dir, "links"))
	stdout, err := v.cmd.StdoutPipe()
	require.NoError(t, err)
	v.cmd.Stderr = os.Stderr
	require.NoError(t, v.cmd.Start())
	t.Cleanup(v.stop)
	found := make(chan string, 1)
	v.done.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			v.mu.Lock()
			v.out.WriteString(lines.Text() + "\n")
			v.mu.Unlock()
			if m := regexp.MustCompile(`AT port: (.*)`).FindStringSubmatch(lines.Text()); m != nil {
				found <- strings.TrimSpace(m[1])
			}
		}
	})
	select {
	case v.link = <-found:
	case <-time.After(30 * time.Second):
		require.Fail(t, "no link", v.said())
	}
	return v
}

// stop interrupts the command as Ctrl-C does, and waits for it.
func (v *virtualModem) stop() {
	v.once.Do(func() {
		require.NoError(v.t, v.cmd.Process.Signal(syscall.SIGINT))
		v.done.Wait()
		assert.NoError(v.t, v.cmd.Wait())
	})
}

// said returns what the command has printed.
func (v *virtualModem) said() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.out.String()
}
