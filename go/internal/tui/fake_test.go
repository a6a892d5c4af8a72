package tui

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	ref "github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// sample is a manifest with something in every part that a preview shows.
var sample = sync.OnceValues(func() (*manifest.Manifest, words.Summary) {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		panic(err)
	}
	resolver := &resolve.Resolver{Library: insomnia.Library, Dir: dir, CacheDir: os.TempDir()}
	r, err := resolver.Resolve(context.Background(), ref.OfFile(filepath.Join(dir, "coder.nix")), resolve.Options{Evaluator: resolve.Embedded})
	if err != nil {
		panic(err)
	}
	m, problems := manifest.Decode(r.Manifest)
	if len(problems) > 0 {
		panic(manifest.Problems(problems))
	}
	s, err := words.Summarize(r.Manifest)
	if err != nil {
		panic(err)
	}
	return m, s
})

// fake is a backend of things that are always the same.
func fake(t testing.TB) *Backend {
	m, summary := sample()
	grants := func(width int) string {
		set, page := grant.Of(m), words.Page{Full: true, Width: width}
		v := &trust.Verdict{Now: set, Changes: grant.Compare(nil, set)}
		return page.Text(words.Entries(v)) + "\nTexts\n" + page.Passage("You write Go.\nAsk before you push.\n")
	}
	profile := func(name, source string) app.Profile {
		return app.Profile{Name: name, Source: source, Ref: source + ":" + name, Known: true, Summary: &summary}
	}
	rows := []app.Profile{
		{Name: "broken", Source: "project", Ref: "project:broken", Known: true, Broken: "modle: unknown field `modle` (.insomnia/profiles/broken.nix:2)"},
		profile("coder", "builtin"), profile("coder", "project"), profile("reviewer", "builtin"),
		{Name: "slow", Source: "user", Ref: "user:slow"},
	}
	rows[1].Default = true
	return &Backend{
		Dir: "/", // a folder that is everywhere
		Pods: func(ctx context.Context, show func(Pods)) {
			show(Pods{Rows: []Pod{
				{ID: "1", Name: "fix-login", Profile: "coder", Ref: "project:coder", Model: "anthropic/claude-sonnet-5-5",
					State: "saved", Workspace: "/srv/shop", Age: "3m", Now: "up to date"},
				{ID: "2", Name: "read-all", Profile: "reviewer", Ref: "builtin:reviewer", Model: "anthropic/claude-opus-5-5",
					State: "ended", Workspace: "/srv/shop", Age: "2d", Now: "changed", Detail: "profile.nix", Drifted: true},
				{ID: "01a21e26-af00-74f0-b771-660c720e2ecc", Damage: "generation-1.json: the checksum is not that of its bytes"},
			}})
		},
		Details: func(ctx context.Context, id string) (*Details, error) {
			return &Details{Grants: grants, Manifest: m, Summary: summary, Facts: []words.Fact{{Name: "name", Text: "fix-login"}, {Name: "state", Text: "saved"}},
				Events: []words.Fact{{Name: "2026-03-01 11:57:00", Text: "created, generation 1"}}}, nil
		},
		Profiles: func(ctx context.Context, show func(app.Profiles)) {
			show(app.Profiles{Rows: rows, Default: &rows[1], Problems: []diag.Diagnostic{{Message: "the source `team` is not pinned as it stands"}}})
		},
		Resolve: func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error) {
			if ref == "./none.nix" {
				return nil, diag.Errorf(diag.ExitNotFound, "profile-not-found", "file not found: ./none.nix").Hintf("insomnia profile list shows what there is")
			}
			return &Resolved{Ref: ref, Digest: "sha256-XJHnQyoTYvT6Nmz7ZqKcBwHvp4kaPTVX4a5tNz7yJ9w=", Inputs: in, Grants: grants, Manifest: m, Summary: summary}, nil
		},
		Create: func(ctx context.Context, r *Resolved) (*Created, error) {
			return &Created{ID: "1", Says: "created Pod `fix-login` (not started): no runtime is installed"}, nil
		},
	}
}
