package voice

import (
	"errors"
	"io"
	"reflect"
	"slices"
)

// Concat returns a source that plays others one after the other without a gap.
// All are opened before the first is played, so that one which cannot be
// played is known at once. One that stands in the list again is opened again
// when it is its turn, which suits all that can be played again; it must not be
// part of another Concat in the list.
func Concat(sources ...Source) Source { return &concat{all: sources} }

type concat struct {
	all    []Source
	format Format
	next   int      // of all, the one being read
	open   []Source // each once
}

func (c *concat) Open(f Format) error {
	c.format, c.next, c.open = f, 0, nil
	for i, s := range c.all {
		if c.again(i) {
			continue
		}
		if err := s.Open(f); err != nil {
			return join(err, c.Close())
		}
		c.open = append(c.open, s)
	}
	return nil
}

func (c *concat) Read(dst []int16) (int, error) {
	for c.next < len(c.all) {
		n, err := c.all[c.next].Read(dst)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		c.next++
		if err := c.reopen(); err != nil || n > 0 {
			return n, err
		}
	}
	return 0, io.EOF
}

// reopen takes the source that is next back to its beginning if it was played
// before.
func (c *concat) reopen() error {
	if c.next == len(c.all) || !c.again(c.next) {
		return nil
	}
	s := c.all[c.next]
	c.open = remove(c.open, s)
	if err := closeSource(s); err != nil {
		return err
	}
	if err := s.Open(c.format); err != nil {
		return err
	}
	c.open = append(c.open, s)
	return nil
}

// again reports whether the source at i stands before i, too.
func (c *concat) again(i int) bool {
	s := c.all[i]
	return reflect.ValueOf(s).Kind() == reflect.Pointer && // else == may panic
		slices.Contains(c.all[:i], s)
}

// Close closes all that are open.
func (c *concat) Close() error {
	var err error
	for _, s := range c.open {
		err = join(err, closeSource(s))
	}
	c.open = nil
	return err
}
