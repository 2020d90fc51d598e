package modemtest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestFamiliesHearKeys holds what each family says of the keys 5, * and A, and
// that it says nothing before it is told to.
func TestFamiliesHearKeys(t *testing.T) {
	tests := map[string]struct {
		family  modemtest.Family
		on, off string
		want    []string
	}{
		"A7670":               {modemtest.A7670, "AT+DDET=1", "AT+DDET=0", []string{"+RXDTMF: 5", "+RXDTMF: *", "+RXDTMF: A"}},
		"SIM868":              {modemtest.SIM868, "AT+DDET=1", "AT+DDET=0", []string{"+DTMF: 5", "+DTMF: *", "+DTMF: A"}},
		"SIM868, with times":  {modemtest.SIM868, "AT+DDET=1,0,1", "AT+DDET=0", []string{"+DTMF: 5,120", "+DTMF: *,120", "+DTMF: A,120"}},
		"SIM868, all options": {modemtest.SIM868, "AT+DDET=1,1000,0,1", "AT+DDET=0", []string{"+DTMF: 5", "+DTMF: *", "+DTMF: A"}},
		"EC25":                {modemtest.EC25, "AT+QTONEDET=1", "AT+QTONEDET=0", []string{"+QTONEDET: 53", "+QTONEDET: 42", "+QTONEDET: 65"}},
		"EC200":               {modemtest.EC200, "AT+QTONEDET=1", "AT+QTONEDET=0", []string{"+QTONEDET: 53", "+QTONEDET: 42", "+QTONEDET: 65"}},
		"Telit":               {modemtest.Telit, "AT#DTMF=1", "AT#DTMF=0", []string{"#DTMFEV: 5", "#DTMFEV: *", "#DTMFEV: A"}},
		"Telit, begin and end": {modemtest.Telit, "AT#DTMF=2", "AT#DTMF=0", []string{
			"#DTMFEV: 5,1", "#DTMFEV: 5,0", "#DTMFEV: *,1", "#DTMFEV: *,0", "#DTMFEV: A,1", "#DTMFEV: A,0",
		}},
		"u-blox": {modemtest.Ublox, "AT+UDTMFD=1,2", "AT+UDTMFD=0", []string{"+UUDTMFD: 5", "+UUDTMFD: *", "+UUDTMFD: A"}},
		"Huawei": {modemtest.Huawei, "AT^DDTMFCFG=0,1", "AT^DDTMFCFG=1,0", []string{"^DDTMF: 5", "^DDTMF: *", "^DDTMF: A"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Family: tt.family, Calm: true})
				term := dial(t, sim).quiet()
				caller := answered(t, ctx, sim, term)
				heard := func() []string {
					before := len(term.seen())
					caller.Press("5*A")
					time.Sleep(time.Second)
					return lines(term.seen()[before:])
				}
				assert.Empty(t, heard())
				term.ok(tt.on)
				assert.Equal(t, tt.want, heard())
				term.ok(tt.off)
				assert.Empty(t, heard())
			})
		})
	}
}

