package transcript_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/internal/transcript"
)

func TestCommandsAreMasked(t *testing.T) {
	tests := map[string]string{
		"ATD+12025550187;":                      "ATD+00000000001;",
		"atd12025550187;":                       "atd00000000001;",
		"ATD*100#;":                             "ATD*001#;",
		"ATD12025550187I;":                      "ATD00000000001I;",
		`ATD>"Alice";`:                          `ATD>"xxxxx";`,
		"AT+QPCMV=0;+QPCMV=1,0;D+12025550187;":  "AT+QPCMV=0;+QPCMV=1,0;D+00000000001;",
		"ATE0D12025550187;":                     "ATE0D00000000001;",
		`AT+CPIN="1234"`:                        `AT+CPIN="0000"`,
		"AT+CPIN=1234":                          "AT+CPIN=0000",
		`AT+CPIN="12345678","4321"`:             `AT+CPIN="00000000","0000"`,
		"AT+CPIN1234":                           "AT+CPIN0000",
		"AT^CPIN=86420975":                      "AT^CPIN=00000000",
		`AT+CPWD="SC","1234","5678"`:            `AT+CPWD="SC","0000","0000"`,
		`AT+CLCK="SC",1,"1234"`:                 `AT+CLCK="SC",1,"0001"`,
		`AT+CLCK="SC",1,1234`:                   `AT+CLCK="SC",1,0001`,
		"AT+CMGS=23":                            "AT+CMGS=23",
		`AT+CMGS="+12025550187"`:                `AT+CMGS="+00000000001"`,
		`AT+CUSD=1,"*100#",15`:                  `AT+CUSD=1,"*000#",15`,
		`AT+CUSD=1,"pin 1234",15`:               `AT+CUSD=1,"xxxxxxxx",15`,
		"AT+CUSD=1,AA180C3602,15":               "AT+CUSD=1,xxxxxxxxxxxxx",
		"AT+CUSD=2":                             "AT+CUSD=2",
		"AT+VTS=5":                              "AT+VTS=1",
		"AT+VTS=#":                              "AT+VTS=#",
		"AT+VTS=B":                              "AT+VTS=A",
		`AT+VTS="7,3,5,*"`:                      `AT+VTS="1,1,1,*"`,
		"AT^DTMF=1,5":                           "AT^DTMF=1,1",
		`AT+CPBW=1,"+12025550187",145,"Alice"`:  `AT+CPBW=1,"+00000000001",145,"xxxxx"`,
		`AT+CSCA="+12025550187",145`:            `AT+CSCA="+00000000001",145`,
		"AT+EGMR=1,7,\"490154203237518\"":       "AT+EGMR=0,0,\"000000000000000\"",
		`AT+CSIM=26,"0020000108313233340000FF"`: `AT+CSIM=26,"000000000000000000000000"`,
		`AT+CGDCONT=1,"IP","internet"`:          `AT+CGDCONT=1,"IP","xxxxxxxx"`,
		"1234":                                  "0000",
		"what is it":                            "xxxxxxxxxx",
		"AT HOME at 5":                          "xxxxxxxxxxxx",

		"AT":                           "AT",
		"ATE0Q0V1":                     "ATE0Q0V1",
		"ATS3=13S4=10":                 "ATS3=13S4=10",
		"AT&D2":                        "AT&D2",
		"+++":                          "+++",
		"AT+CSQ":                       "AT+CSQ",
		"AT+CPIN?":                     "AT+CPIN?",
		`AT+CPINR="SIM PIN"`:           `AT+CPINR="SIM PIN"`,
		"AT+CREG=2":                    "AT+CREG=2",
		"AT+CNMI=2,1,0,1,0":            "AT+CNMI=2,1,0,1,0",
		`AT+CPMS="ME","ME","ME"`:       `AT+CPMS="ME","ME","ME"`,
		"AT+CPCMREG=0,1":               "AT+CPCMREG=0,1",
		"AT+CPCMBANDWIDTH=1,1":         "AT+CPCMBANDWIDTH=1,1",
		`AT+QURCCFG="urcport","usbat"`: `AT+QURCCFG="urcport","usbat"`,
		"AT^DDTMFCFG=0,1":              "AT^DDTMFCFG=0,1",
		"AT+DDET=1":                    "AT+DDET=1",
		"AT+CLVL=5;+CMUT=0":            "AT+CLVL=5;+CMUT=0",
		"AT+COPS=?":                    "AT+COPS=?",
	}
	for line, want := range tests {
		assert.Equal(t, want+"\r", transcript.Written(line), line)
	}
}

