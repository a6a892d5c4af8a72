// Package locate resolves a reference on this machine before any evaluation: to the
// directory of a flake and its lock, to the root that a profile file may read below,
// and to the files there that git hides. It decides about downloads, and refuses reads
// from outside a source.
//
// Errors are *diag.Error.
package locate

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Kind is the kind of source that a reference selects, as recorded in the identity of
// the result.
type Kind string

const (
	KindFlake   Kind = "flake"   // an output of a flake
	KindPath    Kind = "path"    // a profile.nix
	KindBuiltin Kind = "builtin" // inside this program
)

// Reference is a reference as the evaluators take it.
type Reference struct {
	Text string // as typed
	Kind Kind
	// Flake is the part before `#` of a flake reference. It is as typed, but for
	// what only this program reads so: `~`, and a commit of the repository around
	// a directory.
	Flake string
	// LocalDir is the directory of a flake whose files are read where they are.
	LocalDir string
	// Attr is the attribute path: empty for "the one profile there is", one
	// name for a profile of insomniaProfiles, several for a path from the
	// flake's outputs.
	Attr []string
	// Path is the file of a path profile.
	Path string
	// Name is the profile of a builtin reference.
	Name string

	Parsed reference.Reference
}

// Of makes of a reference what the evaluators take. A name has to be looked up
// before, in the catalog.
func Of(parsed reference.Reference) (*Reference, error) {
	ref := &Reference{Text: parsed.String(), Attr: parsed.Attr, Path: parsed.Path, Name: parsed.Name, Parsed: parsed}
	switch {
	case !parsed.Explicit():
		return nil, diag.Errorf(diag.ExitNotFound, "name-unqualified", "`%s` does not say where the profile comes from", parsed).
			Hintf("write a qualified reference, such as user:NAME; insomnia profile list shows what there is")
	case parsed.Kind == reference.Builtin:
		ref.Kind = KindBuiltin
		return ref, nil
	case parsed.Kind == reference.File:
		ref.Kind = KindPath
		return ref, nil
	}
	ref.Kind, ref.Path, ref.Name = KindFlake, "", ""
	var err error
	if ref.Flake, err = ref.flake(); err == nil && (parsed.Pinned() || ref.Bare()) {
		err = refuseForeignRepository(ref.Parsed.Path)
	}
	return ref, err
}

// flake is the part before `#` that Nix takes too. It sets LocalDir.
func (ref *Reference) flake() (string, error) {
	if p := ref.Parsed; p.Pinned() && p.Scheme == "" {
		root := reference.WorkTree(p.Path)
		if root == "" {
			return "", diag.Errorf(diag.ExitUsage, "not-a-repository", "%s selects a commit, and %s is not in a git repository", ref.Text, p.Path).
				Hintf("leave out `?ref=` and `?rev=`")
		}
		ref.Parsed = reference.InRepository(root, p)
	}
	if !ref.Parsed.Pinned() {
		ref.LocalDir = ref.Parsed.Dir()
	}
	return ref.Parsed.ForNix(), nil
}

// Explicit reports whether a reference names its source itself.
func (ref *Reference) Explicit() bool { return ref.Parsed.Scheme != "" }

// Bare reports whether a git reference names a repository without a work tree.
func (ref *Reference) Bare() bool {
	return ref.Parsed.Scheme == "git+file" && Exists(filepath.Join(ref.LocalDir, "HEAD")) &&
		!Exists(filepath.Join(ref.LocalDir, "flake.nix"))
}

// Remote reports whether a reference is to something off this machine, or may be.
func (ref *Reference) Remote() bool {
	p := ref.Parsed
	return p.Kind == reference.Registry || p.Kind == reference.Remote && !strings.HasSuffix(p.Scheme, "file")
}

// Lasting writes the reference so that it means the same from any directory.
// attr is the attribute path that it has led to.
func (ref *Reference) Lasting(attr []string) string {
	if ref.Kind != KindFlake {
		return ref.Parsed.Lasting()
	}
	return ref.Parsed.With(attr...).Lasting()
}

// Exists reports whether a file is there.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
