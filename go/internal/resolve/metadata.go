package resolve

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// metadata is what `nix flake metadata --json` says of a flake.
type metadata struct {
	URL      string           `json:"url"`
	Path     string           `json:"path"` // store path of the source; newer versions make none
	Revision string           `json:"revision"`
	Locked   locate.LockedRef `json:"locked"`
	Locks    *locate.Lock     `json:"locks"`
	// DirtyRevision is set by newer versions for a tree with changes.
	DirtyRevision string `json:"dirtyRevision"`
}

// lockedURL is the reference that gives this very source again.
func (m *metadata) lockedURL(typed string) string {
	if m.URL == "" || m.Locked.Rev == "" && m.Locked.NarHash == "" {
		return typed
	}
	return m.URL
}

// readMetadata asks Nix about a flake; no output of it is evaluated.
func (r *Resolver) readMetadata(ctx context.Context, f *nixFlake, options Options, network bool) (*metadata, error) {
	args := append([]string{"flake", "metadata", "--json"}, f.lockFlags()...)
	out, err := r.Nix.Run(ctx, nix.Call{Dir: r.Dir, Timeout: options.Timeout, Network: network, Args: append(args, f.url)})
	if err != nil {
		return nil, err
	}
	var m metadata
	if err := json.Unmarshal(out.Stdout, &m); err != nil {
		return nil, unreadable(err)
	}
	return &m, nil
}

// fetchFlake downloads a remote flake and reads its metadata.
func (r *Resolver) fetchFlake(ctx context.Context, f *nixFlake, options Options) (*metadata, error) {
	f.tree = newTree("", func() *locate.Lock { return nil }, r.Library)
	network, record := false, func(string) error { return nil }
	if options.Downloads.Rule >= locate.AskRule {
		_, host, err := r.forNix(f.ref.Flake, options.Downloads, options.hostsFor(f.ref.Flake))
		if err != nil {
			return nil, err
		}
		if f.url, record, err = options.Downloads.Consented(ctx, f.ref.Flake, host); err != nil {
			return nil, err
		}
		network = true
	}
	m, err := r.readMetadata(ctx, f, options, network)
	if err == nil {
		return m, record(m.lockedURL(f.ref.Flake))
	}
	var failure *nix.Failure
	if !errors.As(err, &failure) {
		return nil, err
	}
	if isDownloadFailure(failure) {
		if err := options.Downloads.May(f.ref.Flake); err != nil {
			return nil, err
		}
		return nil, fetchFailed(f.ref.Flake, failure)
	}
	return nil, explainFlake(ctx, f, outputName, failure)
}

// forNix judges what Nix is to download by how its address is written. The source
// is nil where only Nix can read the reference.
func (r *Resolver) forNix(ref string, downloads locate.Downloads, hosts []string) (l *flake.Locked, host string, err error) {
	l, err = locate.ParseRemote(ref, r.Dir)
	switch {
	case err == nil:
		return l, locate.HostOf(l), downloads.Permit(l, ref, hosts)
	case !diag.CodeIs(err, "needs-nix") && !diag.CodeIs(err, "flake-not-found"):
		return nil, "", err
	}
	if err := downloads.May(ref); err != nil {
		return nil, "", err
	}
	a, ok := locate.AddressIn(ref)
	if !ok {
		return nil, "", nil // a name, which Nix looks up
	}
	if err := (&fetch.Store{Hosts: hosts}).PermitAddress(a); err != nil {
		return nil, "", locate.RefusedAddress(ref, err)
	}
	return nil, a.Host, nil
}

