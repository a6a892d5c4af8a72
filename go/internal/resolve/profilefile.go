package resolve

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// resolveFile resolves a profile file or a built-in profile, with the embedded library.
func (r *Resolver) resolveFile(ctx context.Context, ref *locate.Reference, options Options) (*Resolved, error) {
	return r.resolveFileWith(ctx, r.evaluator(options), ref, options)
}

func (r *Resolver) resolveFileWith(ctx context.Context, evaluator evaluate.Evaluator, ref *locate.Reference, options Options) (*Resolved, error) {
	p, err := locate.FindFile(ref, options.Root, r.Dir)
	if err != nil {
		return nil, err
	}
	a, evaluation := new(answer), options.evaluation()
	evaluation.Judge = a.judgeOf(options)
	answered, err := evaluator.File(ctx, p, evaluation)
	if err != nil {
		return nil, err
	}
	in := answered.Sources
	a.misread = answered.Misread
	if err := a.read(answered.JSON); err != nil {
		return nil, illegible(options, err)
	}
	if a.Status == "missing" {
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "built-in profile not found: `%s`", ref.Name)
		if len(a.Names) > 0 {
			e.Expectedf("one of: %s", attrList(a.Names))
		}
		if near := Closest(ref.Name, a.Names); near != "" {
			e.Hintf("did you mean builtin:%s?", near)
		}
		return nil, e
	}
	if a.Position == nil && p.Path != "" {
		a.Position = &evaluate.Position{File: p.Path}
	}
	judged, err := check(a, ref.Text, in)
	if err != nil {
		return nil, err
	}
	result := &Resolved{Profile: manifest.Identity{Name: judged.Name, Source: string(ref.Kind), Ref: ref.Text}, Manifest: judged.Canonical, judged: judged}
	if options.Explain {
		if result.Origins, err = originsOf(a, judged.Canonical, in); err != nil {
			return nil, err
		}
	}
	result.Again, result.Folder, result.Losses = ref.Lasting(nil), p.Root, a.notes
	if options.Provenance {
		if result.Provenance, err = r.fileProvenance(ctx, p); err != nil {
			return nil, err
		}
		result.Provenance.Evaluator = evaluator.Title(ctx)
		result.Provenance.Files = answered.Reads
	}
	return result, nil
}
