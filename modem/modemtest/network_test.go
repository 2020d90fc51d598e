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

// TestAnswersByFamily is what read, exec and test forms say at first.
func TestAnswersByFamily(t *testing.T) {
	tests := map[string]map[modemtest.Family]string{
		"AT+CGMI":           {modemtest.SIM7600: "SIMCOM INCORPORATED", modemtest.Generic: "Virtual"},
		"AT+CGMM":           {modemtest.SIM7600: "SIMCOM_SIM7600E-H", modemtest.Generic: "TS 27.007"},
		"AT+CGMR":           {modemtest.SIM7600: "+CGMR: LE20B03SIM7600M22", modemtest.Generic: "1.0"},
		"AT+CGSN":           {modemtest.SIM7600: "004999010640000", modemtest.Generic: "004999010640000"},
		"AT+GSN":            {modemtest.SIM7600: "004999010640000", modemtest.Generic: "004999010640000"},
		"AT+CIMI":           {modemtest.SIM7600: "001010123456789", modemtest.Generic: "001010123456789"},
		"AT+CICCID":         {modemtest.SIM7600: "+ICCID: 89001010123456789012"},
		"AT+CCID":           {modemtest.Generic: "+CCID: 89001010123456789012"},
		"AT+GCAP":           {modemtest.SIM7600: "+GCAP:+CGSM", modemtest.Generic: "+GCAP: +CGSM"},
		"AT+CPCMREG=?":      {modemtest.SIM7600: "+CPCMREG: (0-1)"},
		"AT+CPCMREG?":       {modemtest.SIM7600: "+CPCMREG: 0"},
		"AT+CPCMFRM?":       {modemtest.SIM7600: "+CPCMFRM: 0"},
		"AT+CPCMBANDWIDTH?": {modemtest.SIM7600: "+CPCMBANDWIDTH: 0,1"},
		"AT+DDET?":          {modemtest.SIM7600: "+DDET: 0"},
		"AT+CLCC?":          {modemtest.SIM7600: "+CLCC: 0"},
		"AT+CATR?":          {modemtest.SIM7600: "+CATR: 0"},
		"AT+CSDVC?":         {modemtest.SIM7600: "+CSDVC: 1"},
		"AT+AUTOCSQ?":       {modemtest.SIM7600: "+AUTOCSQ: 0,0"},
		"AT+CNSMOD?":        {modemtest.SIM7600: "+CNSMOD: 0,8"},
		"AT+CVHU?":          {modemtest.SIM7600: "+CVHU: 1", modemtest.Generic: "+CVHU: 0"},
		"AT+CMGF?":          {modemtest.SIM7600: "+CMGF: 1", modemtest.Generic: "+CMGF: 0"},
		"AT+CNMI?":          {modemtest.SIM7600: "+CNMI: 2,1,0,0,0", modemtest.Generic: "+CNMI: 0,0,0,0,0"},
		"AT+CPMS?":          {modemtest.SIM7600: `+CPMS: "SM",0,50,"SM",0,50,"SM",0,50`, modemtest.Generic: `+CPMS: "SM",0,50,"SM",0,50,"SM",0,50`},
		"AT+CSCS?":          {modemtest.SIM7600: `+CSCS: "IRA"`, modemtest.Generic: `+CSCS: "GSM"`},
		"AT+CSMS?":          {modemtest.SIM7600: "+CSMS: 0,1,1,1", modemtest.Generic: "+CSMS: 0,1,1,1"},
		"AT+CSMS=1":         {modemtest.SIM7600: "+CSMS: 1,1,1", modemtest.Generic: "+CSMS: 1,1,1"},
		"AT+COPS?":          {modemtest.SIM7600: `+COPS: 0,0,"Virtual Mobile",7`, modemtest.Generic: `+COPS: 0,0,"Virtual Mobile",7`},
		"AT+CSQ":            {modemtest.SIM7600: "+CSQ: 20,99", modemtest.Generic: "+CSQ: 20,99"},
		"AT+CHLD=?":         {modemtest.SIM7600: "+CHLD: (0,1,1x,2,2x)", modemtest.Generic: "+CHLD: (0,1,1x,2,2x)"},
		"AT+CSSN?":          {modemtest.SIM7600: "+CSSN: 0,0", modemtest.Generic: "+CSSN: 0,0"},
		"AT+CLVL?":          {modemtest.SIM7600: "+CLVL: 2", modemtest.Generic: "+CLVL: 2"},
		"AT+VTD?":           {modemtest.SIM7600: "+VTD: 1", modemtest.Generic: "+VTD: 1"},
		"AT+CRC?":           {modemtest.SIM7600: "+CRC: 0", modemtest.Generic: "+CRC: 0"},
		"AT+CNAP?":          {modemtest.SIM7600: "+CNAP: 0,1", modemtest.Generic: "+CNAP: 0,1"},
		"AT+COLP?":          {modemtest.SIM7600: "+COLP: 0,1", modemtest.Generic: "+COLP: 0,1"},
		"AT+CCWA?":          {modemtest.SIM7600: "+CCWA: 0", modemtest.Generic: "+CCWA: 0"},
		"AT+CCWA=1,2":       {modemtest.SIM7600: "+CCWA: 0,1", modemtest.Generic: "+CCWA: 0,1"},
	}
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic} {
		inBubble(t, func(t *testing.T, _ context.Context) {
			for cmd, want := range tests {
				term := dial(t, newSim(t, &modemtest.Config{Family: family})).quiet()
				if answer := want[family]; answer != "" {
					assert.Equal(t, []string{answer, "OK"}, term.exec(cmd), "%v %s", family, cmd)
				} else {
					assert.Equal(t, []string{"ERROR"}, term.exec(cmd), "%v %s", family, cmd)
				}
			}
		})
	}
}

