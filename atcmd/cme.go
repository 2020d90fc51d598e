package atcmd

import (
	"fmt"
	"strconv"
	"strings"
)

// unknownText is the code of an error that came as a text which the standard
// does not have.
const unknownText = -1

// CMEError is the code of a +CME ERROR (3GPP TS 27.007, 9.2). A modem that
// sends texts (AT+CMEE=2) is understood too: a text of the standard becomes its
// code, any other becomes -1.
type CMEError int

// Error returns the code and its meaning.
func (e CMEError) Error() string { return describe("CME", int(e), cmeTexts) }

// describe renders the code of an error. The text of a modem is not shown: it
// may hold anything.
func describe(kind string, code int, texts map[int]string) string {
	if code == unknownText {
		return kind + " error with a text of the modem's own"
	}
	if text, ok := texts[code]; ok {
		return fmt.Sprintf("%s error %d: %s", kind, code, text)
	}
	return fmt.Sprintf("%s error %d", kind, code)
}

// errorCode reads what follows "+CME ERROR:": a number or a text.
func errorCode(value string, codes map[string]int) int {
	value = strings.Trim(value, " \t\"")
	digits := len(value) - len(strings.TrimLeft(value, "0123456789"))
	if digits > 0 && (digits == len(value) || value[digits] == ',' || value[digits] == ' ') {
		if n, err := strconv.Atoi(value[:digits]); err == nil {
			return n
		}
		return unknownText
	}
	if n, ok := codes[plainText(value)]; ok {
		return n
	}
	return unknownText
}

// plainText brings the spellings of a text together: firmware differs in case,
// hyphens, in "(U)SIM" for "SIM", and in the network's cause that the standard puts
// behind some texts, as in "illegal MS (#3)".
func plainText(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), "(#")
	s = strings.ReplaceAll(s, "(u)", "")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '-' || r == '_' || r == '.'
	}), " ")
}

// codesByText turns a table of texts around.
func codesByText(texts map[int]string) map[string]int {
	codes := make(map[string]int, len(texts))
	for code, text := range texts {
		codes[plainText(text)] = code
	}
	return codes
}

var cmeCodes = codesByText(cmeTexts)

// cmeTexts are the codes of 3GPP TS 27.007, 9.2.1 (general) and 9.2.2 (packet
// services): the meanings, which are also the texts that modems send.
var cmeTexts = map[int]string{
	0:   "phone failure",
	1:   "no connection to phone",
	2:   "phone-adaptor link reserved",
	3:   "operation not allowed",
	4:   "operation not supported",
	5:   "PH-SIM PIN required",
	6:   "PH-FSIM PIN required",
	7:   "PH-FSIM PUK required",
	10:  "SIM not inserted",
	11:  "SIM PIN required",
	12:  "SIM PUK required",
	13:  "SIM failure",
	14:  "SIM busy",
	15:  "SIM wrong",
	16:  "incorrect password",
	17:  "SIM PIN2 required",
	18:  "SIM PUK2 required",
	20:  "memory full",
	21:  "invalid index",
	22:  "not found",
	23:  "memory failure",
	24:  "text string too long",
	25:  "invalid characters in text string",
	26:  "dial string too long",
	27:  "invalid characters in dial string",
	30:  "no network service",
	31:  "network timeout",
	32:  "network not allowed - emergency calls only",
	40:  "network personalization PIN required",
	41:  "network personalization PUK required",
	42:  "network subset personalization PIN required",
	43:  "network subset personalization PUK required",
	44:  "service provider personalization PIN required",
	45:  "service provider personalization PUK required",
	46:  "corporate personalization PIN required",
	47:  "corporate personalization PUK required",
	48:  "hidden key required",
	49:  "EAP method not supported",
	50:  "incorrect parameters",
	51:  "command implemented but currently disabled",
	52:  "command aborted by user",
	53:  "not attached to network due to MT functionality restrictions",
	54:  "modem not allowed - MT restricted to emergency calls only",
	55:  "operation not allowed because of MT functionality restrictions",
	56:  "fixed dial number only allowed - called number is not a fixed dial number",
	57:  "temporarily out of service due to other MT usage",
	58:  "language/alphabet not supported",
	59:  "unexpected data value",
	60:  "system failure",
	61:  "data missing",
	62:  "call barred",
	63:  "message waiting indication subscription failure",
	100: "unknown",
	103: "illegal MS",
	106: "illegal ME",
	107: "GPRS services not allowed",
	108: "GPRS services and non-GPRS services not allowed",
	111: "PLMN not allowed",
	112: "location area not allowed",
	113: "roaming not allowed in this location area",
	114: "GPRS services not allowed in this PLMN",
	115: "no suitable cells in location area",
	122: "congestion",
	126: "insufficient resources",
	127: "missing or unknown APN",
	128: "unknown PDP address or PDP type",
	129: "user authentication failed",
	130: "activation rejected by GGSN, Serving GW or PDN GW",
	131: "activation rejected, unspecified",
	132: "service option not supported",
	133: "requested service option not subscribed",
	134: "service option temporarily out of order",
	140: "feature not supported",
	148: "unspecified GPRS error",
	149: "PDP authentication failure",
	150: "invalid mobile class",

	// Not of the standard: Huawei and Qualcomm while they start.
	515: "please wait, init or command processing in progress",
}
