package atcmd

import "bytes"

// exchange is a command that was written, and what came of it so far. It outlives
// its request, which goes back to the caller with the reply: a settled command
// still waits for its final result, and a lost one tells later lines apart.
type exchange struct {
	req     *request // nil when nobody waits for the reply
	name    string   // "+CREG", empty for basic commands
	form    form
	open    bool // names that nobody handles are answers
	prompt  bool // a prompt is awaited
	written instant
	until   instant // when its time is up
	lines   []string
	size    int // of lines, in bytes, dropped ones included

	// Copied from the command, as req goes when the caller has its reply.
	text, body, prefix string
	dial, abortable    bool
	answers            bool // an OK needs a line before it
	settles            []string
}

func newExchange(req *request) exchange {
	cmd := &req.cmd
	x := exchange{
		req:       req,
		text:      trim(cmd.Text), // as an echo is compared with it
		body:      cmd.Body,
		dial:      cmd.Dial,
		abortable: cmd.Abortable,
		answers:   cmd.Answers,
		settles:   cmd.Settles,
		prompt:    cmd.Body != "",
	}
	x.name, x.form, x.open = parseCommand(cmd.Text)
	if cmd.Prefix != "" {
		x.prefix = handlerName(cmd.Prefix)
	}
	return x
}

// maxAnswer bounds an answer, in bytes. A full message store has about 100 KiB.
const maxAnswer = 1 << 20

// add adds a line to the answer, or drops it if the answer is too long.
func (x *exchange) add(line string) {
	if x.size += len(line); x.size <= maxAnswer {
		x.lines = append(x.lines, line)
	}
}

// verdict is what a line is.
type verdict uint8

const (
	isAnswer  verdict = iota
	isURC             // of a handler, if it has one
	isBoth            // an answer that is news as well
	isUnknown         // a URC that nobody asked for
)

// classify tells the answer of x from a URC. Handled tells that the line has a
// handler. Final results and echoes are dealt with before.
//
// A line without a name, such as the answer to AT+CGMI or a PDU, is an answer
// unless it has a handler. One with a name that nobody handles is a URC that
// nobody asked for (Huawei sends some every second), but only to a command with a
// name of its own: ATI is answered with lines such as "+GCAP: +CGSM".
func (x *exchange) classify(line []byte, handled bool) verdict {
	head, rest, named := bytes.Cut(line, colon)
	head = trimBytes(head)
	switch {
	case named && x.owns(head):
		return x.classifyOwn(head, rest, handled)
	case !named && x.name == "+CLAC":
		return isAnswer // a list of names, some of which have handlers
	case handled:
		return isURC
	case len(head) == 0:
		return isAnswer
	case !isSigil(head[0]):
		if isBareURC(line) {
			return isUnknown
		}
		return isAnswer
	case named && !x.open && isName(head):
		return isUnknown
	}
	return isAnswer
}

// owns tells whether the answer to x has this name.
func (x *exchange) owns(head []byte) bool {
	return x.name != "" && equalFold(head, x.name) || x.prefix != "" && equalFold(head, x.prefix)
}

// isName tells whether head can be the name of a result: one word of letters,
// digits and what V.250, 5.4.1 allows. "+CGSM,+FCLASS" is none.
func isName(head []byte) bool {
	return !bytes.ContainsAny(head[1:], " ,;\"()")
}

// isBareURC knows the result codes without a name that every modem sends: they
// are no answer, even if nobody handles them.
func isBareURC(line []byte) bool {
	return string(line) == "RING" || readCallResult(line).err != nil
}

// equalFold compares in ASCII without regard to case. It does not allocate.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		x, y := b[i], s[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// isEcho tells whether a line repeats the command or its body, possibly behind
// the prompt.
func (x *exchange) isEcho(line []byte) bool {
	if string(line) == x.text {
		return true
	}
	if x.body == "" {
		return false
	}
	if len(line) > 0 && line[0] == '>' {
		line = trimBytes(line[1:])
	}
	return len(line) == 0 || string(line) == trim(x.body) // nothing: the prompt came twice
}

// settledBy tells whether a line is one of those that end x for its caller.
func (x *exchange) settledBy(line []byte) bool {
	for _, want := range x.settles {
		if matchesSpaced(line, want) {
			return true
		}
	}
	return false
}

// matchesSpaced tells whether line begins with want, up to the end of a word,
// spaces after colons left out on both sides: the same modem writes "VOICE CALL:
// BEGIN", and "VOICE CALL:BEGIN" in its manual.
func matchesSpaced(line []byte, want string) bool {
	i, j := 0, 0
	for j < len(want) {
		if i > 0 && line[i-1] == ':' {
			for i < len(line) && line[i] == ' ' {
				i++
			}
		}
		if j > 0 && want[j-1] == ':' && want[j] == ' ' {
			j++
			continue
		}
		if i == len(line) || line[i] != want[j] {
			return false
		}
		i, j = i+1, j+1
	}
	return i == len(line) || line[i] == ':' || line[i] == ' ' || want != "" && want[len(want)-1] == ':'
}
