package atcmd

// What tests of the parts need.

var (
	CMETexts = cmeTexts
	CMSTexts = cmsTexts
)

// ErrorCode reads the code of an error line.
func ErrorCode(kind, value string) int {
	if kind == "CME" {
		return errorCode(value, cmeCodes)
	}
	return errorCode(value, cmsCodes)
}

// CommandName is what errors and the log show of a command.
func CommandName(text string) string { return commandName(text) }

// LineName is what the log shows of a line.
func LineName(line string) string { return lineName(line) }

// Splitter cuts bytes into lines, in the pieces in which it gets them.
type Splitter struct {
	split splitter
	// Tokens are the lines; a prompt is ">", a line that was too long "…".
	Tokens []string
	// Prompt tells that a prompt is awaited until one comes.
	Prompt bool
}

// Feed gives the splitter a piece. Lines that begin with "+CUSD" go on over line
// ends while they have an open quote.
func (s *Splitter) Feed(p []byte) {
	for len(p) > 0 {
		t, line, n := s.split.next(p, s.Prompt)
		end := p[n-1]
		p = p[n:]
		switch t {
		case tokenLine:
			if beginsWith(line, "+CUSD") && isOpen(line) {
				s.split.keepOpen(line, end)
				continue
			}
			s.Tokens = append(s.Tokens, string(line))
		case tokenText:
			s.Tokens = append(s.Tokens, string(line))
		case tokenPrompt:
			s.Tokens, s.Prompt = append(s.Tokens, ">"), false
		case tokenTooLong:
			s.Tokens = append(s.Tokens, "…")
		case tokenNone:
		}
	}
}

// Held returns how many bytes the splitter holds.
func (s *Splitter) Held() int { return len(s.split.buf) }
