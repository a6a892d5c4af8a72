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
	URL     string // leads to exactly this source, on any machine that can reach it
	Rev     string
	NarHash string
}

// Pin finds out what a reference to a flake means now. A folder is pinned by its
// commit; one without, or with changes beyond it, cannot be.
func (r *Resolver) Pin(ctx context.Context, text string, options Options) (*Pinned, error) {
	for range 2 {
		ref, err := locate.ParseFlake(text, r.Dir, "a source is a flake")
		if err != nil {
			return nil, err
		}
		f, err := r.evaluator(options).open(ctx, ref, options)
		if err != nil {
			return nil, err
		}
		v := &verification{flake: f, failed: map[string]diag.Diagnostic{}}
		if _, err = v.names(ctx); err != nil {
			f.close()
			return nil, err
		}
		p, err := f.provenance(ctx, nil)
		f.close()
		if err != nil {
			return nil, err
		}
		if f.local == nil || strings.Contains(p.URL, "narHash=") && p.Rev != "" {
			return &Pinned{p.URL, p.Rev, p.NarHash}, nil
		}
		if p.Rev == "" || p.Dirty || !isGit(p.URL) {
			return nil, diag.Errorf(diag.ExitUsage, "not-pinnable", "`%s` is no commit, so it cannot be pinned", text).
				Hintf("commit what is there; or set an alias to a profile of it: insomnia alias set NAME %s", diag.Shell(text+"#PROFILE"))
		}
		text = p.URL // the commit, and not the folder around it
	}
	return nil, diag.Errorf(diag.ExitUsage, "not-pinnable", "`%s` cannot be pinned", text)
}

// isGit reports whether the URL of a provenance is that of a repository on this machine.
func isGit(url string) bool {
	ref, err := reference.Parse(url, "/")
	return err == nil && ref.Scheme == "git+file"
}
