package serial_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

// childEnv makes the test binary another program: "open", which opens a port as this
// package does, or "plain", as programs do that know of no locks. The port's path
// follows after a space.
const childEnv = "CALLSTACK_SERIAL_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}

// child opens a port, says how that went, and holds it until its input ends.
func child(job string) int {
	how, path, _ := strings.Cut(job, " ")
	var port io.Closer
	var err error
	if how == "plain" {
		port, err = os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	} else {
		port, err = (&serial.Ports{AT: path}).OpenAT(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer port.Close()
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// start runs a child and returns its process and the first line that it says. It
// ends with the test.
func start(t *testing.T, how, path string, as *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(binaryFor(t, as))
	cmd.Env = append(os.Environ(), childEnv+"="+how+" "+path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Dir = "/"
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		input.Close()
		err := cmd.Wait()
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			require.NoError(t, err)
		}
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	return cmd, strings.TrimSpace(line)
}

// binaryFor returns this program's file, where another user may run it too.
func binaryFor(t *testing.T, as *syscall.Credential) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	if as == nil {
		return self
	}
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	data, err := os.ReadFile(self)
	require.NoError(t, err)
	name := filepath.Join(dir, "child")
	require.NoError(t, os.WriteFile(name, data, 0o755))
	return name
}
