package resolve

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// files reads manifests from files. Legacy ones are evaluated inside this program.
func (r *Resolver) files() *manifestfile.Reader {
	return &manifestfile.Reader{Dir: r.Dir, Evaluate: r.evaluateConverted}
}

// File resolves a manifest written by hand. No Nix is needed.
func (r *Resolver) File(ctx context.Context, path string, options Options) (*Resolved, error) {
	f, err := r.files().Read(ctx, path)
	if err != nil {
		return nil, err
	}
	result := resolved(manifest.Identity{Name: f.Name, Source: "manifest", Ref: path}, f.Manifest)
	result.Losses = f.Losses
	if options.Provenance {
		hash, err := locate.NarHash(f.Path)
		if err != nil {
			return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash %s: %v", path, err)
		}
		result.Provenance = &manifest.Provenance{Program: r.program(), Evaluator: "none", NarHash: hash}
	}
	return result, nil
}

// Envelope, Judge and Convert are those of manifestfile.Reader.

func (r *Resolver) Envelope(path string) (*manifest.Envelope, error) { return r.files().Envelope(path) }

func (r *Resolver) Judge(ctx context.Context, path string) (*manifestfile.File, error) {
	return r.files().Judge(ctx, path)
}

func (r *Resolver) Convert(ctx context.Context, path string) (*manifestfile.Converted, error) {
	return r.files().Convert(ctx, path)
}

// convertedMount is where a converted profile appears to its evaluation.
const convertedMount = "/insomnia-converted"

func (r *Resolver) evaluateConverted(ctx context.Context, p *legacy.Profile) ([]byte, error) {
	e := &embeddedEvaluator{r}
	ev, err := e.prepare(mounted{convertedMount, profileIn(p.Nix())})
	if err != nil {
		return nil, err
	}
	file := convertedMount + "/profile.nix"
	a, err := e.evaluate(ctx, ev, &locate.File{Ref: &locate.Reference{Text: file}, Path: file, Root: convertedMount}, Options{})
	if err != nil {
		return nil, err
	}
	canonical, err := check(&a.answer, "the converted profile", a.sources)
	p.Losses = append(p.Losses, a.notes...)
	return canonical, err
}

func profileIn(text []byte) source.Tree {
	files := source.NewMemory()
	files.Add("profile.nix", 0o444, text)
	return files
}
