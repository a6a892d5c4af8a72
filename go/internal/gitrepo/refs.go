package gitrepo

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
)

// maxSymbolic bounds refs that name other refs, as in git.
const maxSymbolic = 5

// Head is the name of the commit that is checked out, in hexadecimal; empty
// where there is none yet.
func (r *Repo) Head() (string, error) {
	rev, found, err := r.resolve("HEAD")
	if err == nil && !found {
		rev = ""
	}
	return rev, err
}

// Branch is the branch that HEAD is on, as a whole name (refs/heads/…); empty
// where it names a commit instead.
func (r *Repo) Branch() (string, error) {
	if r.format.refs != nil {
		return "", r.format.refs
	}
	data, err := r.readRef("HEAD")
	if err != nil {
		return "", err
	}
	target, symbolic := bytes.CutPrefix(data, []byte("ref:"))
	branch := string(bytes.TrimSpace(target))
	if !symbolic || !validRef(branch) {
		return "", nil
	}
	return branch, nil
}

// Ref is the commit of HEAD, a branch, a tag or a whole name (refs/…); found is
// false where there is none. Tags that are objects are followed.
func (r *Repo) Ref(ctx context.Context, name string) (rev string, found bool, err error) {
	candidates := []string{"refs/heads/" + name, "refs/tags/" + name}
	if name == "HEAD" || strings.HasPrefix(name, "refs/") {
		candidates = []string{name}
	}
	return r.first(ctx, candidates)
}

// NamedCommit is the commit that git means by a name in a work tree (`git
// rev-parse NAME`), where a tag comes before a branch of the same name.
func (r *Repo) NamedCommit(ctx context.Context, name string) (rev string, found bool, err error) {
	if name == "HEAD" {
		return r.first(ctx, []string{name})
	}
	return r.first(ctx, []string{name, "refs/" + name, "refs/tags/" + name, "refs/heads/" + name, "refs/remotes/" + name, "refs/remotes/" + name + "/HEAD"})
}

func (r *Repo) first(ctx context.Context, candidates []string) (rev string, found bool, err error) {
	for _, ref := range candidates {
		if ref != "HEAD" && !validRef(ref) {
			continue
		}
		if rev, found, err = r.resolve(ref); err != nil || found {
			break
		}
	}
	if err != nil || !found {
		return "", false, err
	}
	id, _ := r.parseID([]byte(rev))
	id, _, err = r.peel(ctx, id)
	return hexOf(id), err == nil, err
}

// resolve follows a ref to the name of an object.
func (r *Repo) resolve(ref string) (rev string, found bool, err error) {
	if r.format.refs != nil {
		return "", false, r.format.refs
	}
	for range maxSymbolic + 1 {
		data, err := r.readRef(ref)
		if err != nil {
			return "", false, err
		}
		if data == nil {
			if ref == "HEAD" {
				return "", false, damaged(filepath.Join(r.gitDir, "HEAD"), "is missing, so this is not a git repository")
			}
			id, err := r.packedRef(ref)
			return hexOf(id), id != "", err
		}
		target, symbolic := bytes.CutPrefix(data, []byte("ref:"))
		if !symbolic {
			id, ok := r.parseID(bytes.TrimRight(data, " \t\r\n"))
			if !ok {
				return "", false, damaged(r.refPath(ref), "does not name a commit")
			}
			return hexOf(id), true, nil
		}
		from := ref
		ref = string(bytes.TrimSpace(target))
		if !validRef(ref) {
			return "", false, damaged(r.refPath(from), "names a ref that git does not allow")
		}
	}
	return "", false, damaged(r.refPath(ref), "refs name each other, more than %d deep", maxSymbolic)
}

// refPath is the file of a ref; some belong to one work tree alone.
func (r *Repo) refPath(ref string) string {
	dir := r.common
	if ref == "HEAD" || strings.HasPrefix(ref, "refs/worktree/") || strings.HasPrefix(ref, "refs/bisect/") || strings.HasPrefix(ref, "refs/rewritten/") {
		dir = r.gitDir
	}
	return filepath.Join(dir, filepath.FromSlash(ref))
}

// readRef reads the file of a ref; nil where there is none.
func (r *Repo) readRef(ref string) ([]byte, error) {
	path := r.refPath(ref)
	dir := r.common
	if rel, err := filepath.Rel(r.gitDir, path); err == nil && filepath.IsLocal(rel) {
		dir = r.gitDir
	}
	data, err := readInside(dir, path, maxPointer)
	if absent(err) || err != nil && isDirectory(path) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) == 0 {
		return nil, damaged(path, "is empty")
	}
	return data, nil
}

// packedRef finds a ref in packed-refs; empty where it is not there.
func (r *Repo) packedRef(ref string) (string, error) {
	path := filepath.Join(r.common, "packed-refs")
	data, err := r.readCommon(path, maxPacked)
	if absent(err) {
		return "", nil
	}
	if err != nil {
		return "", unreadable(path, err)
	}
	hexSize := 2 * r.format.idSize
	line := []byte(" " + ref + "\n")
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data, '\n')
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], line)
		if i < 0 {
			return "", nil
		}
		from := at + i - hexSize
		if from == 0 || from > 0 && data[from-1] == '\n' {
			id, ok := r.parseID(data[from : at+i])
			if !ok {
				return "", damaged(path, "has a line that git does not write")
			}
			return id, nil
		}
		at += i + 1
	}
}

// parseID reads the whole name of an object.
func (r *Repo) parseID(text []byte) (string, bool) {
	if len(text) != 2*r.format.idSize {
		return "", false
	}
	id := make([]byte, r.format.idSize)
	if _, err := hex.Decode(id, text); err != nil {
		return "", false
	}
	return string(id), true
}

// validRef keeps the names of refs in their directory.
func validRef(ref string) bool {
	if !strings.HasPrefix(ref, "refs/") || len(ref) > 1024 || strings.HasSuffix(ref, ".lock") {
		return false
	}
	for step := range strings.SplitSeq(ref, "/") {
		if step == "" || step[0] == '.' || strings.Contains(step, "..") {
			return false
		}
		for i := range len(step) {
			if step[i] <= ' ' || step[i] == 0x7f || strings.IndexByte("~^:?*[\\", step[i]) >= 0 {
				return false
			}
		}
	}
	return true
}

// isMissing reports whether an error is about an object that is not here.
func isMissing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == MissingObject
}
