package resolve

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
)

// localFlake is a flake in a folder, found the way Nix finds it.
type localFlake struct {
	Dir     string // holds flake.nix
	GitRoot string // the work tree around it; empty when there is none
	Top     string // of `path:` with `?dir=`: the directory that is the source
}

// Root is the folder whose copy Nix evaluates.
func (l *localFlake) Root() string {
	switch {
	case l.GitRoot != "":
		return l.GitRoot
	case l.Top != "":
		return l.Top
	}
	return l.Dir
}

// findLocalFlake looks for flake.nix in dir and above it, up to the git work
// tree that holds dir. explicit (`path:`) looks in dir alone.
func findLocalFlake(dir, typed string, explicit bool) (*localFlake, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is no folder %s", dir).
			Hintf("a flake reference is a folder with a flake.nix, or a URL such as github:OWNER/REPO; a profile file ends in .nix")
	case !info.IsDir():
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "%s is a file, not the folder of a flake", dir).
			Hintf("a profile file ends in .nix; a resolved manifest is read with --manifest")
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for at := dir; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, "flake.nix")) {
			found := &localFlake{Dir: at}
			if !explicit {
				found.GitRoot = gitRoot(at)
			}
			return found, nil
		}
		if explicit || exists(filepath.Join(at, ".git")) || at == filepath.Dir(at) {
			return nil, diag.Errorf(diag.ExitNotFound, "no-flake", "there is no flake.nix in `%s`%s", typed, aboveOrNot(explicit)).
				Hintf("write one, or refer to a profile file (./NAME.nix) or a built-in profile (builtin:NAME)")
		}
	}
}

func aboveOrNot(explicit bool) string {
	if explicit {
		return ""
	}
	return " or above it"
}

// explicitFolder reports whether a reference says by itself what its source is.
func explicitFolder(ref *Reference) bool { return ref.parsed.Scheme != "" }

// localFlakeOf is the flake that a reference to a folder means.
func localFlakeOf(ref *Reference) (*localFlake, error) {
	local, err := findLocalFlake(ref.LocalDir, ref.Flake, explicitFolder(ref))
	if err != nil {
		return nil, err
	}
	if p := ref.parsed; p.Scheme == "path" && p.Query.Dir != "" {
		if local.Top, err = filepath.EvalSymlinks(p.Path); err != nil {
			return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "cannot follow %s: %v", p.Path, err)
		}
		if rel, err := filepath.Rel(local.Top, local.Dir); err != nil || !filepath.IsLocal(rel) {
			return nil, diag.Errorf(diag.ExitRefused, "outside-source", "%s is not inside %s", local.Dir, local.Top)
		}
	}
	if ref.parsed.Scheme == "git+file" {
		local.GitRoot = gitRoot(local.Dir)
	}
	return local, refuseForeign(local, ref)
}

// refuseForeign refuses a flake that another user owns or could have put above
// the folder that was named. `path:` says that the folder is meant, whoever owns it.
func refuseForeign(local *localFlake, ref *Reference) error {
	if ref.parsed.Scheme == "path" {
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

// overrideSource is a folder that replaces an input.
type overrideSource struct {
	text    string // the reference, absolute
	Dir     string
	GitRoot string // empty when all that is in the folder is the source
	// explicit is set by `path:`, which says that all of the folder is meant.
	explicit bool
}

// overrideFolder finds the folder that an override names; nil when it names
// none. A relative path is made absolute, since Nix versions differ in what
// they take it to be relative to.
func (r *Resolver) overrideFolder(ref string) (*overrideSource, error) {
	parsed, err := reference.Parse(ref, r.Dir)
	if err != nil {
		return nil, err
	}
	if parsed.Kind != reference.Local || parsed.Pinned() {
		return nil, nil
	}
	found := &overrideSource{text: parsed.WithoutAttr(), Dir: parsed.Dir(), explicit: parsed.Scheme == "path"}
	if !found.explicit {
		found.GitRoot = gitRoot(found.Dir)
	}
	if info, err := os.Stat(found.Dir); err != nil || !info.IsDir() {
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is no folder %s for the overridden input", found.Dir)
	}
	return found, nil
}

// gitRoot is the folder at or above dir that holds .git, or empty.
func gitRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, ".git")) {
			return at
		}
		if at == filepath.Dir(at) {
			return ""
		}
	}
}

// refusePrivateFiles keeps Nix from copying private files to its store, which
// every user of the machine can read: of a folder that is no git work tree Nix
// takes all files, tracked or not.
func refusePrivateFiles(flake *localFlake) error {
	private := privateFiles(flake.Dir)
	if len(private) == 0 {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "private-files", "%s is not in a git repository, so Nix would copy every file in it to its store, "+
		"where all users of this machine can read them: %s", flake.Dir, strings.Join(private, ", ")).
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

// untracked reports whether a file of the work tree is there but unknown to git,
// and so invisible to Nix.
func untracked(root, rel string) bool {
	if root == "" || !exists(filepath.Join(root, rel)) {
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
