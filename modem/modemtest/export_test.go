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
