package evaluate

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/nix/pack"
)

// packSources are the texts that are packed: the library without its tests.
func packSources(t *testing.T) []pack.Source {
	var out []pack.Source
	for _, files := range []fs.FS{insomnia.Library, entryFiles} {
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || path.Ext(name) != ".nix" || strings.HasPrefix(name, "lib/tests/") {
				return err
			}
			text, err := fs.ReadFile(files, name)
			out = append(out, pack.Source{Name: name, Text: string(text)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// What is packed is what the texts are now.
func TestPack(t *testing.T) {
	data, err := pack.Encode(packSources(t))
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "library.pack", data)
}
