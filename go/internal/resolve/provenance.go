package resolve

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"path/filepath"

	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
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
	opened, err := flake.Open(ctx, flake.Ref{Dir: root, GitRoot: root}, flake.Options{})
	if err != nil {
		return "", err
	}
	defer opened.Close()
	return opened.NARHash()
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
	rel, err := filepath.Rel(file.root, file.file)
	data, ok := []byte(nil), false
	if err == nil {
		data, ok = readBelow(file.root, rel, source.MaxFile)
	}
	if !ok {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot read %s again", file.file).
			Hintf("run it again, when nothing else writes to the file")
	}
	sum := sha256.Sum256(data)
	p.FileHash = sri(sum[:])
	p.File = rel
	if root, worktree := profileRoot(filepath.Dir(file.file)); worktree {
		p.Rev, p.Dirty, err = workTreeState(ctx, root)
	}
	return p, err
}

// workTreeState is the commit of a work tree, and whether the tree has changes
// to it: files that git does not track count, since a profile may read them.
func workTreeState(ctx context.Context, root string) (rev string, dirty bool, err error) {
	repo, err := gitrepo.Open(root)
	if err != nil {
		return "", false, explainGit(err)
	}
	defer repo.Close()
	state, err := repo.State(ctx)
	if err == nil && !state.Dirty {
		state.Dirty, err = repo.HasUntracked(ctx)
	}
	if err != nil {
		return "", false, explainGit(err)
	}
	return state.Rev, state.Dirty, nil
}
