package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes the report for people.
func (r *report) print(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, d := range r.Devices {
		d.print(b)
	}
	for _, c := range r.Modems {
		c.print(b)
	}
	printFindings(b, "Good to know:", r.of(note))
	printFindings(b, "To be mended:", r.faults())
	switch r.Result {
	case healthy:
		fmt.Fprintln(b, "All is well.")
	case nothing:
		fmt.Fprintln(b, "No modem was found.")
	default:
		fmt.Fprintln(b, "Not well: see what is to be mended.")
	}
	return b.Flush()
}

// print writes a device with its ports.
func (d device) print(w io.Writer) {
	fmt.Fprintln(w, d.title())
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, p := range d.Ports {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", p.Path, p.Role, strings.Join(p.remarks(), "; "))
	}
	t.Flush()
	fmt.Fprintln(w)
}

// title names the device.
func (d device) title() string {
	var parts []string
	if d.USB != "" {
		parts = append(parts, "USB "+d.USB)
	}
	if d.Vendor != "" {
		parts = append(parts, d.Vendor+":"+d.Product)
	}
	name := d.Name
	if !strings.HasPrefix(name, d.Maker) {
		name = strings.TrimSpace(d.Maker + " " + name)
	}
	if name != "" {
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return "Not on USB"
	}
	return strings.Join(parts, ", ")
}

// remarks are what there is to say about a port, beside its role.
func (p port) remarks() []string {
	var out []string
	if p.Why != "" {
		out = append(out, p.Why)
	}
	if p.Driver != "" {
		out = append(out, "driver "+p.Driver)
	}
	if p.Access != nil && !*p.Access {
		out = append(out, fmt.Sprintf("closed to this user (group %s, %s)", p.Group, p.Mode))
	}
	for _, h := range p.Holders {
		out = append(out, fmt.Sprintf("held by pid %d (%s)", h.PID, h.Command))
	}
	return out
}

// print writes what a modem is like.
func (c checkup) print(w io.Writer) {
	fmt.Fprintf(w, "Modem at %s\n", c.AT)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("AT port", "%s, %s (%s)", c.AT, c.state(), c.ATWhy)
	if c.Audio == "" {
		row("audio port", "none known")
	} else {
		row("audio port", "%s (%s)", c.Audio, c.AudioWhy)
	}
	switch {
	case !c.UART:
		row("baud rate", "any, on USB")
	case c.Answers:
		row("baud rate", "%d", c.Baud)
	}
	c.printVitals(row)
	if c.Go != "" {
		row("in Go", "modem.Open(ctx, %s, nil)", c.Go)
	}
	t.Flush()
	if c.Udev != "" {
		fmt.Fprintln(w, "  udev rule")
		for line := range strings.Lines(c.Udev) {
			fmt.Fprint(w, "    "+line)
		}
	}
	fmt.Fprintln(w)
}

// state tells in words how far asking went.
func (c checkup) state() string {
	switch {
	case c.Answers:
		return "which answers"
	case c.Opened:
		return "which does not answer"
	}
	return "which was not opened"
}

// printVitals writes what a modem has answered.
func (c checkup) printVitals(row func(name, format string, args ...any)) {
	v := c.Modem
	if v == nil {
		return
	}
	row("modem", "%s %s, %s (profile %s)", v.Manufacturer, v.Model, v.Revision, v.Profile)
	for _, id := range []struct{ name, value string }{{"IMEI", v.IMEI}, {"IMSI", v.IMSI}, {"ICCID", v.ICCID}} {
		if id.value != "" {
			row(id.name, "%s", id.value)
		}
	}
	left := "PIN attempts left: not told"
	if n := v.SIM.PINAttempts; n != nil {
		left = fmt.Sprintf("PIN attempts left: %d", *n)
	}
	row("SIM", "%s; %s", v.SIM.State, left)
	row("network", "%s", v.Registration)
	if v.Signal.Known {
		row("signal", "%d dBm, %d of 4 bars", v.Signal.DBm, v.Signal.Bars)
	} else {
		row("signal", "unknown")
	}
	row("can do", "%s", v.Capabilities)
}

// String tells them in words.
func (r registration) String() string {
	text := strings.ReplaceAll(r.Status, "_", " ")
	if r.Access != "" {
		text += ", " + r.Access
	}
	if r.Voice {
		return text + ", calls are possible"
	}
	return text + ", no calls"
}

// String lists them.
func (c capabilities) String() string {
	var can []string
	for _, one := range []struct {
		can  bool
		name string
	}{{c.Voice, "calls"}, {c.Messages, "messages"}, {c.Keys, "key presses"}} {
		if one.can {
			can = append(can, one.name)
		}
	}
	if c.AudioRate > 0 {
		can = append(can, fmt.Sprintf("audio of %d Hz", c.AudioRate))
	}
	return cmp.Or(strings.Join(can, ", "), "nothing of use")
}

// printFindings writes what was found, each with what to do.
func printFindings(w io.Writer, title string, found []finding) {
	if len(found) == 0 {
		return
	}
	fmt.Fprintln(w, title)
	for _, f := range found {
		about := ""
		if f.Port != "" {
			about = f.Port + ": "
		}
		fmt.Fprint(w, "  - ", wrap(about+f.Text))
		if f.Remedy != "" {
			fmt.Fprint(w, "    ", wrap(f.Remedy))
		}
	}
	fmt.Fprintln(w)
}

// wrap breaks a text into lines that fit a terminal, all but the first indented.
func wrap(text string) string {
	const width = 100
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > width:
			b.WriteString("\n      ")
			column = 2
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String() + "\n"
}
