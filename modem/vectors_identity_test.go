package modem

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

// leftOut counts the rows that a test does not look at, by the reason.
type leftOut map[string][]string

func (l leftOut) add(r vectors.Row, why string) { l[why] = append(l[why], r.ID) }

func (l leftOut) log(t *testing.T) {
	for why, ids := range l {
		t.Logf("%d rows left out: %s: %v", len(ids), why, ids)
	}
}

func TestVectorsOfKeys(t *testing.T) {
	codes := map[string]bool{"+QTONEDET": true}
	for _, r := range vectors.Load(t, "dtmf") {
		if r.Kind == "dtmf_send" {
			continue // TestVectorsOfTones
		}
		t.Run(r.ID, func(t *testing.T) {
			want := expect[struct{ Digit *string }](t, r)
			for _, line := range linesOf(r.Raw) {
				name, _ := atcmd.Parse(line)
				key, ok := parseKey(line, codes[name])
				if want.Digit == nil {
					assert.False(t, ok)
					continue
				}
				require.True(t, ok, "%q", line)
				assert.Equal(t, *want.Digit, string(rune(key)))
			}
		})
	}
}

func TestVectorsOfTones(t *testing.T) {
	sends := map[string]struct {
		profile *Profile
		key     byte
		length  time.Duration
	}{
		"dtmf-038": {&Profile{}, '1', 200 * time.Millisecond},
		"dtmf-039": {&sim7600, '1', 2 * time.Second},
		"dtmf-043": {&Profile{ToneUnit: 10 * time.Millisecond}, '1', 100 * time.Millisecond},
		"dtmf-044": {&Profile{Tone: "AT^DTMF={call},{key}"}, '5', 200 * time.Millisecond},
		"dtmf-046": {&generic, '5', 200 * time.Millisecond},
	}
	several := []string{"dtmf-040", "dtmf-041", "dtmf-042", "dtmf-045"}
	out := leftOut{}
	defer out.log(t)
	seen := 0
	for _, r := range vectors.Load(t, "dtmf") {
		if r.Kind != "dtmf_send" {
			continue
		}
		seen++
		if slices.Contains(several, r.ID) {
			out.add(r, "several keys in one command are not portable, and not sent")
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			s, known := sends[r.ID]
			require.True(t, known, "a new row")
			assert.Equal(t, r.Raw, s.profile.toneText(s.key, 1, s.length))
		})
	}
	assert.Equal(t, len(sends)+len(several), seen)
}

func TestVectorsOfIdentity(t *testing.T) {
	why := map[string]string{
		"cnum":       "the library asks for no number of its own yet",
		"cnum_glued": "the library asks for no number of its own yet",
		"csca":       "the centre of messages is of no concern to calls",
	}
	out := leftOut{}
	defer out.log(t)
	for _, r := range vectors.Load(t, "identity") {
		if r.Kind != "identity" {
			require.Contains(t, why, r.Kind)
			out.add(r, why[r.Kind])
			continue
		}
		t.Run(r.ID, func(t *testing.T) { checkIdentity(t, r) })
	}
}

// wantIdentity is what a row tells, as far as it does.
type wantIdentity struct {
	Cmd, Manufacturer, Model, Revision, IMEI, Final, Family string

	Echo  bool
	Lines int
}

func checkIdentity(t *testing.T, r vectors.Row) {
	want := expect[wantIdentity](t, r)
	lines := slices.DeleteFunc(linesOf(r.Raw), func(l string) bool { return l == "OK" || l == want.Cmd })
	if want.Lines > 0 {
		assert.Len(t, lines, want.Lines)
		want.Revision = lines[0] // of several, the first tells most
	}
	var id Identity
	switch want.Cmd {
	case "AT+CGMI":
		id.Manufacturer = plain(lines, "+CGMI:", "Manufacturer:")
	case "AT+CGMM":
		id.Model = plain(lines, "+CGMM:", "Model:")
	case "AT+CGMR":
		id.Revision = plain(lines, "+CGMR:", "Revision:")
	default:
		id.fill(lines)
	}
	told := 0
	for _, field := range [][2]string{
		{want.Manufacturer, id.Manufacturer}, {want.Model, id.Model}, {want.Revision, id.Revision}, {want.IMEI, id.IMEI},
	} {
		if field[0] != "" {
			told++
			assert.Equal(t, field[0], field[1])
		}
	}
	assert.NotZero(t, told, "the row tells something")
	if want.Family != "" {
		assert.Equal(t, r.Family, want.Family)
	}
	family := familyNames[r.Family]
	if slices.Contains(sayTooLittle, r.ID) || family == "" {
		family = "generic"
	}
	assert.Equal(t, family, profileFor(&id).Name)
}

// familyNames are the profiles of the rows' families. The others are modems of no
// known family.
var familyNames = map[string]string{
	"simcom-sim7600": "SIM7600", "simcom-a76xx": "A76xx", "simcom-sim868": "SIM800", "quectel": "EC2x", "huawei": "Huawei",
}

// sayTooLittle are answers that, taken alone, do not tell a family: a maker that has
// several, the maker of a chip, and a version.
var sayTooLittle = []string{"identity-008", "identity-009", "identity-013", "identity-018"}
