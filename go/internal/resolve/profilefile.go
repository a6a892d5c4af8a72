package resolve

import (
	"context"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// resolveFile resolves a profile file or a built-in profile, with the embedded library.
func (r *Resolver) resolveFile(ctx context.Context, ref *locate.Reference, options Options) (*Resolved, error) {
	return r.resolveFileWith(ctx, r.evaluator(options), ref, options)
}

func (r *Resolver) resolveFileWith(ctx context.Context, evaluator evaluator, ref *locate.Reference, options Options) (*Resolved, error) {
	p, err := locate.FindFile(ref, options.Root, r.Dir)
	if err != nil {
		return nil, err
	}
	a, err := evaluator.file(ctx, p, options)
	if err != nil {
		return nil, err
	}
	if a.Status == "missing" {
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "there is no built-in profile `%s`", ref.Name)
		if len(a.Names) > 0 {
			e.Expectedf("one of: %s", attrList(a.Names))
		}
		if near := Closest(ref.Name, a.Names); near != "" {
			e.Hintf("did you mean builtin:%s?", near)
		}
		return nil, e
	}
	if a.Position == nil && p.Path != "" {
		a.Position = &position{File: p.Path}
	}
	canonical, err := check(&a.answer, ref.Text, a.sources)
	if err != nil {
		return nil, err
	}
	result := resolved(manifest.Identity{Name: manifestfile.Name(canonical), Source: string(ref.Kind), Ref: ref.Text}, canonical)
	if options.Explain {
		if result.Origins, err = originsOf(&a.answer, canonical, a.sources); err != nil {
			return nil, err
		}
	}
	result.Again, result.Folder, result.Losses = ref.Lasting(nil), p.Root, a.notes
	if options.Provenance {
		if result.Provenance, err = r.fileProvenance(ctx, p); err != nil {
			return nil, err
		}
		result.Provenance.Evaluator = evaluator.title(ctx)
		result.Provenance.Files = a.reads
	}
	return result, nil
}

// fileSources are the sources of a profile file. Files of the embedded library
// are named by where they are in it.
type fileSources struct {
	library string
	root    string // what the profile may read; empty for a built-in one
	quoter
}

func (s *fileSources) place(p position) (diag.Position, bool) {
	at := diag.Position{File: p.File, Line: p.Line, Column: p.Column, Note: p.Note}
	switch {
	case locate.Within(s.library, p.File):
		at.File = s.text(p.File)
		return at, true
	case s.root != "" && locate.Within(s.root, p.File):
		at.Source = s.quote(p.File)
		return at, true
	}
	return at, false
}

func (s *fileSources) text(message string) string {
	return strings.ReplaceAll(message, s.library+"/", "builtin:")
}
