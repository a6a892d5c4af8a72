package locate

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/ownership"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// projectFolder holds the profiles of a project.
const projectFolder = ".insomnia"

// ProfileRoot is the folder that a profile in dir may read, and whether it is a
// git work tree, of which only what git does not ignore is visible. dir is a real
// path.
//
// Two kinds of work tree are not the profile's own: one that is the user's home or
// lies above it (dotfiles), and one that a project was only unpacked into, so that
// git knows nothing of it. They would open all of a work tree to any folder below.
// Then it is the folder that holds .insomnia, and else, in a home, dir itself.
func ProfileRoot(dir string) (root string, worktree bool) {
	top := reference.WorkTree(dir)
	if top == "" || ownership.Foreign(top) {
		return dir, false
	}
	home := realHome()
	dotfiles := home != "" && Within(top, home)
	for at := dir; at != top && !(dotfiles && at == home); at = filepath.Dir(at) {
		if Exists(filepath.Join(at, projectFolder)) && (dotfiles || !knows(top, at)) {
			return at, false
		}
	}
	if dotfiles {
		return dir, false
	}
	return top, true
}

// knows reports whether git tracks anything in a directory of a work tree. It returns
// true if the repository cannot be read, so that the next reader reports the error.
func knows(top, folder string) bool {
	repo, err := gitrepo.Open(top)
	if err != nil {
		return true
	}
	defer repo.Close()
	rel, err := filepath.Rel(top, folder)
	if err != nil {
		return true
	}
	tracked, err := repo.IsTracked(filepath.ToSlash(rel))
	return err != nil || tracked
}

// realHome is the home folder with links followed; empty when there is none.
func realHome() string {
	home, err := userdir.Home()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(home); err == nil {
		return real
	}
	return filepath.Clean(home)
}

// userConfig is the folder of the user's own config and profiles, with links followed.
func userConfig() string {
	own, err := userdir.Config("insomnia")
	if err != nil {
		return ""
	}
	dir, err := filepath.EvalSymlinks(own)
	if err != nil {
		return ""
	}
	return dir
}

// linkOut returns the link that leads a profile file out of the folder that it
// would be read in, or empty. A link that came with a folder must stay in it, or
// any file of the user could be parsed and quoted as a profile. Links of the
// user's own config, and those above any project (the home folder and what it is
// in), may lead anywhere; links to the Nix store are fine outside .insomnia.
func linkOut(path, real string) string {
	home, config := realHome(), userConfig()
	const top = string(filepath.Separator)
	at := top
	for rest := strings.TrimPrefix(filepath.Clean(path), top); rest != ""; {
		step, left, _ := strings.Cut(rest, top)
		next := filepath.Join(at, step)
		if info, err := os.Lstat(next); err != nil || info.Mode()&os.ModeSymlink == 0 {
			at, rest = next, left
			continue
		}
		if at != top && !(home != "" && Within(at, home)) && !(config != "" && Within(config, at)) {
			if staysIn(next, real) {
				return ""
			}
			return next
		}
		target, err := filepath.EvalSymlinks(next)
		if err != nil {
			return ""
		}
		at, rest = target, left
	}
	return ""
}

// staysIn reports whether a link may point to a file.
func staysIn(link, real string) bool {
	mark := string(filepath.Separator) + projectFolder + string(filepath.Separator)
	if i := strings.LastIndex(link+string(filepath.Separator), mark); i >= 0 {
		return Within(link[:max(i, 1)], real)
	}
	root, _ := ProfileRoot(filepath.Dir(link))
	return Within(root, real) || Within(StoreDir, real)
}

func linkLeadsOut(text, link, real string) *diag.Error {
	return diag.Errorf(diag.ExitRefused, "link-outside", "cannot read %s: the link %s points out of its project", text, link).
		Hintf("name the file itself: insomnia resolve %s\nor say what it may read: --root DIR", diag.Shell(real))
}
