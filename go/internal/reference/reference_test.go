package reference

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const rev = "0123456789abcdef0123456789abcdef01234567"

// files makes a directory with what the tests refer to.
func files(t testing.TB) string {
	dir := t.TempDir()
	for _, name := range []string{"flake/flake.nix", "profile/profile.nix", "both/flake.nix", "both/profile.nix", "near.nix",
		"odd#x?y %20 ü/flake.nix", "odd#x?y %20 ü/mine.nix", "a/flake.nix", "a#b/flake.nix"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestParse(t *testing.T) {
	dir, home := files(t), t.TempDir()
	t.Setenv("HOME", home)
	in := func(name string) string { return filepath.Join(dir, name) }
	local := func(path, scheme string, q Query, attr ...string) Reference {
		return Reference{Kind: Local, Path: path, Scheme: scheme, Query: q, Attr: attr}
	}
	file := func(path string) Reference { return Reference{Kind: File, Path: path} }
	none := Query{}
	for _, test := range []struct {
		text, flake string
		want        Reference
	}{
		{"", "", Reference{}},
		{"coder", "", Reference{Kind: Name, Name: "coder"}},
		{"builtin:coder", "", Reference{Kind: Builtin, Name: "coder"}},
		{"user:coder", "", Reference{Kind: Qualified, Source: "user", Name: "coder"}},
		{"team:with.dot", "", Reference{Kind: Qualified, Source: "team", Name: "with.dot"}},
		{".", ".", local(dir, "", none)},
		{".#coder", ".", local(dir, "", none, "coder")},
		{"#coder", ".", local(dir, "", none, "coder")},
		{".#a.b.c", ".", local(dir, "", none, "a", "b", "c")},
		{`.#a."b.c".d`, ".", local(dir, "", none, "a", "b.c", "d")},
		{".#a%20b", ".", local(dir, "", none, "a b")},
		{"..#x", "..", local(filepath.Dir(dir), "", none, "x")},
		{"./flake", "./flake", local(in("flake"), "", none)},
		{"./flake/#x", "./flake/", local(in("flake"), "", none, "x")},
		{"./profile#x", "./profile", local(in("profile"), "", none, "x")},
		{"./both#x", "./both", local(in("both"), "", none, "x")},
		{"./flake?dir=sub#x", "./flake?dir=sub", local(in("flake"), "", Query{Dir: "sub"}, "x")},
		{"./flake?ref=dev#x", "./flake?ref=dev", local(in("flake"), "", Query{Ref: "dev"}, "x")},
		{"?rev=" + rev + "#x", ".?rev=" + rev, local(dir, "", Query{Rev: rev}, "x")},
		{"./flake?ref=a/b&rev=" + rev + "&shallow=0", "./flake?ref=a/b&rev=" + rev + "&shallow=0", local(in("flake"), "", Query{Ref: "a/b", Rev: rev})},
		{"./flake?submodules=0", "./flake?submodules=0", local(in("flake"), "", none)},
		{"./flake?submodules=1&ref=dev", "./flake?submodules=1&ref=dev", local(in("flake"), "", Query{Ref: "dev", Submodules: true})},
		{"git+file:///r?shallow=1", "git+file:///r?shallow=1", local("/r", "git+file", Query{Nix: "shallow=1"})},
		{"git+https://example.org/r?lfs=1", "git+https://example.org/r?lfs=1",
			Reference{Kind: Remote, Scheme: "git+https", Type: "git", Address: "https://example.org/r", Query: Query{Nix: "lfs=1"}}},
		{"./odd#x?y %20 ü#z", "./odd#x?y %20 ü", local(in("odd#x?y %20 ü"), "", none, "z")},
		{"./odd#x?y %20 ü?dir=d", "./odd#x?y %20 ü?dir=d", local(in("odd#x?y %20 ü"), "", Query{Dir: "d"})},
		{"./odd#x?y %20 ü/mine.nix", "", file(in("odd#x?y %20 ü/mine.nix"))},
		{"./a#b", "./a", local(in("a"), "", none, "b")}, // the first that exists, as in Nix
		{"path:./a%23b#c", "path:./a%23b", local(in("a#b"), "path", none, "c")},
		{"path:/abs?dir=sub#x", "path:/abs?dir=sub", local("/abs", "path", Query{Dir: "sub"}, "x")},
		{"path:/abs/a%20b#x", "path:/abs/a%20b", local("/abs/a b", "path", none, "x")},
		{"path:./flake#x", "path:./flake", local(in("flake"), "path", none, "x")},
		{"path:/abs?narHash=sha256-a+b/c=", "path:/abs?narHash=sha256-a+b/c=", local("/abs", "path", Query{NarHash: "sha256-a+b/c="})},
		{"/abs/flake#x", "/abs/flake", local("/abs/flake", "", none, "x")},
		{"~/flake#x", "~/flake", local(filepath.Join(home, "flake"), "", none, "x")},
		{"git+file:/repo?dir=sub#x", "git+file:/repo?dir=sub", local("/repo", "git+file", Query{Dir: "sub"}, "x")},
		{"git+file:///repo?rev=" + rev + "#x", "git+file:///repo?rev=" + rev, local("/repo", "git+file", Query{Rev: rev}, "x")},
		{"GIT+FILE://localhost/repo", "GIT+FILE://localhost/repo", local("/repo", "git+file", none)},
		{"git+file:./flake", "git+file:./flake", local(in("flake"), "git+file", none)},
		{"github:o/r#x", "github:o/r", Reference{Kind: Remote, Scheme: "github", Type: "github", Owner: "o", Repo: "r", Attr: []string{"x"}}},
		{"GitHub:o/r/feature/x", "GitHub:o/r/feature/x", Reference{Kind: Remote, Scheme: "github", Type: "github", Owner: "o", Repo: "r", Query: Query{Ref: "feature/x"}}},
		{"gitlab:o%2Fsub/r/" + rev + "?host=git.example.org", "gitlab:o%2Fsub/r/" + rev + "?host=git.example.org",
			Reference{Kind: Remote, Scheme: "gitlab", Type: "gitlab", Owner: "o/sub", Repo: "r", Query: Query{Rev: rev, Host: "git.example.org"}}},
		{"https://example.org/x.tar.gz?a=1&dir=d#a", "https://example.org/x.tar.gz?a=1&dir=d",
			Reference{Kind: Remote, Scheme: "https", Type: "tarball", Address: "https://example.org/x.tar.gz?a=1", Query: Query{Dir: "d"}, Attr: []string{"a"}}},
		{"tarball+https://example.org/x", "tarball+https://example.org/x", Reference{Kind: Remote, Scheme: "tarball+https", Type: "tarball", Address: "https://example.org/x"}},
		{"git+ssh://git@example.org/r?ref=main", "git+ssh://git@example.org/r?ref=main",
			Reference{Kind: Remote, Scheme: "git+ssh", Type: "git", Address: "ssh://git@example.org/r", Query: Query{Ref: "main"}}},
		{"file:///x", "file:///x", Reference{Kind: Remote, Scheme: "file", Type: "file", Address: "file:///x"}},
		{"insomnia#coder", "insomnia", Reference{Kind: Registry, Scheme: "flake", Name: "insomnia", Attr: []string{"coder"}}},
		{"flake:insomnia", "flake:insomnia", Reference{Kind: Registry, Scheme: "flake", Name: "insomnia"}},
		{"nixpkgs/unstable#x", "nixpkgs/unstable", Reference{Kind: Registry, Scheme: "flake", Name: "nixpkgs", Query: Query{Ref: "unstable"}, Attr: []string{"x"}}},
		{"nixpkgs/unstable/" + rev, "nixpkgs/unstable/" + rev, Reference{Kind: Registry, Scheme: "flake", Name: "nixpkgs", Query: Query{Ref: "unstable", Rev: rev}}},
		{"./coder.nix", "", file(in("coder.nix"))},
		{"coder.nix", "", file(in("coder.nix"))},
		{"sub/coder.nix", "", file(in("sub/coder.nix"))},
		{"/abs/profile.nix", "", file("/abs/profile.nix")},
		{"../x.nix", "", file(filepath.Join(filepath.Dir(dir), "x.nix"))},
		{"~/x.nix", "", file(filepath.Join(home, "x.nix"))},
		{"./profile", "", file(in("profile/profile.nix"))},
		{"./profile/", "", file(in("profile/profile.nix"))},
	} {
		t.Run(test.text, func(t *testing.T) {
			got, err := Parse(test.text, dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(Reference{}), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got.String() != test.text || got.IsFlake() && got.Flake() != test.flake {
				t.Errorf("String() = %q, Flake() = %q", got.String(), got.Flake())
			}
			sameElsewhere(t, got)
		})
	}
}

// sameElsewhere checks that the lasting form means the same from another directory.
func sameElsewhere(t interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, r Reference) {
	t.Helper()
	again, err := Parse(r.Lasting(), "/elsewhere")
	if err != nil {
		t.Fatalf("%q: lasting %q: %v", r.String(), r.Lasting(), err)
	}
	if again.Kind != r.Kind || again.Dir() != r.Dir() || r.Kind == File && again.Path != r.Path || again.Name != r.Name || again.Source != r.Source || again.Query.Ref != r.Query.Ref || again.Query.Rev != r.Query.Rev || again.Query.NarHash != r.Query.NarHash ||
		again.Owner != r.Owner || again.Repo != r.Repo || again.Address != r.Address || !slices.Equal(again.Attr, r.Attr) {
		t.Errorf("%q: lasting %q is %+v, not %+v", r.String(), r.Lasting(), again, r)
	}
}

func TestParseErrors(t *testing.T) {
	dir := files(t)
	for _, test := range []struct {
		text string
		exit diag.Exit
		says string // in the message, what was expected, or the hint
	}{
		{"-x", diag.ExitUsage, "cannot begin with `-`"},
		{"a\nb", diag.ExitUsage, "control character"},
		{".#a..b", diag.ExitUsage, "attribute path"},
		{".#.a", diag.ExitUsage, "attribute path"},
		{`.#"a`, diag.ExitUsage, "attribute path"},
		{`.#a"b"`, diag.ExitUsage, "attribute path"},
		{".#%zz", diag.ExitUsage, "percent-encoding"},
		{"./x.nix#y", diag.ExitUsage, "no attribute path"},
		{"./x.nix?ref=y", diag.ExitUsage, "no parameters"},
		{"./flake/flake.nix", diag.ExitUsage, "./flake#NAME"},
		{"path:./x.nix", diag.ExitUsage, "insomnia resolve ./x.nix"},
		{"builtin:", diag.ExitUsage, "builtin:coder"},
		{"builtin:../x", diag.ExitUsage, "builtin:coder"},
		{"user:", diag.ExitUsage, "name of a profile"},
		{"./both", diag.ExitNotFound, "./both/profile.nix\n  ./both#NAME"},
		{"foo+bar:x", diag.ExitNotFound, "unknown scheme"},
		{"./flake?bogus=1", diag.ExitUsage, "unknown parameter `bogus`"},
		{"path:./flake?ref=dev", diag.ExitUsage, "unknown parameter `ref`"},
		{"path:./flake?bogus=1", diag.ExitUsage, "dir, narHash"},
		{"git+file:///r?bogus=1", diag.ExitUsage, "unknown parameter `bogus`"},
		{"github:o/r?bogus=1", diag.ExitUsage, "unknown parameter `bogus`"},
		{"./flake?ref=a&ref=b", diag.ExitUsage, "given twice"},
		{"./flake?rev=abc", diag.ExitUsage, "hexadecimal"},
		{"./flake?ref=-x", diag.ExitUsage, "branch or tag"},
		{"./flake?ref=", diag.ExitUsage, "branch or tag"},
		{"./flake?dir=../x", diag.ExitUsage, "inside the source"},
		{"./flake?dir=a/../../x", diag.ExitUsage, "inside the source"},
		{"./flake?dir=/x", diag.ExitUsage, "inside the source"},
		{"path:/x?narHash=md5-x", diag.ExitUsage, "sha256-"},
		{"./flake?%zz", diag.ExitUsage, "parameters"},
		{"github:o", diag.ExitUsage, "OWNER/REPO"},
		{"github:o/r/dev?ref=main", diag.ExitUsage, "two values"},
		{"git+file://host/r", diag.ExitUsage, "host"},
		{"https:example.org", diag.ExitUsage, "https://HOST/PATH"},
		{"a b#c", diag.ExitUsage, "./a b"},
		{"path:", diag.ExitUsage, "path:DIRECTORY"},
	} {
		t.Run(test.text, func(t *testing.T) {
			r, err := Parse(test.text, dir)
			if err == nil {
				t.Fatalf("accepted as %+v", r)
			}
			e := diag.From(err)
			d := e.Diagnostics[0]
			if e.Exit != test.exit || !strings.Contains(d.Message+"\n"+d.Expected+"\n"+d.Hint, test.says) {
				t.Errorf("exit %d: %+v", e.Exit, d)
			}
		})
	}
}

func TestForms(t *testing.T) {
	dir := files(t)
	parse := func(text string) Reference {
		r, err := Parse(text, dir)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, test := range []struct{ text, portable, shared, key string }{
		{"./flake#x", "./flake#x", ".#x", dir + "/flake#x"},
		{"./flake?dir=sub&ref=dev#x", "./flake?dir=sub&ref=dev#x", ".#x", dir + "/flake/sub#x"},
		{".", ".", ".", dir},
		{"./near.nix", "./near.nix", "./near.nix", dir + "/near.nix"},
		{"/elsewhere/x.nix", "/elsewhere/x.nix", "./x.nix", "/elsewhere/x.nix"},
		{"path:./a%23b#c", "path:" + dir + "/a%23b#c", ".#c", dir + "/a#b#c"},
		{"github:o/r/" + rev + "?dir=d#x", "github:o/r?dir=d&rev=" + rev + "#x", "github:o/r/" + rev + "?dir=d#x", "github:o/r?dir=d#x"},
		{"git+https://h.example/r?narHash=sha256-x%3D&ref=m#x", "git+https://h.example/r?narHash=sha256-x%3D&ref=m#x",
			"git+https://h.example/r?narHash=sha256-x%3D&ref=m#x", "git+https://h.example/r?ref=m#x"},
		{"tarball+file:///secret/x.tar#x", "tarball+file:///secret/x.tar#x", ".#x", "tarball+file:///secret/x.tar#x"},
		{"builtin:coder", "builtin:coder", "builtin:coder", "builtin:coder"},
	} {
		r := parse(test.text)
		if got := r.Portable(dir); got != test.portable {
			t.Errorf("%s: Portable = %s, not %s", test.text, got, test.portable)
		}
		if got := r.Shared(); got != test.shared {
			t.Errorf("%s: Shared = %s, not %s", test.text, got, test.shared)
		}
		if got := r.Key(); got != test.key {
			t.Errorf("%s: Key = %s, not %s", test.text, got, test.key)
		}
	}
	if got := parse("./flake").With("a.b").String(); got != `./flake#"a.b"` {
		t.Errorf("With = %s", got)
	}
	if got := InDirectory(filepath.Join(dir, "odd#x?y %20 ü"), "z").String(); got != "path:"+escape(filepath.Join(dir, "odd#x?y %20 ü"))+"#z" {
		t.Errorf("InDirectory = %s", got)
	}
}

// Whatever is accepted means the same from another directory, and nothing panics.
func TestLastingForms(t *testing.T) {
	dir := files(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{".", "/", "#", "?", "&", "=", ":", "%", "a", "b", "flake", "dir", "ref", "path:", "git+file:",
			"github:", "https://", "o/r", "..", "~", "\"", " ", "ü", ".nix", "%23", "rev=" + rev, "narHash=sha256-x", "host=h", "+", "-", "@"}), 1, 8).Draw(t, "parts")
		r, err := Parse(strings.Join(text, ""), dir)
		if err != nil {
			return
		}
		sameElsewhere(t, r)
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{".", ".#a.b", `.#"x"`, "github:o/r#x", "builtin:coder", "~", "path:", "#", "a#b#c", ".#%41", "./x?ref=a&rev=b"} {
		f.Add(seed)
	}
	dir := files(f)
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := Parse(text, dir); err == nil {
			sameElsewhere(t, r)
		}
	})
}

// A directory in a source keeps its name through text, whatever is in it.
func TestDirectoryInText(t *testing.T) {
	for _, dir := range []string{"sub", "a b", "a+b", "a&b", "a#b", "a?b", "a%20b", "a=b", "größe", "x/y z"} {
		text := "git+file:///repo" + Query{Dir: dir, Rev: strings.Repeat("0", 40)}.String()
		ref, err := Parse(text+"#x", "/")
		if err != nil || ref.Query.Dir != dir || ref.Dir() != "/repo/"+dir || ref.Attr[0] != "x" {
			t.Errorf("%q: %q is %+v, %v", dir, text, ref, err)
		}
	}
	if ref, err := Parse("https://example.org/a.tgz?a b=c+d#x", "/"); err != nil || !strings.Contains(ref.Lasting(), "a%20b=c%2Bd") {
		t.Errorf("parameters of an address: %s, %v", ref.Lasting(), err)
	}
	for _, text := range []string{".?ref=/x", ".?ref=x/", ".?ref=x//y", "a//b"} {
		if ref, err := Parse(text, "/"); err == nil {
			t.Errorf("%s: accepted as %+v", text, ref)
		}
	}
}
