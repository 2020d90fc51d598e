package modem

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestFamilyOfAModem(t *testing.T) {
	tests := map[string]struct {
		id   Identity
		want string
	}{
		"with the maker's prefix":       {Identity{Manufacturer: "SIMCOM INCORPORATED", Model: "SIMCOM_SIM7600E-H"}, "SIM7600"},
		"without":                       {Identity{Manufacturer: "SIMCOM INCORPORATED", Model: "SIM7600G-H"}, "SIM7600"},
		"in small letters":              {Identity{Model: "simcom_sim7500a"}, "SIM7600"},
		"half a maker":                  {Identity{Manufacturer: "INCORPORATED", Model: "A7670E-FASE"}, "A76xx"},
		"data only":                     {Identity{Model: "A7670E-LNXY-UBL"}, "A76xx"},
		"another chip":                  {Identity{Model: "SIM7672S"}, "A76xx"},
		"GSM":                           {Identity{Manufacturer: "SIMCOM_Ltd", Model: "SIMCOM_SIM868"}, "SIM800"},
		"GSM, older":                    {Identity{Model: "SIM900 R11.0"}, "SIM800"},
		"by its revision":               {Identity{Manufacturer: "SIMCOM_Ltd", Revision: "1418B06SIM868M32_BT"}, "SIM800"},
		"by its revision, a prefix":     {Identity{Revision: "LE20B05SIM7600M21-A_250919"}, "SIM7600"},
		"by its revision, Quectel":      {Identity{Manufacturer: "Quectel", Revision: "EC25EFAR06A03M4G"}, "EC2x"},
		"model before revision":         {Identity{Model: "EC200U", Revision: "EC25EFAR06A03M4G"}, "EC200"},
		"EC25":                          {Identity{Manufacturer: "Quectel", Model: "EC25"}, "EC2x"},
		"EC20":                          {Identity{Manufacturer: "Quectel", Model: "EC20F"}, "EC2x"},
		"EC200, which begins like EC20": {Identity{Manufacturer: "Quectel", Model: "EC200T"}, "EC200"},
		"EG91":                          {Identity{Manufacturer: "Quectel", Model: "EG91"}, "EC2x"},
		"EG915, which begins like EG91": {Identity{Manufacturer: "Quectel", Model: "EG915U"}, "EC200"},
		"Quectel, unknown":              {Identity{Manufacturer: "Quectel", Model: "M95"}, "generic"},
		"Huawei":                        {Identity{Manufacturer: "huawei", Model: "E1550"}, "Huawei"},
		"Huawei, unknown":               {Identity{Manufacturer: "Huawei Technologies", Model: "MS2131"}, "Huawei"},
		"Huawei's module":               {Identity{Manufacturer: "Huawei Technologies Co., Ltd.", Model: "MU709s-2"}, "Huawei module"},
		"a copy of Huawei's":            {Identity{Manufacturer: "QUALCOMM INCORPORATED", Model: "E1750"}, "Huawei"},
		"Qualcomm's own":                {Identity{Manufacturer: "QUALCOMM INCORPORATED", Model: "M6280_V1.0.0"}, "generic"},
		"Telit":                         {Identity{Manufacturer: "Telit", Model: "HE910-D"}, "Telit"},
		"Telit, unknown":                {Identity{Manufacturer: "TELIT", Model: "FN980"}, "Telit"},
		"u-blox":                        {Identity{Manufacturer: "u-blox", Model: "SARA-U201"}, "u-blox"},
		"a Sierra with an E":            {Identity{Manufacturer: "Sierra Wireless, Incorporated", Model: "EM7345"}, "generic"},
		"a short name in a revision":    {Identity{Revision: "LE15_E17"}, "generic"},
		"nothing":                       {Identity{}, "generic"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, profileFor(&tt.id).Name) })
	}
}

// Every model is of the family in whose profile it stands: no other one has a
// beginning of it.
func TestEveryModelIsOfItsFamily(t *testing.T) {
	for _, p := range profiles {
		for _, model := range p.Models {
			for _, name := range []string{model, "SIMCOM_" + model, strings.ToLower(model) + "-X"} {
				assert.Equal(t, p.Name, profileFor(&Identity{Model: name}).Name, name)
			}
			assert.Equal(t, strings.ToUpper(model), model, "revisions are looked through for it")
		}
	}
}

func TestProfilesAreWhole(t *testing.T) {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
		require.NoError(t, p.check(), p.Name)
		assert.NotEmpty(t, p.Hangup, p.Name)
		assert.Equal(t, "AT+CHUP", p.Hangup[0], p.Name)
		assert.NotEmpty(t, p.Keys, p.Name)
		for _, cmd := range slices.Concat(p.Init, p.Hangup, p.Reset, p.Audio.Setup, p.Audio.Before, p.Audio.On, p.Audio.Off) {
			assert.Regexp(t, `^AT[+^#$A-Z][^;]*$`, cmd, p.Name)
		}
		for _, r := range p.Calls {
			assert.NotContains(t, p.Noise, r.Name, "%s: noise, and a call", p.Name)
		}
		for _, line := range p.Started {
			assert.NotContains(t, p.Noise, line, "%s: noise, and a start", p.Name)
		}
	}
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(profiles)+1, "names")
	assert.Equal(t, "generic", names[len(names)-1])
}

// What a program changes in a copy changes nothing for others.
func TestProfilesAreCopies(t *testing.T) {
	for _, p := range Profiles() {
		for _, list := range [][]string{
			p.Models, p.Makers, p.Init, p.Answered, p.Over, p.Hangup, p.Noise, p.Started, p.Reset, p.SIM,
			p.Audio.Setup, p.Audio.Before, p.Audio.On, p.Audio.Off,
		} {
			for i := range list {
				list[i] = "changed"
			}
		}
		for i := range p.Calls {
			p.Calls[i].Name = "changed"
		}
		for i := range p.Keys {
			p.Keys[i].Name = "changed"
		}
	}
	for _, p := range Profiles() {
		for _, list := range [][]string{
			p.Models, p.Makers, p.Init, p.Answered, p.Over, p.Hangup, p.Noise, p.Started, p.Reset, p.SIM,
			p.Audio.Setup, p.Audio.Before, p.Audio.On, p.Audio.Off,
		} {
			assert.NotContains(t, list, "changed")
		}
		assert.NotContains(t, p.Calls, CallReport{Name: "changed"})
		assert.NotContains(t, p.Keys, KeyReport{Name: "changed"})
	}
}

// A report that two grammars of a family read would be two.
func TestReportsOfAFamilyAreReadOnce(t *testing.T) {
	for _, p := range profiles {
		names := make([]string, 0, len(p.Calls)+len(p.Keys)+len(p.SIM))
		for _, r := range p.Calls {
			names = append(names, r.Name)
		}
		for _, r := range p.Keys {
			names = append(names, r.Name)
		}
		names = append(names, slices.Concat(p.SIM, p.Started)...)
		for _, name := range names {
			before, _ := atcmd.Parse(name)
			assert.Equal(t, name, before, "%s: a name is what stands before the colon", p.Name)
		}
		slices.Sort(names)
		assert.Len(t, slices.Compact(slices.Clone(names)), len(names), p.Name)
	}
}
