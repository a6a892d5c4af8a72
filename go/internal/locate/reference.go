// Package locate finds what a reference leads to on this machine, before anything
// of it is evaluated: the directory of a flake and its lock, the root that a
// profile file may read below, and what of that git hides. It decides what may be
// downloaded, and refuses what would be read from outside a source.
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

// Kind says what a reference selects, in the identity of what it resolves to.
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

// Parse reads a reference that needs no look-up: a name alone and SOURCE:NAME
// are errors, since package registry resolves those.
func Parse(text, dir string) (*Reference, error) {
	if text == "" {
		text = "."
	}
	parsed, err := reference.Parse(text, dir)
	if err != nil {
		return nil, err
	}
	ref := &Reference{Text: text, Attr: parsed.Attr, Path: parsed.Path, Name: parsed.Name, Parsed: parsed}
	switch parsed.Kind {
	case reference.Builtin:
		ref.Kind = KindBuiltin
	case reference.File:
		ref.Kind = KindPath
	case reference.Name:
		return nil, bareName(text, dir)
	case reference.Qualified:
		return nil, unknownSource(text, parsed.Source)
	default:
		ref.Kind, ref.Path, ref.Name = KindFlake, "", ""
		ref.Flake, err = ref.flake(dir)
	}
	return ref, err
}

// ParseFlake reads a reference to a flake as a whole. what says of whom one is asked for.
func ParseFlake(text, dir, what string) (*Reference, error) {
	if parsed, err := reference.Parse(text, dir); err == nil && text != "" && parsed.Kind != reference.Name && (!parsed.IsFlake() || len(parsed.Attr) > 0) {
		return nil, diag.Errorf(diag.ExitUsage, "not-a-flake", "%s, and `%s` is not one", what, text).
			Expectedf("a flake reference without `#`, such as . or github:OWNER/REPO").
			Hintf("for a single profile: insomnia resolve %s", text)
	}
	return Parse(text, dir)
}

// flake is the part before `#` that Nix takes too, and sets LocalDir.
func (ref *Reference) flake(dir string) (string, error) {
	p := ref.Parsed
	switch typed := p.Flake(); {
	case p.Pinned() && p.Scheme == "":
		root := GitRoot(p.Path)
		if root == "" {
			return "", diag.Errorf(diag.ExitUsage, "not-a-repository", "%s selects a commit, and %s is not in a git repository", ref.Text, p.Path).
				Hintf("leave out `?ref=` and `?rev=`")
		}
		pinned := reference.InRepository(root, p)
		ref.Parsed = pinned
		return pinned.Flake(), nil
	case p.Kind == reference.Local && p.Pinned():
		return "git+file:" + strings.TrimPrefix(p.WithoutAttr(), "git+file:"), nil
	case p.Kind == reference.Local:
		ref.LocalDir = p.Dir()
		if p.Scheme == "" && strings.HasPrefix(typed, "~") || strings.ContainsAny(p.Path, "#?") {
			return p.WithoutAttr(), nil
		}
		return typed, nil
	case !strings.HasPrefix(typed, p.Scheme+":") && p.Kind == reference.Remote:
		return p.WithoutAttr(), nil // a scheme in capitals
	default:
		return typed, nil
	}
}

func unknownSource(text, source string) error {
	switch source {
	case "user", "project":
		return diag.Errorf(diag.ExitNotFound, "source-unknown", "profiles of the %s are not looked up by name here: %s", source, text).
			Hintf("refer to the file or flake itself: ./PROFILE.nix or .#%s", strings.TrimPrefix(text, source+":"))
	}
	return diag.Errorf(diag.ExitNotFound, "source-unknown", "source `%s` not found: %s", source, text).
		Expectedf("builtin:NAME, a path, or a flake reference (path:, git+file:, github:, …)")
}

// bareName is the answer to a name without a place, which is looked up nowhere here.
func bareName(name, dir string) error {
	e := diag.Errorf(diag.ExitNotFound, "name-unqualified", "a name alone does not say where `%s` comes from", name)
	candidates := []string{"builtin:" + name, ".#" + name}
	if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
		if info.IsDir() {
			candidates = append(candidates, "./"+name, "./"+name+"#NAME")
		} else {
			candidates = append(candidates, "./"+name)
		}
	} else if Exists(filepath.Join(dir, name+".nix")) {
		candidates = append(candidates, "./"+name+".nix")
	}
	return e.Hintf("say which one is meant:\n  %s", strings.Join(candidates, "\n  "))
}

// Explicit reports whether a reference says by itself what its source is.
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
