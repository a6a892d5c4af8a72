package resolve

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
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
	result := &Resolved{Profile: manifest.Identity{Name: f.Name, Source: "manifest", Ref: path}, Manifest: f.Manifest}
	result.Losses = f.Losses
	if options.Explain {
		if result.Origins, err = fileOrigins(f); err != nil {
			return nil, err
		}
	}
	if options.Provenance {
		hash, err := hashOf(f)
		if err != nil {
			return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash %s: %v", path, err)
		}
		result.Provenance = &manifest.Provenance{Program: r.program(), Evaluator: "none", NarHash: hash}
	}
	return result, nil
}

func hashOf(f *manifestfile.File) (string, error) {
	if f.Typed != nil {
		return locate.FileNarHash(f.Typed)
	}
	return locate.NarHash(f.Path)
}

// Envelope, Judge and Convert are those of manifestfile.Reader.

func (r *Resolver) Envelope(path string) (*manifest.Envelope, error) { return r.files().Envelope(path) }

func (r *Resolver) Judge(ctx context.Context, path string) (*manifestfile.File, error) {
	return r.files().Judge(ctx, path)
}

func (r *Resolver) Convert(ctx context.Context, path string) (*manifestfile.Converted, error) {
	return r.files().Convert(ctx, path)
}

func (r *Resolver) evaluateConverted(ctx context.Context, p *legacy.Profile) ([]byte, error) {
	a := new(answer)
	answered, err := r.embedded().Text(ctx, p.Nix(), a.judge)
	if err != nil {
		return nil, err
	}
	a.misread = answered.Misread
	if err := a.read(answered.JSON); err != nil {
		return nil, illegible(Options{}, err)
	}
	judged, err := check(a, "the converted profile", answered.Sources)
	p.Losses = append(p.Losses, a.notes...)
	return judged.Canonical, err
}
