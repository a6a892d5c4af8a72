package gitrepo

import (
	"bytes"
	"context"
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Limits of the files of one commit.
const (
	maxTreeFiles = 2_000_000
	maxTreeDepth = 256
	maxTreeBytes = 1 << 30
)

// treeEntry is one line of a tree object.
type treeEntry struct {
	mode uint32
	name string
	id   string
}

// parseTree reads a tree object. visit returns false to stop.
func (r *Repo) parseTree(id string, data []byte, visit func(treeEntry) (bool, error)) error {
	bad := func() error { return damaged(r.objectsDir(), "the tree %s is damaged", hexOf(id)) }
	size := r.format.idSize
	previous := ""
	for len(data) > 0 {
		mode := uint32(0)
		i := 0
		for ; i < len(data) && data[i] != ' '; i++ {
			if data[i] < '0' || data[i] > '7' || i == 7 {
				return bad()
			}
			mode = mode<<3 | uint32(data[i]-'0')
		}
		end := bytes.IndexByte(data, 0)
		if i == 0 || end < i+2 || len(data) < end+1+size {
			return bad()
		}
		e := treeEntry{mode, string(data[i+1 : end]), string(data[end+1 : end+1+size])}
		data = data[end+1+size:]
		if bytes.IndexByte([]byte(e.name), '/') >= 0 || !validName(e.name) {
			return damaged(r.objectsDir(), "the tree %s has a file name that git does not allow", hexOf(id))
		}
		key := e.name
		if e.isDir() {
			key += "/"
		}
		if key <= previous {
			return bad()
		}
		previous = key
		if more, err := visit(e); err != nil || !more {
			return err
		}
	}
	return nil
}

func (e *treeEntry) isDir() bool { return e.mode&modeType == modeDirectory }

// treeWalk walks a tree with all that is below it, in the order of the index.
type treeWalk struct {
	repo  *Repo
	ctx   context.Context
	count int
	// file is called for what is not a directory; it returns false to stop.
	file func(path string, e treeEntry) (bool, error)
	// skip, where it is set, is called for each directory, its path ending in a
	// slash, and returns true to leave it out.
	skip    func(path string, id string) bool
	stopped bool
}

func (w *treeWalk) walk(base, id string, depth int) error {
	if depth > maxTreeDepth {
		return tooLarge(w.repo.objectsDir(), "directories of a commit, more than %d deep", maxTreeDepth)
	}
	data, err := w.repo.readKind(w.ctx, id, kindTree)
	if err != nil {
		return err
	}
	return w.repo.parseTree(id, data, func(e treeEntry) (bool, error) {
		if w.count++; w.count > maxTreeFiles {
			return false, tooLarge(w.repo.objectsDir(), "a commit has more than %d files", maxTreeFiles)
		}
		path := base + e.name
		if !e.isDir() {
			more, err := w.file(path, e)
			w.stopped = !more
			return more, err
		}
		if w.skip != nil && w.skip(path+"/", e.id) {
			return true, nil
		}
		err := w.walk(path+"/", e.id, depth+1)
		return !w.stopped, err
	})
}

// filesOfTree adds the files of a tree, with a directory in front of their names.
func (r *Repo) filesOfTree(ctx context.Context, files []string, base, id string) ([]string, error) {
	w := treeWalk{repo: r, ctx: ctx, file: func(path string, e treeEntry) (bool, error) {
		if e.mode&modeType != modeSubmodule {
			files = append(files, path)
		}
		return true, nil
	}}
	err := w.walk(base+"/", id, 0)
	return files, err
}

// Tree reads the files of a commit into memory. rev is the whole name of a
// commit, a tag or a tree. Submodules are left out.
func (r *Repo) Tree(ctx context.Context, rev string) (source.Tree, error) {
	id, ok := r.parseID([]byte(rev))
	if !ok {
		return nil, notACommit(r.gitDir)
	}
	id, top, err := r.peel(ctx, id)
	if err != nil {
		return nil, err
	}
	switch top.kind {
	case kindCommit:
		c, err := r.parseCommit(id, top.data)
		if err != nil {
			return nil, err
		}
		id = c.tree
	case kindTree:
	default:
		return nil, &Error{Kind: NotFound, Path: r.gitDir, Msg: "the object " + hexOf(id) + " is not a commit"}
	}
	tree := source.NewMemory()
	total := 0
	w := treeWalk{repo: r, ctx: ctx, file: func(path string, e treeEntry) (bool, error) {
		mode := fs.FileMode(0o644)
		switch {
		case e.mode&modeType == modeSubmodule:
			return true, nil
		case e.mode&modeType == modeLink:
			mode = fs.ModeSymlink | 0o777
		case e.mode&modeType != modeFile:
			return false, damaged(r.objectsDir(), "a tree has a file of a type that git does not know")
		case e.mode&0o100 != 0:
			mode = 0o755
		}
		data, err := r.readKind(ctx, e.id, kindBlob)
		if err != nil {
			return false, err
		}
		if total += len(data); total > maxTreeBytes {
			return false, tooLarge(r.objectsDir(), "the files of a commit are larger than %d GiB in all", maxTreeBytes>>30)
		}
		tree.Add(path, mode, data)
		return true, nil
	}}
	if err := w.walk("", id, 0); err != nil {
		return nil, err
	}
	return tree, nil
}
