package gitrepo

import (
	"context"
	"strings"
)

// State is the commit that a work tree is based on, and whether files differ from it.
type State struct {
	Rev          string // the commit, "" when there is none yet
	Dirty        bool   // tracked files differ from it
	LastModified int64  // the commit's time, in seconds since 1970
}

// State is the state of the work tree: that of `git status
// --untracked-files=no --ignore-submodules=all`, without running a filter. In a
// repository without commits everything is new, and so the tree is dirty.
func (r *Repo) State(ctx context.Context) (State, error) {
	s := State{Dirty: true}
	rev, err := r.Head()
	if err != nil || rev == "" {
		return s, err
	}
	s.Rev = rev
	id, _ := r.parseID([]byte(rev))
	c, err := r.readCommit(ctx, id)
	if err != nil {
		return s, err
	}
	s.LastModified = c.time
	if s.Dirty, err = r.staged(ctx, c.tree); err == nil && !s.Dirty {
		s.Dirty, err = r.changed(ctx)
	}
	return s, err
}

// staged reports whether the index differs from a tree. Where the index itself
// says that a directory is as a tree object has it, that is believed, as git does.
func (r *Repo) staged(ctx context.Context, tree string) (bool, error) {
	ix, err := r.index()
	if err != nil {
		return false, err
	}
	entries := ix.entries
	for i := range entries {
		if entries[i].stage() > 0 {
			return true, nil // a conflict
		}
	}
	known := ix.knownTrees(r.format.idSize)
	if known[""] == tree {
		return false, nil
	}
	at, differs := 0, false
	// next is the next entry that is compared; submodules alone are not.
	next := func() *entry {
		for at < len(entries) && entries[at].flags&flagIntentToAdd != 0 {
			at++
		}
		if at == len(entries) {
			return nil
		}
		return &entries[at]
	}
	w := treeWalk{repo: r, ctx: ctx}
	w.file = func(path string, e treeEntry) (bool, error) {
		for {
			in := next()
			switch {
			case in != nil && in.name < path && in.mode()&modeType == modeSubmodule:
				at++ // added, and not looked at
				continue
			case in != nil && in.name == path:
				at++
				both := e.mode&modeType == modeSubmodule && in.mode()&modeType == modeSubmodule
				differs = !both && (in.id() != e.id || in.mode() != canonicalMode(e.mode))
			default:
				differs = e.mode&modeType != modeSubmodule
			}
			return !differs, nil
		}
	}
	w.skip = func(dir, id string) bool {
		in := next()
		if in == nil || !strings.HasPrefix(in.name, dir) {
			return false
		}
		if in.name == dir && in.mode()&modeType == modeDirectory && in.id() == id {
			at++ // a directory in a sparse index
			return true
		}
		if known[strings.TrimSuffix(dir, "/")] != id {
			return false
		}
		for at < len(entries) && strings.HasPrefix(entries[at].name, dir) {
			at++
		}
		return true
	}
	if err := w.walk("", tree, 0); err != nil || differs {
		return differs, err
	}
	for in := next(); in != nil; in = next() {
		if in.mode()&modeType != modeSubmodule {
			return true, nil
		}
		at++
	}
	return false, nil
}

// canonicalMode is the mode that the index has for one in a tree.
func canonicalMode(mode uint32) uint32 {
	if mode&modeType != modeFile {
		return mode & modeType
	}
	if mode&0o100 != 0 {
		return modeFile | 0o755
	}
	return modeFile | 0o644
}

// knownTrees reads the extension TREE: the tree objects of directories of which
// nothing was changed in the index. One that is damaged says nothing.
func (ix *index) knownTrees(idSize int) map[string]string {
	out := make(map[string]string)
	text := ix.trees
	var read func(base string, depth int) bool
	read = func(base string, depth int) bool {
		name, rest, ok := strings.Cut(text, "\x00")
		count, rest, ok2 := strings.Cut(rest, " ")
		below, rest, ok3 := strings.Cut(rest, "\n")
		if !ok || !ok2 || !ok3 || depth > maxTreeDepth || len(below) > 9 {
			return false
		}
		text = rest
		path := name
		if base != "" {
			path = base + "/" + name
		}
		if depth == 0 {
			path = ""
		}
		if !strings.HasPrefix(count, "-") {
			if len(text) < idSize {
				return false
			}
			out[path] = text[:idSize]
			text = text[idSize:]
		}
		n := 0
		for _, digit := range []byte(below) {
			if digit < '0' || digit > '9' {
				return false
			}
			n = 10*n + int(digit-'0')
		}
		for range n {
			if !read(path, depth+1) {
				return false
			}
		}
		return true
	}
	if text != "" && !read("", 0) {
		clear(out)
	}
	return out
}
