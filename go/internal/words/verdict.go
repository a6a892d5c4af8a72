package words

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

// Entries describes all grants of a manifest. Grants that are new to the user are
// marked: as wider if they exceed the built-in role, otherwise as fresh.
func Entries(v *trust.Verdict) []Entry {
	var lacking []grant.Change
	for _, c := range v.Beyond {
		if c.Gone && !slices.Contains(v.Changes, c) {
			lacking = append(lacking, c)
		}
	}
	unlike := entries(nil, lacking, effectOf(v))
	for i := range unlike {
		unlike[i].Text = unlikeRole.Replace(unlike[i].Text) + ", unlike the role " + code(v.Role)
	}
	all := append(entries(v.Now, v.Changes, effectOf(v)), unlike...)
	Sort(all)
	return all
}

// unlikeRole words what holds the built-in role back and not this profile, from
// the words for what held it back before.
var unlikeRole = strings.NewReplacer("is no longer", "is not", "no longer has to ask to", "does not have to ask to", "may now", "may", "offers again", "offers")

// News words only what is new.
func News(v *trust.Verdict) []Entry {
	var now grant.Set
	for _, c := range v.Changes {
		if !c.Gone {
			now = append(now, c.Grant)
		}
	}
	return entries(now, v.Changes, effectOf(v))
}

func effectOf(v *trust.Verdict) func(grant.Change) Effect {
	return func(c grant.Change) Effect {
		if v.Wider(c) {
			return Wider
		}
		return Fresh
	}
}

// Legend explains the marks of the entries; empty when there are none.
func Legend(v *trust.Verdict) string {
	switch {
	case len(v.Changes) == 0:
		return ""
	case v.Role == "":
		return "! marks what is new to you"
	}
	return "! marks what is new to you and wider than the built-in role " + code(v.Role) + ", + what is new and no wider"
}

// Consent describes in one line whether the user has consented to a manifest.
func Consent(v *trust.Verdict) string {
	ref := code(v.Source.Ref)
	switch v.State() {
	case trust.ByItself:
		return ref + " is built in or in your own folder, and has your consent"
	case trust.Covered:
		return "you have consented to all that " + ref + " grants"
	case trust.Unknown:
		return "you have not consented to what " + ref + " grants"
	}
	return ref + " grants more than you have consented to"
}

// Refusal is the error for a manifest that is not consented to: what is new, and
// the command that would grant it.
func Refusal(v *trust.Verdict) *diag.Error {
	news := Text(News(v))
	if legend := Legend(v); legend != "" {
		news += "\n" + legend
	}
	return diag.Errorf(diag.ExitRefused, "consent-missing", "%s:\n%s", Consent(v), news).
		Hintf("look at all of it: insomnia trust show %s\nif you agree: %s", v.Argument(), v.Command())
}
