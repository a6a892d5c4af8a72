// Package catalog finds profiles by name.
//
// A profile comes from one of four sources: the program itself (builtin), the user's
// directory, the project (its directory .insomnia/profiles and its flake), and flakes
// that a config names. A qualified reference (user:coder) names the source. A bare name
// must be found in exactly one place, or nothing is chosen: no source has precedence
// over another. An alias settles a name permanently.
//
// The package looks at files and never evaluates; it learns the profiles of a flake
// through [Catalog.FlakeNames]. It makes no network requests.
package catalog

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/ownership"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// The sources that always exist.
const (
	Builtin = "builtin"
	User    = "user"
	Project = "project"
)

// fallback is the name of the built-in profile that is used when nothing else is set.
const fallback = "coder"

// Candidate is a profile, found but not evaluated.
type Candidate struct {
	Name   string
	Source string              // builtin, user, project or the name of a source
	Ref    reference.Reference // as it can be typed here
	Target reference.Reference // what the resolver takes; always explicit
	// File is the file that defines it, if known.
	File string
	Line int
}

// Defined is a profile of a flake and the place of its definition.
type Defined struct {
	Name string
	File string
	Line int
}

// Flake is a flake with profiles: of the project or of a named source.
type Flake struct {
	Source string
	Ref    reference.Reference // what the resolver takes
	File   string              // of its flake.nix, when it is here

	paste reference.Reference // Ref as it can be typed here
}

// Catalog knows the sources.
type Catalog struct {
	Dir     string // the working directory
	Library fs.FS
	User    *config.Config
	Project *config.Config // nil outside a project
	// Root is the folder of the project; empty outside one.
	Root string
	// Refused is the reason why the project here is not used; nil if it is, or if there is
	// none.
	Refused *diag.Error
	// Problems are the problems of the configs and of their locks.
	Problems []diag.Diagnostic
	// FlakeNames evaluates which profiles a flake has, without the network.
	FlakeNames func(ctx context.Context, flake Flake) ([]Defined, error)
	// Locks of the named sources, by name.
	locks map[string]Locked
}

// Open reads the configs of the user and of the project that dir is in.
func Open(dir string, library fs.FS) *Catalog {
	r := &Catalog{Dir: dir, Library: library, locks: map[string]Locked{}}
	if r.Root, r.Refused = findProject(dir); r.Refused != nil {
		r.Root = ""
	}
	r.User, r.Problems = config.Load(config.UserDir(), config.User)
	if r.Root != "" {
		var problems []diag.Diagnostic
		r.Project, problems = config.Load(filepath.Join(r.Root, folderName), config.Project)
		r.Problems = append(r.Problems, problems...)
	}
	r.readLocks()
	return r
}

const folderName = ".insomnia"

// findProject is the root of the project that dir is in, and why it is not used:
// another user may have put it there.
func findProject(dir string) (root string, refused *diag.Error) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	root = findRoot(dir)
	switch root {
	case "":
		return "", nil
	case dir:
		return root, ownership.Check(root)
	}
	return root, ownership.CheckFound(root)
}

// findRoot is the nearest folder at or above dir that holds .insomnia or a
// flake.nix, up to the git work tree that holds dir, and else this work tree.
// Outside a work tree, folders above the user's home are not looked at.
func findRoot(dir string) string {
	home, _ := userdir.Home()
	for at := dir; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, folderName)) || exists(filepath.Join(at, "flake.nix")) {
			return at
		}
		if exists(filepath.Join(at, ".git")) {
			return at
		}
		if at == home || at == filepath.Dir(at) {
			return ""
		}
	}
}

// configs are those that there are, the one that wins first.
func (r *Catalog) configs() []*config.Config {
	if r.Project == nil {
		return []*config.Config{r.User}
	}
	return []*config.Config{r.Project, r.User}
}

// looksAt reports whether names are looked up in a place.
func (r *Catalog) looksAt(pick func(config.Discovery) *bool) bool {
	for _, c := range r.configs() {
		if on := pick(c.Discovery); on != nil {
			return *on
		}
	}
	return true
}

// Summaries reports whether lists show what profiles may do.
func (r *Catalog) Summaries() bool {
	for _, c := range r.configs() {
		if c.UI.Summaries != nil {
			return *c.UI.Summaries
		}
	}
	return true
}

// Files are the profiles that need no evaluation to be found, with what could
// not be looked at. all ignores what [discovery] switches off.
func (r *Catalog) Files(all bool) ([]Candidate, []diag.Diagnostic) {
	var found []Candidate
	var problems []diag.Diagnostic
	add := func(on bool, list []Candidate, err error) {
		if !on && !all {
			return
		}
		found = append(found, list...)
		if err != nil {
			problems = append(problems, diag.From(err).Diagnostics...)
		}
	}
	add(r.looksAt(func(d config.Discovery) *bool { return d.Builtin }), r.builtin(), nil)
	user, err := r.folder(User, r.userFolder())
	add(r.looksAt(func(d config.Discovery) *bool { return d.User }), user, err)
	project, err := r.folder(Project, r.projectFolder())
	add(r.looksAt(func(d config.Discovery) *bool { return d.Project }), project, err)
	return found, problems
}

func (r *Catalog) userFolder() string {
	if r.User.Dir == "" {
		return ""
	}
	return filepath.Join(r.User.Dir, "profiles")
}

func (r *Catalog) projectFolder() string {
	if r.Root == "" {
		return ""
	}
	return filepath.Join(r.Root, folderName, "profiles")
}

// Folder returns the directory of a scope's profiles; empty if there is none.
func (r *Catalog) Folder(scope config.Scope) string {
	if scope == config.User {
		return r.userFolder()
	}
	return r.projectFolder()
}

