package modem_test

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// probeSim probes a virtual modem, and returns what was written to it.
func probeSim(t *testing.T, simCfg *modemtest.Config, cfg *modem.ProbeConfig) (modem.Probed, []string) {
	t.Helper()
	sim := modemtest.New(simCfg)
	defer sim.Close()
	sim.EchoOn()
	got, err := modem.Probe(deadline(t), sim, cfg)
	require.NoError(t, err)
	var written []string
	for _, line := range sim.Written() {
		written = append(written, line.Text)
	}
	return got, written
}

// query is a command that changes nothing: one without a value to set, or one of the
// two that need to name what they ask about.
var query = regexp.MustCompile(`^(AT|ATI|AT[+^#][A-Z]+(\?|=\?)?|AT\+CPINR="SIM PIN"|AT\+QPINC="SC")$`)

func TestProbeTellsWhoAndHowTheModemIs(t *testing.T) {
	tests := map[modemtest.Family]struct {
		profile string
		audio   int
		left    int
	}{
		modemtest.SIM7600: {"SIM7600", 8000, 3},
		modemtest.A7670:   {"A76xx", 0, 3},
		modemtest.SIM868:  {"SIM800", 0, 3},
		modemtest.EC25:    {"EC2x", 8000, 3},
		modemtest.EC200:   {"EC200", 0, 3},
		modemtest.Huawei:  {"Huawei", 8000, 3},
		modemtest.Telit:   {"Telit", 0, 3},
		modemtest.Ublox:   {"u-blox", 0, 3},
		modemtest.Generic: {"generic", 0, 3},
	}
	for family, tt := range tests {
		t.Run(family.String(), func(t *testing.T) {
			for seed := range uint64(5) {
				synctest.Test(t, func(t *testing.T) {
					got, written := probeSim(t, &modemtest.Config{Family: family, Seed: seed}, nil)
					assert.Equal(t, tt.profile, got.Identity.Profile)
					assert.NotEmpty(t, got.Identity.Manufacturer)
					assert.NotEmpty(t, got.Identity.Model)
					assert.Empty(t, got.Identity.IMEI, "nobody asked")
					assert.Equal(t, modem.SIMReady, got.SIM)
					require.NoError(t, got.SIMErr)
					assert.Equal(t, tt.left, got.PINAttempts)
					assert.True(t, got.Registration.Voice(), got.Registration)
					assert.True(t, got.Signal.Known)
					assert.Equal(t, modem.Capabilities{
						Voice: true, Messages: true, Audio: tt.audio > 0, AudioRate: tt.audio,
						Keys: family != modemtest.Generic,
					}, got.Capabilities)
					for _, line := range written {
						assert.Regexp(t, query, line)
						assert.NotRegexp(t, `CGSN|CIMI|CCID|ICCID`, line)
					}
				})
			}
		})
	}
}

func TestProbeAsksForIdentitiesWhenTold(t *testing.T) {
	for family := modemtest.SIM7600; family <= modemtest.Ublox; family++ {
		synctest.Test(t, func(t *testing.T) {
			sim := modemtest.SIM{IMSI: "001010000000017", ICCID: "89001010000000000175"}
			got, _ := probeSim(t, &modemtest.Config{Family: family, SIM: sim}, &modem.ProbeConfig{Identify: true})
			assert.Regexp(t, `^[0-9]{15}$`, got.Identity.IMEI, family)
			assert.Equal(t, sim.IMSI, got.IMSI, family)
			assert.Equal(t, sim.ICCID, got.ICCID, family)
		})
	}
}

