package resolve

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// VerifyAgainstNix is VerifyAll with the embedded evaluator, compared with the results of the installed Nix
// and of the library itself for the same flake. A profile with a different result counts as broken, and so
// does a policy that both could check. It compares the digest, and the code and path of problems.
func (r *Resolver) VerifyAgainstNix(ctx context.Context, selected reference.Reference, options Options) (*Verdicts, error) {
	options.Evaluator = Embedded
	ours, err := r.VerifyAll(ctx, selected, options)
	if err != nil {
		return nil, err
	}
	options.Evaluator, options.Reported = Nix, true
	theirs, err := r.VerifyAll(ctx, selected, options)
	if err != nil {
		return nil, err
	}
	ours.Profiles = heldTo(ours.Profiles, theirs.Profiles)
	if theirs.Unread == nil && ours.Unread == nil {
		holdPolicies(ours.Policies, theirs.Policies)
	}
	return ours, nil
}

// holdPolicies records which policies come out differently.
func holdPolicies(ours, theirs []Policy) {
	byName := map[string]Policy{}
	for _, p := range theirs {
		byName[p.Check] = p
	}
	for i, p := range ours {
		other := byName[p.Check]
		if !p.Checked || other.Check != "" && !other.Checked {
			continue
		}
		if d := difference(verifiedAs(p), verifiedAs(other)); d != "" {
			ours[i].Ok = false
			ours[i].Diagnostics = append(ours[i].Diagnostics, differs(d))
		}
	}
}

// verifiedAs is a policy as it is compared.
func verifiedAs(p Policy) Verified {
	return Verified{Name: p.Check, Ok: p.Ok, Diagnostics: p.Diagnostics}
}

func differs(how string) diag.Diagnostic {
	return diag.Errorf(diag.ExitDifference, "evaluators-differ", "%s", how).
		Hintf("this is a bug of the embedded evaluator; use --evaluator nix for this profile and report it").Diagnostics[0]
}

func heldTo(ours, theirs []Verified) []Verified {
	byName := map[string]Verified{}
	for _, v := range theirs {
		byName[v.Name] = v
	}
	for i := range ours {
		if d := difference(ours[i], byName[ours[i].Name]); d != "" {
			ours[i].Ok = false
			ours[i].Diagnostics = append(ours[i].Diagnostics, differs(d))
		}
		delete(byName, ours[i].Name)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		v := byName[name]
		v.Ok = false
		v.Diagnostics = append(v.Diagnostics, diag.Errorf(diag.ExitDifference, "evaluators-differ", "only the installed Nix finds this profile").Diagnostics...)
		ours = append(ours, v)
	}
	return ours
}

func difference(ours, theirs Verified) string {
	switch {
	case theirs.Name == "":
		return "the installed Nix does not find this profile"
	case ours.Ok != theirs.Ok:
		return "the embedded evaluator says " + verdict(ours) + ", the installed Nix says " + verdict(theirs)
	case ours.Digest != theirs.Digest:
		return "the embedded evaluator makes " + ours.Digest + " of it, the installed Nix " + theirs.Digest
	case len(ours.Diagnostics) != len(theirs.Diagnostics):
		return "the number of problems differs: " + strconv.Itoa(len(ours.Diagnostics)) + " with the embedded evaluator, " +
			strconv.Itoa(len(theirs.Diagnostics)) + " with the installed Nix"
	}
	for i := range ours.Diagnostics {
		if a, b := ours.Diagnostics[i], theirs.Diagnostics[i]; a.Code != b.Code || a.Path != b.Path {
			return "the embedded evaluator finds " + a.Code + " at " + diag.Quote(a.Path) + ", the installed Nix " + b.Code + " at " + diag.Quote(b.Path)
		}
	}
	return ""
}

func verdict(v Verified) string {
	if v.Ok {
		return "ok"
	}
	for _, d := range v.Diagnostics {
		return "broken (" + d.Message + ")"
	}
	return "broken"
}
