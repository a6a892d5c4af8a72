package resolve

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

var (
	//go:embed nix/describe.nix
	describeText string
	//go:embed nix/select.nix
	selectText string
	//go:embed nix/survey.nix
	surveyText string
)

// outputName is the flake output that profiles stand in.
const outputName = "insomniaProfiles"

func (r *Resolver) resolveFlake(ctx context.Context, ref *locate.Reference, options Options) (*Resolved, error) {
	f, err := r.evaluator(options).open(ctx, ref, options)
	if err != nil {
		return nil, err
	}
	defer f.close()

	root, path := outputName, ref.Attr
	if len(ref.Attr) > 1 {
		root, path = ref.Attr[0], ref.Attr[1:]
	}
	describe := "(" + describeText + ")"
	if options.Explain {
		describe = "(args: " + describe + " (args // { explain = true; }))"
	}
	apply := "(" + selectText + ") { describe = " + describe + "; path = " + nixList(path) + "; }"
	out, failure, err := f.apply(ctx, root, apply)
	if failure != nil {
		return nil, f.located(ctx, root, path, failure.err)
	}
	if err != nil {
		return nil, err
	}
	a := answer{misread: f.misread(out)}
	if err := a.read(out); err != nil {
		return nil, unreadable(err)
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
		return nil, missing(f, root, path, &a)
	default:
		return nil, unreadable(errors.New("no status in the answer"))
	}

	canonical, err := check(&a, "profile "+reference.Attribute(attr), f.tree)
	if err != nil {
		return nil, err
	}
	fullAttr := attr
	if len(attr) == 1 {
		fullAttr = []string{outputName, attr[0]}
	}
	result := resolved(manifest.Identity{Name: manifestfile.Name(canonical), Source: string(locate.KindFlake), Ref: ref.Text, Attr: reference.Attribute(fullAttr)}, canonical)
	result.Again, result.Folder, result.Losses = ref.Lasting(attr), f.tree.root, a.notes
	if options.Explain {
		if result.Origins, err = originsOf(&a, canonical, f.tree); err != nil {
			return nil, err
		}
	}
	if options.Provenance {
		if result.Provenance, err = f.provenance(ctx, a.Position); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// located adds where the profile is defined to a failure that Nix places nowhere,
// such as a stack overflow, or only in the library.
func (f *flakeSource) located(ctx context.Context, root string, path []string, e *diag.Error) error {
	d := &e.Diagnostics[0]
	if e.Exit != diag.ExitEvaluation || f.atAuthor(d.Positions) || len(path) != 1 {
		return e
	}
	out, failure, asking := f.apply(ctx, root, "builtins.unsafeGetAttrPos "+nixString(path[0]))
	var p *position
	if failure != nil || asking != nil || json.Unmarshal(out, &p) != nil {
		return e
	}
	if at := definedAt(p, f.tree); len(at) > 0 {
		d.Positions = at
	}
	return e
}

// atAuthor tells whether a place in the author's own files is known.
func (f *flakeSource) atAuthor(positions []diag.Position) bool {
	return len(positions) > 0 && f.tree.own(positions[0].File)
}

func choose(f *flakeSource, names []string) error {
	flake := f.ref.Flake
	if len(names) == 0 {
		return diag.Errorf(diag.ExitNotFound, "no-profiles", "`%s` of `%s` is empty", outputName, flake).
			Hintf("define a profile: %s.NAME = insomnia.lib.mkProfile { … };", outputName)
	}
	refs := make([]string, len(names))
	for i, name := range names {
		refs[i] = "  " + flake + "#" + reference.Attribute([]string{name})
	}
	return diag.Errorf(diag.ExitNotFound, "profile-ambiguous", "`%s` has %d profiles", flake, len(names)).
		Hintf("say which one is meant:\n%s", strings.Join(refs, "\n"))
}

func missing(f *flakeSource, root string, path []string, a *answer) error {
	flake := f.ref.Flake
	if a.At >= len(path) {
		return unreadable(errors.New("no attribute is missing"))
	}
	wanted := path[a.At]
	parent := append([]string{root}, path[:a.At]...)
	var e *diag.Error
	prefix := flake + "#"
	if len(f.ref.Attr) == 1 {
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

func unreadable(err error) error {
	return diag.Errorf(diag.ExitEvaluation, "answer-unreadable", "nix exited with success but what it printed cannot be read: %v", err).
		Hintf("`insomnia doctor` says which nix this is")
}

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

// lockCommand is what the author runs to lock the flake's inputs.
func (f *flakeSource) lockCommand() string {
	if f.local == nil {
		return "nix flake lock, by the flake's author"
	}
	command := "nix flake lock " + f.local.Dir
	if f.local.GitRoot != "" {
		command += " && git -C " + f.local.GitRoot + " add " + filepath.Join(f.local.Dir, "flake.lock")
	}
	return command
}
