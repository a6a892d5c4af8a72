package flake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// gitTimeout is how long one call of git may take.
const gitTimeout = 30 * time.Second

// runGit runs the installed git on a repository, without the variables that
// point it elsewhere and without programs that the repository's config names.
func runGit(ctx context.Context, dir string, stdin io.Reader, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"}, args...)...)
	// No object may be fetched for a partial clone.
	cmd.Env = append(GitEnvironment(false), "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1")
	cmd.Stdin = stdin
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, &GitError{Dir: dir, Msg: "there is no `git` on PATH"}
		}
		return nil, &GitError{Dir: dir, Msg: strings.TrimSpace(strings.SplitN(stderr.String(), "\n", 2)[0])}
	}
	return out, nil
}

// GitError is a failed call of the installed git.
type GitError struct{ Dir, Msg string }

func (e *GitError) Error() string { return "git in " + e.Dir + ": " + e.Msg }

// GitState is what a work tree was made from.
type GitState struct {
	Rev          string // the commit, "" when there is none yet
	Dirty        bool   // tracked files differ from it
	LastModified int64  // the commit's time
	RevCount     int64  // commits up to it
}

// gitState asks git for the state of a work tree.
func gitState(ctx context.Context, root string) (GitState, error) {
	var s GitState
	out, err := runGit(ctx, root, nil, "log", "-1", "--format=%H %ct", "HEAD")
	if err != nil {
		// A repository without commits: everything in it is new.
		if _, headErr := runGit(ctx, root, nil, "rev-parse", "--verify", "--quiet", "HEAD"); headErr != nil {
			if _, err := runGit(ctx, root, nil, "rev-parse", "--git-dir"); err != nil {
				return s, err
			}
			return GitState{Dirty: true}, nil
		}
		return s, err
	}
	if _, err := fmt.Sscan(string(out), &s.Rev, &s.LastModified); err != nil {
		return s, &GitError{Dir: root, Msg: "unreadable answer"}
	}
	status, err := runGit(ctx, root, nil, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
	if err != nil {
		return s, err
	}
	s.Dirty = len(status) > 0
	if !s.Dirty {
		count, err := runGit(ctx, root, nil, "rev-list", "--count", s.Rev)
		if err != nil {
			return s, err
		}
		s.RevCount, _ = strconv.ParseInt(strings.TrimSpace(string(count)), 10, 64)
	}
	return s, nil
}

// commit asks git for Rev and Dirty alone, which takes one call.
func commit(ctx context.Context, root string) (GitState, error) {
	var s GitState
	out, err := runGit(ctx, root, nil, "status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all")
	if err != nil {
		return s, err
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if rev, ok := strings.CutPrefix(line, "# branch.oid "); ok && rev != "(initial)" {
			s.Rev = rev
		}
		s.Dirty = s.Dirty || !strings.HasPrefix(line, "# ")
	}
	s.Dirty = s.Dirty || s.Rev == "" // in a repository without commits everything is new
	return s, nil
}

// GitTree reads the files of a commit into memory.
func GitTree(ctx context.Context, repo, rev string) (source.Tree, error) {
	if len(rev) != 40 && len(rev) != 64 || strings.Trim(rev, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("%q is not the full name of a commit", rev)
	}
	listing, err := runGit(ctx, repo, nil, "ls-tree", "-r", "-z", "--full-tree", rev)
	if err != nil {
		return nil, err
	}
	type blob struct {
		name string
		mode fs.FileMode
	}
	var blobs []blob
	var ids bytes.Buffer
	for _, entry := range strings.Split(strings.TrimSuffix(string(listing), "\x00"), "\x00") {
		meta, name, ok := strings.Cut(entry, "\t")
		words := strings.Fields(meta)
		if !ok || len(words) != 3 || words[1] != "blob" {
			continue
		}
		mode := fs.FileMode(0o644)
		switch words[0] {
		case "100755":
			mode = 0o755
		case "120000":
			mode = fs.ModeSymlink | 0o777
		}
		blobs = append(blobs, blob{name, mode})
		ids.WriteString(words[2] + "\n")
	}
	contents, err := runGit(ctx, repo, &ids, "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	tree := source.NewMemory()
	r := bufio.NewReader(bytes.NewReader(contents))
	for _, b := range blobs {
		header, err := r.ReadString('\n')
		if err != nil {
			return nil, &GitError{Dir: repo, Msg: "unreadable answer"}
		}
		words := strings.Fields(header)
		if len(words) != 3 {
			return nil, &GitError{Dir: repo, Msg: "the object of " + b.name + " is missing"}
		}
		size, err := strconv.Atoi(words[2])
		if err != nil || size < 0 || size > len(contents) {
			return nil, &GitError{Dir: repo, Msg: "unreadable answer"}
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, &GitError{Dir: repo, Msg: "unreadable answer"}
		}
		if _, err := r.Discard(1); err != nil {
			return nil, &GitError{Dir: repo, Msg: "unreadable answer"}
		}
		tree.Add(b.name, b.mode, data)
	}
	return tree, nil
}

// worktree is a git work tree of which only the tracked files are visible.
func worktree(ctx context.Context, root string, dir *source.Dir) (source.Tree, error) {
	files, err := trackedFiles(root)
	if errors.Is(err, errSplitIndex) {
		var out []byte
		if out, err = runGit(ctx, root, nil, "ls-files", "-z", "--cached"); err == nil {
			files = strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		}
	}
	if err != nil {
		return nil, err
	}
	return source.NewVisible(dir, files), nil
}

// GitRoot is the directory at or above dir that holds `.git`, or "".
func GitRoot(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
