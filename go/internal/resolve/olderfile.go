package resolve

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// olderFile is a manifest of the older kind, read.
type olderFile struct {
	abs    string
	doc    []byte // as JSON
	places sourceMap
	found  []diag.Diagnostic // what is wrong with the TOML itself
}

// Converted is a manifest of the older kind as a profile, and what it resolves to.
type Converted struct {
	Profile  *legacy.Profile
	Manifest []byte // canonical JSON, no newline
	Digest   string
}

// Convert makes a profile of a manifest of the older kind. What comes back
// resolves; nothing is written.
func (r *Resolver) Convert(ctx context.Context, path string) (*Converted, error) {
	if strings.ToLower(filepath.Ext(path)) != ".toml" {
		return nil, usage("manifest-format", "a manifest of the older kind is a file that ends in .toml: %s", path)
	}
	abs := Absolute(path, r.Dir)
	data, err := readManifestFile(abs, path)
	if err != nil {
		return nil, err
	}
	doc, places, found, err := tomlToJSON(data, abs)
	if err != nil {
		return nil, err
	}
	if !legacy.Recognise(doc) {
		return nil, diag.Errorf(diag.ExitInvalid, "not-older", "%s is not a legacy manifest", path).
			Expectedf("sections of it, such as [worker] or [memory], and no `schema`").
			Hintf("insomnia manifest validate %s says what is wrong with a manifest of this kind", path)
	}
	return r.convert(ctx, &olderFile{abs: abs, doc: doc, places: places, found: found})
}

func (r *Resolver) resolveOlder(ctx context.Context, f *olderFile, path string, options Options) (*Resolved, error) {
	c, err := r.convert(ctx, f)
	if err != nil {
		return nil, err
	}
	result, err := r.ofManifest(c.Manifest, f.abs, path, options)
	if err == nil {
		result.Losses, result.Older = c.Profile.Losses, true
	}
	return result, err
}

// convert evaluates the profile that is made of the file, with the evaluator
// inside this program. A number that the older program only assumed gives way
// when it does not fit the model.
func (r *Resolver) convert(ctx context.Context, f *olderFile) (*Converted, error) {
	p, problems := legacy.Read(f.doc, filepath.Base(f.abs), f.places.at)
	if problems = append(f.found, problems...); len(problems) > 0 {
		return nil, invalid(filepath.Base(f.abs), problems)
	}
	for {
		canonical, err := r.evaluateConverted(ctx, p)
		if err == nil {
			p.SendTo(hostsOf(canonical))
			return &Converted{p, canonical, manifest.Digest(canonical)}, nil
		}
		e := diag.From(err)
		less := p
		for _, d := range e.Diagnostics {
			if without := less.WithoutAssumed(d.Path); without != nil {
				less = without
			}
		}
		if less == p {
			return nil, f.placed(p, e)
		}
		p = less
	}
}

// hostsOf are the hosts that a manifest sends each of its secrets to.
func hostsOf(canonical []byte) map[string][]string {
	hosts := map[string][]string{}
	m, problems := manifest.Decode(canonical)
	if len(problems) > 0 {
		return hosts
	}
	for _, use := range secret.Uses(m) {
		if host := use.To.Host; host != "" && !slices.Contains(hosts[use.Name], host) {
			hosts[use.Name] = append(hosts[use.Name], host)
		}
	}
	return hosts
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
	a, err := e.evaluate(ctx, ev, &profileFile{ref: &Reference{Text: file}, file: file, root: convertedMount, name: "profile", profile: file, output: "result"}, Options{})
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

// placed puts problems of the converted profile where their values stand in the
// older file.
func (f *olderFile) placed(p *legacy.Profile, e *diag.Error) *diag.Error {
	for i := range e.Diagnostics {
		d := &e.Diagnostics[i]
		d.By = "" // the profile is this program's
		path := d.Path
		if path == "" {
			path = d.Profile
		}
		d.Positions = []diag.Position{{File: f.abs}}
		for _, candidate := range []string{path, "overrides." + path} {
			if pointer, ok := p.Origin(candidate); ok {
				if at, ok := f.places.at(pointer); ok {
					d.Positions = []diag.Position{at}
				}
			}
		}
	}
	e.Summary = ""
	if n := len(e.Diagnostics); n > 1 {
		e.Summary = filepath.Base(f.abs) + ": " + count(n, "problem")
	}
	return e
}
