package locate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

func of(text, dir string) (*Reference, error) {
	ref, err := reference.Parse(text, dir)
	if err != nil {
		return nil, err
	}
	return Of(ref)
}

// What the evaluators take of a reference; package reference tests the rest.
func TestParse(t *testing.T) {
	dir := t.TempDir()
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"repo/.git/HEAD", "repo/sub/flake.nix", "odd#x/flake.nix"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rev = "0123456789abcdef0123456789abcdef01234567"
	for _, test := range []struct{ text, flake, local string }{
		{".", ".", dir},
		{".#coder", ".", dir},
		{"#coder", ".", dir},
		{"~/flake#x", home + "/flake", home + "/flake"},
		{"./repo?dir=sub#x", "./repo?dir=sub", dir + "/repo/sub"},
		{"./odd#x#y", "path:" + dir + "/odd%23x", dir + "/odd#x"},
		{"path:/abs?dir=sub#x", "path:/abs?dir=sub", "/abs/sub"},
		{"git+file:///repo?dir=sub#x", "git+file:///repo?dir=sub", "/repo/sub"},
		{"git+file:///repo?rev=" + rev + "#x", "git+file:///repo?rev=" + rev, ""},
		{"./repo?ref=dev#x", "git+file://" + dir + "/repo?ref=dev", ""},
		{"./repo/sub?rev=" + rev + "#x", "git+file://" + dir + "/repo?dir=sub&rev=" + rev, ""},
		{"github:o/r#x", "github:o/r", ""},
		{"GITHUB:o/r#x", "github:o/r", ""},
		{"https://example.org/x.tar.gz?a=1#x", "https://example.org/x.tar.gz?a=1", ""},
		{"insomnia#coder", "insomnia", ""},
	} {
		got, err := of(test.text, dir)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if got.Kind != KindFlake || got.Flake != test.flake || got.LocalDir != test.local {
			t.Errorf("%s: %+v", test.text, got)
		}
		again, err := of(got.Lasting(got.Attr), t.TempDir())
		if err != nil || again.LocalDir != test.local || test.local == "" && again.Flake != got.Parsed.WithoutAttr() {
			t.Errorf("%s: from another directory, %q is %+v, %v", test.text, got.Lasting(got.Attr), again, err)
		}
	}
	for _, test := range []struct {
		text string
		exit diag.Exit
		says string // in the message, what was expected, or the hint
	}{
		{"coder", diag.ExitNotFound, "such as user:NAME"},
		{"user:coder", diag.ExitNotFound, "does not say where"},
		{"team:coder", diag.ExitNotFound, "does not say where"},
		{"./none?ref=dev", diag.ExitUsage, "not in a git repository"},
	} {
		ref, err := of(test.text, dir)
		if err == nil {
			t.Errorf("%s: accepted as %+v", test.text, ref)
			continue
		}
		e := diag.From(err)
		d := e.Diagnostics[0]
		if e.Exit != test.exit || !strings.Contains(d.Message+"\n"+d.Expected+"\n"+d.Hint, test.says) {
			t.Errorf("%s: exit %d: %+v", test.text, e.Exit, d)
		}
	}
}

func TestSourceStoreName(t *testing.T) {
	// A store path that Nix made of a source with this hash.
	got, ok := sourceStoreName("sha256-Effu2+tzJlTYYa5EmsylWNVMAW6UaTT2fdgj+aq9zpQ=")
	if want := "qxk4bxb0kz64lyqd7paxr8ik7n4wndrr-source"; !ok || got != want {
		t.Errorf("%s, %v", got, ok)
	}
	if _, ok := sourceStoreName("sha1-AAAA"); ok {
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
		if got := SameInput(test.a, test.b); got != test.same {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}
