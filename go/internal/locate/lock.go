package locate

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// LockName is the file of a lock.
const LockName = "flake.lock"

// MaxLock is the largest flake.lock that is read.
const MaxLock = 16 << 20

// ReadLock reads the flake.lock of a directory in a source tree; nil if it does not
// exist. Links cannot escape the tree.
func ReadLock(tree, dir string) (*flake.Lock, error) {
	data, ok := ReadLockFile(tree, dir)
	if !ok {
		return nil, nil
	}
	l, err := flake.ParseLock(data)
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "lock-damaged", "cannot read %s: %v", filepath.Join(dir, LockName), err).
			Hintf("restore it, or lock every input again: rm %s && insomnia lock %s", filepath.Join(dir, LockName), dir)
	}
	return l, nil
}

// ReadLockFile reads the text of a flake.lock as ReadLock does.
func ReadLockFile(tree, dir string) ([]byte, bool) {
	rel, err := filepath.Rel(tree, dir)
	if err != nil {
		return nil, false
	}
	return ReadBelow(tree, filepath.Join(rel, LockName), MaxLock)
}

// InputNames are the flake's own inputs.
func InputNames(l *flake.Lock) []string {
	if l == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(l.Nodes[l.Root].Inputs))
}

// StoreNames are the names of the store paths that the locked inputs have.
func StoreNames(l *flake.Lock) map[string]string {
	names := map[string]string{}
	if l == nil {
		return names
	}
	for name, node := range l.Nodes {
		if node.Locked == nil {
			continue
		}
		if path, ok := sourceStoreName(node.Locked.NarHash); ok {
			names[path] = name
		}
	}
	return names
}

// FetchURL is the flake reference that downloads exactly this node.
func FetchURL(l *flake.Locked) string {
	query := func(url string) string {
		sep := "?"
		if strings.Contains(url, "?") {
			sep = "&"
		}
		if l.Ref != "" {
			url += sep + "ref=" + l.Ref
			sep = "&"
		}
		if l.Rev != "" {
			url += sep + "rev=" + l.Rev
		}
		return url
	}
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		url := l.Type + ":" + l.Owner + "/" + l.Repo + "/" + l.Rev
		if l.Host != "" {
			url += "?host=" + l.Host
		}
		return url
	case "git":
		return query("git+" + l.URL)
	case "hg":
		return query("hg+" + l.URL)
	case "tarball":
		// Old versions know archives by their names alone.
		if path, _, _ := strings.Cut(l.URL, "?"); archiveName.Get().MatchString(path) {
			return l.URL
		}
		return "tarball+" + l.URL
	case "file":
		return "file+" + l.URL
	}
	return ""
}

var archiveName = pattern.Lazy{Text: `\.(zip|tar|tgz|tar\.(gz|xz|bz2|zst))$`}

// FindLocked returns the input that a message of Nix means.
func FindLocked(l *flake.Lock, printed string) *flake.Locked {
	if l == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(l.Nodes)) {
		locked := l.Nodes[name].Locked
		if locked == nil || FetchURL(locked) == "" {
			continue
		}
		if SameInput(printed, FetchURL(locked)) {
			return locked
		}
	}
	return nil
}

// SameInput compares two references but for narHash and the prefix that
// tarballs may go without.
func SameInput(a, b string) bool {
	normal := func(s string) string {
		base, query, _ := strings.Cut(s, "?")
		base = strings.TrimPrefix(strings.TrimPrefix(base, "tarball+"), "file+")
		var kept []string
		for _, p := range strings.Split(query, "&") {
			if strings.HasPrefix(p, "rev=") || strings.HasPrefix(p, "host=") {
				kept = append(kept, p)
			}
		}
		return base + "?" + strings.Join(kept, "&")
	}
	return normal(a) == normal(b)
}

// sourceStoreName is the name below /nix/store of a source tree with this
// narHash ("sha256-…"); false for another hash.
func sourceStoreName(narHash string) (string, bool) {
	text, ok := strings.CutPrefix(narHash, "sha256-")
	sum, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(sum) != sha256.Size {
		return "", false
	}
	return filepath.Base(eval.SourcePath(sum)), true
}
