package transporttest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Run checks a transport: a subtest for each of its ports and checks. It must be
// called on the test's goroutine. Where [Harness.Bubble] is not set it also looks
// for goroutines that are left, so nothing else may run beside it.
func Run(t *testing.T, h Harness) {
	t.Helper()
	h = h.withDefaults()
	if unknown := unknownSkips(h.Skip); len(unknown) > 0 {
		t.Errorf("transporttest: Harness.Skip names what is no check: %s", strings.Join(unknown, ", "))
	}
	for _, port := range ports {
		t.Run(port, func(t *testing.T) {
			if h.subtest(t, check{name: "present", run: checkPresent}, port) {
				h.runAll(t, port)
			}
		})
	}
}

// Checks returns the names of the checks that are made of every port, in their
// order: the keys of [Harness.Skip].
func Checks() []string {
	names := make([]string, 0, len(checks))
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// runAll makes all checks of one port.
func (h Harness) runAll(t *testing.T, port string) {
	for _, c := range checks {
		if why, ok := h.skips(port, c.name); ok {
			t.Run(c.name, func(t *testing.T) { t.Skip(why) })
			continue
		}
		h.subtest(t, c, port)
	}
}

// subtest makes one check of one port, and tells whether there is such a port.
func (h Harness) subtest(t *testing.T, c check, port string) bool {
	present := true
	one := func(t *testing.T) {
		s := h.New(t)
		present = s.far(port) != nil
		if err := verify(h, s, port, c); err != nil {
			t.Error(err)
		}
	}
	if h.Bubble {
		t.Run(c.name, func(t *testing.T) { synctest.Test(t, one) })
		return present
	}
	before := goroutines()
	ok := t.Run(c.name, one) // its cleanups have run when it returns
	if err := before.left(h.Patience); err != nil && ok {
		t.Errorf("%s: %v", c.name, err)
	}
	return present
}

// verify makes one check of one port of a subject.
func verify(h Harness, s *Subject, port string, c check) error {
	p := &probe{h: h, s: s, port: port}
	if err := p.lacks(c); err != nil {
		return err
	}
	err := c.run(p)
	return errors.Join(err, p.closeAll())
}

// skips tells whether a check is not to be made, and why.
func (h Harness) skips(port, name string) (string, bool) {
	if why, ok := h.Skip[port+"/"+name]; ok {
		return why, true
	}
	why, ok := h.Skip[name]
	return why, ok
}

// unknownSkips returns the names that are no check's.
func unknownSkips(skip map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(skip)), func(name string) bool {
		return slices.ContainsFunc(checks, func(c check) bool {
			return name == c.name || slices.ContainsFunc(ports, func(p string) bool { return name == p+"/"+c.name })
		})
	})
}

// check is one of the suite's.
type check struct {
	name     string
	sends    bool // wants Far.Send
	receives bool // wants Far.Receive
	breaks   bool // wants Subject.Break
	restores bool // wants Subject.Restore
	run      func(p *probe) error
}

// lacks is an error if the harness cannot do what a check wants.
func (p *probe) lacks(c check) error {
	var missing []string
	f := p.far()
	for name, lacking := range map[string]bool{
		"Far.Send": c.sends && f.Send == nil, "Far.Receive": c.receives && f.Receive == nil,
		"Subject.Break": c.breaks && p.s.Break == nil, "Subject.Restore": c.restores && p.s.Restore == nil,
	} {
		if lacking {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return fmt.Errorf("this check wants %s: give it, or name %q in Harness.Skip with the reason", strings.Join(missing, " and "), c.name)
}
