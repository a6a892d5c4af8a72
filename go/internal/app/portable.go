package app

import (
	"path/filepath"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Portable is an envelope for use elsewhere: without the startup inputs, and
// without a path of this machine. What is inside the source keeps its name below
// the source, and what led to it is left out.
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

// portableRef is a reference without a path of this machine: what it names in its
// source stays.
func portableRef(ref string) string {
	parsed, err := reference.Parse(ref, "/")
	if err != nil {
		return "." // whatever it was, it may hold a path
	}
	return parsed.Shared()
}
