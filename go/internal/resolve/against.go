package resolve

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// AgainstNix verifies a flake with both evaluators, and adds a diagnostic to
// each profile on which they differ. What is compared is the digest, and of the
// problems found the code and the path.
func (r *Resolver) AgainstNix(ctx context.Context, text string, options Options) ([]Verified, error) {
	options.Evaluator = Embedded
	ours, err := r.Verify(ctx, text, options)
	if err != nil {
		return nil, err
	}
	options.Evaluator = InstalledNix
	theirs, err := r.Verify(ctx, text, options)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]Verified, len(theirs))
	for _, v := range theirs {
		byName[v.Name] = v
	}
	for i := range ours {
		v, other := &ours[i], byName[ours[i].Name]
		if difference := differ(*v, other); difference != "" {
			v.Ok = false
			v.Diagnostics = append(v.Diagnostics, diag.Errorf(diag.ExitDifference, "evaluators-differ",
				"the embedded evaluator and the installed Nix differ: %s", difference).
				Hintf("this is a fault of Insomnia: please report it, with the profile; until then --evaluator nix decides").Diagnostics...)
		}
	}
	if len(ours) != len(theirs) {
		return nil, diag.Errorf(diag.ExitDifference, "evaluators-differ",
			"the embedded evaluator finds %s, the installed Nix %d", count(len(ours), "profile"), len(theirs))
	}
	return ours, nil
}

func differ(a, b Verified) string {
	switch {
	case a.Ok != b.Ok:
		return "one resolves it and the other does not"
	case a.Digest != b.Digest:
		return "the digests are " + a.Digest + " and " + b.Digest
	case len(a.Diagnostics) != len(b.Diagnostics):
		return "they find " + count(len(a.Diagnostics), "problem") + " and " + count(len(b.Diagnostics), "problem")
	}
	for i := range a.Diagnostics {
		x, y := a.Diagnostics[i], b.Diagnostics[i]
		if x.Code != y.Code || x.Path != y.Path {
			return "they find " + x.Code + " at " + x.Path + ", and " + y.Code + " at " + y.Path
		}
	}
	return ""
}
