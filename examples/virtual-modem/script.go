package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/wav"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// scriptHelp documents the format that parseScript reads.
const scriptHelp = `
A script has one line for each thing that happens: when, counted from the start,
or with a + from the line before, and what:

    5s    call +12025550100 say hello.wav press 1# hangup 20s
    1m    unplug
    +10s  replug

  call NUMBER ...       somebody calls; what follows is done one after the other
                        once the call is answered:
      say FILE            speak: a WAV file of 16-bit mono at the call's rate
      press KEYS          press keys
      wait TIME           wait
      quiet TIME          wait until the program has been silent for so long
      hangup [TIME]       hang up, after a time
      ring TIME           not ordered: give up after so long (default 60s)
  dialled NUMBER WHAT   what becomes of calls to NUMBER ("any" for all others):
                        answer, busy, no-answer, reject or no-service
  unplug, replug        pull the cable, and plug it in again: calls reach it some
                        seconds later, when it is registered
  reset, reset-silently the modem starts anew, with or without a word
  sim out, sim in [PIN] take the SIM out, put one in
  signal N              the signal, 0 to 31
  registration N        the registration, as in +CREG: 1 home, 2 searching, 5 roaming
  urc TEXT              the modem sends a line by itself
  end                   the program ends

Blank lines, and what follows a #  at the beginning of a line, are left out. Files
are looked for where the script is.
`

// step is one line of a script.
type step struct {
	line int // in the file
	at   time.Duration
	do   action
}

// action is what happens: call, or what a function does.
type action struct {
	name string // as it is told of
	call *scriptedCall
	run  func(*modemtest.Modem) // nil for a call and for end
	end  bool
}

// scriptedCall is a call, and what the caller does in it.
type scriptedCall struct {
	incoming modemtest.Incoming
	acts     []act
}

// act is one thing that a caller does.
type act struct {
	word    string
	keys    string
	samples []int16
	rate    int
	d       time.Duration
}

// readScript reads a script from a file.
func readScript(name string) ([]step, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	steps, err := parseScript(f, func(sound string) (act, error) {
		if !filepath.IsAbs(sound) {
			sound = filepath.Join(filepath.Dir(name), sound)
		}
		return readSound(sound)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return steps, nil
}

// readSound reads what somebody says.
func readSound(name string) (act, error) {
	r, err := wav.OpenFile(name)
	if err != nil {
		return act{}, err
	}
	defer r.Close()
	a := act{word: "say", rate: r.Info().Rate}
	buf := make([]int16, 8000)
	for {
		n, err := r.Read(buf)
		a.samples = append(a.samples, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return act{}, err
		}
	}
}

// parseScript reads a script, with sound for the files that it names. The steps
// are in the order of their times.
func parseScript(r io.Reader, sound func(name string) (act, error)) ([]step, error) {
	var steps []step
	var last time.Duration
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		s, err := parseStep(words, last, sound)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		s.line, last = n, s.at
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
	return steps, lines.Err()
}

func parseStep(words []string, last time.Duration, sound func(string) (act, error)) (step, error) {
	when, relative := strings.CutPrefix(words[0], "+")
	at, err := duration(when)
	if err != nil {
		return step{}, err
	}
	if relative {
		at += last
	}
	if len(words) < 2 {
		return step{}, errors.New("it says when, but not what")
	}
	s := step{at: at}
	s.do, err = parseAction(words[1], words[2:], sound)
	return s, err
}

// duration reads a time that is not negative, of a day at most.
func duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("%q is no time such as 5s or 1m30s", text)
	}
	return d, nil
}

// simple are the actions without parameters.
var simple = map[string]func(*modemtest.Modem){
	"unplug": (*modemtest.Modem).Unplug, "replug": (*modemtest.Modem).Replug,
	"reset": (*modemtest.Modem).Reset, "reset-silently": (*modemtest.Modem).ResetSilently,
}

func parseAction(name string, args []string, sound func(string) (act, error)) (action, error) {
	a := action{name: shown(name, args)}
	if run, ok := simple[name]; ok {
		a.run = run
		return a, exactly(name, args, 0)
	}
	var err error
	switch name {
	case "call":
		a.call, err = parseCall(args, sound)
	case "dialled":
		a.run, err = parseOutcome(args)
	case "sim":
		a.run, err = parseSIM(args)
	case "signal":
		a.run, err = parseNumber(name, args, 31, func(m *modemtest.Modem, n int) { m.SetSignal(n, 99) })
	case "registration":
		a.run, err = parseNumber(name, args, 11, func(m *modemtest.Modem, n int) { m.SetRegistration(n) })
	case "urc":
		text := strings.Join(args, " ")
		a.run = func(m *modemtest.Modem) { m.URC(text) }
	case "end":
		a.end, err = true, exactly(name, args, 0)
	default:
		err = fmt.Errorf("nothing is called %q: see -h", name)
	}
	return a, err
}

