package modemtest_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/modem/modemtest"
)

var vectorFiles = []string{"calls", "dtmf", "finals_errors", "framing", "identity"}

// source is what a form may name as where it is known from.
var source = regexp.MustCompile(`^(` + strings.Join([]string{
	`(calls|dtmf|finals_errors|framing|identity)-\d{3}`,
	`27\.007, (\d+|C)(\.\d+)+`,
	`27\.005, \d(\.\d+)+`,
	`24\.008, 10\.5\.4\.11: \d+`,
	`V\.250, \d(\.\d+)+`,
	`(SIM7600|SIM800|A76XX|EC25|MU509|ME909|Telit|u-blox) manual, AT\S+`,
	`EC25 GNSS application note, AT\S+`,
	`SIM7600 audio application note, AT\S+`,
	`driver: \w+`,
}, "|") + `)$`)

func TestEveryLineNamesItsSource(t *testing.T) {
	assert.False(t, source.MatchString(""), "an untagged line fails")
	assert.False(t, source.MatchString("somebody said so"))
	for _, f := range modemtest.Forms() {
		assert.Regexp(t, source, f.From, "%s %s", f.Family, f.Name)
	}
}

// verbs are what stands in a form for what varies.
var verbs = regexp.MustCompile(`%[0-9.]*[sdcX]`)

// anything is what %s stands for.
const anything = `[^\r\n]*`

// pattern turns a form into a regular expression.
func pattern(raw string) string {
	raw = regexp.QuoteMeta(raw)
	return verbs.ReplaceAllStringFunc(strings.ReplaceAll(raw, `%\.0s`, ""), func(v string) string {
		switch v[len(v)-1] {
		case 'd':
			return `-?[0-9]+`
		case 'X':
			return `[0-9A-F]+`
		case 'c':
			return `[0-9*#A-D]`
		}
		return anything
	})
}

// TestLinesAreInTheirVectors holds each form against the row that it names: in
// full where the row has framing, else without its own.
func TestLinesAreInTheirVectors(t *testing.T) {
	rows := map[string]string{}
	for _, file := range vectorFiles {
		for _, row := range vectors.Load(t, file) {
			rows[row.ID] = row.Raw
		}
	}
	seen := 0
	for _, f := range modemtest.Forms() {
		raw, ok := rows[f.From]
		if !ok {
			continue
		}
		seen++
		want := f.Raw
		if !strings.HasPrefix(raw, "\r") || !strings.Contains(raw, "\n") {
			want = strings.TrimLeft(want, "\r\n")
		}
		if !strings.ContainsAny(raw, "\r\n") {
			want = strings.TrimRight(want, "\r\n")
		}
		assert.Regexp(t, pattern(want), raw, "%s %s", f.Family, f.Name)
	}
	assert.Greater(t, seen, 20)
}

// wire is a regular expression for all that a modem may send with echo off.
func wire(family string) *regexp.Regexp {
	var all []string
	for _, f := range modemtest.Forms() {
		if f.Family == family && !strings.HasSuffix(f.Name, "V0") {
			all = append(all, strings.ReplaceAll(pattern(f.Raw), "\n"+anything+"\r", "\n(?:"+ownNames+")\r"))
		}
	}
	slices.Sort(all)
	w := regexp.MustCompile(`^(?:` + strings.Join(slices.Compact(all), "|") + `)`)
	w.Longest()
	return w
}

// ownNames are all that a line of nothing but a name may say.
const ownNames = `Quectel|EC25|EC200U|Revision: EC25EFAR06A03M4G|EC25EFAR06A03M4G|(?:Revision: )?EC200UEUABR03A01M08|0049990106400\d\d|INCORPORATED|A7670E-(?:FASE|LNXY-UBL)|(?:Revision:)?1418B06SIM868M32_BT|SIMCOM_Ltd|SIMCOM_SIM868|89001010123456789012|A7670M7_B07V01_240927|A011B07A7670M7_F|huawei|E1750|Telit|HE910-D|12\.00\.004|u-blox|SARA-U201|23\.60|(?:Revision: )?12\.00\.004|(?:Revision: )?23\.60|11\.126\.13\.00\.00|SIMCOM INCORPORATED|SIMCOM_SIM7600E-H|LE20B03SIM7600M22_V1\.01|Virtual|TS 27\.007|1\.0|004999010640000|001010123456789`

// leftOver takes the lines of w off text as long as it can, and returns the
// rest: what is not from the table.
func leftOver(w *regexp.Regexp, text string) string {
	for len(text) > 0 {
		at := w.FindStringIndex(text)
		if at == nil {
			break
		}
		text = text[at[1]:]
	}
	return text
}

