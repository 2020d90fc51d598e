package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// silence is a sound of one second in place of any file.
func silence(name string) (act, error) {
	if strings.HasPrefix(name, "no") {
		return act{}, os.ErrNotExist
	}
	return act{word: "say", rate: 8000, samples: make([]int16, 8000)}, nil
}

func TestParseScript(t *testing.T) {
	const script = `
# a comment
5s    call +12025550100 say hello.wav press 1# hangup 20s
+1m   unplug
  +10s  replug
1s    dialled any busy
90m   end
`
	steps, err := parseScript(strings.NewReader(script), silence)
	require.NoError(t, err)
	var lines []int
	var times []time.Duration
	var names []string
	for _, s := range steps {
		lines, times, names = append(lines, s.line), append(times, s.at), append(names, s.do.name)
	}
	assert.Equal(t, []int{6, 3, 4, 5, 7}, lines, "in the order of their times")
	assert.Equal(t, []time.Duration{time.Second, 5 * time.Second, 65 * time.Second, 75 * time.Second, 90 * time.Minute}, times)
	assert.Equal(t, []string{"dialled any busy", "call", "unplug", "replug", "end"}, names)
	assert.True(t, steps[4].do.end)
	call := steps[1].do.call
	require.NotNil(t, call)
	assert.Equal(t, "+12025550100", call.incoming.Number)
	require.Len(t, call.acts, 3)
	assert.Len(t, call.acts[0].samples, 8000)
	assert.Equal(t, act{word: "press", keys: "1#"}, call.acts[1])
	assert.Equal(t, act{word: "hangup", d: 20 * time.Second}, call.acts[2])
}

// TestWhatIsTold of an action has no number, no PIN and no text in it.
func TestWhatIsTold(t *testing.T) {
	for line, want := range map[string]string{
		"dialled +12025550101 no-answer": "dialled +120****0101 no-answer",
		"dialled any answer":             "dialled any answer",
		"sim out":                        "sim out",
		"sim in":                         "sim in",
		"sim in 8642":                    "sim in",
		"signal 3":                       "signal 3",
		"registration 5":                 "registration 5",
		"urc +CMT: 12025550101":          "urc",
		"call +12025550101 hangup":       "call",
		"reset-silently":                 "reset-silently",
	} {
		words := strings.Fields(line)
		a, err := parseAction(words[0], words[1:], silence)
		require.NoError(t, err, line)
		assert.Equal(t, want, a.name)
	}
}

func TestParseCall(t *testing.T) {
	tests := map[string]struct {
		ring time.Duration
		acts string
	}{
		"12025550100":                            {0, ""},
		"+12025550100 hangup":                    {0, "hangup"},
		"+12025550100 hangup say a.wav":          {0, "hangup say"},
		"+12025550100 wait 2s ring 20s quiet 1s": {20 * time.Second, "wait quiet"},
		"+12025550100 press 1 press 2 hangup 1s": {0, "press press hangup"},
	}
	for text, tt := range tests {
		c, err := parseCall(strings.Fields(text), silence)
		require.NoError(t, err, text)
		var words []string
		for _, a := range c.acts {
			words = append(words, a.word)
		}
		assert.Equal(t, tt.acts, strings.Join(words, " "), text)
		assert.Equal(t, tt.ring, c.incoming.RingFor, text)
	}
}

func TestScriptsThatAreWrong(t *testing.T) {
	tests := map[string]string{
		"soon unplug":                       "is no time",
		"-5s unplug":                        "is no time",
		"25h unplug":                        "is no time",
		"5s":                                "not what",
		"5s explode":                        `nothing is called "explode"`,
		"5s unplug now":                     "unplug has 0 parameters, not 1",
		"5s end it":                         "end has 0 parameters",
		"5s call":                           "wants a phone number",
		"5s call bob":                       "wants a phone number",
		"5s call +1202555010012345678901":   "wants a phone number",
		"5s call +12025550100 sing":         `cannot "sing"`,
		"5s call +12025550100 say":          "say wants a parameter",
		"5s call +12025550100 say none.wav": "file does not exist",
		"5s call +12025550100 press 1x":     "keys are",
		"5s call +12025550100 wait long":    "is no time",
		"5s dialled any":                    "dialled has 2 parameters",
		"5s dialled bob busy":               "no phone number",
		"5s dialled any engaged":            `not "engaged"`,
		"5s sim":                            "sim out",
		"5s sim off":                        "sim out",
		"5s signal 32":                      "from 0 to 31",
		"5s signal":                         "signal has 1 parameters",
		"5s registration x":                 "from 0 to 11",
	}
	for text, want := range tests {
		_, err := parseScript(strings.NewReader("# first\n"+text+"\n"), silence)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, "line 2: ", text)
		assert.NotContains(t, err.Error(), "2025550100", text)
	}
	_, err := parseScript(strings.NewReader(strings.Repeat("x", 1<<20)), silence)
	require.Error(t, err, "a line without an end")
}

