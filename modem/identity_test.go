package modem

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestIdentityOutOfATI(t *testing.T) {
	tests := map[string]struct {
		lines []string
		had   Identity
		want  Identity
	}{
		"labelled": {
			lines: []string{"Manufacturer: huawei", "Model: E1550", "Revision: 11.608", "IMEI: 490154203237518", "+GCAP: +CGSM"},
			want:  Identity{Manufacturer: "huawei", Model: "E1550", Revision: "11.608", IMEI: "490154203237518"},
		},
		"unlabelled": {
			lines: []string{"Quectel", " EC25 ", "Revision: EC25EFAR06A03M4G"},
			want:  Identity{Manufacturer: "Quectel", Model: "EC25", Revision: "EC25EFAR06A03M4G"},
		},
		"what is known stays": {
			lines: []string{"Quectel", "EC25", "Revision: new"},
			had:   Identity{Manufacturer: "maker", Revision: "old"},
			want:  Identity{Manufacturer: "maker", Model: "EC25", Revision: "old"},
		},
		"one line is no maker":       {lines: []string{"SIM800 R14.18"}},
		"a line of a revision":       {lines: []string{"Revision: A011", "A7670M7_B07V01"}, want: Identity{Revision: "A011"}},
		"behind the labels":          {lines: []string{"Model: A7670E", "a", "b"}, want: Identity{Model: "A7670E"}},
		"labels that nobody knows":   {lines: []string{"QCN:", "MEID:", "DeviceInfo:"}},
		"labels in another spelling": {lines: []string{"MODEL :  E1550"}, want: Identity{Model: "E1550"}},
		"nothing":                    {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			id := tt.had
			id.fill(tt.lines)
			assert.Equal(t, tt.want == id, true, "%+v", [4]string{id.Manufacturer, id.Model, id.Revision, id.IMEI})
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, l := range []string{"+CGMR: LE20B05SIM7600M21-A_250919", "Revision:1418B06SIM868M32_BT", " WAVECOM MODEM", `"quoted"`, "", "+cgmr: x"} {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got := plain([]string{line, "another line"}, "+CGMR:", "Revision:")
		assert.Contains(t, line, got)
		assert.LessOrEqual(t, len(got), len(strings.TrimSpace(line)))
		if strings.TrimFunc(got, func(r rune) bool { return unicode.IsSpace(r) || r == '"' }) != got {
			return
		}
		if _, labelled := cutPrefixFold(got, "Revision:"); labelled {
			return
		}
		assert.Equal(t, got, plain([]string{`+cgmr: ` + got}, "+CGMR:", "Revision:"), "the prefix makes no difference")
	})
}

func FuzzIdentityFill(f *testing.F) {
	f.Add("Manufacturer: huawei\nModel: E1550\nRevision: 11.608\nIMEI: 490154203237518\n+GCAP: +CGSM", "")
	f.Add("Quectel\nEC25\nRevision: EC25EFAR06A03M4G", "known")
	f.Add("a\nb\nModel:\n:", "")
	f.Fuzz(func(t *testing.T, answer, known string) {
		id := Identity{Manufacturer: known, Model: known, Revision: known}
		id.fill(strings.Split(answer, "\n"))
		if known != "" {
			assert.Equal(t, [3]string{known, known, known}, [3]string{id.Manufacturer, id.Model, id.Revision}, "nothing is overwritten")
		}
		for _, s := range []string{id.Manufacturer, id.Model, id.Revision, id.IMEI} {
			assert.True(t, s == known || strings.Contains(answer, s) && strings.TrimSpace(s) == s, "%q", s)
		}
		again := Identity{}
		again.fill([]string{"Manufacturer: " + id.Manufacturer, "model:" + id.Model, "REVISION:" + id.Revision, "IMEI: " + id.IMEI})
		if strings.TrimSpace(known) == known {
			assert.True(t, again == id, "what was read, with its labels, reads the same")
		}
	})
}
