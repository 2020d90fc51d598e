package serial

import (
	"slices"
	"strings"
)

// Internals that the tests look at.
var (
	Judge     = judge
	ParseIMEI = parseIMEI
	SameIMEI  = sameIMEI
	Natural   = natural
	NamesOf   = namesOf
)

// Assign gives the ports of a device their roles.
func Assign(d Device) Device {
	d.assign()
	return d
}

// Layout is a row of the table of roles.
type Layout struct {
	Products []string // "1e0e:9001"
	Roles    map[int]Role
}

// Layouts returns the table of roles.
func Layouts() []Layout {
	var out []Layout
	for _, l := range slices.Concat(layouts, corrections) {
		row := Layout{Roles: parseRoles(l.roles)}
		for product := range strings.FieldsSeq(l.products) {
			row.Products = append(row.Products, l.vendor+":"+product)
		}
		out = append(out, row)
	}
	return out
}
