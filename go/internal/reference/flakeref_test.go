package reference_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// FuzzFlakeRef holds that whatever is read can be written and is read the same again.
func FuzzFlakeRef(f *testing.F) {
	for _, text := range []string{"github:a/b/c?dir=d", "git+https://h/r?ref=x&submodules=1", "path:/a/b?rev=0", "nixpkgs/x", "https://h/x.tar.gz?narHash=x",
		"gitlab:a%2Fb/c", "hg+file:///x?ref=y", "flake:a/b", "/a?dir=b", "tarball+https://h/x", "git+file:a", "github:a/b#c", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		attrs, err := reference.FlakeRef(text)
		if err != nil {
			return
		}
		written, err := reference.FlakeRefText(attrs)
		if err != nil || strings.Contains(text, "+") { // `tarball+` and `file+` are not written
			return
		}
		again, err := reference.FlakeRef(written)
		if err != nil {
			t.Fatalf("%q is written %q, which cannot be read: %v", text, written, err)
		}
		// What is not part of a written reference.
		for _, name := range []string{"allRefs", "shallow", "submodules", "lfs", "exportIgnore", "revCount", "lastModified", "rev", "narHash", "verifyCommit"} {
			delete(attrs, name)
			delete(again, name)
		}
		if !reflect.DeepEqual(attrs, again) {
			t.Fatalf("%q is %v, written %q and then %v", text, attrs, written, again)
		}
	})
}
