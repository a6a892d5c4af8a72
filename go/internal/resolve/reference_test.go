package resolve

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func TestParse(t *testing.T) {
	dir := t.TempDir()
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"flake/flake.nix", "profile/profile.nix", "both/flake.nix", "both/profile.nix", "near.nix", "odd#?/mine.nix"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flake := func(text, url, local string, attr ...string) Reference {
		return Reference{Text: text, Kind: KindFlake, Flake: url, LocalDir: local, Attr: attr}
	}
	file := func(text, path string) Reference { return Reference{Text: text, Kind: KindPath, Path: path} }
	for _, want := range []Reference{
		flake(".", ".", dir),
		flake(".#coder", ".", dir, "coder"),
		flake("#coder", ".", dir, "coder"),
		flake(".#a.b.c", ".", dir, "a", "b", "c"),
		flake(`.#a."b.c".d`, ".", dir, "a", "b.c", "d"),
		flake(".#a%20b", ".", dir, "a b"),
		flake("..#x", "..", filepath.Dir(dir), "x"),
		flake("./flake", "./flake", filepath.Join(dir, "flake")),
		flake("./flake/#x", "./flake/", filepath.Join(dir, "flake"), "x"),
		flake("./profile#x", "./profile", filepath.Join(dir, "profile"), "x"),
		flake("./both#x", "./both", filepath.Join(dir, "both"), "x"),
		flake("./flake?dir=sub#x", "./flake?dir=sub", filepath.Join(dir, "flake", "sub"), "x"),
		flake("path:/abs?dir=sub#x", "path:/abs?dir=sub", "/abs/sub", "x"),
		flake("/abs/flake#x", "/abs/flake", "/abs/flake", "x"),
		flake("~/flake#x", home+"/flake", filepath.Join(home, "flake"), "x"),
		flake("path:./flake#x", "path:./flake", filepath.Join(dir, "flake"), "x"),
		flake("path:/abs/a%20b#x", "path:/abs/a%20b", "/abs/a b", "x"),
		flake("git+file:/repo?dir=sub#x", "git+file:/repo?dir=sub", "/repo/sub", "x"),
		flake("git+file:///repo?rev=abc#x", "git+file:///repo?rev=abc", "", "x"),
		flake("github:o/r#x", "github:o/r", "", "x"),
		flake("github:o/r/branch", "github:o/r/branch", ""),
		flake("https://example.org/x.tar.gz#a", "https://example.org/x.tar.gz", "", "a"),
		flake("insomnia#coder", "insomnia", "", "coder"),
		flake("nixpkgs/unstable#x", "nixpkgs/unstable", "", "x"),
		file("./coder.nix", filepath.Join(dir, "coder.nix")),
		file("coder.nix", filepath.Join(dir, "coder.nix")),
		file("/abs/profile.nix", "/abs/profile.nix"),
		file(filepath.Join(dir, "odd#?", "mine.nix"), filepath.Join(dir, "odd#?", "mine.nix")),
		file("../x.nix", filepath.Join(filepath.Dir(dir), "x.nix")),
		file("~/x.nix", filepath.Join(home, "x.nix")),
		file("./profile", filepath.Join(dir, "profile", "profile.nix")),
		file("./profile/", filepath.Join(dir, "profile", "profile.nix")),
		{Text: "builtin:coder", Kind: KindBuiltin, Name: "coder"},
	} {
		t.Run(want.Text, func(t *testing.T) {
			got, err := Parse(want.Text, dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Error(diff)
			}

			again, err := Parse(got.lasting(dir, got.Attr), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if again.Kind != want.Kind || again.LocalDir != want.LocalDir || again.Path != want.Path || again.Name != want.Name ||
				!slices.Equal(again.Attr, want.Attr) || want.LocalDir == "" && again.Flake != want.Flake {
				t.Errorf("from another directory, %q leads elsewhere: %+v", got.lasting(dir, got.Attr), again)
			}
		})
	}
	for _, test := range []struct {
		text string
		exit diag.Exit
		says string // in the message, what was expected, or the hint
	}{
		{"-x", diag.ExitUsage, "does not begin with `-`"},
		{"a\nb", diag.ExitUsage, "control character"},
		{".#a..b", diag.ExitUsage, "attribute path"},
		{".#.a", diag.ExitUsage, "attribute path"},
		{`.#"a`, diag.ExitUsage, "attribute path"},
		{`.#a"b"`, diag.ExitUsage, "attribute path"},
		{".#%zz", diag.ExitUsage, "percent-encoding"},
		{"./x.nix#y", diag.ExitUsage, "no attribute path"},
		{"./flake/flake.nix", diag.ExitUsage, "./flake#NAME"},
		{"path:./x.nix", diag.ExitUsage, "insomnia resolve ./x.nix"},
		{"builtin:", diag.ExitUsage, "builtin:coder"},
		{"builtin:../x", diag.ExitUsage, "builtin:coder"},
		{"./both", diag.ExitNotFound, "./both/profile.nix\n  ./both#NAME"},
		{"coder", diag.ExitNotFound, "builtin:coder\n  .#coder"},
		{"near", diag.ExitNotFound, "./near.nix"},
		{"flake", diag.ExitNotFound, "./flake#NAME"},
		{"user:coder", diag.ExitNotFound, ".#coder"},
		{"team:coder", diag.ExitNotFound, "no source `team`"},
	} {
		t.Run(test.text, func(t *testing.T) {
			ref, err := Parse(test.text, dir)
			if err == nil {
				t.Fatalf("accepted as %+v", ref)
			}
			e := diag.From(err)
			d := e.Diagnostics[0]
			if e.Exit != test.exit || !strings.Contains(d.Message+"\n"+d.Expected+"\n"+d.Hint, test.says) {
				t.Errorf("exit %d: %+v", e.Exit, d)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{".", ".#a.b", `.#"x"`, "github:o/r#x", "builtin:coder", "~", "path:", "#", "a#b#c", ".#%41"} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := Parse(text, dir)
		if (ref == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", text, ref, err)
		}
	})
}

func TestNixString(t *testing.T) {
	if got, want := nixList([]string{`a"b\`, "${x}", "n\nl"}), `[ "a\"b\\" "\${x}" "n\nl" ]`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestSourceStoreName(t *testing.T) {
	// A store path that Nix made of a source with this hash.
	got, err := sourceStoreName("sha256-Effu2+tzJlTYYa5EmsylWNVMAW6UaTT2fdgj+aq9zpQ=")
	if want := "qxk4bxb0kz64lyqd7paxr8ik7n4wndrr-source"; err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := sourceStoreName("sha1-AAAA"); err == nil {
		t.Error("took sha1")
	}
}

func TestSameInput(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"github:NixOS/nixpkgs/391b", "github:NixOS/nixpkgs/391b?narHash=sha256-x", true},
		{"github:NixOS/nixpkgs/391b", "github:NixOS/nixpkgs/391c", false},
		{"https://x.org/a.tar.gz", "tarball+https://x.org/a.tar.gz?narHash=y", true},
		{"https://x.org/a.tar.gz?leak=secret&rev=1", "https://x.org/a.tar.gz", false},
		{"git+https://x.org/r?ref=main&rev=1", "git+https://x.org/r?rev=1", true},
		{"git+https://x.org/r?rev=2", "git+https://x.org/r?rev=1", false},
	} {
		if got := sameInput(test.a, test.b); got != test.same {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}