func TestIdentityBlocks(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		term := dial(t, newSim(t, nil)).quiet()
		assert.Equal(t, []string{
			"Manufacturer: SIMCOM INCORPORATED", "Model: SIMCOM_SIM7600E-H", "Revision: LE20B03SIM7600M22",
			"IMEI: 004999010640000", "+GCAP: +CGSM", "OK",
		}, term.exec("ATI"))
		assert.Contains(t, term.exec("AT+SIMCOMATI"), "Model: SIMCOM_SIM7600E-H")
		generic := dial(t, newSim(t, &modemtest.Config{Family: modemtest.Generic})).quiet()
		assert.Equal(t, []string{"Virtual", "TS 27.007", "Revision: 1.0", "OK"}, generic.exec("ATI"))
		assert.Equal(t, []string{"ERROR"}, generic.exec("ATI9"))
	})
}

func TestRegistrationByMode(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		term.ok("AT+CREG=0", "AT+CGREG=1", "AT+CEREG=2")
		assert.Equal(t, []string{"+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
		assert.Equal(t, []string{"+CGREG: 1,1", "OK"}, term.exec("AT+CGREG?"))
		assert.Equal(t, []string{`+CEREG: 2,1,"1A2B","01A2B3C4",7`, "OK"}, term.exec("AT+CEREG?"))
		sim.SetRegistration(2)
		assert.Equal(t, "+CEREG: 2", term.next("+CEREG"))
		sim.SetRegistration(2)
		sim.SetRegistration(5)
		assert.Equal(t, `+CEREG: 5,"1A2B","01A2B3C4",7`, term.next("+CEREG"))
		time.Sleep(time.Second)
		text := term.seen()
		assert.Equal(t, 0, strings.Count(text, "\n+CREG: 5"))
		assert.Equal(t, 1, strings.Count(text, "\n+CGREG: 2\r"))
		assert.Equal(t, 1, strings.Count(text, "\n+CGREG: 5\r"))
	})
}

func TestNoCallsWithoutVoiceRegistration(t *testing.T) {
	for _, stat := range []int{0, 2, 3, 4, 6, 7, 8, 11} {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, nil)
			term := dial(t, sim).quiet()
			sim.SetRegistration(stat)
			assert.Equal(t, []string{"NO CARRIER"}, term.exec("ATD+12025550100;"), "%d", stat)
			end, _ := sim.Call("+12025550100").Ended()
			assert.Equal(t, modemtest.EndedNoService, end, "%d", stat)
			assert.Equal(t, []string{"+COPS: 0", "OK"}, term.exec("AT+COPS?"))
		})
	}
}

