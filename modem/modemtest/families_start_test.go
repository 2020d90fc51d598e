package modemtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// started are the lines after a start, as framing-012 to framing-014 have them.
var started = map[modemtest.Family][]string{
	modemtest.SIM7600: {"RDY", "+CPIN: READY", "SMS DONE", "PB DONE"},
	modemtest.A7670:   {"*ATREADY: 1", "+CPIN: READY", "SMS DONE", "+CGEV: EPS PDN ACT 1", "PB DONE"},
	modemtest.SIM868:  {},
	modemtest.EC25:    {"RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"},
	modemtest.EC200:   {"RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"},
	modemtest.Huawei:  {"^SIMST:1", "^SRVST:2"},
	modemtest.Telit:   {},
	modemtest.Ublox:   {},
}

func TestFamiliesStart(t *testing.T) {
	for family, want := range started {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Family: family, Calm: true, Boot: true})
			term := dial(t, sim)
			time.Sleep(10 * time.Second)
			assert.ElementsMatch(t, want, lines(term.seen()), "%v", family)
			for i, l := range lines(term.seen()) {
				assert.Equal(t, want[i], l, "in order")
			}
			before := len(term.seen())
			sim.Reset()
			time.Sleep(10 * time.Second)
			assert.Len(t, lines(term.seen()[before:]), len(want), "the same after a reset")
		})
	}
}

func TestFamiliesStartWithAPIN(t *testing.T) {
	for family, all := range started {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Family: family, Calm: true, Boot: true, SIM: modemtest.SIM{State: modemtest.SIMPIN}})
			term := dial(t, sim)
			time.Sleep(10 * time.Second)
			early := len(lines(term.seen()))
			assert.NotContains(t, term.seen(), "DONE")
			assert.NotContains(t, term.seen(), "READY\r")
			term.quiet().ok(`AT+CPIN="1234"`)
			before := len(term.seen())
			time.Sleep(10 * time.Second)
			late := lines(term.seen()[before:])
			if family != modemtest.SIM868 { // it tells of its card once it was found
				assert.Equal(t, all, append(all[:early:early], late...), "%v", family)
			}
		})
	}
}

// TestSIM868SaysNothingAtAnyBaudRate: with a rate that is found by the first
// command nobody could read the lines of a start.
func TestSIM868SaysNothingAtAnyBaudRate(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.SIM868, Calm: true})
		term := dial(t, sim).quiet()
		assert.Equal(t, []string{"+IPR: 0", "OK"}, term.exec("AT+IPR?"))
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+IPR=12345"))
		term.ok("AT+IPR=115200") // not kept
		before := len(term.seen())
		sim.Reset()
		time.Sleep(10 * time.Second)
		assert.Empty(t, term.seen()[before:])
		term.ok("ATE0", "AT+IPR=115200", "AT&W")
		caller := answered(t, ctx, sim, term)
		before = len(term.seen())
		sim.Undervoltage()
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"UNDER-VOLTAGE WARNNING", "RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"}, lines(term.seen()[before:]))
		end, _ := caller.Ended()
		assert.Equal(t, modemtest.EndedByModem, end)
	})
}

func TestUndervoltageOfOthersIsAReset(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		caller := answered(t, ctx, sim, term)
		before := len(term.seen())
		sim.Undervoltage()
		require.NoError(t, caller.WaitEnded(ctx))
		time.Sleep(10 * time.Second)
		assert.Equal(t, started[modemtest.SIM7600], lines(term.seen()[before:]))
	})
}

// TestHuaweiIsBusyAfterAStart: for a while most commands are an error that only
// time mends.
func TestHuaweiIsBusyAfterAStart(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Calm: true, Boot: true})
		term := dial(t, sim).quiet()
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CSQ"))
		term.ok("AT", "ATE0", "AT+CMEE=1")
		assert.Equal(t, []string{"+CME ERROR: 515"}, term.exec("AT+CSQ"))
		term.ok("AT+CMEE=2") // that it takes always
		assert.Equal(t, []string{"+CME ERROR: please wait"}, term.exec("AT+CREG?"))
		time.Sleep(5 * time.Second)
		assert.Equal(t, []string{"+CSQ: 20,99", "OK"}, term.exec("AT+CSQ"))
	})
}

