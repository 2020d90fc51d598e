package modemtest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// printed are the secrets of the values that are printed here.
var printed = map[string]string{
	"caller":  "+12025550147",
	"callee":  "+12025550163",
	"third":   "+12025550178",
	"PIN":     "86420975",
	"PUK":     "13572468",
	"IMSI":    "001010987654321",
	"ICCID":   "89001019876543210987",
	"keys":    "735190",
	"pressed": "804612",
}

// busy returns a modem that holds whatever a modem can, and the far sides of its
// calls: one that was dialled, one that waits.
func busy(t *testing.T) (*modemtest.Modem, []*modemtest.Caller) {
	t.Helper()
	sim := newSim(t, &modemtest.Config{Calm: true, CallWaiting: true, SIM: modemtest.SIM{
		State: modemtest.SIMPIN, PIN: printed["PIN"], PUK: printed["PUK"], IMSI: printed["IMSI"], ICCID: printed["ICCID"],
	}})
	sim.OnDial(printed["third"], modemtest.Outcome{Result: modemtest.Busy})
	term := dial(t, sim).quiet()
	term.ok(`AT+CPIN="` + printed["PIN"] + `"`)
	time.Sleep(10 * time.Second)
	first := sim.Call(printed["caller"])
	term.next("RING")
	term.ok("ATA")
	time.Sleep(time.Second)
	for key := range strings.SplitSeq(printed["keys"], "") {
		term.ok("AT+VTS=" + key)
		time.Sleep(time.Second)
	}
	first.Press(printed["pressed"])
	second := sim.CallWith(modemtest.Incoming{Number: printed["callee"], Name: "x"})
	synctest.Wait()
	return sim, []*modemtest.Caller{first, second}
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim, callers := busy(t)
		card := modemtest.SIM{PIN: printed["PIN"], PUK: printed["PUK"], IMSI: printed["IMSI"], ICCID: printed["ICCID"]}
		values := map[string]any{
			"Modem":    sim,
			"Caller":   callers[0],
			"waiting":  callers[1],
			"Config":   modemtest.Config{SIM: card, Outcome: func(string) modemtest.Outcome { return modemtest.Outcome{} }},
			"SIM":      card,
			"Incoming": modemtest.Incoming{Number: printed["caller"]},
			"Outcome":  modemtest.Outcome{Result: modemtest.NoAnswer, After: time.Second},
			"Stats":    sim.Stats(),
			"Line":     modemtest.Line{Text: "ATD" + printed["callee"] + ";"},
		}
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, printed), name)
		}
		assert.Empty(t, printing.Unheld(map[string]any{"Modem": sim}, printed), "a Modem holds all of them")
		for _, line := range sim.Written() {
			assert.Empty(t, printing.Leaks(line, printed))
		}
	})
}

func TestALineShowsTheNameOnly(t *testing.T) {
	for text, want := range map[string]string{
		"AT":                             "AT",
		"ATZ":                            "ATZ",
		"AT&F":                           "AT&F",
		"ATE0":                           "ATE0",
		"AT+C5GREG?":                     "AT+C5GREG****",
		"AT+CPIN86420975":                "AT+CPIN****",
		"AT+CPIN 86420975":               "AT+CPIN****",
		"AT+CPIN\"86420975\"":            "AT+CPIN****",
		"AT86420975":                     "AT****",
		"AT \"86420975\"":                "AT****",
		"AT&D2D86420975":                 "AT&D****",
		"ATS3=13":                        "ATS3****",
		"ATH;+CPIN=\"86420975\"":         "ATH****",
		"atdt+12025550147;":              "ATD****",
		"AT^DTMF=1,5":                    "AT^DTMF****",
		"\x1bAT+CMGS=19":                 "AT+CMGS****",
		"0011000B912120551500F10000AA05": "****",
		"":                               "****",
	} {
		assert.Equal(t, want, modemtest.Line{Text: text}.String(), "%q", text)
	}
}

// FuzzLine holds that a line shows no number, however it is mangled: never two
// digits in a row, nor anything behind a sign that begins a parameter.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"AT+CPIN=\"86420975\"", "ATD+12025550147;", "AT+CPIN8 6 4", "atat12", "AT&D2D1", "AT\xff1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := modemtest.Line{Text: text}.String()
		assert.NotRegexp(t, `[0-9][0-9]|[=?;:", ]`, strings.TrimLeft(shown, "AT+"))
		assert.Less(t, len(shown), len(text)+len("AT****"))
	})
}
