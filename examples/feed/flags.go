package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/callstack-go/callstack/realtime"
)

// settings are the program's flags.
type settings struct {
	addr    string
	keys    string
	dir     string
	every   time.Duration
	once    bool
	verbose bool
}

const help = `
The page is at /, the feed at /ws (WebSocket) and /events (server-sent events). Both
take ?events=call.state,voicemail.saved to follow some events only.

With -keys, programs send a key in the header Authorization: Bearer KEY, and the page
asks for one. There is no encryption: towards other machines put a proxy with TLS in
front, or a key can be read on the way.

The program ends with Ctrl-C, and exits with 0, or 1 if something failed, 2 for -h.
`

func parse(args []string, stderr io.Writer) (*settings, error) {
	var s settings
	f := flag.NewFlagSet("feed", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "the `address` to listen on, host:port; one that other machines reach needs -keys")
	f.StringVar(&s.keys, "keys", "", "a `file` of keys, one a line or sha256: and its hash in hex, that nobody else may read (mode 0600); it is read again when it changes (default: none, and only this machine is served)")
	f.StringVar(&s.dir, "dir", "", "the `directory` for the callers' messages (default: a temporary one, and no message is kept)")
	f.DurationVar(&s.every, "every", 10*time.Second, "how often somebody calls")
	f.BoolVar(&s.once, "once", false, "print what a client of the feed gets of the first call, in JSON, and exit")
	f.BoolVar(&s.verbose, "v", false, "log to standard error, without numbers, texts and keys")
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: feed [flags]")
		f.PrintDefaults()
		fmt.Fprint(stderr, help)
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: see -h", f.Arg(0))
	}
	return &s, s.check()
}

// check refuses what cannot be meant.
func (s *settings) check() error {
	switch {
	case s.once && s.keys != "":
		return errors.New("-once goes without -keys: the program is its own client, and has no key")
	case s.every < time.Second:
		return errors.New("-every is a second at least")
	}
	return nil
}

// auth is who may follow the feed.
func (s *settings) auth() (realtime.Auth, error) {
	if s.keys == "" {
		return realtime.LoopbackOnly, nil
	}
	return realtime.APIKeyFile(s.keys)
}

// listen opens the port. Without keys nobody else may reach it, not even to be
// refused.
func (s *settings) listen(ctx context.Context) (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		return nil, fmt.Errorf("-addr %s: %w", s.addr, err)
	}
	if !addr.IP.IsLoopback() && s.keys == "" {
		return nil, fmt.Errorf("-addr %s: other machines could reach that, and would need keys:\n"+
			"openssl rand -hex 32 > keys && chmod 600 keys, then add -keys keys; or leave -addr at 127.0.0.1:8080", s.addr)
	}
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", addr.String())
	if err != nil {
		return nil, fmt.Errorf("-addr %s: %w: choose another port, such as -addr 127.0.0.1:0", s.addr, err)
	}
	return l, nil
}

// introduce says where the feed is.
func (s *settings) introduce(w io.Writer, url string) {
	key := ""
	if s.keys != "" {
		key = ` -H "Authorization: Bearer $KEY"`
	}
	if !s.once {
		fmt.Fprintf(w, "open %s in a browser, or follow the feed:\n  curl -N%s %sevents\nCtrl-C ends it\n", url, key, url)
	}
}
