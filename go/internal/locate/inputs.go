package locate

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// RefuseUnsafeInputs looks at what a lock would have Nix read from this machine,
// before Nix reads anything: a flake from elsewhere may name no file here at
// all, and, where sources are copied to the Nix store, one in a folder here no
// private files outside of it, since all users can read the store. local is nil
// for a flake from elsewhere, ref its reference.
func RefuseUnsafeInputs(ref string, local *Flake, lock *flake.Lock, copied bool) error {
	if lock == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(lock.Nodes)) {
		locked := lock.Nodes[name].Locked
		if locked == nil {
			continue
		}
		path, whole := machinePath(locked)
		if path == "" {
			continue
		}
		if local == nil {
			return unsafeInput(ref, name, path, "and a flake from elsewhere may read nothing of this machine").
				Hintf("if you trust the flake, clone its repository and refer to the directory: insomnia resolve ./DIR#NAME")
		}
		if rel, err := filepath.Rel(local.Root(), path); err == nil && filepath.IsLocal(rel) {
			continue
		}
		if !copied || !whole || !Exists(path) {
			continue
		}
		if private := privateFiles(path); len(private) > 0 {
			return unsafeInput(ref, name, path, "and Nix would copy all of it to its store, where all users of this machine can read it: "+
				strings.Join(private, ", ")).
				Hintf("if it is yours, make it a git repository and the input git+file://%s; else leave this flake alone", path)
		}
	}
	return nil
}

// machinePath returns the path on this machine that an input is read from, or an empty
// one. whole reports whether Nix copies all of it, and not only the files that git
// tracks.
func machinePath(l *flake.Locked) (path string, whole bool) {
	switch l.Type {
	case "path":
		if filepath.IsAbs(l.Path) {
			return filepath.Clean(l.Path), true
		}
	case "git", "hg", "tarball", "file":
		a, err := address.Parse(l.URL)
		switch {
		case err != nil:
			return l.URL, false // what it means cannot be told
		case a.Local():
			return filepath.Clean(a.FilePath()), l.Type == "tarball" || l.Type == "file"
		}
	}
	return "", false
}

func unsafeInput(ref, name, path, why string) *diag.Error {
	return diag.Errorf(diag.ExitRefused, "unsafe-input", "the input `%s` of `%s` is %s, %s", name, ref, path, why)
}