// fetchInput downloads one locked input, or what replaces one.
func (r *Resolver) fetchInput(ctx context.Context, f *nixFlake, url string, options Options) error {
	if err := options.Downloads.May(url); err != nil {
		return err
	}
	downloads, key := options.Downloads, url
	l, host, err := r.forNix(url, downloads, options.hostsFor(f.ref.Flake))
	if err != nil {
		return err
	}
	switch node := f.lock.Find(url); {
	case node == nil:
		downloads = downloads.ForOverrides()
	case l != nil:
		l.NarHash = node.NarHash
		key = locate.LockedText(l)
	default:
		key = url + " " + node.NarHash
	}
	_, record, err := downloads.Consented(ctx, key, host)
	if err != nil {
		return err
	}
	_, err = r.Nix.Run(ctx, nix.Call{Dir: r.Dir, Timeout: options.Timeout, Network: true,
		Args: []string{"flake", "prefetch", "--json", url}})
	var failure *nix.Failure
	if errors.As(err, &failure) {
		return fetchFailed(url, failure)
	}
	if err != nil {
		return err
	}
	return record(key)
}

// pin records what the source is before it is evaluated.
func (r *Resolver) pin(ctx context.Context, f *nixFlake, options Options) error {
	if f.metadata != nil {
		return nil
	}
	m, err := r.readMetadata(ctx, f, options, false)
	var failure *nix.Failure
	if errors.As(err, &failure) {
		if input := wantedDownload(failure, f); input != "" {
			if err := r.fetchInput(ctx, f, input, options); err != nil {
				return err
			}
			m, err = r.readMetadata(ctx, f, options, false)
		}
		if errors.As(err, &failure) {
			return explainFlake(ctx, f, outputName, failure)
		}
	}
	if err != nil {
		return err
	}
	f.metadata = m
	if f.lock == nil {
		f.lock = m.Locks
	}
	return nil
}

// unchanged makes sure that what was evaluated is what pin recorded. The store
// path in the profile's position shows it; where there is none, the source is
// asked for once more.
func (r *Resolver) unchanged(ctx context.Context, f *nixFlake, options Options, defined *position) error {
	if f.local == nil {
		return nil
	}
	if defined != nil && f.metadata.Path != "" && strings.HasPrefix(defined.File, f.metadata.Path+"/") {
		return nil
	}
	again, err := r.readMetadata(ctx, f, options, false)
	if err != nil {
		return err
	}
	if again.Locked != f.metadata.Locked || again.Path != f.metadata.Path {
		return diag.Errorf(diag.ExitState, "source-changed", "%s changed while it was being resolved", f.ref.Flake).
			Hintf("run it again")
	}
	return nil
}

// provenance is what pin recorded, if it still holds.
func (f *nixFlake) provenance(ctx context.Context, defined *position) (*manifest.Provenance, error) {
	r := f.evaluator.Resolver
	if err := r.unchanged(ctx, f, f.options, defined); err != nil {
		return nil, err
	}
	m := f.metadata
	p := &manifest.Provenance{URL: m.URL, Rev: m.Locked.Rev, Program: r.program(), Evaluator: f.evaluator.title(ctx)}
	if f.local != nil && f.local.GitRoot != "" && p.Rev == "" {
		p.Dirty = true
		if repo, err := gitrepo.Open(f.local.GitRoot); err == nil {
			p.Rev, _ = repo.Head()
			repo.Close()
		}
	}
	for _, o := range f.overrides {
		p.Overrides = append(p.Overrides, manifest.Overridden(o))
	}
	hash, err := f.narHash(ctx)
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash the source: %v", err)
	}
	if locked := m.Locked.NarHash; locked != "" && locked != hash {
		return nil, diag.Errorf(diag.ExitState, "source-changed", "the source has the hash %s, but Nix recorded %s", hash, locked).
			Hintf("if the tree is being edited, run it again; else `nix store verify` checks the store")
	}
	p.NarHash = hash
	return p, nil
}

// narHash hashes what Nix evaluated: its copy in the store, or, where it makes
// none, the files it would have copied.
func (f *nixFlake) narHash(ctx context.Context) (string, error) {
	if f.metadata.Path != "" && locate.Exists(f.metadata.Path) {
		return locate.NarHash(f.metadata.Path)
	}
	if f.local == nil {
		return f.metadata.Locked.NarHash, nil
	}
	if f.local.GitRoot != "" {
		return locate.TrackedNarHash(ctx, f.local.GitRoot)
	}
	return locate.NarHash(f.local.Dir)
}
