package eval

import (
	"context"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Only what was read has a text, whatever else there is.
func TestText(t *testing.T) {
	files := source.NewMemory()
	files.Add("a.nix", 0o444, []byte("import ./dir/b.nix"))
	files.Add("dir/b.nix", 0o444, []byte("1"))
	files.Add("link", 0o777|1<<27, []byte("dir")) // fs.ModeSymlink
	files.Add("secret", 0o444, []byte("secret"))
	sources := &source.FS{}
	sources.Mount("/src", files)
	ev := New(Options{Context: context.Background(), Sources: sources})
	if _, ok := ev.Text("/src/a.nix"); ok {
		t.Error("a text before it is read")
	}
	v, err := ev.EvalFile("/src/a.nix")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ev.ToJSON(v); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/src/a.nix": "import ./dir/b.nix", "/src/dir/b.nix": "1", "/src/link/b.nix": "1",
		"/src/secret": "", "/src/none": "", "/etc/passwd": "", "/src/../etc/passwd": "", "": "", "a.nix": "",
	} {
		if text, ok := ev.Text(name); text != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", name, text, ok)
		}
	}
}
