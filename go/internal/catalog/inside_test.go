package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// What a project's config names is in the project, or is no path.
func TestInside(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"repo/.git", "repo/p/.insomnia", "home", "alone"} {
		os.MkdirAll(filepath.Join(top, dir), 0o755)
	}
	os.WriteFile(filepath.Join(top, "home", "x.nix"), nil, 0o600)
	os.Symlink(filepath.Join(top, "home"), filepath.Join(top, "repo", "p", "link"))
	for _, test := range []struct {
		root, ref string
		ok        bool
	}{
		{"repo/p", "./a.nix", true},
		{"repo/p", "a.nix", true},
		{"repo/p", ".", true},
		{"repo/p", ".#coder", true},
		{"repo/p", "../shared.nix", true},
		{"repo/p", filepath.Join(top, "repo/p/a.nix"), true},
		{"repo/p", "path:./sub#x", true},
		{"repo/p", "../../home/x.nix", false},
		{"repo/p", filepath.Join(top, "home/x.nix"), false},
		{"repo/p", "link/x.nix", false},
		{"repo/p", "./link/x.nix", false},
		{"repo/p", "~/x.nix", false},
		{"repo/p", "~", false},
		{"repo/p", "path:" + top + "/home#x", false},
		{"repo/p", "path:../../home", false},
		{"repo/p", "git+file://" + top + "/home?dir=x#y", false},
		{"repo/p", "git+file://localhost" + top + "/home", false},
		{"repo/p", "git+file:" + top + "/repo#x", true},
		{"repo/p", "/etc#x", false},
		{"repo/p", "/", false},
		{"alone", "../home/x.nix", false},
		{"alone", "./x.nix", true},
		{"repo/p", "builtin:coder", true},
		{"repo/p", "user:coder", true},
		{"repo/p", "github:o/r#x", true},
		{"repo/p", "insomnia#coder", true},
	} {
		r := &Catalog{Root: filepath.Join(top, test.root), User: &config.Config{Dir: top}}
		ref, err := reference.Parse(test.ref, r.Root)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Inside(config.Project, ref); (err == nil) != test.ok {
			t.Errorf("%s in %s: %v", test.ref, test.root, err)
		}
		if err := r.Inside(config.User, ref); err != nil {
			t.Errorf("%s in the user's config: %v", test.ref, err)
		}
	}
}
