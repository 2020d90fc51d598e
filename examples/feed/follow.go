package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// patience is how long -once waits for the first call to be over.
const patience = time.Minute

var (
	errNoCall = errors.New("no call was on the feed")
	errEnded  = errors.New("the feed ended before the first call was over")
)

// follow prints what a client of the feed gets, a message of JSON a line, until the
// first call is over and the box has told what became of its message. It is a client
// as any program may have one: it uses nothing of this library.
func follow(ctx context.Context, url string, w io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errNoCall)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return causeOf(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	var first call
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue // id, retry, comments, ends of messages
		}
		if _, err := fmt.Fprintln(w, data); err != nil {
			return err
		}
		if err := first.take([]byte(data)); err != nil || first.over() {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return causeOf(ctx, err)
	}
	return errEnded
}

// causeOf returns why ctx is done, if it is, and else err.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// call is what is known of the first one.
type call struct{ ended, told bool }

// over tells whether nothing more is to come of it.
func (c *call) over() bool { return c.ended && c.told }

// take learns from a message of the feed.
func (c *call) take(message []byte) error {
	var m struct {
		Type string
		Data struct{ State string }
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return fmt.Errorf("a message of the feed: %w", err)
	}
	switch m.Type {
	case "call.state":
		c.ended = c.ended || m.Data.State == "ended"
	case "voicemail.saved", "voicemail.discarded":
		c.told = true
	}
	return nil
}