func TestProbeTellsWhatTheSIMWants(t *testing.T) {
	tests := map[string]struct {
		sim   modemtest.SIM
		state modem.SIMState
		err   error
		left  int
	}{
		"ready":    {modemtest.SIM{PINTries: 2}, modem.SIMReady, nil, 2},
		"absent":   {modemtest.SIM{State: modemtest.SIMAbsent}, modem.SIMMissing, modem.ErrSIMMissing, -1},
		"PIN":      {modemtest.SIM{State: modemtest.SIMPIN}, modem.SIMLocked, modem.ErrPINRequired, 3},
		"last PIN": {modemtest.SIM{State: modemtest.SIMPIN, PINTries: 1}, modem.SIMLocked, modem.ErrPINRequired, 1},
		"PUK":      {modemtest.SIM{State: modemtest.SIMPUK, PINTries: 1}, modem.SIMLocked, modem.ErrPUKRequired, 1},
		"busy":     {modemtest.SIM{Busy: time.Minute}, modem.SIMBusy, modem.ErrSIMBusy, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, written := probeSim(t, &modemtest.Config{SIM: tt.sim}, nil)
				assert.Equal(t, tt.state, got.SIM)
				require.ErrorIs(t, got.SIMErr, tt.err)
				assert.Equal(t, tt.left, got.PINAttempts)
				assert.NotContains(t, strings.Join(written, "\n"), "AT+CPIN=")
				assert.True(t, got.Capabilities.Messages, "not known without a SIM")
			})
		})
	}
}

func TestProbePutsTheFormOfErrorsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		absent := modemtest.SIM{State: modemtest.SIMAbsent}
		_, written := probeSim(t, &modemtest.Config{SIM: absent}, nil)
		var set []string
		for _, line := range written {
			if !query.MatchString(line) {
				set = append(set, line)
			}
		}
		assert.Equal(t, []string{"AT+CMEE=1", "AT+CMEE=0"}, set, "all it changes, because the modem says ERROR without a number")
	})
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+CPIN?").Final("+CME ERROR: 10")
		got, err := modem.Probe(deadline(t), mock, nil)
		require.NoError(t, err)
		assert.Equal(t, modem.SIMMissing, got.SIM)
		assert.NotContains(t, mock.Written(), "AT+CMEE=1", "the errors have their numbers")
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(deadline(t))
		mock := &modem.MockTransport{}
		mock.On("AT+CMEE?").Reply("+CMEE: 0")
		mock.On("AT+CPIN?").Once().Final("ERROR")
		mock.On("AT+CPIN?").Then(cancel).Final("+CME ERROR: 10")
		_, err := modem.Probe(ctx, mock, nil)
		require.ErrorIs(t, err, context.Canceled)
		written := mock.Written()
		assert.Equal(t, "AT+CMEE=0", written[len(written)-1], "whatever happens")
	})
}

func TestProbeOfASIMThatDoesNotWork(t *testing.T) {
	tests := map[string]struct{ answer, says string }{
		"failure":      {"+CME ERROR: 13", "the SIM cannot be used"},
		"no reason":    {"ERROR", "the SIM cannot be used"},
		"another lock": {"+CPIN: PH-NET PIN", `the SIM cannot be used: it is in state "PH-NET PIN"`},
		"not ready":    {"+CPIN: NOT READY", "the SIM is not ready yet: wait"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				if strings.HasPrefix(tt.answer, "+CPIN") {
					mock.On("AT+CPIN?").Reply(tt.answer)
				} else {
					mock.On("AT+CPIN?").Final(tt.answer)
				}
				got, err := modem.Probe(deadline(t), mock, nil)
				require.NoError(t, err)
				require.ErrorContains(t, got.SIMErr, tt.says)
				assert.NotEqual(t, modem.SIMReady, got.SIM)
			})
		})
	}
}

func TestProbeOfFirmwareForDataOnly(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.A7670, modemtest.Huawei} {
		synctest.Test(t, func(t *testing.T) {
			got, _ := probeSim(t, &modemtest.Config{Family: family, DataOnly: true}, nil)
			assert.False(t, got.Capabilities.Voice, family)
		})
	}
}

