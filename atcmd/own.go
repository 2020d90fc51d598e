package atcmd

// Some names are used both for the answer to a command and for a URC. What
// tells them apart is the command that waits and the parameters of the line
// (3GPP TS 27.007; SIMCom, Quectel and Huawei manuals).

// classifyOwn tells what a line with the name of the waiting command is. Where
// there is no rule, what a command asks for is its answer, and a handler is there
// for what comes by itself; setting something has an answer only if nobody handles
// that name: AT+CMGS=24, AT+CMGR=1.
func (x *exchange) classifyOwn(head, rest []byte, handled bool) verdict {
	rest = trimBytes(rest)
	if rule := ownRules[string(head)]; rule != nil {
		if x.form == formTest {
			return answerIf(!handled || len(rest) > 0 && rest[0] == '(')
		}
		return rule(x.form, rest)
	}
	if handled && x.form == formSet {
		return isURC
	}
	return isAnswer
}

// ownRule tells what a line is from the form of the waiting command and what
// stands after the line's colon.
type ownRule func(f form, rest []byte) verdict

// answerIf makes a verdict out of a yes and no.
func answerIf(yes bool) verdict {
	if yes {
		return isAnswer
	}
	return isURC
}

var ownRules = map[string]ownRule{
	// Registration: the answer begins with <n>,<stat>, the URC with <stat>.
	"+CREG":   registration,
	"+CGREG":  registration,
	"+CEREG":  registration,
	"+C5GREG": registration,

	// The answer has one parameter; what AT+CUSD=1 brings is a URC.
	"+CUSD": func(f form, rest []byte) verdict { return answerIf(f == formRead && countArgs(rest) == 1) },
	"^DSCI": func(f form, rest []byte) verdict { return answerIf(f == formRead && countArgs(rest) == 1) },

	// Nothing in the line tells. Setting has no answer, so it is a URC.
	"+CPIN":  onlyRead,
	"+CFUN":  onlyRead,
	"+QPCMV": onlyRead,

	// The answer begins with a number, the URC with a phone number.
	"+CLIP": numbered,
	"+COLP": numbered,
	"+CDIP": numbered,
	"+CNAP": numbered,
	"+CCWA": func(_ form, rest []byte) verdict { return answerIf(len(rest) == 0 || rest[0] != '"') },

	// SIMCom sends the list by itself, too, and then each line counts once: as
	// the state of a call. AT+CLCC? asks whether it does so.
	"+CLCC": func(f form, rest []byte) verdict {
		switch {
		case f == formExec:
			return isBoth
		case f == formRead && countArgs(rest) == 1:
			return isAnswer
		}
		return isURC
	},
}

func onlyRead(f form, _ []byte) verdict { return answerIf(f == formRead) }

func numbered(f form, rest []byte) verdict {
	return answerIf(f == formRead && isSmall(firstField(rest)))
}

// registration tells +CREG: <n>,<stat>[,...] from +CREG: <stat>[,...]. A
// location area is four hex digits, quoted or not, and may look like a number.
func registration(f form, rest []byte) verdict {
	n := firstField(rest)
	if f != formRead || !isSmall(n) || len(n) == len(rest) {
		return isURC
	}
	stat := firstField(rest[indexComma(rest)+1:])
	padded := len(n) > 1 && n[0] == '0'
	return answerIf(isSmall(stat) && (len(stat) < 4 || padded))
}

// firstField returns what stands before the first comma. It does not know
// quotes: those who call it look for numbers.
func firstField(rest []byte) []byte {
	return trimBytes(rest[:indexComma(rest)])
}

func indexComma(b []byte) int {
	for i, c := range b {
		if c == ',' {
			return i
		}
	}
	return len(b)
}

// isSmall tells whether b is a decimal number below 100, zeros in front
// allowed: <n> and <stat> are, a location area hardly ever.
func isSmall(b []byte) bool {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
		if n = 10*n + int(c-'0'); n >= 100 {
			return false
		}
	}
	return len(b) > 0
}

// countArgs counts the parameters of a line.
func countArgs(rest []byte) int {
	if len(rest) == 0 {
		return 0
	}
	n, quoted := 1, false
	for _, c := range rest {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			n++
		}
	}
	return n
}
