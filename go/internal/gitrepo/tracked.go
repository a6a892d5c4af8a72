package gitrepo

import (
	"context"
	"slices"
	"strings"
)

// Tracked lists the files in the index, sorted by their bytes: files and links,
// whether they are in the work tree or not, each once. Submodules are not files.
// The list is shared; do not change it.
func (r *Repo) Tracked() ([]string, error) { return r.tracked() }

func (r *Repo) listTracked() ([]string, error) {
	ix, err := r.index()
	if err != nil {
		return nil, err
	}
	files := make([]string, 0, len(ix.entries))
	for i := range ix.entries {
		e := &ix.entries[i]
		switch e.mode() & modeType {
		case modeSubmodule:
			continue
		case modeDirectory: // of a sparse index
			if files, err = r.filesOfTree(context.Background(), files, strings.TrimSuffix(e.name, "/"), e.id()); err != nil {
				return nil, err
			}
			if len(files) > maxTreeFiles {
				return nil, tooLarge(ix.path, "the index has more than %d files", maxTreeFiles)
			}
			continue
		}
		if n := len(files); n > 0 && files[n-1] == e.name {
			continue // stages of a conflict
		}
		files = append(files, e.name)
	}
	if ix.sparse && !slices.IsSorted(files) {
		return nil, damagedIndex(ix.path)
	}
	return files, nil
}

// IsTracked reports whether a path is in the index: a file, a submodule, or a
// directory with one of them below it.
func (r *Repo) IsTracked(rel string) (bool, error) {
	ix, err := r.index()
	if err != nil {
		return false, err
	}
	if ix.sparse {
		files, err := r.tracked()
		if err != nil || among(len(files), func(i int) string { return files[i] }, rel) {
			return err == nil, err
		}
	}
	return among(len(ix.entries), func(i int) string { return ix.entries[i].name }, rel), nil
}

// among reports whether a path, or something below it, is in a sorted list.
func among(n int, name func(int) string, rel string) bool {
	find := func(text string) (string, bool) {
		from, to := 0, n
		for from < to {
			if middle := (from + to) / 2; name(middle) < text {
				from = middle + 1
			} else {
				to = middle
			}
		}
		if from == n {
			return "", false
		}
		return name(from), true
	}
	if rel == "." {
		return n > 0
	}
	if found, ok := find(rel); ok && found == rel {
		return true
	}
	found, ok := find(rel + "/")
	return ok && strings.HasPrefix(found, rel+"/")
}
