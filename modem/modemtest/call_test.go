package modemtest_test

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestAnswerTalkHangUp is the whole of a call as a voicemail has it.
func TestAnswerTalkHangUp(t *testing.T) {
	for seed := range uint64(30) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			term.ok("AT+CLIP=1", "AT+CLCC=1", "AT+DDET=1")
			audio, err := sim.OpenAudio(ctx)
			require.NoError(t, err)
			heard := make(chan []byte, 1)
			var wg sync.WaitGroup
			defer func() {
				_ = audio.Close()
				wg.Wait()
			}()
			wg.Go(func() {
				b, _ := io.ReadAll(audio)
				heard <- b
			})

			caller := sim.Call("+12025550100")
			term.until("ring and number", func(s string) bool {
				return strings.Contains(s, "RING") && strings.Contains(s, `+CLIP: "+12025550100",145`) &&
					strings.Contains(s, `+CLCC: 1,1,4,0,0,"+12025550100",145`)
			})
			assert.Contains(t, term.exec("AT+CPCMREG=1"), "ERROR", "before the answer")
			term.ok("ATA")
			require.NoError(t, caller.WaitAnswered(ctx))
			term.ok("AT+CPCMREG=1")

			greeting := make([]byte, 16000)
			for i := range 8000 {
				binary.LittleEndian.PutUint16(greeting[2*i:], uint16(int16(5000+i%7)))
			}
			for range 50 {
				_, err := audio.Write(greeting[:320])
				require.NoError(t, err)
				greeting = greeting[320:]
				time.Sleep(20 * time.Millisecond)
			}
			require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))

			speech := make([]int16, 12345)
			for i := range speech {
				speech[i] = int16(300 + i)
			}
			start := time.Now()
			require.NoError(t, caller.Say(ctx, speech))
			assert.InDelta(t, 12345*time.Second/8000, time.Since(start), float64(50*time.Millisecond))
			caller.Press("12#")
			time.Sleep(time.Second)
			assert.Regexp(t, `(?s)RXDTMF: 1.*RXDTMF: 2.*RXDTMF: #`, term.seen())
			assert.Contains(t, strings.Join(term.exec("AT+CHUP"), "|"), "VOICE CALL:")
			require.NoError(t, caller.WaitEnded(ctx))
			end, ok := caller.Ended()
			assert.True(t, ok)
			assert.Equal(t, modemtest.EndedByProgram, end)
			term.ok("AT+CPCMREG=0,1")
			require.NoError(t, audio.Close())
			raw := <-heard
			var got []int16
			for i := 0; i+1 < len(raw); i += 2 {
				got = append(got, int16(binary.LittleEndian.Uint16(raw[i:])))
			}
			i := 0
			for i < len(got) && got[i] == 0 {
				i++
			}
			require.GreaterOrEqual(t, len(got)-i, len(speech))
			assert.Equal(t, speech, got[i:i+len(speech)])
			assert.Zero(t, sim.Stats().Overlapping)
		})
	}
}
