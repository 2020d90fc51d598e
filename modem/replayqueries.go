package modem

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/callstack-go/callstack/internal/transcript"
)

// A host asks some things by its clock, not because of what it was told. Between a
// recording and its replay such questions change places with other commands, and one
// may be asked more often or less. So they do not hold the transcript up: one that is
// not asked in its turn is put on a shelf with its answer, from which the host is
// answered when it asks; and one that was not recorded gets the last answer again.

// askedLate is how long a question is waited for.
const askedLate = 200 * time.Millisecond

// isQuery tells whether a command only asks, so that it may be asked at any time.
func isQuery(line string) bool {
	line = strings.ToUpper(strings.TrimSpace(line))
	return line == "AT" || line == "AT+CLCC" || line == "AT+CSQ" || strings.HasSuffix(line, "?")
}

// query is a question with what was answered, each piece as long after the question as
// it came.
type query struct {
	line   string
	answer []piece
}

type piece struct {
	after time.Duration
	data  []byte
}

// due is a piece of an answer on its way to the host.
type due struct {
	at   time.Time
	port *mockPort
	data []byte
}

// look returns the question of step i and its answer: what came on its port up to a
// final result, or to the next command. It also returns the steps of the answer.
func (r *Replay) look(i int) (query, []int) {
	asked := &r.steps[i]
	q := query{line: asked.line}
	var steps []int
	var came []byte
	for j := i + 1; j < len(r.steps) && !isFinal(came); j++ {
		s := &r.steps[j]
		if s.Port != asked.Port || s.gone {
			continue
		}
		if s.Op != transcript.In {
			break
		}
		steps = append(steps, j)
		came = append(came, s.data...)
		q.answer = append(q.answer, piece{s.Time() - asked.Time(), s.data})
	}
	return q, steps
}

// take takes a question and its answer out of the transcript.
func (r *Replay) take(i int) query {
	q, steps := r.look(i)
	r.steps[i].gone = true
	for _, j := range steps {
		r.steps[j].gone = true
	}
	return q
}

// isFinal tells whether a final result is among the complete lines of b.
func isFinal(b []byte) bool {
	end := bytes.LastIndexAny(b, "\r\n")
	for line := range bytes.FieldsFuncSeq(b[:end+1], func(r rune) bool { return r == '\r' || r == '\n' }) {
		s := string(line)
		if s == "OK" || s == "ERROR" || strings.HasPrefix(s, "+CME ERROR") || strings.HasPrefix(s, "+CMS ERROR") {
			return true
		}
	}
	return false
}

// ask answers a question of the host's, if there is an answer: that of the last time
// it was asked up to here, of one that is next, or once more the one that was given.
func (r *Replay) ask(p *replayPort, line string) bool {
	at := -1
	for i, q := range p.shelf {
		if transcript.Same(q.line, line) {
			at = i
		}
	}
	next, soon := r.ahead(line)
	switch {
	case at >= 0:
		r.reply(p, p.shelf[at])
	case next >= 0:
		r.reply(p, r.take(next))
	case soon:
		return false // what comes before may change the answer
	case p.given[line] != nil:
		r.reply(p, query{line, []piece{{0, p.given[line]}}})
	default:
		q, ok := r.later(line)
		if !ok {
			return false
		}
		r.reply(p, q)
	}
	return true
}

// later returns a question that was recorded later on, to answer one that was not
// asked before. It stays where it is. Which calls there are is another matter: what is
// asked for later knows of others.
func (r *Replay) later(line string) (query, bool) {
	if transcript.Same(line, "AT+CLCC") {
		return query{}, false
	}
	for j := r.pos; j < len(r.steps); j++ {
		if s := &r.steps[j]; s.Op == transcript.Out && !s.gone && transcript.Same(s.line, line) {
			q, _ := r.look(j)
			return q, true
		}
	}
	return query{}, false
}

// ahead looks for a question that is due within a second, with no command before it.
// It returns its step, if there are only other questions before it, or else -1 and
// whether there is one.
func (r *Replay) ahead(line string) (next int, soon bool) {
	now := time.Since(r.base)
	var answers []int // of the questions before
	free := true
	for j := r.pos; j < len(r.steps); j++ {
		s := &r.steps[j]
		switch {
		case s.gone, s.Port == transcript.Audio, slices.Contains(answers, j):
		case s.Time()-now > time.Second, s.Op == transcript.Out && !isQuery(s.line):
			return -1, false
		case s.Op != transcript.Out:
			free = false
		case !transcript.Same(s.line, line):
			_, more := r.look(j)
			answers = append(answers, more...)
		case free:
			return j, true
		default:
			return -1, true
		}
	}
	return -1, false
}

// reply sends an answer, and keeps it.
func (r *Replay) reply(p *replayPort, q query) {
	begin := time.Now()
	if n := len(r.dues); n > 0 && r.dues[n-1].at.After(begin) {
		begin = r.dues[n-1].at // one answer after the other
	}
	for _, a := range q.answer {
		r.dues = append(r.dues, due{begin.Add(a.after), p.port, a.data})
	}
	p.keep(q)
}

// keep keeps an answer, in case the question is asked once more. What is on the shelf
// for it is older.
func (p *replayPort) keep(q query) {
	p.shelf = slices.DeleteFunc(p.shelf, func(old query) bool { return transcript.Same(old.line, q.line) })
	var all []byte
	for _, a := range q.answer {
		all = append(all, a.data...)
	}
	if p.given == nil {
		p.given = map[string][]byte{}
	}
	p.given[q.line] = again(q.line, all)
}

// again is an answer without what else came with it: the lines that have the
// question's name, and the final result.
func again(line string, answer []byte) []byte {
	name := strings.ToUpper(strings.TrimSuffix(strings.TrimSpace(line), "?"))
	name, _ = strings.CutPrefix(name, "AT")
	var b []byte
	for l := range bytes.FieldsFuncSeq(answer, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if name != "" && bytes.HasPrefix(l, []byte(name+":")) || isFinal(append(bytes.Clone(l), '\n')) {
			b = append(append(append(b, "\r\n"...), l...), "\r\n"...)
		}
	}
	return b
}

// send sends the pieces of answers that are due.
func (r *Replay) send() {
	for len(r.dues) > 0 && time.Until(r.dues[0].at) <= 0 {
		r.dues[0].port.put(r.dues[0].data)
		r.dues = r.dues[1:]
	}
}
