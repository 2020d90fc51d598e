package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/callstack-go/callstack/internal/bench/hub/peers"
)

// server is a hub's process.
type server struct {
	cmd  *exec.Cmd
	addr string
}

// startServer starts the process of a hub: this program, or the one that stands
// after "cmd:". Some of its clients may be going to stall.
func startServer(ctx context.Context, hub string, stalled bool) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{self, "-serve", hub}
	if stalled {
		args = append(args, "-small-buffers")
	}
	if command, ok := strings.CutPrefix(hub, "cmd:"); ok {
		args = strings.Fields(command)
	}
	s := &server{cmd: exec.CommandContext(ctx, args[0], args[1:]...)}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.close()
		return nil, fmt.Errorf("its first line is to be its address: %w", err)
	}
	s.addr = strings.TrimSpace(line)
	return s, nil
}

// close ends the process, which has nothing to lose.
func (s *server) close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// get asks the server for a path.
func (s *server) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return body, err
}

// stats asks for the figures of now, or of after a garbage collection.
func (s *server) stats(ctx context.Context, collect bool) (st peers.Stats, err error) {
	path := "/ctl/stats"
	if collect {
		path += "?gc=1"
	}
	body, err := s.get(ctx, path)
	if err != nil {
		return st, err
	}
	return st, json.Unmarshal(body, &st)
}

// publish has n events published, each so long after the one before.
func (s *server) publish(ctx context.Context, n int, every time.Duration) error {
	_, err := s.get(ctx, fmt.Sprintf("/ctl/publish?n=%d&interval_us=%d", n, every.Microseconds()))
	return err
}

// waitClients waits until the hub has n clients.
func (s *server) waitClients(ctx context.Context, n int) error {
	return poll(ctx, 10*time.Second, 10*time.Millisecond, func() (bool, error) {
		st, err := s.stats(ctx, false)
		return st.Clients >= n, err
	})
}

// profile writes the processor profile of the next seconds to a folder.
func (s *server) profile(ctx context.Context, folder, name string, length time.Duration) error {
	seconds := max(1, int(length.Seconds()))
	body, err := s.get(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", seconds))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+".pprof"), body, 0o644)
}

// errLate means that what was waited for did not come in time.
var errLate = errors.New("waited too long")

// poll asks again and again whether something is so.
func poll(ctx context.Context, most, every time.Duration, done func() (bool, error)) error {
	end := time.NewTimer(most)
	defer end.Stop()
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-again.C:
		case <-end.C:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
