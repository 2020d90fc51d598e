package modemtest

import "slices"

// Form is a form of the tables, for the tests that hold them.
type Form struct{ Family, Name, Raw, From string }

// Forms returns all forms of all families.
func Forms() []Form {
	var all []Form
	for _, f := range families {
		for name, forms := range f.lines {
			for _, one := range forms {
				all = append(all, Form{f.name, name, one.raw, one.from})
			}
		}
	}
	return all
}

// Commands returns the names of the commands that a family knows.
func Commands(f Family) []string {
	var names []string
	for name := range families[f].commands {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// CMETexts returns the texts of +CME ERROR.
func CMETexts() map[int]string { return cmeTexts }

// Command is a parsed command, for the tests of the parser.
type Command struct {
	Name string
	Op   int
	Args []Arg
	Text string
}

// Arg is a parameter of a Command.
type Arg struct {
	Text   string
	Quoted bool
}

// The forms of a command.
const (
	OpExec = int(opExec)
	OpRead = int(opRead)
	OpTest = int(opTest)
	OpSet  = int(opSet)
)

// NextCommand parses the first command of a body.
func NextCommand(body string) (Command, string, bool) {
	c, rest, ok := nextCommand(body)
	out := Command{Name: c.name, Op: int(c.op), Text: c.text}
	for _, a := range c.args {
		out.Args = append(out.Args, Arg{a.text, a.quoted})
	}
	return out, rest, ok
}
