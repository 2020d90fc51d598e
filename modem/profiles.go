package modem

import (
	"slices"
	"strings"
	"time"
)

// profiles are the known families, in the order in which they are looked through:
// some families' models begin like another's.
var profiles = []*Profile{
	&sim7600, &sim800, &a76xx,
	&ec200, &ec2x,
	&huaweiModule, &huawei,
	&telit, &ublox,
}

// generic keeps to 3GPP TS 27.007. It is for modems that nobody knows.
var generic = Profile{
	Name:   "generic",
	Init:   []string{"AT+CVHU=0"}, // ATH hangs up a voice call (TS 27.007, 6.20)
	Hangup: []string{"AT+CHUP", "ATH"},
	Keys:   []KeyReport{{Name: "+RXDTMF"}, {Name: "+DTMF"}},

	// Without AT+VTD a tone is as long as the maker pleases (TS 27.007, C.11).
	// That this is not longer than so is a guess.
	ToneTime: 300 * time.Millisecond,
}

// Profiles returns the families that the library knows, the last one being what it
// takes an unknown modem for. They are copies: a program can change one and pass it
// in Config.Profile, as for a modem whose voice goes another way than most.
func Profiles() []Profile {
	var out []Profile
	for _, p := range slices.Concat(profiles, []*Profile{&generic}) {
		out = append(out, p.clone())
	}
	return out
}

// clone returns a copy that shares nothing with p.
func (p *Profile) clone() Profile {
	c := *p
	for _, list := range []*[]string{
		&c.Models, &c.Makers, &c.Init, &c.Answered, &c.Over, &c.Hangup, &c.Noise, &c.Started, &c.Reset, &c.SIM,
		&c.Audio.Setup, &c.Audio.Before, &c.Audio.On, &c.Audio.Off,
	} {
		*list = slices.Clone(*list)
	}
	c.Calls, c.Keys = slices.Clone(p.Calls), slices.Clone(p.Keys)
	return c
}

// profileFor returns the family of a modem: by its model, by its revision, which
// names the model where the modem itself does not, or by its maker.
func profileFor(id *Identity) *Profile {
	for _, fits := range []func(*Profile) bool{
		func(p *Profile) bool { return p.isModel(id.Model) },
		func(p *Profile) bool { return p.isRevision(id.Revision) },
		func(p *Profile) bool { return slices.ContainsFunc(p.Makers, beginsFold(id.Manufacturer)) },
	} {
		if i := slices.IndexFunc(profiles, fits); i >= 0 {
			return profiles[i]
		}
	}
	return &generic
}

// isModel tells whether a model is of the family, with or without a maker's prefix.
func (p *Profile) isModel(model string) bool {
	_, bare, _ := strings.Cut(model, "_")
	return slices.ContainsFunc(p.Models, beginsFold(model)) || slices.ContainsFunc(p.Models, beginsFold(bare))
}

// isRevision tells whether a revision, such as "1418B06SIM868M32_BT", names a model
// of the family. Names of less than four characters stand in too much.
func (p *Profile) isRevision(revision string) bool {
	upper := strings.ToUpper(revision)
	return slices.ContainsFunc(p.Models, func(model string) bool {
		return len(model) >= 4 && strings.Contains(upper, model)
	})
}

// beginsFold returns a function that tells whether s begins like its argument, in
// any case.
func beginsFold(s string) func(prefix string) bool {
	return func(prefix string) bool {
		_, ok := cutPrefixFold(s, prefix)
		return ok
	}
}
