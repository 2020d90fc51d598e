package modem

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

func TestVectorsOfRegistration(t *testing.T) {
	out := leftOut{}
	defer out.log(t)
	for _, r := range vectors.Load(t, "registration") {
		want := expect[wantRegistration](t, r)
		if want.Cmd == "C5GREG" {
			out.add(r, "the library does not ask how a modem is registered to a 5G core: calls are of the other domains")
			continue
		}
		t.Run(r.ID, func(t *testing.T) { checkRegistration(t, r, want) })
	}
}

// wantRegistration is what a row tells. The area and the cell are 0 where they are
// not known, and null where the line has something else in their place.
type wantRegistration struct {
	Cmd, Error string
	Stat       int
	Lac, Ci    uint64
	Act        *int
}

func checkRegistration(t *testing.T, r vectors.Row, want wantRegistration) {
	var got []Registration
	for _, line := range linesOf(r.Raw) {
		if reg, ok := parseRegistration(line); ok {
			got = append(got, reg)
			continue
		}
		name, _ := atcmd.Parse(line)
		assert.NotEqual(t, "+"+want.Cmd, name, "%q", line)
	}
	if want.Error != "" {
		assert.Empty(t, got)
		return
	}
	require.NotEmpty(t, got)
	first := got[0] // a row with a second line tells of the first one only
	assert.Equal(t, RegistrationStatus(want.Stat), first.Status)
	assert.Equal(t, want.Lac, fromHex(t, first.Area))
	assert.Equal(t, want.Ci, fromHex(t, first.Cell))
	var access AccessTechnology
	if want.Act != nil {
		access = AccessTechnology(*want.Act + 1)
	}
	assert.Equal(t, access, first.Access)
}

func fromHex(t *testing.T, s string) uint64 {
	t.Helper()
	if s == "" {
		return 0
	}
	n, err := strconv.ParseUint(s, 16, 64)
	require.NoError(t, err)
	return n
}

// notRead are the kinds of rows that this package does not read yet.
var notRead = map[string]string{
	"cesq":         "AT+CSQ is asked for the signal, which all modems have",
	"urc_net":      "reports beside +CSQ and +CREG are not read: the modem is asked",
	"cclk":         "the modem's clock is not read",
	"nwtime":       "the modem's clock is not read",
	"iccid":        "the SIM's identity is not asked for",
	"cfun":         "the state of the radio is not asked for",
	"crsm":         "the SIM's files are not read",
	"csim_retries": "attempts are asked for by commands that name them",
	"qss":          "a report about the SIM has the SIM asked, whatever it says",
	"ef_ecc":       "the SIM's files are not read: nothing dials by itself",
	"sysinfo":      "AT+CREG? and AT+CEREG? are asked, which all modems have",
	"sysinfoex":    "AT+CREG? and AT+CEREG? are asked, which all modems have",
	"cgev":         "packet data is no concern of calls",
	"cind_list":    "indicators are not asked for",
}

func TestVectorsOfSignalAndSIM(t *testing.T) {
	out := leftOut{}
	defer out.log(t)
	for _, r := range vectors.Load(t, "signal_sim_misc") {
		if why, ok := notRead[r.Kind]; ok {
			out.add(r, why)
			checkNotTaken(t, r)
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			lines := linesOf(r.Raw)
			require.Len(t, lines, 1)
			switch r.Kind {
			case "csq":
				want := expect[struct{ DBm *int }](t, r)
				got, ok := parseCSQ(lines[0])
				assert.True(t, ok)
				assert.Equal(t, want.DBm != nil, got.Known)
				if want.DBm != nil {
					assert.Equal(t, *want.DBm, got.DBm)
				}
			case "cpin":
				got, ok := parsePIN(lines[0])
				assert.True(t, ok)
				assert.Equal(t, expect[struct{ State string }](t, r).State, got)
			default:
				assert.Fail(t, "a new kind", r.Kind)
			}
		})
	}
}

// checkNotTaken checks that a line which is not read is not taken for one that is.
func checkNotTaken(t *testing.T, r vectors.Row) {
	t.Helper()
	for _, line := range linesOf(r.Raw) {
		_, isCall := parseCLCC(line)
		_, isSignal := parseCSQ(line)
		_, isRegistration := parseRegistration(line)
		_, isPIN := parsePIN(line)
		_, _, isVoice := parseVoiceCall(line)
		assert.False(t, isCall || isSignal || isRegistration || isPIN || isVoice, "%s: %q", r.ID, line)
		for g, read := range stateGrammars {
			_, isCall := read(line)
			assert.False(t, isCall, "%s: %q is no report of grammar %d", r.ID, line, g)
		}
	}
}
