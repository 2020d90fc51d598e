package modem

import (
	"fmt"
	"log/slog"
	"strings"
)

// Identity is who a modem says it is. It prints and logs without the IMEI.
type Identity struct {
	Manufacturer string // AT+CGMI
	Model        string // AT+CGMM
	Revision     string // AT+CGMR
	IMEI         string // AT+CGSN, 15 digits; empty where it is not told
	Profile      string // the name of the profile that was chosen
}

// String names maker, model, revision and profile.
func (i Identity) String() string {
	return fmt.Sprintf("%s %s, %s, profile %s", i.Manufacturer, i.Model, i.Revision, i.Profile)
}

// GoString is String.
func (i Identity) GoString() string { return i.String() }

// Format writes String, whatever the verb.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(i.String())) }

// LogValue returns all but the IMEI.
func (i Identity) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("manufacturer", i.Manufacturer),
		slog.String("model", i.Model),
		slog.String("revision", i.Revision),
		slog.String("profile", i.Profile),
	)
}

// question is a command that asks for a part of an identity.
type question struct {
	cmd, label string
	into       *string
}

// questions are those that every modem is asked. The last is the one for the IMEI.
func (i *Identity) questions() []question {
	return []question{
		{"AT+CGMI", "Manufacturer:", &i.Manufacturer},
		{"AT+CGMM", "Model:", &i.Model},
		{"AT+CGMR", "Revision:", &i.Revision},
		{"AT+CGSN", "IMEI:", &i.IMEI},
	}
}

// take reads the answer.
func (q question) take(lines []string) {
	*q.into = plain(lines, strings.TrimPrefix(q.cmd, "AT")+":", q.label)
}

// plain takes what a modem puts around an identity off it: the command's own
// prefix, or a label such as "Revision:".
func plain(lines []string, labels ...string) string {
	if len(lines) == 0 {
		return ""
	}
	s := strings.TrimSpace(lines[0])
	for _, label := range labels {
		if rest, ok := cutPrefixFold(s, label); ok {
			s = strings.TrimSpace(rest)
		}
	}
	return strings.Trim(s, `"`)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// fill reads the lines of ATI or AT+SIMCOMATI into what is still empty. Most
// modems label them; Quectel's begin with maker and model and no label.
func (i *Identity) fill(lines []string) {
	if len(lines) > 1 && isUnlabelled(lines[0]) && isUnlabelled(lines[1]) {
		setIfEmpty(&i.Manufacturer, strings.TrimSpace(lines[0]))
		setIfEmpty(&i.Model, strings.TrimSpace(lines[1]))
	}
	for _, line := range lines {
		label, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(label)) {
		case "manufacturer":
			setIfEmpty(&i.Manufacturer, value)
		case "model":
			setIfEmpty(&i.Model, value)
		case "revision":
			setIfEmpty(&i.Revision, value)
		case "imei":
			setIfEmpty(&i.IMEI, value)
		}
	}
}

func isUnlabelled(line string) bool { return !strings.Contains(line, ":") }

func setIfEmpty(s *string, value string) {
	if *s == "" {
		*s = value
	}
}