func TestOperator(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		term := dial(t, newSim(t, nil)).quiet()
		term.ok("AT+CMEE=1", "AT+COPS=3,2")
		assert.Equal(t, []string{`+COPS: 0,2,"00101",7`, "OK"}, term.exec("AT+COPS?"))
		assert.Equal(t, []string{"+CME ERROR: 30"}, term.exec(`AT+COPS=1,2,"00199"`))
		term.ok(`AT+COPS=1,2,"00101"`)
		assert.Equal(t, []string{`+COPS: 1,2,"00101",7`, "OK"}, term.exec("AT+COPS?"))
		term.ok("AT+COPS=2")
		assert.Equal(t, []string{"+COPS: 2", "OK"}, term.exec("AT+COPS?"))
		term.ok("AT+COPS=0")
		assert.Equal(t, []string{`+COPS: 0,2,"00101",7`, "OK"}, term.exec("AT+COPS?"))
		for _, bad := range []string{"AT+COPS=9", "AT+COPS=0,7", `AT+COPS="0"`, "AT+COPS=0,0,1,1,1"} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}

func TestSignalByItself(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		sim.SetSignal(31, 0)
		assert.Equal(t, []string{"+CSQ: 31,0", "OK"}, term.exec("AT+CSQ"))
		term.ok("AT+AUTOCSQ=1,1", "AT+CNSMOD=1")
		sim.SetSignal(12, 99)
		assert.Equal(t, "+CSQ: 12,99", term.next("+CSQ"))
		sim.SetMode(4)
		assert.Equal(t, "+CNSMOD: 4", term.next("+CNSMOD"))
		sim.SetSignal(12, 99)
		sim.SetMode(4)
		time.Sleep(30 * time.Second)
		assert.Equal(t, 1, strings.Count(term.seen(), "+CSQ: 12"), "only when it changes")
		term.ok("AT+AUTOCSQ=1,0")
		time.Sleep(31 * time.Second)
		assert.Equal(t, 7, strings.Count(term.seen(), "+CSQ: 12"), "every five seconds")
		term.ok("AT+AUTOCSQ=0")
		time.Sleep(30 * time.Second)
		assert.Equal(t, 7, strings.Count(term.seen(), "+CSQ: 12"))
	})
}

// TestTextModeCommandsFailInPDUMode and the reverse: the store is empty, and
// strict.
func TestTextModeCommandsFailInPDUMode(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		term := dial(t, newSim(t, nil)).quiet()
		term.ok("AT+CMGF=0", "AT+CMGL=4", "AT+CMGL")
		assert.Equal(t, []string{"+CMS ERROR: 304"}, term.exec(`AT+CMGL="ALL"`))
		assert.Equal(t, []string{"ERROR"}, term.exec(`AT+CSMP=17,167,0,0`))
		term.ok("AT+CMGF=1", `AT+CMGL="ALL"`)
		assert.Equal(t, []string{"+CMS ERROR: 305"}, term.exec("AT+CMGL=4"))
		assert.Equal(t, []string{"+CPMS: 0,23,0,23,0,23", "OK"}, term.exec(`AT+CPMS="ME","ME","ME"`))
		assert.Equal(t, []string{"+CMS ERROR: 302"}, term.exec(`AT+CPMS="XX"`))
		assert.Equal(t, []string{"ERROR"}, term.exec(`AT+CPMS="ME","ME","ME","ME"`))
		term.ok("AT+CNMI=2,1,0,1,0")
		assert.Equal(t, []string{"+CNMI: 2,1,0,1,0", "OK"}, term.exec("AT+CNMI?"))
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CNMI=2,9"))
		assert.Equal(t, []string{"+CNMI: 2,1,0,1,0", "OK"}, term.exec("AT+CNMI?"), "all or nothing")
		term.ok("AT+CNMI=1,,,0")
		assert.Equal(t, []string{"+CNMI: 1,1,0,0,0", "OK"}, term.exec("AT+CNMI?"), "what is left out stays")
		require.Equal(t, []string{"ERROR"}, term.exec("AT+CMGS=24"), "there are no messages yet")
	})
}
