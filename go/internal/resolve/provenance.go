package resolve

import (
	"context"
	"crypto/sha256"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Envelope is the manifest with its provenance, as canonical JSON.
func (r *Resolved) Envelope() ([]byte, error) {
	return manifest.EncodeEnvelope(&manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: r.Profile,
		Provenance: r.Provenance, Manifest: r.Manifest, Digest: r.Digest()})
}

func (r *Resolver) program() string { return "insomnia " + r.Version }

// fileProvenance returns the provenance of a path profile: the commit of the work tree
// around it, and the hash of the file itself.
func (r *Resolver) fileProvenance(ctx context.Context, file *locate.File) (*manifest.Provenance, error) {
	digest, err := r.library().Digest()
	if err != nil {
		return nil, err
	}
	p := &manifest.Provenance{Library: digest, Program: r.program()}
	if file.Path == "" {
		return p, nil
	}
	rel, err := filepath.Rel(file.Root, file.Path)
	data, ok := []byte(nil), false
	if err == nil {
		data, ok = locate.ReadBelow(file.Root, rel, source.MaxFile)
	}
	if !ok {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot read %s again", file.Path).
			Hintf("run it again, when nothing else writes to the file")
	}
	sum := sha256.Sum256(data)
	p.FileHash = locate.SRI(sum[:])
	p.File = rel
	if root, worktree := locate.ProfileRoot(filepath.Dir(file.Path)); worktree {
		p.Rev, p.Dirty, err = workTreeState(ctx, root)
	}
	return p, err
}

// workTreeState is the commit of a work tree, and whether the tree has changes
// to it: files that git does not track count, since a profile may read them.
func workTreeState(ctx context.Context, root string) (rev string, dirty bool, err error) {
	repo, err := gitrepo.Open(root)
	if err != nil {
		return "", false, locate.GitFailure(err)
	}
	defer repo.Close()
	state, err := repo.State(ctx)
	if err == nil && !state.Dirty {
		state.Dirty, err = repo.HasUntracked(ctx)
	}
	if err != nil {
		return "", false, locate.GitFailure(err)
	}
	return state.Rev, state.Dirty, nil
}
