package podnew

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

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
	if local(p.URL) {
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

// local tells whether a reference leads to a folder of this machine.
func local(ref string) bool {
	for _, scheme := range []string{"path:", "git+file:", "hg+file:", "file:", "tarball+file:", "file+file:"} {
		if strings.HasPrefix(ref, scheme) {
			return true
		}
	}
	return filepath.IsAbs(ref) || strings.HasPrefix(ref, "~")
}

// portableRef keeps of a reference to a folder what it names there.
func portableRef(ref string) string {
	if !local(ref) && !strings.HasPrefix(ref, "..") {
		return ref
	}
	place, attr, hasAttr := strings.Cut(ref, "#")
	place, _, _ = strings.Cut(place, "?")
	switch {
	case hasAttr:
		return ".#" + attr
	case strings.HasSuffix(place, ".nix"), strings.HasSuffix(place, ".toml"), strings.HasSuffix(place, ".json"):
		return "./" + path.Base(filepath.ToSlash(place))
	}
	return "."
}
