package transcript

import (
	"regexp"
	"strings"
)

// set makes a set of the words of a text, which are separated by bars.
func set(words string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.SplitSeq(words, "|") {
		s[strings.TrimSpace(w)] = true
	}
	return s
}

// finals are the results that end a command (ITU-T V.250, 5.7.1; 3GPP TS 27.007,
// 9.2). ERROR with a number is an answer like others.
var finals = set("OK|ERROR|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|NO DIAL TONE|CONNECT|COMMAND NOT SUPPORT|TOO MANY PARAMETERS|ABORTED|NA")

// plain are the lines without a name that modems send by themselves and that say
// nothing of anybody.
var plain = set("RING|RDY|SMS DONE|PB DONE|OPL DONE|PNN DONE|Call Ready|SMS Ready|SMS READY|CALL READY|MODEM:STARTUP|DST: 0|DST: 1|" +
	"VOICE CALL: BEGIN|VOICE CALL:BEGIN|VOICE CALL: END|VOICE CALL:END|REMOTE CALL END|MO RING|MO CONNECTED|" +
	"POWERED DOWN|NORMAL POWER DOWN|UNDER-VOLTAGE WARNNING|UNDER-VOLTAGE POWER DOWN|OVER-VOLTAGE WARNNING|OVER-VOLTAGE POWER DOWN|" +
	">|> |+SMS FULL|APP RDY|START|+++|^SYSSTART|^SHUTDOWN|FOTA|HANGUP: 1")

// keywords are what stands in quotes in commands and answers and is no text: storages,
// facilities, alphabets, kinds of network, names of settings.
var keywords = set("SM|ME|MT|BM|SR|TA|EN|ON|LD|DC|FD|RC|MC|SC|CS|PS|AB|AO|OI|OX|AI|IR|AC|AG|PN|PU|PP|PC|PF|FD|P2|OFF|HOME|ROAM|" +
	"GSM|UCS2|IRA|HEX|8859-1|PCCP437|UTF-8|IP|IPV6|IPV4V6|PPP|NONE|none|" +
	"SIM PIN|SIM PUK|SIM PIN2|SIM PUK2|PH-SIM PIN|PH-NET PIN|PH-NETSUB PIN|PH-SP PIN|PH-CORP PIN|PH-FSIM PIN|READY|NOT INSERTED|" +
	"LTE|WCDMA|CDMA|TDSCDMA|EDGE|HSDPA|HSUPA|HSPA|HSPA+|FDD|TDD|FDD LTE|TDD LTE|CAT-M|NBIoT|NOSERVICE|NOCONN|LIMSRV|SEARCH|CONNECT|servingcell|" +
	"all|ccinfo|csq|act|ring|smsincoming|smsfull|urcport|usbat|usbmodem|usbnmea|uart1|outport|usbcfg|USBCFG|usbnet|ims|AutoSel|volte_disable|" +
	"SMSFULL|received SMS|REC UNREAD|REC READ|STO UNSENT|STO SENT|ALL|VOICE|DATA|FAX|SYNC|ASYNC|GPRS")

// identityWords are the commands whose answers are words of the maker's, without a
// name before them.
var identityWords = set("+CGMI|+CGMM|+CGMR|+GMI|+GMM|+GMR|+GCAP|+SIMCOMATI|+CSUB|+QGMR|+CLAC|^VERSION|^HWVER|I")

// What the name of an answer or a command tells of what follows, by its letters
// alone.
var (
	// identities are numbers of a device or a subscriber.
	identities = set("CGSN|GSN|CIMI|CCID|ICCID|CICCID|QCCID|EGMR|SIMEI|SN|IMEI|IMSI|SNUM|CPHYNUM|EID|CCHO")

	// personal are followed by texts, in quotes or not.
	personal = set("CNUM|CPBR|CPBF|CPBW|CNAP|CDNM|CMGL|CMGR|CMGW|CMT|CDS|CBM|CLASS|COPS|COPN|CSPN|QSPN|EONS|PSNWID|CSQN")

	// bodies are followed by a line that is the message.
	bodies = set("CMT|CMGR|CMGL|CDS|CBM|CLASS")

	// places tell a cell.
	places = set("CREG|CGREG|CEREG|CPSI|QENG|CNWINFO|QNWINFO|SYSINFOEX|CCED|CENG|SERVCELL|MONI|SERVINFO|LWURC|CNCELL")

	// progress have a telephone number, without quotes perhaps.
	progress = set("DSCI|ECAM|SLCC|CLCC|CLIP|CCWA|COLP|CDIP|CCFC|QIND|ORIG|CSCA|CMGS|CLDA|CMDIAL|CLIR")
)

var (
	// date is a time as +CCLK and messages have it (3GPP TS 27.007, 8.15).
	date = regexp.MustCompile(`^\d\d/\d\d/\d\d(,\d\d:\d\d:\d\d([+-]\d\d)?)?$`)

	// voiceEnd is a call's length in hours, minutes and seconds.
	voiceEnd = regexp.MustCompile(`^VOICE CALL: ?END: ?\d\d[0-5]\d[0-5]\d$`)

	// named is an answer or report with a name: a sign, letters, a colon. There is one
	// known to come without its sign.
	named = regexp.MustCompile(`^([+^#*$%_&][A-Z][A-Z0-9]{0,15}(?: [A-Z]{1,8})?|RXDTMF) ?:`)

	// connectRate is a connection with its speed (ITU-T V.250, 5.7.1).
	connectRate = regexp.MustCompile(`^CONNECT \d{1,9}$`)

	// number is what a telephone number consists of, in a field of its own.
	number = regexp.MustCompile(`^\+?[0-9*#]+$`)

	// commandName is the name of a command after AT.
	commandName = regexp.MustCompile(`^[+^#*$%_&\\!]?[A-Za-z]+`)

	// basics are commands of one letter, one after the other (ITU-T V.250, 5.3.1).
	basics = regexp.MustCompile(`^[A-Za-z0-9&=?\\%*]{0,24}$`)
)
