package transporttest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// checkPresent opens a port once. One that is not there must say so.
func checkPresent(p *probe) error {
	_, optional := p.s.Transport.(ReportTransport)
	if p.port == portReports && !optional && p.far() == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.h.Patience)
	defer cancel()
	_, err := p.try(ctx)
	switch {
	case p.far() != nil:
		return err
	case err == nil:
		return fmt.Errorf("the %s port opens, though Subject has no far end of it", p.port)
	case !errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("opening the %s port, which is not there, is no errors.ErrUnsupported: %w", p.port, err)
	}
	return nil
}

// checkDoneContext opens with contexts that are done. Then it opens as usual: the
// attempt has left nothing open.
func checkDoneContext(p *probe) error {
	why := errors.New("not any more")
	canceled, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	late, stop := context.WithTimeout(context.Background(), 0)
	defer stop()
	for _, ctx := range []context.Context{canceled, late} {
		switch _, err := p.try(ctx); {
		case err == nil:
			return errors.New("it opens, though the context is done")
		case !errors.Is(err, ctx.Err()) && !errors.Is(err, context.Cause(ctx)):
			return fmt.Errorf("with a context that is done the error is not that of the context: %w", err)
		}
	}
	rw, err := p.open()
	if err != nil {
		return fmt.Errorf("after an attempt with a context that was done: %w", err)
	}
	return p.works(rw)
}

// checkLaterContext cancels the context that a port was opened with: it bounds the
// opening only.
func checkLaterContext(p *probe) error {
	ctx, cancel := context.WithCancel(context.Background())
	rw, err := p.try(ctx)
	cancel()
	if err != nil {
		return err
	}
	time.Sleep(p.h.Quiet)
	return p.works(rw)
}

func checkReopen(p *probe) error {
	for i := range 10 {
		rw, err := p.open()
		if err != nil {
			return fmt.Errorf("time %d: %w", i+1, err)
		}
		if err := p.works(rw); err != nil {
			return fmt.Errorf("time %d: %w", i+1, err)
		}
		if err := p.close(rw); err != nil {
			return err
		}
	}
	return nil
}

// checkOpenTwice opens a port that is open. The one that was there first goes on.
func checkOpenTwice(p *probe) error {
	first, err := p.open()
	if err != nil {
		return err
	}
	if err := p.works(first); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.h.Patience)
	defer cancel()
	switch second, err := p.try(ctx); {
	case errors.Is(err, errHangs):
		return err
	case err == nil && p.h.Exclusive:
		return errors.New("a port that is open can be opened again, though Harness.Exclusive says that it has one user")
	case err == nil:
		return p.within("Close", second.Close) // what the far end sends is somebody's: no more can be said
	}
	if err := p.works(first); err != nil {
		return fmt.Errorf("after a second one was refused, the first: %w", err)
	}
	return nil
}