func TestProbeOfANetworkOnLTEOnly(t *testing.T) {
	tests := map[string]struct {
		creg, cereg string
		want        modem.RegistrationStatus
	}{
		"on LTE":         {"+CREG: 0,2", "+CEREG: 0,1", modem.RegisteredHome},
		"nowhere":        {"+CREG: 0,3", "+CEREG: 0,2", modem.Denied},
		"messages only":  {"+CREG: 0,6", "+CEREG: 0,4", modem.SMSOnlyHome},
		"only the other": {"", "+CEREG: 0,3", modem.Denied},
		"not told":       {"", "", modem.RegistrationUnknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				for cmd, line := range map[string]string{"AT+CREG?": tt.creg, "AT+CEREG?": tt.cereg} {
					if line == "" {
						mock.On(cmd).Final("ERROR")
					} else {
						mock.On(cmd).Reply(line)
					}
				}
				got, err := modem.Probe(deadline(t), mock, nil)
				require.NoError(t, err)
				assert.Equal(t, tt.want, got.Registration.Status)
			})
		})
	}
}

func TestScenarioB20ProbeOfAPortThatIsNoATPort(t *testing.T) {
	tests := map[string]struct {
		line modemtest.LineState
		want error
	}{
		"B20 silent":          {modemtest.LineSilent, modem.ErrNoAnswer},
		"B20 wrong baud rate": {modemtest.LineGarbled, modem.ErrBaudRate},
		"B20 diagnostic port": {modemtest.LineDiagnostic, modem.ErrDiagnosticPort},
		"B20 PPP data mode":   {modemtest.LinePPP, modem.ErrDataMode},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				synctest.Test(t, func(t *testing.T) {
					sim := modemtest.New(&modemtest.Config{Seed: seed, Line: tt.line})
					defer sim.Close()
					start := time.Now()
					_, err := modem.Probe(deadline(t), sim, nil)
					require.ErrorIs(t, err, tt.want)
					assert.Less(t, time.Since(start), 6*time.Second)
					for _, line := range sim.Written() {
						assert.NotContains(t, line.Text, "+++", "a connection is left alone")
					}
				})
			}
		})
	}
}

func TestProbeOfAModemThatIsSlowToAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT").Once().Silent()
		mock.On("AT+C*").Once().Silent() // what it is asked to find back into step
		got, err := modem.Probe(deadline(t), mock, nil)
		require.NoError(t, err)
		assert.Equal(t, "MOCK", got.Identity.Model)
	})
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("*").Silent()
		start := time.Now()
		_, err := modem.Probe(deadline(t), mock, &modem.ProbeConfig{Wait: 300 * time.Millisecond})
		require.ErrorIs(t, err, modem.ErrNoAnswer)
		assert.Less(t, time.Since(start), time.Second)
	})
}

func TestProbeOfAPortOnWhichOthersLeftAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT").Once().Then(func() { mock.Inject("\r\nOK\r\n") }).After(500 * time.Millisecond).Reply()
		mock.On("AT+CMEE?").Once().After(600 * time.Millisecond).Reply("+CMEE: 1")
		got, err := modem.Probe(deadline(t), mock, nil)
		require.NoError(t, err)
		assert.Equal(t, "SIMCOM_SIM7600E-H", got.Identity.Model)
		assert.Equal(t, 2, written(mock, "AT"), "the first OK was no answer to it")
	})
}

func TestProbeWithoutAModem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(nil)
		defer sim.Close()
		sim.Unplug()
		_, err := modem.Probe(deadline(t), sim, nil)
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.ErrorContains(t, err, "modem: probe: AT port: ")
	})
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		gone := errors.New("unplugged")
		mock.On("AT+CREG?").Then(func() { mock.Break(gone) }).Silent()
		got, err := modem.Probe(deadline(t), mock, nil)
		require.ErrorIs(t, err, gone)
		assert.Equal(t, "MOCK", got.Identity.Model, "what was found out before")
		assert.Equal(t, modem.RegistrationUnknown, got.Registration.Status)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		mock := &modem.MockTransport{}
		mock.On("*").Silent()
		_, err := modem.Probe(ctx, mock, nil)
		require.ErrorIs(t, err, modem.ErrNoAnswer)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