func TestAnswersAreMasked(t *testing.T) {
	tests := map[string]struct{ asked, line, want string }{
		"CLIP":              {"", `+CLIP: "+12025550187",145,"",0,"Alice",0`, `+CLIP: "+00000000001",145,"",0,"xxxxx",0`},
		"CLIP, no space":    {"", `+CLIP:,129,,,,1`, `+CLIP:,129,,,,1`},
		"CLIP, unquoted":    {"", `+CLIP: 12025550187,145`, `+CLIP: 00000000001,145`},
		"CLIP, SIP":         {"", `+CLIP: "sip:bob@host",128`, `+CLIP: "xxxxxxxxxxxx",128`},
		"CLCC":              {"AT+CLCC", `+CLCC: 1,1,4,0,0,"+12025550187",145,"Bob"`, `+CLCC: 1,1,4,0,0,"+00000000001",145,"xxx"`},
		"CLCC, bearer":      {"AT+CLCC", `+CLCC: 1,0,0,1,0,"",128`, `+CLCC: 1,0,0,1,0,"",128`},
		"short code":        {"", `+CLIP: "611",129`, `+CLIP: "001",129`},
		"CGSN":              {"AT+CGSN", "490154203237518", "000000000000000"},
		"CGSN, named":       {"AT+CGSN", "+CGSN: 490154203237518", "+CGSN: 000000000000000"},
		"CGSN, quoted":      {"AT+CGSN=1", `+CGSN: "490154203237518"`, `+CGSN: "000000000000000"`},
		"CIMI":              {"AT+CIMI", "001010123456789", "000000000000000"},
		"ICCID":             {"AT+CICCID", "+ICCID: 8900101234567890123F", "+ICCID: 00000000000000000000"},
		"ICCID, Huawei":     {"AT^ICCID?", "^ICCID: 98001032547698103254", "^ICCID: 00000000000000000000"},
		"DSCI":              {"", "^DSCI: 1,1,4,0,12025550187,145", "^DSCI: 1,1,4,0,00000000001,145"},
		"DSCI, short":       {"", "^DSCI: 1,0,3,0,10086,129", "^DSCI: 1,0,3,0,00001,129"},
		"ccinfo":            {"", `+QIND: "ccinfo",1,1,4,0,0,"12025550187",129`, `+QIND: "ccinfo",1,1,4,0,0,"00000000001",129`},
		"ECAM":              {"", `#ECAM: 0,1,1,,,"2025550187",129`, `#ECAM: 0,1,1,,,"0000000001",129`},
		"RXDTMF":            {"", "+RXDTMF: 5", "+RXDTMF: 1"},
		"RXDTMF, hash":      {"", "+RXDTMF: #", "+RXDTMF: #"},
		"RXDTMF, bare":      {"", "RXDTMF: 5", "RXDTMF: 1"},
		"QTONEDET":          {"", "+QTONEDET: 56", "+QTONEDET: 49"},
		"QTONEDET, hash":    {"", "+QTONEDET: 35", "+QTONEDET: 35"},
		"QTONEDET, B":       {"", "+QTONEDET: 66", "+QTONEDET: 65"},
		"DDTMF":             {"", "^DDTMF: 5", "^DDTMF: 1"},
		"DTMFEV":            {"", "#DTMFEV: 5,1", "#DTMFEV: 1,1"},
		"missed":            {"", "MISSED_CALL: 11:01AM 07712345678", "MISSED_CALL: 11:01AM 00000000001"},
		"CNUM":              {"AT+CNUM", `+CNUM: "Alice","+12025550187",145`, `+CNUM: "xxxxx","+00000000001",145`},
		"CNUM, unquoted":    {"AT+CNUM", `+CNUM: Alice,12025550187,145`, `+CNUM: xxxxx,00000000001,145`},
		"CSCA":              {"AT+CSCA?", `+CSCA: "+12025550187",145`, `+CSCA: "+00000000001",145`},
		"CSCA, UCS2":        {"AT+CSCA?", `+CSCA: "002B0031003200300032",145`, `+CSCA: "00000000000000000000",145`},
		"COLP":              {"", `+COLP: "10086",129,,,`, `+COLP: "00001",129,,,`},
		"CCWA":              {"", `+CCWA: "+12025550187",145,1`, `+CCWA: "+00000000001",145,1`},
		"CNAP":              {"", `+CNAP: "Al "The" Bob",0`, `+CNAP: "xxx"xxx"xxxx",0`},
		"CUSD":              {"", `+CUSD: 0,"Your PIN is 1234",15`, `+CUSD: 0,"xxxxxxxxxxxxxxxx",15`},
		"CUSD, hex":         {"", `+CUSD: 0,"00480065006C006C006F",72`, `+CUSD: 0,"00000000000000000000",72`},
		"CUSD, unquoted":    {"", "+CUSD: 0, 49B4", "+CUSD: 0, 0000"},
		"CUSD, quotes":      {"", `+CUSD: 1,"the "Mega" plan",15`, `+CUSD: 1,"xxxxxxxxxxxxxxx",15`},
		"CUSD, state":       {"", "+CUSD: 2", "+CUSD: 2"},
		"CMT":               {"", `+CMT: "+12025550187",,"24/06/01,12:00:00+08"`, `+CMT: "+00000000001",,"24/06/01,12:00:00+08"`},
		"PDU":               {"", "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07", strings.Repeat("0", 76)},
		"a text":            {"", "How are you, Bob?", "xxxxxxxxxxxxxxxxx"},
		"a stray number":    {"", "2468", "0000"},
		"glued":             {"", `ERROR+CNUM: "Alice"`, strings.Repeat("x", 19)},
		"registration":      {"", `+CREG: 2,1,"1A2B","00C3D4E5",7`, `+CREG: 2,1,"0000","00000000",7`},
		"its cell unquoted": {"", "+CREG: 2,1,1A2B,0A265185,7", "+CREG: 2,1,0000,00000000,7"},
		"operator":          {"", `+COPS: 0,0,"T-Mobile",7`, `+COPS: 0,0,"xxxxxxxx",7`},
		"a place":           {"", "+CGPSINFO: 3113.343286,N,12121.234064,E", "+CGPSINFO: 0000.000000,N,00000.000000,E"},
		"NMEA":              {"", "$GPGGA,092750.000,5321.6802,N", "$GPGGA,000000.000,0000.0000,N"},
		"SIM file":          {"", `+CRSM: 144,0,"98001032547698103254"`, `+CRSM: 144,0,"00000000000000000001"`},
		"SIM status":        {"", `+CSIM: 4,"63C3"`, `+CSIM: 4,"63C3"`},
		"unknown, number":   {"", "+UNHEARDOF: 12025550187", "+UNHEARDOF: 00000000001"},
		"unknown, text":     {"", `+UNHEARDOF: "Alice"`, `+UNHEARDOF: "xxxxx"`},
		"ATI's IMEI":        {"ATI", "IMEI: 490154203237518", "IMEI: 000000000000001"},
		"an echo":           {`AT+CPIN="1234"`, `AT+CPIN="1234"`, `AT+CPIN="0000"`},
		"an old echo":       {"", "ATD+12025550187;", "ATD+00000000001;"},

		"model":        {"AT+CGMM", "SIMCOM_SIM7600E-H", "SIMCOM_SIM7600E-H"},
		"revision":     {"AT+CGMR", "+CGMR: LE20B03SIM7600M22", "+CGMR: LE20B03SIM7600M22"},
		"maker":        {"ATI", "Manufacturer: SIMCOM INCORPORATED", "Manufacturer: SIMCOM INCORPORATED"},
		"OK":           {"AT+CSQ", "OK", "OK"},
		"call begins":  {"", "VOICE CALL: BEGIN", "VOICE CALL: BEGIN"},
		"call ends":    {"", "VOICE CALL: END: 000117", "VOICE CALL: END: 000117"},
		"ring":         {"", "RING", "RING"},
		"CRING":        {"", "+CRING: VOICE", "+CRING: VOICE"},
		"signal":       {"AT+CSQ", "+CSQ: 20,99", "+CSQ: 20,99"},
		"SIM":          {"AT+CPIN?", "+CPIN: SIM PIN", "+CPIN: SIM PIN"},
		"tries":        {"", "^CPIN: READY,,10,3,10,3", "^CPIN: READY,,10,3,10,3"},
		"error":        {"AT+CPIN?", "+CME ERROR: SIM busy", "+CME ERROR: SIM busy"},
		"cause":        {"AT+CEER", "+CEER: Normal call clearing", "+CEER: Normal call clearing"},
		"Huawei's end": {"", "^CEND:1,22,29,16", "^CEND:1,22,29,16"},
		"new message":  {"", `+CMTI: "ME",41`, `+CMTI: "ME",41`},
		"clock":        {"", `+CCLK: "24/06/01,12:00:00+08"`, `+CCLK: "24/06/01,12:00:00+08"`},
		"boot":         {"", "*ATREADY: 1", "*ATREADY: 1"},
		"flow":         {"", "+QPCMV: 0,0", "+QPCMV: 0,0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want+"\r", transcript.Received(tt.asked, tt.line))
		})
	}
}

