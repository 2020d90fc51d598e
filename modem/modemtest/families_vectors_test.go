package modemtest_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// namesOfVectors tell which families of the virtual modem a family of the
// vectors is about.
var namesOfVectors = map[string][]string{
	"simcom-sim7600": {"SIM7600"},
	"simcom-a76xx":   {"A7670"},
	"simcom-sim800":  {"SIM868"},
	"simcom-sim868":  {"SIM868"},
	"quectel":        {"EC25", "EC200"},
	"huawei":         {"Huawei"},
	"telit":          {"Telit"},
	"u-blox":         {"u-blox"},
}

// notSent are the rows with lines that the virtual modem does not send, with
// the reason.
var notSent = map[string]string{
	"calls-005":   "a line of a private kind around the list",
	"calls-006":   "the SIM7600 has the number in all its logs of one call",
	"calls-011":   "malformed",
	"dtmf-024":    "the manual's spelling in quotes, which no log has",
	"dtmf-037":    "no tones but those of keys",
	"framing-005": "no messages",
	"framing-015": "it is not switched off",
	"framing-018": "AT+CLAC is not known",
	"framing-040": "what a program before left behind: the fault Line",
	"framing-041": "no messages",
}

// TestLinesOfVectorsAreSent holds that of each family all lines are sent that the
// vectors have of it, or it is said why not. It is about forms: numbers and what
// else varies may differ.
func TestLinesOfVectorsAreSent(t *testing.T) {
	sent := map[string]*regexp.Regexp{}
	for _, f := range modemtest.Forms() {
		if sent[f.Family] == nil {
			sent[f.Family] = linesOf(f.Family)
		}
	}
	checked, left := 0, map[string]bool{}
	for _, file := range []string{"calls", "dtmf", "framing"} {
		for _, row := range vectors.Load(t, file) {
			families, known := namesOfVectors[row.Family]
			if !known || row.Kind == "dtmf_send" {
				continue
			}
			checked++
			strange := slices.DeleteFunc(lines(row.Raw), func(l string) bool {
				return isCommand(l) || slices.ContainsFunc(families, func(f string) bool { return sent[f].MatchString(l) })
			})
			if notSent[row.ID] != "" {
				assert.NotEmpty(t, strange, "%s of %s is sent", row.ID, row.Family)
				left[row.ID] = true
				continue
			}
			assert.Empty(t, strange, "%s of %s", row.ID, row.Family)
		}
	}
	assert.Greater(t, checked, 40)
	t.Logf("%d rows, %d with lines that are not sent", checked, len(left))
}

// isCommand tells an echo.
func isCommand(l string) bool { return strings.HasPrefix(l, "AT") }

// linesOf matches each line that a family can send, whatever its framing.
func linesOf(family string) *regexp.Regexp {
	var all []string
	for _, f := range modemtest.Forms() {
		if f.Family != family || strings.HasSuffix(f.Name, "V0") {
			continue
		}
		for _, l := range lines(f.Raw) {
			if strings.Trim(l, "%s ") != "" { // a name matches anything
				all = append(all, pattern(l))
			}
		}
	}
	return regexp.MustCompile(`^(?:` + strings.Join(all, "|") + `)$`)
}
