package transporttest

// Verify makes the check of a name on one port of a subject, without subtests.
func Verify(h Harness, s *Subject, port, name string) error {
	for _, c := range append(checks, check{name: "present", run: checkPresent}) {
		if c.name == name {
			return verify(h.withDefaults(), s, port, c)
		}
	}
	panic("no check " + name)
}

// UnknownSkips returns the names in Harness.Skip that are no check's.
var UnknownSkips = unknownSkips

// Left returns the error of the goroutines that f leaves behind.
func Left(h Harness, f func()) error {
	before := goroutines()
	f()
	return before.left(h.withDefaults().Patience)
}
