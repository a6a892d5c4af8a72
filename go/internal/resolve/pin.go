package resolve

import (
	"context"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Pinned is a flake as it is now.
type Pinned struct {
	URL     string // selects exactly this source, on any machine that can reach it
	Rev     string
	NarHash string
}

// Pin finds out what a reference to a flake means now. A directory is pinned by its
// commit; one without, or with changes beyond it, cannot be.
func (r *Resolver) Pin(ctx context.Context, selected reference.Reference, options Options) (*Pinned, error) {
	if err := RequireFlake(selected, "a source is a flake"); err != nil {
		return nil, err
	}
	at := selected
	for range 2 {
		ref, err := locate.Of(at)
		if err != nil {
			return nil, err
		}
		f, err := r.evaluator(options).Open(ctx, ref, options.evaluation())
		if err != nil {
			return nil, err
		}
		v := r.ofProfiles(f, options)
		if _, err = v.names(ctx); err != nil {
			f.Close()
			return nil, err
		}
		p, err := f.Provenance(ctx, nil)
		f.Close()
		if err != nil {
			return nil, err
		}
		if f.Local == nil || strings.Contains(p.URL, "narHash=") && p.Rev != "" {
			return &Pinned{p.URL, p.Rev, p.NarHash}, nil
		}
		if at, err = reference.Parse(p.URL, "/"); err != nil {
			return nil, err
		}
		if p.Rev == "" || p.Dirty || at.Scheme != "git+file" {
			return nil, notPinnable(ref, f.Local)
		}
		// at is the commit now, and not the directory around it.
	}
	return nil, diag.Errorf(diag.ExitUsage, "not-pinnable", "`%s` cannot be pinned", selected)
}

// notPinnable returns why a directory has no commit to pin, and how to create one.
func notPinnable(ref *locate.Reference, local *locate.Flake) error {
	e := diag.Errorf(diag.ExitUsage, "not-pinnable", "cannot pin `%s`: it is not a commit", ref.Text)
	alias := "; or set an alias to a profile of it: insomnia alias set NAME " + diag.Shell(ref.Flake+"#PROFILE")
	switch root := reference.WorkTree(local.Dir); {
	case local.GitRoot != "":
		return e.Hintf("commit what is there%s", alias)
	case root != "":
		return e.Hintf("name its repository instead: %s%s", diag.Shell(reference.InRepository(root, ref.Parsed).WithoutAttr()), alias)
	}
	return e.Hintf("make it a git repository, and commit what is there%s", alias)
}

// RequireFlake refuses a reference that does not select a flake as a whole. what
// describes the expected owner.
func RequireFlake(ref reference.Reference, what string) error {
	if ref.WholeFlake() {
		return nil
	}
	e := diag.Errorf(diag.ExitUsage, "not-a-flake", "%s, and `%s` is not one", what, ref).
		Expectedf("a flake reference without `#`, such as . or github:OWNER/REPO")
	if ref.IsFlake() {
		e.Hintf("leave out the profile: %s", diag.Shell(ref.Flake()))
	}
	return e
}