// script masks a dialogue: lines that begin with ">" are the host's.
func script(m *transcript.Masker, lines ...string) string {
	var out strings.Builder
	for _, l := range lines {
		if cmd, ok := strings.CutPrefix(l, ">>"); ok {
			out.Write(m.Written([]byte(cmd)))
		} else {
			out.Write(m.Received([]byte(l), time.Time{}))
		}
	}
	return out.String()
}

func TestDialoguesAreMasked(t *testing.T) {
	tests := map[string]struct {
		lines []string
		want  string
	}{
		"a message": {
			[]string{">>AT+CMGS=23\r", "\r\n> ", ">>0011000B912120550578F1\x1a", "\r\n+CMGS: 12\r\n\r\nOK\r\n"},
			"AT+CMGS=23\r\r\n> 0000000000000000000000\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n",
		},
		"a message of text": {
			[]string{">>AT+CMGS=\"+12025550187\"\r", ">", " ", ">>meet me at 5\rsharp\x1a"},
			"AT+CMGS=\"+00000000001\"\r> xxxxxxxxxxxx\rxxxxx\x1a",
		},
		"given up":   {[]string{">>AT+CMGS=23\r", "> ", ">>00\x1b"}, "AT+CMGS=23\r> 00\x1b"},
		"echo of it": {[]string{"> 0011000B912120550578F1\r\n"}, "> 0000000000000000000000\r\n"},
		"its echo in two": {
			[]string{"> ", "0011000B912120550578F1\r\n"}, "> 0000000000000000000000\r\n",
		},
		"a message with a report in between": {
			[]string{"+CMT: ,23\r\n", "VOICE CALL: BEGIN\r\n", "07911326040000F0\r\n", "RING\r\n"},
			"+CMT: ,23\r\nVOICE CALL: BEGIN\r\n0000000000000000\r\nRING\r\n",
		},
		"a message while words are awaited": {
			[]string{">>AT+CGMM\r", "+CMT: \"+12025550187\",,\"24/06/01,12:00:00+08\"\r\nHello Bob\r\nmeet me\r\n", "SIM7600\r\nOK\r\n"},
			"AT+CGMM\r+CMT: \"+00000000001\",,\"24/06/01,12:00:00+08\"\r\nxxxxxxxxx\r\nxxxxxxx\r\nxxxxxxx\r\nOK\r\n",
		},
		"a body like a command": {
			[]string{"+CMT: ,,\"24/06/01,12:00:00+08\"\r\nATTACK\r\n"}, "+CMT: ,,\"24/06/01,12:00:00+08\"\r\nxxxxxx\r\n",
		},
		"words are for one command": {
			[]string{">>AT+CGMM\r", "SIM7600\r\nOK\r\nHello\r\n", ">>AT+CSQ\r", "Hello\r\n"},
			"AT+CGMM\rSIM7600\r\nOK\r\nxxxxx\r\nAT+CSQ\rxxxxx\r\n",
		},
		"a menu": {
			[]string{"+CUSD: 1,\"Menu\r\n1 Balance\r\n", "OK\r\n2 Plans\",15\r\nOK\r\n"},
			"+CUSD: 1,\"xxxx\r\nxxxxxxxxx\r\nxx\r\nxxxxxxx\",15\r\nOK\r\n",
		},
		"a menu that never ends": {
			[]string{"+CUSD: 0,\"Menu\r\nRING\r\n", ">>AT+CSQ\r", "\r\nOK\r\n"}, "+CUSD: 0,\"xxxx\r\nxxxx\r\nAT+CSQ\r\r\nOK\r\n",
		},
		"one number in all its forms": {
			[]string{
				">>ATD+12025550187;\r", "+CLCC: 1,0,0,0,0,\"2025550187\",129\r\n", "+COLP: \"0012025550187\",129\r\n",
				"+CCWA: \"+12025550142\",145,1\r\n", "+CLIP: \"+12025550187\",145\r\n",
			},
			"ATD+00000000001;\r+CLCC: 1,0,0,0,0,\"0000000001\",129\r\n+COLP: \"0000000000001\",129\r\n" +
				"+CCWA: \"+00000000002\",145,1\r\n+CLIP: \"+00000000001\",145\r\n",
		},
		"in pieces": {
			[]string{"+CLIP: \"+120", "2555", "0187\",145\r", "\nRI", "NG\r\n"}, "+CLIP: \"+00000000001\",145\r\nRING\r\n",
		},
		"noise": {[]string{"\x00\xff\xfe\r\nOK\r\n"}, "\x00xx\r\nOK\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, script(transcript.NewMasker(&transcript.Numbers{}), tt.lines...))
		})
	}
}

