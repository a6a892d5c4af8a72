package gitrepo

import (
	"bytes"
	"context"
	"strconv"
)

// commit is the part of a commit that is used here.
type commit struct {
	tree    string
	parents []string
	time    int64 // when it was committed, in seconds since 1970
}

// parseCommit reads the head of a commit.
func (r *Repo) parseCommit(id string, data []byte) (commit, error) {
	var c commit
	bad := func() error { return damaged(r.objectsDir(), "the commit %s is damaged", hexOf(id)) }
	for {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		if len(line) == 0 {
			break
		}
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			tree, ok := r.parseID(value)
			if !ok || c.tree != "" {
				return c, bad()
			}
			c.tree = tree
		case "parent":
			parent, ok := r.parseID(value)
			if !ok {
				return c, bad()
			}
			c.parents = append(c.parents, parent)
		case "committer":
			when := value[bytes.LastIndexByte(value, '>')+1:]
			when = bytes.TrimLeft(when, " ")
			if i := bytes.IndexByte(when, ' '); i >= 0 {
				when = when[:i]
			}
			c.time, _ = strconv.ParseInt(string(when), 10, 64)
		}
	}
	if c.tree == "" {
		return c, bad()
	}
	return c, nil
}

func (r *Repo) readCommit(ctx context.Context, id string) (commit, error) {
	data, err := r.readKind(ctx, id, kindCommit)
	if err != nil {
		return commit{}, err
	}
	return r.parseCommit(id, data)
}

// peel follows tags to what they name.
func (r *Repo) peel(ctx context.Context, id string) (string, object, error) {
	for range 10 {
		got, err := r.read(ctx, id)
		if err != nil || got.kind != kindTag {
			return id, got, err
		}
		line, _, _ := bytes.Cut(got.data, []byte("\n"))
		name, ok := bytes.CutPrefix(line, []byte("object "))
		target, valid := r.parseID(name)
		if !ok || !valid {
			return id, got, damaged(r.objectsDir(), "the tag %s is damaged", hexOf(id))
		}
		id = target
	}
	return id, object{}, damaged(r.objectsDir(), "tags of tags, more than 10 deep")
}

// CommitTime is when a commit was made, in seconds since 1970.
func (r *Repo) CommitTime(ctx context.Context, rev string) (int64, error) {
	id, ok := r.parseID([]byte(rev))
	if !ok {
		return 0, notACommit(r.gitDir)
	}
	c, err := r.readCommit(ctx, id)
	return c.time, err
}

func notACommit(path string) *Error {
	return &Error{Kind: NotFound, Path: path, Msg: "a revision must be the whole name of a commit, in lowercase hexadecimal digits"}
}
