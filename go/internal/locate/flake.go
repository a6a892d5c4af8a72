package locate

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/ownership"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Flake is a flake in a folder, found the way Nix finds it.
type Flake struct {
	Dir     string // holds flake.nix
	GitRoot string // the work tree around it; empty when there is none
	Top     string // of `path:` with `?dir=`: the directory that is the source
	// Submodules: the reference asks for those of GitRoot.
	Submodules bool
}

// Ref is the flake as evaluation takes it.
func (l *Flake) Ref() flake.Ref {
	return flake.Ref{Dir: l.Dir, GitRoot: l.GitRoot, Top: l.Top, Submodules: l.Submodules}
}

// Root is the folder whose copy Nix evaluates.
func (l *Flake) Root() string {
	switch {
	case l.GitRoot != "":
		return l.GitRoot
	case l.Top != "":
		return l.Top
	}
	return l.Dir
}

// FindFlake looks for flake.nix in dir and above it, up to the git work
// tree that holds dir. explicit (`path:`) looks in dir alone.
func FindFlake(dir, typed string, explicit bool) (*Flake, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "directory not found: %s", dir).
			Hintf("a flake reference is a folder with a flake.nix, or a URL such as github:OWNER/REPO; a profile file ends in .nix or .md")
	case !info.IsDir():
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "%s is a file, not the folder of a flake", dir).
			Hintf("a profile file ends in .nix; a resolved manifest is read with --manifest")
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	found := &Flake{Dir: reference.FlakeDir(dir)}
	if found.Dir == "" || explicit && found.Dir != dir {
		return nil, diag.Errorf(diag.ExitNotFound, "no-flake", "no flake.nix in `%s`%s", typed, aboveOrNot(explicit)).
			Hintf("write one, or refer to a profile file (./NAME.nix) or a built-in profile (builtin:NAME)")
	}
	if !explicit {
		found.GitRoot = reference.WorkTree(found.Dir)
	}
	return found, nil
}

func aboveOrNot(explicit bool) string {
	if explicit {
		return ""
	}
	return " or above it"
}

// FlakeOf is the flake that a reference to a folder means.
func FlakeOf(ref *Reference) (*Flake, error) {
	local, err := FindFlake(ref.LocalDir, ref.Flake, ref.Explicit())
	if err != nil {
		return nil, err
	}
	if p := ref.Parsed; p.Scheme == "path" && p.Query.Dir != "" {
		if local.Top, err = filepath.EvalSymlinks(p.Path); err != nil {
			return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "cannot follow %s: %v", p.Path, err)
		}
		if rel, err := filepath.Rel(local.Top, local.Dir); err != nil || !filepath.IsLocal(rel) {
			return nil, diag.Errorf(diag.ExitRefused, "outside-source", "%s is not inside %s", local.Dir, local.Top)
		}
	}
	if ref.Parsed.Scheme == "git+file" {
		local.GitRoot = reference.WorkTree(local.Dir)
	}
	if local.Submodules = ref.Parsed.Query.Submodules; local.Submodules {
		// Its directory may be in a submodule, which is a work tree of its own.
		if local.GitRoot, err = submodulesRoot(ref.Parsed, local.Dir); err != nil {
			return nil, err
		}
	}
	return local, refuseForeign(local, ref)
}

// submodulesRoot is the work tree whose submodules a reference asks for.
func submodulesRoot(p reference.Reference, dir string) (string, error) {
	if p.Query.Dir == "" {
		p.Path = dir
	}
	path, err := filepath.EvalSymlinks(p.Path)
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "flake-not-found", "cannot follow %s: %v", p.Path, err)
	}
	root := reference.WorkTree(path)
	if root == "" {
		return "", diag.Errorf(diag.ExitUsage, "not-a-repository", "%s asks for submodules, and %s is not in a git repository", p, p.Path).
			Hintf("leave out `?submodules=1`")
	}
	if !Within(root, dir) {
		return "", diag.Errorf(diag.ExitRefused, "outside-source", "%s is not inside %s", dir, root)
	}
	return root, nil
}

