package manifestfile

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// legacyFile is a legacy manifest, read.
type legacyFile struct {
	abs    string
	doc    []byte // as JSON
	places sourceMap
	found  []diag.Diagnostic // what is wrong with the TOML itself
}

// Converted is a legacy manifest as a profile, and what it resolves to.
type Converted struct {
	Profile  *legacy.Profile
	Manifest []byte // canonical JSON, no newline
	Digest   string
}

// Convert makes a profile of a legacy manifest. What comes back
// resolves; nothing is written.
func (r *Reader) Convert(ctx context.Context, path string) (*Converted, error) {
	path, err := r.named(path)
	if err != nil {
		return nil, err
	}
	if strings.ToLower(filepath.Ext(path)) != ".toml" {
		return nil, usage("manifest-format", "a legacy manifest is a file that ends in .toml: %s", path)
	}
	abs, data, err := r.read(path)
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
	return r.convert(ctx, &legacyFile{abs: abs, doc: doc, places: places, found: found})
}

// convert evaluates the profile converted from the file, with the embedded evaluator. A
// number that the legacy program only assumed is dropped if it is invalid for the
// model.
func (r *Reader) convert(ctx context.Context, f *legacyFile) (*Converted, error) {
	p, problems := legacy.Read(f.doc, filepath.Base(f.abs), f.places.at)
	if problems = append(f.found, problems...); len(problems) > 0 {
		return nil, Invalid(filepath.Base(f.abs), problems)
	}
	for {
		canonical, err := r.Evaluate(ctx, p)
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

// placed moves the problems of the converted profile to the positions of their values
// in the legacy file.
func (f *legacyFile) placed(p *legacy.Profile, e *diag.Error) *diag.Error {
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
	e.Summary = Invalid(filepath.Base(f.abs), e.Diagnostics).Summary
	return e
}
