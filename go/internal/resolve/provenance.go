package resolve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Envelope is the manifest with its provenance, as canonical JSON.
func (r *Resolved) Envelope() ([]byte, error) {
	return manifest.EncodeEnvelope(&manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: r.Profile,
		Provenance: r.Provenance, Manifest: r.Manifest, Digest: r.Digest})
}

// NarHash is the hash of a file or folder as `nix hash path` prints it.
func NarHash(path string) (string, error) {
	h := sha256.New()
	if err := nar.DumpPath(h, path); err != nil {
		return "", err
	}
	return sri(h.Sum(nil)), nil
}

// TrackedNarHash is the narHash of a git work tree as Nix sees it: the files
// that git tracks, with the content they have now.
func TrackedNarHash(ctx context.Context, root string) (string, error) {
	listed, err := git(ctx, root, "ls-files", "-z", "--cached")
	if err != nil {
		return "", err
	}
	keep := map[string]bool{root: true}
	for _, name := range bytes.Split(listed, []byte{0}) {
		if len(name) == 0 {
			continue
		}
		for at := filepath.Join(root, string(name)); !keep[at]; at = filepath.Dir(at) {
			keep[at] = true
		}
	}
	h := sha256.New()
	err = nar.DumpPathFilter(h, root, func(path string, _ nar.NodeType) bool { return keep[path] })
	if err != nil {
		return "", err
	}
	return sri(h.Sum(nil)), nil
}

func sri(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }

func (r *Resolver) program() string { return "insomnia " + r.Version }

// fileProvenance is for a path profile: the commit of the work tree around it,
// and the hash of the file itself.
func (r *Resolver) fileProvenance(ctx context.Context, file *profileFile) (*manifest.Provenance, error) {
	digest, err := r.libraryDigest()
	if err != nil {
		return nil, err
	}
	p := &manifest.Provenance{Library: sri(digest), Program: r.program()}
	if file.file == "" {
		return p, nil
	}
	data, err := os.ReadFile(file.file)
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot read the profile again: %v", err)
	}
	sum := sha256.Sum256(data)
	p.FileHash = sri(sum[:])
	if p.File, err = filepath.Rel(file.root, file.file); err != nil {
		p.File = filepath.Base(file.file)
	}
	if gitRoot(file.root) == "" {
		return p, nil
	}
	if head, err := git(ctx, file.root, "rev-parse", "--verify", "HEAD"); err == nil {
		p.Rev = strings.TrimSpace(string(head))
	}
	status, err := git(ctx, file.root, "status", "--porcelain", "-z", "--untracked-files=all")
	p.Dirty = err != nil || len(status) > 0
	return p, nil
}
