package modemtest_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestNothingSecretIsPrinted prints and logs every exported type.
func TestNothingSecretIsPrinted(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		card := modemtest.SIM{PIN: "47114711", PUK: "87654321", IMSI: "001019999999999", ICCID: "89001019999999999999"}
		cfg := modemtest.Config{SIM: card}
		sim := newSim(t, &cfg)
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA")
		time.Sleep(time.Second)
		values := map[string]any{
			"modemtest.Modem(SIM7600, 1 calls)":      sim,
			"modemtest.Caller(+120****0100, active)": caller,
			"Config(SIM7600, seed 0)":                cfg,
			"SIM(ready, 0 PIN and 0 PUK attempts)":   card,
			"Incoming(+120****0100)":                 modemtest.Incoming{Number: "+12025550100"},
			"ATD****":                                modemtest.Line{Text: "ATD+12025550100;"},
			"AT+CPIN****":                            modemtest.Line{Text: "\x1bat+cpin=\"47114711\""},
			"ATE0V1D****":                            modemtest.Line{Text: "ATE0V1D+12025550100;"},
			"AT+CLCC":                                modemtest.Line{Text: "AT+CLCC"},
			"AT+CLIP****":                            modemtest.Line{Text: "AT+CLIP?"},
			"****":                                   modemtest.Line{Text: "12025550100"},
			"Incoming(****)":                         modemtest.Incoming{Number: "100"},
			"Incoming()":                             modemtest.Incoming{},
			"Incoming(120****0100)":                  modemtest.Incoming{Number: "1202 555-0100"},
			"ended by the program":                   modemtest.EndedByProgram,
			"End(42)":                                modemtest.End(42),
			"Generic":                                modemtest.Generic,
			"Family(42)":                             modemtest.Family(42),
			"{0001-01-01 00:00:00 +0000 UTC AT+CLCC} none": nil,
		}
		for want, v := range values {
			if v == nil {
				continue
			}
			for _, verb := range []string{"%v", "%+v", "%s", "%#v", "%x", "%q", "%d"} {
				text := fmt.Sprintf(verb, v)
				for _, secret := range []string{"2025550", "4711", "87654", "99999", "32303235"} {
					assert.NotContains(t, text, secret, verb)
				}
			}
			assert.Equal(t, want, fmt.Sprint(v))
			var js, text bytes.Buffer
			slog.New(slog.NewJSONHandler(&js, nil)).Info("x", slog.Any("v", v))
			slog.New(slog.NewTextHandler(&text, nil)).Info("x", slog.Any("v", v))
			for _, secret := range []string{"2025550", "4711", "87654", "99999"} {
				assert.NotContains(t, js.String()+text.String(), secret)
			}
		}
		assert.Equal(t, "held", fmt.Sprint(held(sim, term, caller)))
	})
}

func held(_ *modemtest.Modem, term *terminal, caller *modemtest.Caller) string {
	term.ok("AT+CHLD=2")
	if caller.Held() {
		return "held"
	}
	return caller.String()
}