// shown is what is told of an action: its words, with numbers masked, but for what may
// be a secret.
func shown(name string, args []string) string {
	switch {
	case name == "dialled" && len(args) == 2:
		if args[0] != "any" {
			args = []string{events.Number(args[0]).String(), args[1]}
		}
	case slices.Contains([]string{"sim", "signal", "registration"}, name) && len(args) > 0:
		args = args[:1] // sim in has the PIN behind it
	default:
		return name
	}
	return name + " " + strings.Join(args, " ")
}

func exactly(name string, args []string, n int) error {
	if len(args) != n {
		return fmt.Errorf("%s has %d parameters, not %d", name, n, len(args))
	}
	return nil
}

func parseNumber(name string, args []string, most int, do func(*modemtest.Modem, int)) (func(*modemtest.Modem), error) {
	if err := exactly(name, args, 1); err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 || n > most {
		return nil, fmt.Errorf("%s is a number from 0 to %d, not %q", name, most, args[0])
	}
	return func(m *modemtest.Modem) { do(m, n) }, nil
}

func parseOutcome(args []string) (func(*modemtest.Modem), error) {
	if err := exactly("dialled", args, 2); err != nil {
		return nil, err
	}
	number := args[0]
	if number == "any" {
		number = ""
	} else if !isNumber(number) {
		return nil, errors.New("that is no phone number")
	}
	result, ok := map[string]modemtest.Result{
		"answer": modemtest.Answer, "busy": modemtest.Busy, "no-answer": modemtest.NoAnswer,
		"reject": modemtest.Reject, "no-service": modemtest.NoService,
	}[args[1]]
	if !ok {
		return nil, fmt.Errorf("a call that is dialled has answer, busy, no-answer, reject or no-service, not %q", args[1])
	}
	return func(m *modemtest.Modem) { m.OnDial(number, modemtest.Outcome{Result: result}) }, nil
}

func parseSIM(args []string) (func(*modemtest.Modem), error) {
	switch {
	case len(args) == 1 && args[0] == "out":
		return (*modemtest.Modem).RemoveSIM, nil
	case len(args) == 1 && args[0] == "in":
		return func(m *modemtest.Modem) { m.InsertSIM(modemtest.SIM{}) }, nil
	case len(args) == 2 && args[0] == "in":
		card := modemtest.SIM{State: modemtest.SIMPIN, PIN: args[1]}
		return func(m *modemtest.Modem) { m.InsertSIM(card) }, nil
	}
	return nil, errors.New("it is sim out, sim in, or sim in with a PIN")
}

// isNumber tells whether a text is a phone number.
func isNumber(text string) bool {
	digits := strings.TrimPrefix(text, "+")
	return digits != "" && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}

func parseCall(args []string, sound func(string) (act, error)) (*scriptedCall, error) {
	if len(args) == 0 || !isNumber(args[0]) {
		return nil, errors.New("call wants a phone number")
	}
	c := &scriptedCall{incoming: modemtest.Incoming{Number: args[0]}}
	for words := args[1:]; len(words) > 0; {
		a, used, err := parseAct(words, sound)
		if err != nil {
			return nil, err
		}
		words = words[used:]
		if a.word == "ring" {
			c.incoming.RingFor = a.d
			continue
		}
		c.acts = append(c.acts, a)
	}
	return c, nil
}

// parseAct reads what a caller does, and tells how many words it has.
func parseAct(words []string, sound func(string) (act, error)) (a act, used int, err error) {
	a = act{word: words[0]}
	if a.word == "hangup" {
		if len(words) > 1 {
			if d, err := duration(words[1]); err == nil {
				a.d = d
				return a, 2, nil
			}
		}
		return a, 1, nil
	}
	if !slices.Contains([]string{"say", "press", "wait", "quiet", "ring"}, a.word) {
		return a, 0, fmt.Errorf("a caller cannot %q: see -h", a.word)
	}
	if len(words) < 2 {
		return a, 0, fmt.Errorf("%s wants a parameter", a.word)
	}
	switch a.word {
	case "say":
		a, err = sound(words[1])
	case "press":
		a.keys = words[1]
		if strings.Trim(a.keys, "0123456789*#ABCD") != "" {
			err = errors.New("keys are 0 to 9, *, # and A to D")
		}
	default:
		a.d, err = duration(words[1])
	}
	return a, 2, err
}
