package reference

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAbove(t *testing.T) {
	top := t.TempDir()
	for _, path := range []string{"flake.nix", "repo/.git/HEAD", "repo/a/b/x", "repo/a/flake.nix", "repo/.git/x", "other/.git", "other/a/x"} {
		path = filepath.Join(top, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ dir, tree, flake string }{
		{"repo/a/b", "repo", "repo/a"},
		{"repo/a", "repo", "repo/a"},
		{"repo", "repo", ""},        // the flake above is outside of the work tree
		{"other/a", "other", ""},    // a file, as in a linked work tree
		{"repo/none", "repo", ""},   // nothing is there
		{"repo/.git/x", "repo", ""}, // below a file
		{"repo/a/b/x", "repo", "repo/a"},
	} {
		in := func(name string) string {
			if name == "" {
				return ""
			}
			return filepath.Join(top, name)
		}
		if tree, flake := WorkTree(in(test.dir)), FlakeDir(in(test.dir)); tree != in(test.tree) || flake != in(test.flake) {
			t.Errorf("%s: %q and %q", test.dir, tree, flake)
		}
	}
	if flake := FlakeDir("/"); flake != "" && flake != "/" {
		t.Errorf("%q", flake)
	}
}

func TestByForm(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "coder": false, "user:coder": false, "builtin:": false, "team:lead": false, "with.dot": false, ".hidden": false,
		".": true, "..": true, "~": true, "~/x": true, "/x": true, "./x": true, ".#coder": true, "#coder": true, "?ref=x": true,
		"x.nix": true, "github:o/r": true, "GITHUB:o": true, "path:x": true, "https:": true, "nixpkgs#x": true,
	} {
		if got := ByForm(text); got != want {
			t.Errorf("ByForm(%q) is %t", text, got)
		}
	}
	for text, want := range map[string]bool{
		"m.json": true, "./M.JSON": true, "dir/m.toml": true, "/x y/m.json": true, "~/m.toml": true,
		"": false, "json": false, "m.nix": false, ".#m.json": false, "path:m.json": false, "github:o/r/m.json": false,
	} {
		if got := ManifestFile(text); got != want {
			t.Errorf("ManifestFile(%q) is %t", text, got)
		}
	}
}
