package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestPortable(t *testing.T) {
	for ref, want := range map[string]string{
		"builtin:coder":               "builtin:coder",
		"user:coder":                  "user:coder",
		".#coder":                     ".#coder",
		"./coder.nix":                 "./coder.nix",
		"../team/coder.nix":           "./coder.nix",
		"/home/ada/coder.nix":         "./coder.nix",
		"~/coder.nix":                 "./coder.nix",
		"/home/ada/flake#coder":       ".#coder",
		"/home/ada/flake?dir=x#coder": ".#coder",
		"path:/home/ada/flake#coder":  ".#coder",
		"git+file:///home/ada/flake":  ".",
		"/home/ada/build.toml":        "./build.toml",
		"github:o/r#coder":            "github:o/r#coder",
		"https://example.org/x.tar#a": "https://example.org/x.tar#a",
	} {
		if got := portableRef(ref); got != want {
			t.Errorf("%s became %s, not %s", ref, got, want)
		}
	}

	e := &manifest.Envelope{
		Profile: manifest.Identity{Name: "coder", Ref: "/home/ada/flake#coder"},
		Inputs:  manifest.Inputs{Name: "fix", Workspace: "/home/ada/work", Prompt: "begin"},
		Provenance: &manifest.Provenance{URL: "git+file:///home/ada/flake?rev=1", Rev: "1",
			Overrides: []manifest.Overridden{{Input: "dep", Ref: "/home/ada/dep"}, {Input: "far", Ref: "github:o/r"}},
			Files:     []manifest.ReadFile{{File: "flake.nix"}, {File: "/home/ada/dep/x.nix"}, {File: "input:dep/y.nix"}}},
	}
	want := &manifest.Envelope{
		Profile: manifest.Identity{Name: "coder", Ref: ".#coder"},
		Provenance: &manifest.Provenance{Rev: "1",
			Overrides: []manifest.Overridden{{Input: "dep", Ref: "."}, {Input: "far", Ref: "github:o/r"}},
			Files:     []manifest.ReadFile{{File: "flake.nix"}, {File: "input:dep/y.nix"}}},
	}
	before := *e.Provenance
	if diff := cmp.Diff(want, Portable(e), cmpopts.IgnoreUnexported(manifest.Envelope{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&before, e.Provenance); diff != "" || e.Inputs.Name != "fix" || e.Provenance.Overrides[0].Ref != "/home/ada/dep" {
		t.Errorf("the envelope itself was changed: %s", diff)
	}
}