// TestFamiliesSayWhoTheyAre holds identities against identity-001, 004, 005,
// 007, 009, 011, 012 and 016.
func TestFamiliesSayWhoTheyAre(t *testing.T) {
	ok := func(all ...string) []string { return append(all, "OK") }
	tests := map[string]struct {
		cfg  modemtest.Config
		want map[string][]string
	}{
		"A7670": {modemtest.Config{Family: modemtest.A7670}, map[string][]string{
			"AT+CGMI": ok("INCORPORATED"), "AT+CGMM": ok("A7670E-FASE"),
			"AT+CGMR": ok("A011B07A7670M7_F", "A7670M7_B07V01_240927"),
			"AT+SIMCOMATI": ok("Manufacturer: INCORPORATED", "Model: A7670E-FASE", "Revision: A011B07A7670M7_F", "A7670M7_B07V01_240927",
				"QCN:", "IMEI: 004999010640018", "MEID:", "+GCAP: +CGSM,+FCLASS,+DS", "DeviceInfo:"),
		}},
		"A7670, data only": {modemtest.Config{Family: modemtest.A7670, DataOnly: true}, map[string][]string{
			"AT+CGMI": ok("SIMCOM INCORPORATED"), "AT+CGMM": ok("A7670E-LNXY-UBL"),
			"AT+SIMCOMATI": ok("Manufacturer: SIMCOM INCORPORATED", "Model: A7670E-LNXY-UBL", "Revision: 23110B01A7670M4A_CUS_UBIA",
				"A7670M4_B01V01_230724", "IMEI: 004999010640018"),
		}},
		"SIM868": {modemtest.Config{Family: modemtest.SIM868}, map[string][]string{
			"AT+CGMI": ok("SIMCOM_Ltd"), "AT+CGMM": ok("SIMCOM_SIM868"), "AT+CGMR": ok("Revision:1418B06SIM868M32_BT"),
			"ATI": ok("SIM868 R14.18"), "AT+CCID": ok("89001010123456789012"), "AT+CGSN": ok("004999010640026"),
		}},
		"EC25": {modemtest.Config{Family: modemtest.EC25}, map[string][]string{
			"ATI": ok("Quectel", "EC25", "Revision: EC25EFAR06A03M4G"), "AT+CGMI": ok("Quectel"), "AT+CGMM": ok("EC25"),
			"AT+CGMR": ok("EC25EFAR06A03M4G"), "AT+QCCID": ok("+QCCID: 89001010123456789012"),
		}},
		"EC200": {modemtest.Config{Family: modemtest.EC200}, map[string][]string{
			"AT+CGMI": ok("Quectel"), "AT+CGMM": ok("EC200U"),
		}},
		"Telit": {modemtest.Config{Family: modemtest.Telit}, map[string][]string{
			"AT+CGMI": ok("Telit"), "AT+CGMM": ok("HE910-D"), "AT#CCID": ok("#CCID: 89001010123456789012"),
			"AT#PCT": ok("#PCT: 3"), "AT#QSS?": ok("#QSS: 0,1"),
		}},
		"u-blox": {modemtest.Config{Family: modemtest.Ublox}, map[string][]string{
			"AT+CGMI": ok("u-blox"), "AT+CGMM": ok("SARA-U201"),
		}},
		"Huawei": {modemtest.Config{Family: modemtest.Huawei}, map[string][]string{
			"ATI":     ok("Manufacturer: huawei", "Model: E1750", "Revision: 11.126.13.00.00", "IMEI: 004999010640059", "+GCAP: +CGSM,+FCLASS,+DS"),
			"AT+CGMI": ok("huawei"), "AT+CGMM": ok("E1750"), "AT+CGMR": ok("11.126.13.00.00"),
			"AT^ICCID?": ok("^ICCID: 89001010123456789012"),
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				tt.cfg.Calm = true
				term := dial(t, newSim(t, &tt.cfg)).quiet()
				for cmd, want := range tt.want {
					assert.Equal(t, want, term.exec(cmd), cmd)
				}
			})
		})
	}
}

// TestFamiliesTellOfTheirSIM holds what each says when the card goes and comes
// back, with its reports switched on.
func TestFamiliesTellOfTheirSIM(t *testing.T) {
	tests := map[modemtest.Family]struct {
		on          string
		gone, there []string
	}{
		modemtest.EC25:   {"AT+QSIMSTAT=1", []string{"+QSIMSTAT: 1,0", "+CPIN: NOT READY"}, []string{"+QSIMSTAT: 1,1"}},
		modemtest.EC200:  {"AT+QSIMSTAT=0", []string{"+CPIN: NOT READY"}, nil},
		modemtest.Telit:  {"AT#QSS=1", []string{"#QSS: 0"}, []string{"#QSS: 1"}},
		modemtest.Huawei: {"AT", []string{"^SIMST:255"}, []string{"^SIMST:1"}},
	}
	for family, tt := range tests {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim, term := calmModem(t, family)
			term.ok(tt.on)
			before := len(term.seen())
			sim.RemoveSIM()
			time.Sleep(10 * time.Second)
			assert.Equal(t, tt.gone, lines(term.seen()[before:]), "%v", family)
			before = len(term.seen())
			sim.InsertSIM(modemtest.SIM{})
			time.Sleep(10 * time.Second)
			assert.Subset(t, lines(term.seen()[before:]), tt.there, "%v", family)
		})
	}
}

// TestResetsOfOthers holds the commands that only one family has for it.
func TestResetsOfOthers(t *testing.T) {
	for family, cmd := range map[modemtest.Family]string{modemtest.Telit: "AT#REBOOT", modemtest.Ublox: "AT+CFUN=16"} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim, term := calmModem(t, family)
			caller := answered(t, ctx, sim, term)
			term.ok("AT+CFUN=1", cmd)
			require.NoError(t, caller.WaitEnded(ctx))
			assert.Equal(t, map[string]int{cmd: 1}, sim.Stats().ResetsBy)
		})
	}
}

func TestSIMComTellsWhatTriesRemain(t *testing.T) {
	for family, want := range map[modemtest.Family]string{
		modemtest.SIM7600: "+SPIC: 2,10,3,10", modemtest.A7670: "+SPIC: 2,10,3,10", modemtest.SIM868: "+SPIC: 2,3,10,10",
	} {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Family: family, Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN}})
			term := dial(t, sim).quiet()
			term.exec(`AT+CPIN="0000"`)
			assert.Equal(t, []string{want, "OK"}, term.exec("AT+SPIC"), "%v", family)
		})
	}
}

func TestTelitCountsTriesOfPINAndPUK(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.Telit, Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN}})
		term := dial(t, sim).quiet()
		for _, want := range []string{"#PCT: 3", "#PCT: 2", "#PCT: 1", "#PCT: 10"} {
			assert.Equal(t, []string{want, "OK"}, term.exec("AT#PCT"))
			term.exec(`AT+CPIN="0000"`)
		}
	})
}
