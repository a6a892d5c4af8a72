package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of submodules.
const (
	maxSubmodules = 1000 // of a work tree, with those in submodules
	maxNested     = 16
)

// Submodule is a work tree inside another one.
type Submodule struct {
	Path   string // slash-separated, from the top of the outermost work tree
	Commit string // the commit that the repository around it names
	Repo   *Repo
}

// Submodules opens the submodules of the work tree, and theirs, sorted by path:
// those that .gitmodules lists, as Nix has it. One that is not checked out is an
// error. They are closed with r.
func (r *Repo) Submodules() ([]Submodule, error) { return r.submodules() }

func (r *Repo) openSubmodules() ([]Submodule, error) {
	var all []Submodule
	if err := r.addSubmodules(&all, "", 0); err != nil {
		return nil, err
	}
	return all, nil
}

func (r *Repo) addSubmodules(all *[]Submodule, prefix string, depth int) error {
	names, err := r.submoduleNames()
	if err != nil || len(names) == 0 {
		return err
	}
	if depth == maxNested {
		return tooLarge(r.root, "submodules are nested deeper than %d", maxNested)
	}
	for _, name := range names {
		if len(*all) == maxSubmodules {
			return tooLarge(r.root, "there are more than %d submodules", maxSubmodules)
		}
		commit, err := r.submoduleCommit(name)
		if err != nil {
			return err
		}
		inner, err := r.openSubmodule(name)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.opened = append(r.opened, closer{inner})
		r.mu.Unlock()
		*all = append(*all, Submodule{Path: prefix + name, Commit: commit, Repo: inner})
		if err := inner.addSubmodules(all, prefix+name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

type closer struct{ *Repo }

func (c closer) Close() error {
	c.Repo.Close()
	return nil
}

func refused(path, msg string) *Error { return &Error{Kind: Refused, Path: path, Msg: msg} }

// submoduleNames are the paths in .gitmodules, sorted, each once. Whoever wrote
// the file may have written anything.
func (r *Repo) submoduleNames() ([]string, error) {
	work, err := r.work()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(r.root, ".gitmodules")
	info, err := work.Lstat(".gitmodules")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, unreadable(path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, refused(path, "is a link")
	}
	data, err := work.ReadFile(".gitmodules", maxConfig)
	if err != nil {
		return nil, unreadable(path, err)
	}
	paths := make(map[string]string)
	if err := parseConfig(string(data), func(s setting) {
		if s.section == "submodule" && s.sub != "" && s.name == "path" {
			paths[s.sub] = s.value
		}
	}); err != nil {
		return nil, damaged(path, "%v", err)
	}
	names := make([]string, 0, len(paths))
	for _, name := range paths {
		if !validName(name) {
			return nil, refused(path, "has a path that is not one of a submodule in the work tree")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// submoduleCommit is the commit that the index has for a submodule. A path that is
// no submodule there may be any repository that lies in the work tree.
func (r *Repo) submoduleCommit(name string) (string, error) {
	ix, err := r.index()
	if err != nil {
		return "", err
	}
	i, found := slices.BinarySearchFunc(ix.entries, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
	if !found || ix.entries[i].mode()&modeType != modeSubmodule {
		return "", &Error{Kind: Refused, Path: filepath.Join(r.root, ".gitmodules"), Msg: "names a path that the index does not have as a submodule",
			Hint: "add the submodule, or remove it from .gitmodules: git -C " + r.root + " submodule status"}
	}
	return hexOf(ix.entries[i].id()), nil
}

// openSubmodule opens a submodule where it is checked out. Its repository is inside
// it, or inside that of the work tree around it, where git puts it: another place
// could be any repository of this machine.
func (r *Repo) openSubmodule(name string) (*Repo, error) {
	work, err := r.work()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(r.root, filepath.FromSlash(name))
	absent := &Error{Kind: NotFound, Path: root, Msg: "the submodule is not checked out",
		Hint: "git -C " + r.root + " submodule update --init --recursive"}
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := work.Lstat(name[:i])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, absent
		case err != nil:
			return nil, unreadable(root, err)
		case !info.IsDir():
			return nil, refused(filepath.Join(r.root, filepath.FromSlash(name[:i])), "is not a directory, and a submodule is to be there")
		}
	}
	info, err := work.Lstat(name + "/.git")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, absent
	case err != nil:
		return nil, unreadable(root, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, refused(filepath.Join(root, ".git"), "is a link")
	}
	gitDir, err := findGitDir(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && !r.holds(gitDir) {
		return nil, refused(filepath.Join(root, ".git"), "names a directory outside of the repository that the submodule belongs to")
	}
	inner, err := open(root, gitDir)
	if err == nil && inner.common != inner.gitDir {
		err = refused(filepath.Join(gitDir, "commondir"), "names another repository, and this is one of a submodule")
	}
	return inner, err
}

// holds reports whether a directory, with links followed, is below the
// directories of the repository.
func (r *Repo) holds(dir string) bool {
	for _, own := range []string{r.gitDir, r.common} {
		if own, err := realPlace(own); err == nil {
			if rel, err := filepath.Rel(own, dir); err == nil && rel != "." && filepath.IsLocal(rel) {
				return true
			}
		}
	}
	return false
}

// TrackedInAll lists the files that are tracked in the work tree and its
// submodules, as Tracked does, and the directories of the submodules themselves.
func (r *Repo) TrackedInAll() ([]string, error) {
	all, err := r.Submodules()
	if err != nil {
		return nil, err
	}
	own, err := r.Tracked()
	if err != nil || len(all) == 0 {
		return own, err
	}
	files := slices.Clone(own)
	for _, s := range all {
		// What is below a submodule is what the submodule has there.
		files = slices.DeleteFunc(files, func(file string) bool { return file == s.Path || strings.HasPrefix(file, s.Path+"/") })
		below, err := s.Repo.Tracked()
		if err != nil {
			return nil, err
		}
		if len(files)+len(below) > maxTreeFiles {
			return nil, tooLarge(r.root, "the index and those of submodules have more than %d files", maxTreeFiles)
		}
		files = append(files, s.Path)
		for _, name := range below {
			files = append(files, s.Path+"/"+name)
		}
	}
	slices.Sort(files)
	return files, nil
}

// StateOfAll is State, where changes in submodules count. As with Nix, a submodule
// at another commit than the one that is named for it is not a change.
func (r *Repo) StateOfAll(ctx context.Context) (State, error) {
	s, err := r.State(ctx)
	if err != nil || s.Dirty {
		return s, err
	}
	all, err := r.Submodules()
	for i := 0; i < len(all) && err == nil && !s.Dirty; i++ {
		var inner State
		inner, err = all[i].Repo.State(ctx)
		s.Dirty = inner.Dirty
	}
	return s, err
}

// Moved returns the path of the first submodule of which other files are checked out
// than those of the commit that is named for it; empty when there is none.
func (r *Repo) Moved(ctx context.Context) (string, error) {
	all, err := r.Submodules()
	if err != nil {
		return "", err
	}
	for _, sub := range all {
		if s, err := sub.Repo.State(ctx); err != nil || s.Dirty || s.Rev != sub.Commit {
			return sub.Path, err
		}
	}
	return "", nil
}
