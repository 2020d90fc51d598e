package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// childEnv makes the test binary another program: "hold", which opens a port and
// keeps it until its input ends, or "callstack", which is the command.
const childEnv = "CALLSTACK_DOCTOR_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "hold":
		os.Exit(hold(os.Args[1]))
	case "callstack":
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// hold is a program that knows of no locks.
func hold(path string) int {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer f.Close()
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

func TestHeldByAnotherProcess(t *testing.T) {
	t.Parallel()
	_, server := serve(t, nil, nil)
	cmd := exec.CommandContext(t.Context(), os.Args[0], server.AT())
	cmd.Env = append(os.Environ(), childEnv+"=hold")
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "open\n", line)

	e := doctor(t, nil, "-at", server.AT())
	assert.Equal(t, exitTrouble, e.code)
	f := e.has(t, "held")
	assert.Equal(t, fmt.Sprintf("held by pid %d (callstack.test)", cmd.Process.Pid), f.Text)
	assert.Equal(t, fmt.Sprintf("end that program first: kill %d", cmd.Process.Pid), f.Remedy)
	assert.Contains(t, e.text, "which was not opened")

	require.NoError(t, input.Close())
	require.NoError(t, cmd.Wait())
	assert.Equal(t, exitHealthy, doctor(t, nil, "-at", server.AT()).code, "it was ended")
}

func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	_, server := serve(t, nil, nil)
	path, err := filepath.EvalSymlinks(server.AT())
	require.NoError(t, err)
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(path, 0))
		e := doctor(t, nil, "-at", path)
		assert.Equal(t, exitTrouble, e.code)
		assert.Equal(t, "this user may not open it", e.has(t, "permission").Text)
		return
	}
	group, err := user.LookupGroup("dialout")
	require.NoError(t, err)
	gid, err := strconv.Atoi(group.Gid)
	require.NoError(t, err)
	tests := map[string]struct {
		gid    int
		text   string
		remedy string
	}{
		"group":  {gid, "this user may not open it: it belongs to group dialout", "sudo usermod -aG dialout $USER, and log in again"},
		"root's": {0, "this user may not open it", "give it to a group that you are in: sudo chgrp dialout " + path},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.Chown(path, 0, tt.gid))
			require.NoError(t, os.Chmod(path, 0o660))
			r, code := asNobody(t, "doctor", "-at", path, "-json")
			assert.Equal(t, exitTrouble, code)
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			assert.Equal(t, "permission", f.ID)
			assert.Equal(t, tt.text, f.Text)
			assert.Contains(t, f.Remedy, tt.remedy)
		})
	}
}

// asNobody runs the command as a user who may do nothing.
func asNobody(t *testing.T, args ...string) (report, int) {
	t.Helper()
	const nobody = 65534
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	data, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	name := filepath.Join(dir, "callstack")
	require.NoError(t, os.WriteFile(name, data, 0o755))

	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), childEnv+"=callstack")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.Output()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	var r report
	require.NoError(t, json.Unmarshal(out, &r), string(exit.Stderr))
	return r, exit.ExitCode()
}

func TestPortsThatAreClosedToThisUser(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	no := false
	d := device{USB: "1-1", Vendor: "1e0e", Product: "9001", Ports: []port{{Path: "/dev/ttyUSB2", Role: "at", Access: &no, Group: "dialout", Mode: "0660"}}}
	d.print(&b)
	assert.Equal(t, "USB 1-1, 1e0e:9001\n  /dev/ttyUSB2  at  closed to this user (group dialout, 0660)\n\n", b.String())

	file := filepath.Join(t.TempDir(), "port")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	group, mode, may := access(file)
	assert.NotEmpty(t, group)
	assert.Equal(t, "0600", mode)
	require.NotNil(t, may)
	assert.True(t, *may)
	_, _, may = access(file + " that is not there")
	assert.Nil(t, may)
}
