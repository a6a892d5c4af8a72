package app

import (
	"path/filepath"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Portable returns a copy of an envelope for use on another machine, without startup
// inputs or local paths. Files inside the source keep their names relative to it;
// references that led to the source are left out.
func Portable(e *manifest.Envelope) *manifest.Envelope {
	out := *e
	out.Inputs = manifest.Inputs{}
	out.Profile.Ref = portableRef(e.Profile.Ref)
	if e.Provenance == nil {
		return &out
	}
	p := *e.Provenance
	if portableRef(p.URL) != p.URL {
		p.URL = ""
	}
	p.Overrides = slices.Clone(p.Overrides)
	for i := range p.Overrides {
		p.Overrides[i].Ref = portableRef(p.Overrides[i].Ref)
	}
	p.Files = slices.DeleteFunc(slices.Clone(p.Files), func(f manifest.ReadFile) bool { return filepath.IsAbs(f.File) })
	out.Provenance = &p
	return &out
}

// portableRef removes the local path from a reference and keeps what it selects in its
// source.
func portableRef(ref string) string {
	parsed, err := reference.Parse(ref, "/")
	if err != nil {
		return "." // an invalid reference may still contain a path
	}
	return parsed.Shared()
}
