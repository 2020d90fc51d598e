package voice_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

func speech(n int) []int16 {
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(1000 + i%8000)
	}
	return s
}

func TestSmoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		call, far := voicetest.NewCall(nil)
		defer far.Close()
		require.NoError(t, call.Answer(ctx))
		t0 := time.Now()
		p, err := call.Play(ctx, voice.PCM(8000, speech(80000)), nil)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Second, p.Duration)
		t.Log(time.Since(t0))
		assert.Contains(t, string(bytesOf(far.Heard())), string(bytesOf(speech(80000))))
		var buf bytes.Buffer
		pcm := speech(8000)
		pb := call.Start(voice.Beep(), nil)
		go far.Say(ctx, pcm)
		rec, err := call.Record(ctx, &buf, &voice.RecordOptions{Max: 2 * time.Second})
		require.NoError(t, err)
		assert.Equal(t, 32000, buf.Len())
		t.Log(rec.LogValue())
		_, err = pb.Wait(ctx)
		require.NoError(t, err)
		far.Press("12")
		d, err := call.Collect(ctx, &voice.CollectOptions{Terminator: "#"})
		require.NoError(t, err)
		assert.Equal(t, "12", d.Keys)
		require.NoError(t, call.Hangup(ctx))
	})
}

func bytesOf(s []int16) []byte {
	var b []byte
	for _, v := range s {
		b = append(b, byte(v), byte(v>>8))
	}
	return b
}