// TestFamiliesSendTones holds what each family takes for keys, and what the far
// side hears of it.
func TestFamiliesSendTones(t *testing.T) {
	tests := map[modemtest.Family]struct {
		good []string
		want string
		bad  map[string]string
	}{
		modemtest.A7670: {
			good: []string{"AT+VTS=1", "AT+VTS=#,2", `AT+VTS="1,3,5"`, "AT+VTS=D"}, want: "1#135D",
			bad: map[string]string{"AT+VTS=12": "ERROR", "AT^DTMF=1,5": "ERROR"},
		},
		modemtest.SIM868: {
			good: []string{`AT+VTS="2,*"`, "AT+VTS=1"}, want: "2*1",
			bad: map[string]string{"AT+VTS=12": "ERROR", "AT+QVTS=1": "ERROR"},
		},
		modemtest.EC25: {
			good: []string{"AT+VTD=2,1", "AT+VTS=1", `AT+VTS="1234567890A"`, "AT+VTS=5,3"}, want: "11234567890A5",
			bad: map[string]string{
				`AT+VTS="1,3,5"`: "ERROR", "AT+VTS=12": "ERROR", `AT+VTS="` + strings.Repeat("1", 32) + `"`: "ERROR",
				"AT+VTD=1,2,3": "ERROR", "AT+VTD=256": "ERROR",
			},
		},
		modemtest.EC200: {good: []string{`AT+VTS="89"`, "AT+VTS=7"}, want: "897", bad: map[string]string{"AT+VTS=,": "ERROR"}},
		modemtest.Telit: {
			good: []string{"AT+VTS=1,10", `AT+VTS="135"`, "AT+VTS=24", "AT+VTS=7,255"}, want: "1135247",
			bad: map[string]string{"AT+VTS=12,10": "ERROR", `AT+VTS="1",10`: "ERROR", "AT+VTS=1,256": "ERROR"},
		},
		modemtest.Ublox: {good: []string{"AT+VTS=7"}, want: "7", bad: map[string]string{"AT+VTS=12": "ERROR"}},
		modemtest.Huawei: {
			good: []string{"AT^DTMF=1,5", "AT^DTMF=1,#", "AT^DTMF=1,*"}, want: "5#*",
			bad: map[string]string{
				"AT^DTMF=1,A": "ERROR", "AT^DTMF=1,D": "ERROR", "AT^DTMF=1,12": "ERROR", "AT^DTMF=5": "ERROR",
				"AT^DTMF=0,5": "ERROR", "AT^DTMF=1,5,1": "TOO MANY PARAMETERS", "AT^DTMF=2,5": "+CME ERROR: 3",
				"AT+VTS=5": "COMMAND NOT SUPPORT", "AT+VTD=1": "COMMAND NOT SUPPORT",
			},
		},
	}
	for family, tt := range tests {
		t.Run(family.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Family: family, Calm: true})
				term := dial(t, sim).quiet()
				term.ok("AT+CMEE=1")
				assert.NotEqual(t, []string{"OK"}, term.exec(tt.good[len(tt.good)-1]), "there is no call")
				callee := dialled(t, ctx, sim, term, modemtest.Answer)
				require.NoError(t, callee.WaitAnswered(ctx))
				for _, cmd := range tt.good {
					term.ok(cmd)
					time.Sleep(5 * time.Second)
				}
				for cmd, want := range tt.bad {
					assert.Equal(t, []string{want}, term.exec(cmd), cmd)
				}
				assert.Equal(t, tt.want, callee.Pressed())
				last := tt.good[len(tt.good)-1]
				term.ok(last, last)
				assert.Equal(t, 1, sim.Stats().TonesLost, "while the one before sounds")
			})
		})
	}
}

// TestTonesOfTelitAreInHundredths: with a duration of 50 the next tone may follow
// after half a second and the rest, where others need five.
func TestTonesOfTelitAreInHundredths(t *testing.T) {
	for family, lost := range map[modemtest.Family]int{modemtest.Telit: 0, modemtest.EC25: 1} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim, term := calmModem(t, family)
			callee := dialled(t, ctx, sim, term, modemtest.Answer)
			require.NoError(t, callee.WaitAnswered(ctx))
			term.ok("AT+VTS=1,50")
			time.Sleep(570 * time.Millisecond)
			term.ok("AT+VTS=2")
			assert.Equal(t, lost, sim.Stats().TonesLost, "%v", family)
		})
	}
}

// TestDDETHasAnInterval in which a SIM868 tells of the same key once.
func TestDDETHasAnInterval(t *testing.T) {
	for interval, want := range map[string][]string{
		"0":    {"+DTMF: 5", "+DTMF: 5", "+DTMF: 6", "+DTMF: 6"},
		"300":  {"+DTMF: 5", "+DTMF: 6"},
		"1000": {"+DTMF: 5", "+DTMF: 6"},
		"150":  {"+DTMF: 5", "+DTMF: 5", "+DTMF: 6", "+DTMF: 6"},
	} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim, term := calmModem(t, modemtest.SIM868)
			caller := answered(t, ctx, sim, term)
			term.ok("AT+DDET=1," + interval)
			before := len(term.seen())
			caller.Press("5566") // one each 200 ms
			time.Sleep(2 * time.Second)
			assert.Equal(t, want, lines(term.seen()[before:]), interval)
		})
	}
}