func TestReadScript(t *testing.T) {
	dir := t.TempDir()
	sound := []byte("RIFF\x24\x03\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" +
		"\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x03\x00\x00")
	for i := range 384 {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(i))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hello.wav"), sound, 0o600))
	script := filepath.Join(dir, "script")
	for _, name := range []string{"hello.wav", filepath.Join(dir, "hello.wav")} {
		require.NoError(t, os.WriteFile(script, []byte("1s call +12025550100 say "+name), 0o600))
		steps, err := readScript(script)
		require.NoError(t, err)
		said := steps[0].do.call.acts[0]
		assert.Equal(t, 8000, said.rate)
		require.Len(t, said.samples, 384)
		assert.Equal(t, int16(383), said.samples[383])
	}
	require.NoError(t, os.WriteFile(script, []byte("\n1s call +12025550100 say other.wav"), 0o600))
	_, err := readScript(script)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, script+": line 2: ")
	require.NoError(t, os.WriteFile(script, []byte("1s call +12025550100 say script"), 0o600))
	_, err = readScript(script)
	require.Error(t, err, "no sound")
	_, err = readScript(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzParseScript: whatever a script says, it is refused or has steps that can be
// done, in order.
func FuzzParseScript(f *testing.F) {
	f.Add("5s call +12025550100 say hello.wav press 1# hangup 20s\n+1m unplug\n+10s replug")
	f.Add("0s dialled +12025550100 busy\n1s sim in 1234\n1s signal 3\n2s registration 5\n3s urc +X: 1\n4s end")
	f.Add("# nothing\n\n 1h reset\n+1h reset-silently\n+0s sim out")
	f.Fuzz(func(t *testing.T, script string) {
		steps, err := parseScript(strings.NewReader(script), silence)
		if err != nil {
			return
		}
		sim := modemtest.New(nil)
		defer sim.Close()
		var last time.Duration
		for _, s := range steps {
			require.GreaterOrEqual(t, s.at, last)
			last = s.at
			kinds := 0
			for _, is := range []bool{s.do.end, s.do.call != nil, s.do.run != nil} {
				if is {
					kinds++
				}
			}
			require.Equal(t, 1, kinds, "it is one thing")
			if s.do.run != nil {
				s.do.run(sim)
			}
		}
	})
}

func TestFlags(t *testing.T) {
	var out strings.Builder
	s, err := parse([]string{"-family", "ec25", "-hostile", "7", "-reports", "both", "-link", "x", "-baud", "9600"}, &out)
	require.NoError(t, err)
	assert.Equal(t, modemtest.Config{Family: modemtest.EC25, Seed: 7, Reports: modemtest.ReportsOnBoth}.String(), s.modem.String())
	assert.False(t, s.modem.Calm)
	assert.Equal(t, modemtest.ReportsOnBoth, s.modem.Reports)
	assert.Equal(t, "x", s.dir)
	assert.Equal(t, 9600, s.baud)
	s, err = parse(nil, &out)
	require.NoError(t, err)
	assert.True(t, s.modem.Calm, "foreign programs need that")
	for _, name := range families() {
		s, err = parse([]string{"-family", strings.ToLower(name)}, &out)
		require.NoError(t, err)
		assert.Equal(t, name, s.modem.Family.String())
	}
	for _, wrong := range [][]string{
		{"-family", "toaster"}, {"-hostile", "very"}, {"-reports", "all"}, {"-script", "/nowhere"}, {"more"}, {"-x"},
	} {
		_, err = parse(wrong, &out)
		require.Error(t, err, wrong)
	}
	out.Reset()
	_, err = parse([]string{"-h"}, &out)
	require.Error(t, err)
	for _, word := range []string{"-family", "-link", "-script", "-hostile", "unplug, replug", "Huawei", "hangup [TIME]"} {
		assert.Contains(t, out.String(), word)
	}
}