// TestNothingElseIsSent drives a modem through all its commands and a number
// of calls, and takes its whole output apart by the table.
func TestNothingElseIsSent(t *testing.T) {
	for _, family := range modemtest.Families() {
		all := wire(family.String())
		require.Equal(t, "\r\nHELLO\r\n", leftOver(all, "\r\nOK\r\n\r\nHELLO\r\n"), "the check can fail")
		for seed := range uint64(8) {
			t.Run(fmt.Sprint(family, seed), func(t *testing.T) {
				inBubble(t, func(t *testing.T, ctx context.Context) {
					sim := newSim(t, &modemtest.Config{Family: family, Seed: seed, CallWaiting: true, DataBearer: true})
					term := dial(t, sim).quiet()
					time.Sleep(time.Second) // the last of the echo is gone
					before := len(term.seen())
					everything(t, ctx, sim, term, family)
					time.Sleep(time.Second)
					assert.Empty(t, leftOver(all, term.seen()[before:]))
				})
			})
		}
	}
}

// everything gives a modem all its commands in all forms, and lets it have
// calls of many kinds.
func everything(t *testing.T, ctx context.Context, sim *modemtest.Modem, term *terminal, family modemtest.Family) {
	for _, name := range modemtest.Commands(family) {
		if slices.Contains([]string{"E", "V", "Q", "Z", "&F", "&W", "D", "O", "+CRESET", "^RESET", "#REBOOT"}, name) {
			continue
		}
		for _, form := range []string{"", "?", "=?", "=1", "=1,1", "=0", `="SM"`, `="GSM"`, "=4", "=99"} {
			if !strings.HasPrefix(name+form, "+CFUN=") {
				term.exec("AT" + name + form)
			}
		}
	}
	for _, cmd := range []string{"+CLIP=1", "+CREG=2", "+CEREG=1", "+CNAP=1", "+CCWA=1", "+CLCC=1", "+DDET=1", "+CMEE=2", "+CNSMOD=1", "+AUTOCSQ=1,1"} {
		term.exec("AT" + cmd)
	}
	sim.SetSignal(12, 3)
	sim.SetMode(4)
	sim.SetRegistration(2)
	sim.SetRegistration(5)
	time.Sleep(time.Second)
	sim.CallWith(modemtest.Incoming{Number: "+12025550101", Name: "Ann", RingFor: 7 * time.Second})
	time.Sleep(10 * time.Second)
	term.ok("AT+CRC=1")
	first := sim.CallWith(modemtest.Incoming{Withheld: true})
	time.Sleep(time.Second)
	term.ok("ATA")
	first.Press("159*0#AD")
	sim.Call("12025550102")
	time.Sleep(time.Second)
	term.exec("AT+CHLD=2")
	for _, cmd := range []string{"AT+CLCC", "AT+CHLD=2", "AT+CHLD=1", "AT+VTS=1", "AT+CEER"} {
		term.exec(cmd)
	}
	term.ok("AT+CHUP")
	for i, result := range []modemtest.Result{modemtest.Answer, modemtest.Busy, modemtest.NoAnswer, modemtest.Reject, modemtest.NoService} {
		number := fmt.Sprintf("+1202555011%d", i)
		sim.OnDial(number, modemtest.Outcome{Result: result})
		term.exec("ATD" + number + ";")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		time.Sleep(40 * time.Second)
		callee.Hangup()
		require.NoError(t, callee.WaitEnded(ctx))
	}
	sim.Reset()
	time.Sleep(10 * time.Second)
}

// TestOnlyTheTableMakesOutput reads the source: a block is made by line, by the
// echo, and by the faults that a test asks for.
func TestOnlyTheTableMakesOutput(t *testing.T) {
	made := map[string]int{}
	for name, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if id, ok := lit.Type.(*ast.Ident); ok && id.Name == "block" {
					made[name]++
				}
			}
			return true
		})
	}
	assert.Equal(t, map[string]int{"lines.go": 1, "dialogue.go": 2, "faults.go": 1}, made)
}

// TestEveryNamedLineIsInTheTable reads the source: what m.line is given exists.
func TestEveryNamedLineIsInTheTable(t *testing.T) {
	have := map[string]bool{}
	for _, f := range modemtest.Forms() {
		have[f.Name] = true
	}
	named := 0
	for name, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "line" && sel.Sel.Name != "knows" {
				return true
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok {
				key, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				assert.True(t, have[key], "%s: %q", name, key)
				named++
			}
			return true
		})
	}
	assert.Greater(t, named, 50)
}

func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		files[name], err = parser.ParseFile(token.NewFileSet(), name, src, 0)
		require.NoError(t, err)
	}
	return files
}
