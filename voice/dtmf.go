package voice

import (
	"context"
	"fmt"
	"time"
)

const (
	defaultTone = 100 * time.Millisecond
	defaultGap  = 100 * time.Millisecond

	// minTone and maxTone bound a tone: ITU-T Q.24 asks for at least 40 ms,
	// AT+VTS (3GPP TS 27.007, C.11) takes at most 25.5 s.
	minTone = 40 * time.Millisecond
	maxTone = 25500 * time.Millisecond
)

// ToneOptions are the optional settings of SendDTMF. Nil means the zero value.
type ToneOptions struct {
	// Duration is the length of each tone, 40 ms to 25.5 s. Zero means 100 ms.
	// A carrier may know steps of 100 ms only.
	Duration time.Duration
	// Gap is the silence between two tones, at least 40 ms. Zero means 100 ms.
	Gap time.Duration
}

func (o *ToneOptions) withDefaults() (ToneOptions, error) {
	var out ToneOptions
	if o != nil {
		out = *o
	}
	if out.Duration == 0 {
		out.Duration = defaultTone
	}
	if out.Gap == 0 {
		out.Gap = defaultGap
	}
	if out.Duration < minTone || out.Duration > maxTone || out.Gap < minTone {
		return out, fmt.Errorf("voice: tone of %v with a gap of %v: a tone takes %v to %v, a gap at least %v",
			out.Duration, out.Gap, minTone, maxTone, minTone)
	}
	return out, nil
}

// SendDTMF sends digits (0-9, *, #, A-D in either case) to the far side as tones,
// one by one, and returns when the last one and its gap are over. It checks
// all of them before it sends any: [ErrBadDigits].
func (c *CallSession) SendDTMF(ctx context.Context, digits string, opts *ToneOptions) error {
	o, err := opts.withDefaults()
	if err != nil {
		return err
	}
	send := normalKeys(digits)
	for i := range len(send) {
		if !names(AnyKey, Key(send[i])) {
			return ErrBadDigits
		}
	}
	if send == "" {
		return ErrBadDigits
	}
	pause := time.NewTimer(0)
	defer pause.Stop()
	for i := range len(send) {
		if err := c.do(ctx, func(ctx context.Context) error { return c.line.SendDTMF(ctx, send[i], o.Duration) }); err != nil {
			return err
		}
		pause.Reset(o.Duration + o.Gap)
		select {
		case <-pause.C:
		case <-c.life.Done():
			return context.Cause(c.life)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
