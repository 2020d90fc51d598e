package modem

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParsePortRates(t *testing.T) {
	tests := map[string]struct {
		want portRates
		ok   bool
	}{
		"+CPCMFRM: 0":         {portRates{8000, 8000}, true},
		"+CPCMFRM: 1":         {portRates{16000, 16000}, true},
		"+CPCMBANDWIDTH: 0,1": {portRates{16000, 8000}, true},
		"+CPCMBANDWIDTH: 1,1": {portRates{8000, 8000}, true},
		"+CPCMBANDWIDTH:1,0":  {portRates{8000, 16000}, true},
		"+CPCMBANDWIDTH: 1":   {},
		"+CPCMBANDWIDTH: 1,2": {},
		"+CPCMFRM: 2":         {},
		"+CPCMFRM: (0-1)":     {},
		"+CPCMREG: 1":         {},
		"":                    {},
	}
	for line, tt := range tests {
		got, ok := parsePortRates(line)
		assert.Equal(t, tt.ok, ok, "%q", line)
		assert.Equal(t, tt.want, got, "%q", line)
	}
}

func FuzzParsePortRates(f *testing.F) {
	for _, l := range append([]string{"+CPCMFRM: 1", "+CPCMBANDWIDTH: 0,1", "^CVOICE:0,8000,16,20"}, lines...) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		rates := []int{narrowRate, wideRate}
		if r, ok := parsePortRates(line); ok {
			assert.Contains(t, rates, r.volte)
			assert.Contains(t, rates, r.other)
			again := fmt.Sprintf("+CPCMBANDWIDTH: %d,%d", 2-r.volte/narrowRate, 2-r.other/narrowRate)
			got, ok := parsePortRates(again)
			assert.True(t, ok)
			assert.Equal(t, r, got)
		}
		if rate, ok := parseVoicePort(line); ok && rate != 0 {
			assert.Contains(t, rates, rate)
			got, ok := parseVoicePort(fmt.Sprintf("^CVOICE: 0,%d,16,20", rate))
			assert.True(t, ok)
			assert.Equal(t, rate, got)
		}
	})
}

func FuzzParsePIN(f *testing.F) {
	for _, l := range append([]string{"+CPIN: READY", `+CPIN: "READY"`, "+CPIN:SIM PIN", "+CPIN:", "+CPIN: (0-1)"}, lines...) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		state, ok := parsePIN(line)
		if !ok {
			assert.Empty(t, state)
			return
		}
		assert.Contains(t, line, state)
		if quotable(state) {
			got, ok := parsePIN(fmt.Sprintf("+CPIN: %q", state))
			if strconv.Quote(state) == `"`+state+`"` { // nothing in it has to be escaped
				assert.True(t, ok)
				assert.Equal(t, state, got)
			}
		}
	})
}
