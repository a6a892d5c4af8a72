// Package reference represents the text that selects a profile as a value.
//
// A reference is parsed once, where it enters the program: an argument, an alias, a
// default, a pin, a record of a Pod. All code after that uses the value, so that every
// command understands the same text alike.
//
//	ref, err := reference.Parse("./agents?dir=sub#coder", dir)
//	ref.Kind       // Local
//	ref.Dir()      // /abs/agents/sub
//	ref.Lasting()  // /abs/agents?dir=sub#coder, from any directory
//
// The package evaluates nothing and makes no request. It looks at file names in two
// cases: to distinguish a profile file from a directory, and to find where the path
// ends in a name that contains `#` or `?`.
package reference

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is the kind of source that a reference selects; it determines which fields are
// set.
type Kind int

const (
	// Default is the empty reference: the default profile.
	Default Kind = iota
	// Name is a name alone, to be looked up: Name.
	Name
	// Builtin is a profile inside the program: Name.
	Builtin
	// Qualified is SOURCE:NAME, with the source `user`, `project` or one of a config: Source, Name.
	Qualified
	// File is a profile file: Path.
	File
	// Local is a flake in a directory of this machine: Path, Scheme, Query, Attr.
	Local
	// Remote is a flake at an address: Scheme, Type, Address (or Owner and Repo), Query, Attr.
	Remote
	// Registry is a flake by its name in Nix's registry: Name, Query, Attr.
	Registry
)

func (k Kind) String() string {
	return [...]string{"default", "name", "builtin", "qualified", "file", "local", "remote", "registry"}[k]
}

// Reference is a parsed reference. The zero value is the default profile.
type Reference struct {
	Kind   Kind
	Source string
	Name   string
	// Path is absolute and clean: a file, or the directory before ?dir= is applied.
	Path string
	// Scheme is the URL scheme in lowercase; empty for a path that was typed as one.
	Scheme string
	// Type is the input type of a remote reference as flake.lock has it: github,
	// gitlab, sourcehut, git, tarball, file or hg.
	Type        string
	Owner, Repo string
	// Address is the URL of a remote reference without what Query holds.
	Address string
	Query   Query
	// Attr is the attribute path: empty for the one profile there is, one name
	// for a profile of insomniaProfiles, several for a path from the outputs.
	Attr []string

	text  string
	flake string // the part of text before `#`
}

// String is the reference as it was typed.
func (r Reference) String() string { return r.text }

// Typed returns the reference with another text for messages: the name or alias
// that led to it.
func (r Reference) Typed(text string) Reference {
	r.text = text
	return r
}

// Written returns the reference to a flake with another text before `#`: how its
// directory is called from where the reference is shown.
func (r Reference) Written(flake string) Reference {
	r.flake = flake
	r.text = flake + fragment(r.Attr)
	return r
}

// IsFlake reports whether the reference selects an output of a flake.
func (r Reference) IsFlake() bool {
	return r.Kind == Local || r.Kind == Remote || r.Kind == Registry
}

// WholeFlake reports whether the reference selects a flake, and none of its profiles
// by name.
func (r Reference) WholeFlake() bool { return r.IsFlake() && len(r.Attr) == 0 }

// Explicit reports whether the reference selects its target without a look-up of names.
func (r Reference) Explicit() bool {
	return r.Kind != Default && r.Kind != Name && r.Kind != Qualified
}

// Dir is the directory on this machine: with the flake.nix for a Local reference,
// with the file for a File; empty for all others.
func (r Reference) Dir() string {
	switch r.Kind {
	case File:
		return filepath.Dir(r.Path)
	case Local:
		return filepath.Join(r.Path, filepath.FromSlash(r.Query.Dir))
	}
	return ""
}

// Pinned reports whether a Local reference selects a commit or a branch of the
// repository instead of the files in the directory.
func (r Reference) Pinned() bool {
	return r.Kind == Local && (r.Query.Ref != "" || r.Query.Rev != "")
}

// With returns the reference to an attribute of the same flake.
func (r Reference) With(attr ...string) Reference {
	r.Attr = slices.Clone(attr)
	r.text = r.Flake() + fragment(attr)
	return r
}

// Flake is the part before `#`, as it was typed where it was.
func (r Reference) Flake() string {
	if r.flake != "" {
		return r.flake
	}
	return r.place()
}

// ForNix is the part before `#` in a form that Nix reads alike. It is as typed, but
// for what only this program reads so: `~`, a path with `#` or `?`, a scheme in
// capitals, and a commit of the repository around a directory.
func (r Reference) ForNix() string {
	typed := r.Flake()
	switch {
	case r.Pinned(),
		r.Kind == Local && (r.Scheme == "" && strings.HasPrefix(typed, "~") || strings.ContainsAny(r.Path, "#?")),
		r.Kind == Remote && !strings.HasPrefix(typed, r.Scheme+":"):
		return r.place()
	}
	return typed
}

// WithoutAttr is the lasting form of the flake alone, without `#` and what follows.
func (r Reference) WithoutAttr() string { return r.place() }

