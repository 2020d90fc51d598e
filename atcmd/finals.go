package atcmd

import "bytes"

// final is what a line means as a final result code.
type final struct {
	is  bool  // the line is one
	err error // nil for success

	// inDoubt tells that it may be of something else: of an earlier call, since a
	// modem also reports the end of one by itself, or of a command before that was
	// answered twice.
	inDoubt bool
}

var success = final{is: true}

func failure(err error) final { return final{is: true, err: err} }

func doubtful(err error) final { return final{is: true, err: err, inDoubt: true} }

// readFinal tells whether a line is a final result code (V.250, 5.7.1; 3GPP TS
// 27.007, 9.2; TS 27.005, 3.2.5; and vendors' words). Dial allows the results of
// calls, which otherwise are URCs: NO CARRIER during AT+CSQ is the end of a call.
// Every line comes by here, so the first letter decides what is compared.
func readFinal(line []byte, dial bool) final {
	if len(line) < 2 {
		return final{}
	}
	switch line[0] {
	case 'O':
		if string(line) == "OK" {
			return success
		}
	case 'E':
		if string(line) == "ERROR" {
			return failure(ErrRejected)
		}
	case '+':
		return readCodedFinal(line)
	case 'B', 'C', 'M', 'N', 'T':
		if f := readWordyFinal(line); f.is || !dial {
			return f
		}
		return readCallResult(line)
	}
	return final{}
}

func readCodedFinal(line []byte) final {
	if value, ok := bytes.CutPrefix(line, []byte("+CME ERROR:")); ok {
		return failure(CMEError(errorCode(string(value), cmeCodes)))
	}
	if value, ok := bytes.CutPrefix(line, []byte("+CMS ERROR:")); ok {
		return failure(CMSError(errorCode(string(value), cmsCodes)))
	}
	return final{}
}

// readWordyFinal knows what Huawei (the first two), Infineon and Samsung say in
// place of ERROR.
func readWordyFinal(line []byte) final {
	for _, word := range []string{"COMMAND NOT SUPPORT", "TOO MANY PARAMETERS", "MODEM ERROR:"} {
		if len(line) >= len(word) && string(line[:len(word)]) == word {
			return failure(ErrRejected)
		}
	}
	if string(line) == "NA" {
		return failure(ErrRejected)
	}
	return final{}
}

// callResults are the results of dialling commands. Some modems put a cause
// after a colon, or a speed after CONNECT.
var callResults = []struct {
	words string
	final
}{
	{"NO CARRIER", doubtful(ErrNoCarrier)},
	{"BUSY", doubtful(ErrBusy)},
	{"NO ANSWER", doubtful(ErrNoAnswer)},
	{"NO DIALTONE", failure(ErrNoDialtone)},
	{"NO DIAL TONE", failure(ErrNoDialtone)},
	{"CONNECT", success},
}

func readCallResult(line []byte) final {
	for _, r := range callResults {
		if !beginsWith(line, r.words) {
			continue
		}
		if rest := line[len(r.words):]; len(rest) == 0 || rest[0] == ':' || r.err == nil {
			return r.final
		}
	}
	return final{}
}

// beginsWith tells whether line begins with words, and a word ends there.
func beginsWith(line []byte, words string) bool {
	if len(line) < len(words) || string(line[:len(words)]) != words {
		return false
	}
	return len(line) == len(words) || line[len(words)] == ':' || line[len(words)] == ' '
}

// isConnect tells whether a final result is CONNECT, which is kept in the
// answer for its speed.
func isConnect(line []byte) bool { return beginsWith(line, "CONNECT") }

// cutGluedError splits `ERROR+CNUM: ...`, which some Huawei firmware writes. The
// rest is a line of its own; the command has failed, but if the rest is its answer
// the caller finds it in the response.
func cutGluedError(line []byte) (rest []byte, ok bool) {
	const word = "ERROR"
	if len(line) > len(word)+1 && string(line[:len(word)]) == word && line[len(word)] == '+' {
		return line[len(word):], true
	}
	return nil, false
}