// A text over several lines is over when nothing comes for a second.
func TestATextEndsInTime(t *testing.T) {
	m := transcript.NewMasker(&transcript.Numbers{})
	start := time.Unix(0, 0)
	assert.Equal(t, "+CUSD: 0,\"xxxx\r\n", string(m.Received([]byte("+CUSD: 0,\"Menu\r\n"), start)))
	assert.Equal(t, "xxxx\r\n", string(m.Received([]byte("RING\r\n"), start.Add(900*time.Millisecond))))
	assert.Equal(t, "RING\r\n", string(m.Received([]byte("RING\r\n"), start.Add(2*time.Second))))
}

func TestWhatDoesNotEndIsMaskedBlindly(t *testing.T) {
	m := transcript.NewMasker(&transcript.Numbers{})
	assert.Empty(t, m.Received([]byte(`+CLIP: "+1202555`), time.Time{}))
	assert.Empty(t, m.Written([]byte(`AT+CPIN="12`)))
	in, out := m.Flush()
	assert.Equal(t, `xxxxxxxxxxxxxxxx`, string(in))
	assert.Equal(t, `xxxxxxxxxxx`, string(out))
	assert.Equal(t, "xxxx\r\nRING\r\n", string(m.Received([]byte("0187\r\nRING\r\n"), time.Time{})), "its rest, too")
	assert.Equal(t, "xxx\rAT\r", string(m.Written([]byte("34\"\rAT\r"))))
	long := m.Received([]byte(strings.Repeat("2", 9000)), time.Time{})
	assert.Equal(t, strings.Repeat("x", 9000), string(long))
	assert.Equal(t, "xx", string(m.Received([]byte("22"), time.Time{})), "what goes on is not kept")
	assert.Equal(t, "x\r\nOK\r\n", string(m.Received([]byte("2\r\nOK\r\n"), time.Time{})))
}

