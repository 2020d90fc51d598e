package voice_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

func TestOptionsAreChecked(t *testing.T) {
	dir := t.TempDir()
	type do = func(context.Context, *voice.CallSession) error
	record := func(o voice.RecordOptions) do {
		return func(ctx context.Context, c *voice.CallSession) error {
			rec, err := c.Record(ctx, &bytes.Buffer{}, &o)
			assert.Equal(t, voice.RecordFault, rec.Reason)
			return err
		}
	}
	collect := func(o voice.CollectOptions) do {
		return func(ctx context.Context, c *voice.CallSession) error {
			_, err := c.Collect(ctx, &o)
			return err
		}
	}
	tests := map[string]do{
		"PlayOptions.Interrupt": func(ctx context.Context, c *voice.CallSession) error {
			_, err := c.Play(ctx, voice.Beep(), &voice.PlayOptions{Interrupt: "any"})
			return err
		},
		"PlayOptions.Interrupt: ": func(ctx context.Context, c *voice.CallSession) error {
			_, err := c.Start(voice.Beep(), &voice.PlayOptions{Interrupt: "12E"}).Wait(ctx)
			return err
		},
		"RecordOptions.Finish":      record(voice.RecordOptions{Finish: "none"}),
		"RecordOptions.Max":         record(voice.RecordOptions{Max: -time.Second}),
		"RecordOptions.Silence":     record(voice.RecordOptions{Silence: -time.Second}),
		"CollectOptions.Terminator": collect(voice.CollectOptions{Terminator: "\r"}),
		"CollectOptions.Max":        collect(voice.CollectOptions{Max: -1}),
		"CollectOptions.First":      collect(voice.CollectOptions{First: -1}),
		"CollectOptions.Next":       collect(voice.CollectOptions{Next: -1}),
		"CollectOptions.Next is": func(ctx context.Context, c *voice.CallSession) error {
			_, err := c.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Next: -1})
			return err
		},
		"RecordOptions.Max is": func(ctx context.Context, c *voice.CallSession) error {
			_, err := c.RecordFile(ctx, filepath.Join(dir, "x.wav"), &voice.RecordOptions{Max: -1})
			return err
		},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, _ := answered(ctx, t, nil)
				err := f(ctx, call)
				require.ErrorIs(t, err, voice.ErrBadOption)
				assert.Contains(t, err.Error(), name)
				_, err = call.Play(ctx, voice.Beep(), &voice.PlayOptions{Interrupt: "#abcd"})
				require.NoError(t, err, "nothing was begun")
			})
		})
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}
