package voice

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrBadOption means that an option is out of its range. Nothing was done.
var ErrBadOption = errors.New("voice: bad option")

func (o *PlayOptions) check() error {
	if o == nil {
		return nil
	}
	return checkKeys("PlayOptions.Interrupt", o.Interrupt)
}

func (o *RecordOptions) check() error {
	if o == nil {
		return nil
	}
	return cmp.Or(
		checkTime("RecordOptions.Max", o.Max),
		checkTime("RecordOptions.Silence", o.Silence),
		checkKeys("RecordOptions.Finish", o.Finish),
	)
}

func (o *CollectOptions) check() error {
	if o == nil {
		return nil
	}
	if o.Max < 0 {
		return fmt.Errorf("%w: CollectOptions.Max is negative", ErrBadOption)
	}
	return cmp.Or(
		checkTime("CollectOptions.First", o.First),
		checkTime("CollectOptions.Next", o.Next),
		checkKeys("CollectOptions.Terminator", o.Terminator),
	)
}

func checkTime(name string, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("%w: %s is negative", ErrBadOption, name)
	}
	return nil
}

func checkKeys(name, set string) error {
	if strings.Trim(normalKeys(set), AnyKey) != "" {
		return fmt.Errorf("%w: %s: keys are 0-9, *, #, A-D", ErrBadOption, name)
	}
	return nil
}