func TestNumbersInTheirOrder(t *testing.T) {
	var n transcript.Numbers
	at, reports := transcript.NewMasker(&n), transcript.NewMasker(&n)
	assert.Equal(t, "ATD00000000001;\r", string(at.Written([]byte("ATD12025550187;\r"))))
	assert.Equal(t, "+CLIP: \"00000000002\"\r", string(reports.Received([]byte("+CLIP: \"12025550142\"\r"), time.Time{})))
	assert.Equal(t, "+CLIP: \"00000000001\"\r", string(reports.Received([]byte("+CLIP: \"12025550187\"\r"), time.Time{})))
	for i := range 2000 {
		line := "ATD" + strings.Repeat("7", 4) + string([]byte{'1' + byte(i/1000), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}) + ";\r"
		assert.Len(t, at.Written([]byte(line)), len(line))
	}
	assert.Equal(t, "ATD00000999;\r", string(at.Written([]byte("ATD98989898;\r"))), "the table is bounded")
}

func TestCommandsAreComparedWithoutWhatIsMasked(t *testing.T) {
	for _, same := range [][2]string{
		{"ATD+12025550187;", "ATD+00000000001;"},
		{"ATD+12025550187;", "ATD+0000001;"},
		{`AT+CPIN="86420975"`, `AT+CPIN="0000"`},
		{"0011000B912120\x1a", "000000000000000000\x1a"},
		{"AT+VTS=7", "AT+VTS=1"},
		{"at+csq", "AT+CSQ"},
		{`AT+CUSD=1,"*100#",15`, `AT+CUSD=1,"*000#",15`},
	} {
		assert.True(t, transcript.Same(same[0], same[1]), same)
	}
	for _, different := range [][2]string{
		{"AT+CSQ", "AT+CLCC"},
		{"AT+CPCMREG=1", "AT+CPCMREG=0"},
		{"ATA", "ATH"},
		{"AT+CPIN?", `AT+CPIN="1234"`},
		{"\x1b", "\x1a"},
		{"AT+VTS=#", "AT+VTS=1"},
	} {
		assert.False(t, transcript.Same(different[0], different[1]), different)
	}
}

func TestNamesOfCommands(t *testing.T) {
	for line, want := range map[string]string{
		"ATD+12025550187;": "ATD", "AT+CPIN=\"1234\"": "AT+CPIN", "AT": "AT", "ATE0Q0V1": "ATE", "at^dtmf=1,5": "AT^DTMF",
		"AT+CSQ;+CLCC": "AT+CSQ", "00112233\x1a": "a body", "\x1b": "ESC", "hello": "what is no command", "": "an empty line",
		"AT1234": "AT",
	} {
		assert.Equal(t, want, transcript.Name(line), line)
	}
}
