package resolve

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (r *Resolver) resolveFlake(ctx context.Context, ref *locate.Reference, options Options) (*Resolved, error) {
	f, err := r.evaluator(options).Open(ctx, ref, options.evaluation())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	result, err := r.resolveOpen(ctx, f, ref, options)
	if options.opened != nil {
		options.opened(f, result, err)
	}
	return result, err
}

// resolveOpen resolves the profile that the reference of an open flake selects.
func (r *Resolver) resolveOpen(ctx context.Context, f *evaluate.Flake, ref *locate.Reference, options Options) (*Resolved, error) {
	root, path := evaluate.OutputName, ref.Attr
	if len(ref.Attr) > 1 {
		root, path = ref.Attr[0], ref.Attr[1:]
	}
	describe := "(" + evaluate.DescribeText + ")"
	if options.Explain {
		describe = "(args: " + describe + " (args // { explain = true; }))"
	}
	apply := "(" + evaluate.SelectText + ") { describe = " + describe + "; path = " + nixList(path) + "; }"
	var a answer
	out, err := f.Profile(ctx, root, apply, a.judgeOf(options))
	if err != nil {
		return nil, located(ctx, f, root, path, err)
	}
	a.misread = f.Misread(out)
	if err := a.read(out); err != nil {
		return nil, illegible(options, err)
	}
	attr := ref.Attr
	switch a.Status {
	case "found":
		if len(attr) == 0 {
			attr = []string{a.Name}
		}
	case "choose":
		return nil, choose(f, a.Names)
	case "missing":
		return nil, missing(f, root, path, &a, options)
	default:
		return nil, illegible(options, errors.New("no status in the answer"))
	}

	judged, err := check(&a, "profile "+reference.Attribute(attr), f.Tree)
	if err != nil {
		return nil, err
	}
	fullAttr := attr
	if len(attr) == 1 {
		fullAttr = []string{evaluate.OutputName, attr[0]}
	}
	result := &Resolved{Profile: manifest.Identity{Name: judged.Name, Source: string(locate.KindFlake), Ref: ref.Text, Attr: reference.Attribute(fullAttr)}, Manifest: judged.Canonical, judged: judged}
	result.Again, result.Folder, result.Losses = ref.Lasting(attr), f.Tree.Root, a.notes
	if options.Explain {
		if result.Origins, err = originsOf(&a, judged.Canonical, f.Tree); err != nil {
			return nil, err
		}
	}
	if options.Provenance {
		if result.Provenance, err = f.Provenance(ctx, a.Position); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// located adds where the profile is defined to a failure that has no place of the
// author's, such as a stack overflow, or only one in the library.
func located(ctx context.Context, f *evaluate.Flake, root string, path []string, err error) error {
	var failure *evaluate.Failure
	if !errors.As(err, &failure) || failure.Diagnose().Exit != diag.ExitEvaluation || atAuthor(f, failure) || len(path) != 1 {
		return err
	}
	var p *evaluate.Position
	out, asking := f.Apply(ctx, root, "builtins.unsafeGetAttrPos "+nixString(path[0]))
	if asking == nil && json.Unmarshal(out, &p) == nil {
		define(failure, p, f.Tree)
	}
	return err
}

// atAuthor reports whether a place in the author's own files is known.
func atAuthor(f *evaluate.Flake, failure *evaluate.Failure) bool {
	return len(failure.Positions) > 0 && f.Tree.Own(failure.Positions[0].File)
}

func choose(f *evaluate.Flake, names []string) error {
	flake := f.Ref.Flake
	if len(names) == 0 {
		return diag.Errorf(diag.ExitNotFound, "no-profiles", "`%s` of `%s` is empty", evaluate.OutputName, flake).
			Hintf("define a profile: %s.NAME = insomnia.lib.mkProfile { … };", evaluate.OutputName)
	}
	refs := make([]string, len(names))
	for i, name := range names {
		refs[i] = "  " + flake + "#" + reference.Attribute([]string{name})
	}
	return diag.Errorf(diag.ExitNotFound, "profile-ambiguous", "`%s` has %d profiles", flake, len(names)).
		Hintf("say which one is meant:\n%s", strings.Join(refs, "\n"))
}

func missing(f *evaluate.Flake, root string, path []string, a *answer, options Options) error {
	flake := f.Ref.Flake
	if a.At >= len(path) {
		return illegible(options, errors.New("no attribute is missing"))
	}
	wanted := path[a.At]
	parent := append([]string{root}, path[:a.At]...)
	var e *diag.Error
	prefix := flake + "#"
	if len(f.Ref.Attr) == 1 {
		e = diag.Errorf(diag.ExitNotFound, "profile-not-found", "`%s` has no profile `%s`", flake, wanted)
	} else {
		e = diag.Errorf(diag.ExitNotFound, "attribute-not-found", "`%s` has no `%s` in `%s`", flake, wanted, reference.Attribute(parent))
		prefix += reference.Attribute(parent) + "."
	}
	if len(a.Names) > 0 {
		e.Expectedf("one of: %s", attrList(a.Names))
	}
	if close := Closest(wanted, a.Names); close != "" {
		e.Hintf("did you mean %s%s?", prefix, reference.Attribute([]string{close}))
	}
	return e
}

// attrList shows names, the first of many.
func attrList(names []string) string {
	const most = 20
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, reference.Attribute([]string{name}))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

func illegible(options Options, err error) error { return evaluate.Illegible(options.Evaluator, err) }

// nixString writes a Nix string literal.
func nixString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

func nixList(list []string) string {
	var b strings.Builder
	b.WriteString("[ ")
	for _, s := range list {
		b.WriteString(nixString(s) + " ")
	}
	b.WriteString("]")
	return b.String()
}

// Closest is the name most like the wanted one, if any is alike enough.
func Closest(wanted string, names []string) string { return suggest.Closest(wanted, names, 0.75) }