// refuseForeign refuses a flake that another user owns or could have created above the
// named directory. `path:` selects that directory explicitly, regardless of its owner.
func refuseForeign(local *Flake, ref *Reference) error {
	if ref.Parsed.Scheme == "path" {
		return nil
	}
	named := ref.LocalDir
	if real, err := filepath.EvalSymlinks(named); err == nil {
		named = real
	}
	for _, dir := range []string{local.Dir, local.GitRoot} {
		check := ownership.CheckFound
		if dir == named {
			check = ownership.Check
		}
		if dir == "" {
			continue
		}
		if refused := check(dir); refused != nil {
			return refused
		}
	}
	return nil
}

// refuseForeignRepository refuses a repository of another user if the reference names a
// commit in it: its content is as unsafe as the directory around it.
func refuseForeignRepository(dir string) error {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if refused := ownership.Check(dir); refused != nil {
		return refused
	}
	return nil
}

// Replacement is a folder that replaces an input.
type Replacement struct {
	Text    string // the reference, absolute
	Dir     string
	GitRoot string // empty when all that is in the folder is the source
	// Submodules: those of GitRoot are part of the source.
	Submodules bool
	// Explicit is set by `path:`, which selects the whole directory.
	Explicit bool
}

// FindReplacement finds the folder that an override names; nil when it names
// none. A relative path is made absolute, since Nix versions differ in what
// they take it to be relative to.
func FindReplacement(ref, dir string) (*Replacement, error) {
	parsed, err := reference.Parse(ref, dir)
	if err != nil {
		return nil, err
	}
	if parsed.Kind != reference.Local || parsed.Pinned() {
		return nil, nil
	}
	found := &Replacement{Text: parsed.WithoutAttr(), Dir: parsed.Dir(), Explicit: parsed.Scheme == "path"}
	if !found.Explicit {
		found.GitRoot = reference.WorkTree(found.Dir)
	}
	if found.Submodules = parsed.Query.Submodules; found.Submodules {
		if found.GitRoot, err = submodulesRoot(parsed, found.Dir); err != nil {
			return nil, err
		}
	}
	if info, err := os.Stat(found.Dir); err != nil || !info.IsDir() {
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "directory of the overridden input not found: %s", found.Dir)
	}
	return found, nil
}

// RefusePrivateFiles keeps Nix from copying private files to its store, which every
// user of the machine can read. From a directory that is not a git work tree, Nix
// copies all files.
func RefusePrivateFiles(local *Flake) error {
	private := privateFiles(local.Dir)
	if len(private) == 0 {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "private-files", "%s is not in a git repository, so Nix would copy every file in it to its store, "+
		"where all users of this machine can read them: %s", local.Dir, strings.Join(private, ", ")).
		Hintf("make it a repository, of which only tracked files are copied: git init && git add flake.nix …\n" +
			"or accept the copy by writing path: in front of the folder")
}

// privateFiles are the first few files of a folder, or the file itself, that
// should not be copied to where everyone can read: hidden ones, and ones that
// others may not read.
func privateFiles(root string) []string {
	const mostSeen, mostShown = 5000, 5
	seen := 0
	var private []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if seen++; seen > mostSeen || len(private) == mostShown {
			return filepath.SkipAll
		}
		rel, _ := filepath.Rel(root, path)
		name := entry.Name()
		if rel != "." && strings.HasPrefix(name, ".") && !slices.Contains([]string{".gitignore", ".gitattributes", ".editorconfig"}, name) {
			private = append(private, rel)
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o004 == 0 {
				private = append(private, filepath.Join(filepath.Base(root), rel))
			}
		}
		return nil
	})
	if err != nil || seen > mostSeen {
		private = append(private, "what else is in it")
	}
	return private
}

// Untracked reports whether a file of the work tree is there but unknown to git,
// and so invisible to Nix.
func Untracked(root, rel string) bool {
	if root == "" || !Exists(filepath.Join(root, rel)) {
		return false
	}
	repo, err := gitrepo.Open(root)
	if err != nil {
		return false
	}
	defer repo.Close()
	tracked, err := repo.IsTracked(filepath.ToSlash(filepath.Clean(rel)))
	return err == nil && !tracked
}