// InRepository is a reference to a directory as one to the repository at root
// that holds it, which is where commits and branches are looked up.
func InRepository(root string, r Reference) Reference {
	if rel, err := filepath.Rel(root, r.Dir()); err == nil && rel != "." {
		r.Query.Dir = filepath.ToSlash(rel)
	}
	r.Path, r.Scheme, r.flake = root, "git+file", ""
	return r
}

// InDirectory is the reference to the flake in a directory, as if its absolute path were typed.
func InDirectory(dir string, attr ...string) Reference {
	r := Reference{Kind: Local, Path: filepath.Clean(dir), Attr: slices.Clone(attr)}
	r.text = r.Lasting()
	return r
}

// OfFile is the reference to a profile file.
func OfFile(path string) Reference {
	return Reference{Kind: File, Path: filepath.Clean(path), text: path}
}

// OfBuiltin is the reference to a profile inside the program.
func OfBuiltin(name string) Reference {
	return Reference{Kind: Builtin, Name: name, text: builtinPrefix + name}
}

// OfSource is the reference SOURCE:NAME.
func OfSource(source, name string) Reference {
	return Reference{Kind: Qualified, Source: source, Name: name, text: source + ":" + name}
}

const builtinPrefix = "builtin:"

// Lasting returns text that selects the same from any working directory; Parse accepts
// it. Names stay names: their targets may change.
func (r Reference) Lasting() string {
	switch r.Kind {
	case Builtin:
		return builtinPrefix + r.Name
	case Qualified:
		return r.Source + ":" + r.Name
	case Name:
		return r.Name
	case File:
		return r.Path
	case Default:
		return ""
	}
	return r.place() + fragment(r.Attr)
}

// place is the reference without its attribute path.
func (r Reference) place() string {
	query := r.Query.String()
	switch r.Kind {
	case Local:
		path := r.Path
		if IsProfileFile(path) {
			path += "/" // a directory, and not a file
		}
		switch {
		case r.Scheme != "":
			return r.Scheme + ":" + authority(r.Scheme) + escape(path) + query
		case strings.ContainsAny(path, "#?"):
			return r.escaped()
		}
		return path + query
	case Registry:
		return "flake:" + r.Name + query
	}
	switch r.Type {
	case "github", "gitlab", "sourcehut":
		return r.Type + ":" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Repo) + query
	}
	if strings.Contains(r.Address, "?") {
		query = strings.Replace(query, "?", "&", 1)
	}
	return r.prefix() + r.Address + query
}

// escaped writes a path that contains `#` or `?` as a URL. Where a typed path ends
// depends on which files exist, which may change. The URL fixes the present meaning.
func (r Reference) escaped() string {
	if root := WorkTree(r.Path); root != "" {
		q := r.Query
		if rel, err := filepath.Rel(root, r.Dir()); err == nil && rel != "." {
			q.Dir = filepath.ToSlash(rel)
		}
		return "git+file://" + escape(root) + q.String()
	}
	return "path:" + escape(r.Path) + r.Query.String()
}

// prefix returns the part before the address of a remote reference, such as `git+`.
func (r Reference) prefix() string {
	prefix, _, ok := strings.Cut(r.Scheme, "+")
	if !ok {
		return ""
	}
	return prefix + "+"
}

func authority(scheme string) string {
	if scheme == "path" {
		return ""
	}
	return "//"
}

// Portable writes the reference for a config of the project at root: a path
// inside it is relative to it.
func (r Reference) Portable(root string) string {
	if r.Kind != File && r.Kind != Local || r.Scheme != "" || root == "" {
		return r.Lasting()
	}
	rel, err := filepath.Rel(real(root), real(r.Path))
	if err != nil || !filepath.IsLocal(rel) || strings.ContainsAny(rel, "#?") {
		return r.Lasting()
	}
	if rel = filepath.ToSlash(rel); rel != "." {
		rel = "./" + rel
	}
	if r.Kind == File {
		return rel
	}
	return rel + r.Query.String() + fragment(r.Attr)
}

// Shared is the reference without a path of this machine, for an export: what
// it names inside its source stays.
func (r Reference) Shared() string {
	switch r.Kind {
	case File:
		return "./" + filepath.Base(r.Path)
	case Local:
		if len(r.Attr) == 0 && r.Scheme == "" && ManifestFile(r.Path) {
			return "./" + filepath.Base(r.Path) // a manifest
		}
		return "." + fragment(r.Attr)
	case Remote:
		if strings.HasSuffix(r.Scheme, "file") {
			return "." + fragment(r.Attr)
		}
	}
	return r.text
}

// Key names the source for records that outlive a state of it, such as consent:
// the same for every way to type it, and without a revision. Links are followed.
func (r Reference) Key() string {
	switch r.Kind {
	case File:
		return real(r.Path)
	case Local:
		return real(r.Dir()) + fragment(r.Attr)
	case Remote, Registry:
		r.Query.Rev, r.Query.NarHash, r.Query.Nix = "", "", ""
	}
	return r.Lasting()
}

func real(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

func escape(path string) string {
	return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}