// InFolder are the files of a scope that are profiles of this name: none, one, or several.
func (r *Catalog) InFolder(scope config.Scope, name string) ([]string, error) {
	all, err := r.folder(string(scope), r.Folder(scope))
	var files []string
	for _, c := range all {
		if c.Name == name {
			files = append(files, c.File)
		}
	}
	return files, err
}

// builtin are the profiles inside the program: a folder each.
func (r *Catalog) builtin() []Candidate {
	entries, _ := fs.ReadDir(r.Library, "profiles")
	var out []Candidate
	for _, e := range entries {
		if _, err := fs.Stat(r.Library, "profiles/"+e.Name()+"/profile.nix"); err != nil {
			continue
		}
		ref := reference.OfBuiltin(e.Name())
		out = append(out, Candidate{Name: e.Name(), Source: Builtin, Ref: ref, Target: ref, File: "builtin:profiles/" + e.Name() + "/profile.nix"})
	}
	return out
}

// mostProfiles is how many entries a folder of profiles may have.
const mostProfiles = 10_000

// folder lists NAME.nix, NAME.md and NAME/profile.nix; all are links as well as files.
func (r *Catalog) folder(source, dir string) ([]Candidate, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := config.ReadDir(filepath.Dir(dir), config.Scope(source), filepath.Base(dir), mostProfiles)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var refused *diag.Error
	if errors.As(err, &refused) {
		return nil, refused
	}
	if err != nil {
		return nil, unreadable(dir, err)
	}
	var out []Candidate
	count := map[string]int{}
	for _, e := range entries {
		name, file := e.Name(), filepath.Join(dir, e.Name())
		if strings.HasPrefix(name, ".") {
			continue
		}
		if bare, ok := strings.CutSuffix(name, ".nix"); ok {
			name = bare
		} else if bare, ok := strings.CutSuffix(name, ".md"); ok {
			if !hasFrontmatter(file) {
				continue // a prompt, or notes
			}
			name = bare
		} else if file = filepath.Join(file, "profile.nix"); !existsOrHidden(file) {
			continue
		}
		count[name]++
		out = append(out, Candidate{Name: name, Source: source, Ref: reference.OfSource(source, name), Target: reference.OfFile(file), File: file})
	}
	for i, c := range out {
		if count[c.Name] > 1 || !reference.Plain(c.Name) {
			out[i].Ref = r.pasted(c)
		}
	}
	return out, nil
}

// hasFrontmatter reports whether a Markdown file begins as an agent file does. One that
// cannot be read may do so.
func hasFrontmatter(file string) bool {
	f, _, err := bounded.Open(file)
	if err != nil {
		return true
	}
	defer f.Close()
	start := make([]byte, len("\ufeff---"))
	n, _ := io.ReadFull(f, start) // a shorter file has none
	return strings.HasPrefix(strings.TrimPrefix(string(start[:n]), "\ufeff"), "---")
}

func unreadable(dir string, err error) error {
	return diag.Errorf(diag.ExitNotFound, "source-unreadable", "cannot read the directory of profiles: %v", bounded.Reason(err)).
		At(diag.Position{File: dir}).Hintf("it must be a folder that you may read: ls -ld %s", dir)
}

// ProjectFlake is the flake of the project, found as Nix finds it.
func (r *Catalog) ProjectFlake(all bool) (Flake, bool) {
	if r.Root == "" || !all && !r.looksAt(func(d config.Discovery) *bool { return d.Flake }) {
		return Flake{}, false
	}
	dir := reference.FlakeDir(r.Root)
	if dir == "" || dir != r.Root && ownership.CheckFound(dir) != nil { // another user may have put it above the project
		return Flake{}, false
	}
	ref := reference.InDirectory(dir)
	return Flake{Source: Project, Ref: ref, File: filepath.Join(dir, "flake.nix"), paste: ref.Written(r.relative(dir))}, true
}

// Candidate is a profile of the flake.
func (f Flake) Candidate(d Defined) Candidate {
	c := Candidate{Name: d.Name, Source: f.Source, Target: f.Ref.With(d.Name), File: d.File, Line: d.Line}
	if c.File == "" {
		c.File = f.File
	}
	if c.Ref = reference.OfSource(f.Source, d.Name); !reference.Plain(d.Name) {
		c.Ref = f.paste.With(d.Name)
	}
	return c
}

// Explicit assigns a reference of its own to each profile that shares source and name
// with another.
func Explicit(candidates []Candidate, flake *Flake, r *Catalog) {
	count := map[string]int{}
	for _, c := range candidates {
		count[c.Ref.String()]++
	}
	for i, c := range candidates {
		if count[c.Ref.String()] < 2 {
			continue
		}
		if c.Target.IsFlake() && flake != nil {
			candidates[i].Ref = flake.paste.With(c.Name)
		} else {
			candidates[i].Ref = r.pasted(c)
		}
	}
}

// pasted is the reference to the file of a profile, as it can be typed here.
func (r *Catalog) pasted(c Candidate) reference.Reference {
	return reference.OfFile(c.File).Typed(r.relative(c.File))
}

// relative writes a path so that it can be pasted in the working directory.
func (r *Catalog) relative(path string) string {
	dir := r.Dir
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if rel, err := filepath.Rel(dir, path); err == nil && strings.Count(rel, "..") <= 4 {
		if rel == "." || rel == ".." || strings.HasPrefix(rel, "../") {
			return rel
		}
		return "./" + rel
	}
	return path
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// existsOrHidden is true for what may be there and may not be looked at, so
// that it is shown as broken and not left out.
func existsOrHidden(path string) bool {
	_, err := os.Stat(path)
	return err == nil || errors.Is(err, fs.ErrPermission)
}
