package nix

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// metadata is the output of `nix flake metadata --json` for a flake.
type metadata struct {
	URL      string       `json:"url"`
	Path     string       `json:"path"` // store path of the source; newer versions make none
	Revision string       `json:"revision"`
	Locked   flake.Locked `json:"locked"`
	Locks    *flake.Lock  `json:"locks"`
	// DirtyRevision is set by newer versions for a tree with changes.
	DirtyRevision string `json:"dirtyRevision"`
}

// lockedURL returns the reference to exactly this source.
func (m *metadata) lockedURL(typed string) string {
	if m.URL == "" || m.Locked.Rev == "" && m.Locked.NarHash == "" {
		return typed
	}
	return m.URL
}

// readMetadata asks Nix about a flake; no output of it is evaluated.
func (e *Evaluator) readMetadata(ctx context.Context, f *openFlake, options evaluate.Options, network bool) (*metadata, error) {
	args := append([]string{"flake", "metadata", "--json"}, f.lockFlags()...)
	out, err := e.Run(ctx, Call{Dir: e.Dir, Timeout: options.Timeout, Network: network, Args: append(args, f.url)})
	if err != nil {
		return nil, err
	}
	var m metadata
	if err := json.Unmarshal(out.Stdout, &m); err != nil {
		return nil, evaluate.Illegible(evaluate.Nix, err)
	}
	return &m, nil
}

// fetchFlake downloads a remote flake and reads its metadata.
func (e *Evaluator) fetchFlake(ctx context.Context, f *openFlake, options evaluate.Options) (*metadata, error) {
	f.Tree = evaluate.NewTree("", func() *flake.Lock { return nil }, e.Library.FS)
	network, record := false, func(string) error { return nil }
	if options.Downloads.Rule >= locate.AskRule {
		_, host, err := e.forNix(f.Ref.Flake, options.Downloads, options.Hosts(f.Ref.Flake))
		if err != nil {
			return nil, err
		}
		if f.url, record, err = options.Downloads.Consented(ctx, f.Ref.Flake, host); err != nil {
			return nil, err
		}
		network = true
	}
	m, err := e.readMetadata(ctx, f, options, network)
	if err == nil {
		return m, record(m.lockedURL(f.Ref.Flake))
	}
	var r *report
	if !errors.As(err, &r) {
		return nil, err
	}
	if r.download() {
		if err := options.Downloads.May(f.Ref.Flake); err != nil {
			return nil, err
		}
		return nil, fetchFailed(f.Ref.Flake, r)
	}
	return nil, f.failure(r, evaluate.OutputName)
}

// forNix judges what Nix is to download by how its address is written. The source
// is nil where only Nix can read the reference.
func (e *Evaluator) forNix(ref string, downloads locate.Downloads, hosts []string) (l *flake.Locked, host string, err error) {
	l, err = locate.ParseRemote(ref, e.Dir)
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
func (e *Evaluator) fetchInput(ctx context.Context, f *openFlake, url string, options evaluate.Options) error {
	if err := options.Downloads.May(url); err != nil {
		return err
	}
	downloads, key := options.Downloads, url
	l, host, err := e.forNix(url, downloads, options.Hosts(f.Ref.Flake))
	if err != nil {
		return err
	}
	switch node := locate.FindLocked(f.lock, url); {
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
	_, err = e.Run(ctx, Call{Dir: e.Dir, Timeout: options.Timeout, Network: true,
		Args: []string{"flake", "prefetch", "--json", url}})
	var r *report
	if errors.As(err, &r) {
		return fetchFailed(url, r)
	}
	if err != nil {
		return err
	}
	return record(key)
}

// pin records what the source is before it is evaluated.
func (e *Evaluator) pin(ctx context.Context, f *openFlake, options evaluate.Options) error {
	if f.metadata != nil {
		return nil
	}
	m, err := e.readMetadata(ctx, f, options, false)
	var r *report
	if errors.As(err, &r) {
		if input := f.wantedDownload(r); input != "" {
			if err := e.fetchInput(ctx, f, input, options); err != nil {
				return err
			}
			m, err = e.readMetadata(ctx, f, options, false)
		}
		if errors.As(err, &r) {
			return f.failure(r, evaluate.OutputName)
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
func (e *Evaluator) unchanged(ctx context.Context, f *openFlake, options evaluate.Options, defined *evaluate.Position) error {
	if f.Local == nil {
		return nil
	}
	if defined != nil && f.metadata.Path != "" && strings.HasPrefix(defined.File, f.metadata.Path+"/") {
		return nil
	}
	again, err := e.readMetadata(ctx, f, options, false)
	if err != nil {
		return err
	}
	if again.Locked != f.metadata.Locked || again.Path != f.metadata.Path {
		return diag.Errorf(diag.ExitState, "source-changed", "%s changed while it was being resolved", f.Ref.Flake).
			Hintf("run it again")
	}
	return nil
}

// Provenance returns the facts that pin recorded, if they still hold.
func (f *openFlake) Provenance(ctx context.Context, defined *evaluate.Position) (*manifest.Provenance, error) {
	e := f.evaluator
	if err := e.unchanged(ctx, f, f.options, defined); err != nil {
		return nil, err
	}
	m := f.metadata
	p := &manifest.Provenance{URL: m.URL, Rev: m.Locked.Rev, Program: e.Name, Evaluator: e.Title(ctx)}
	if f.Local != nil && f.Local.GitRoot != "" && p.Rev == "" {
		p.Dirty = true
		if repo, err := gitrepo.Open(f.Local.GitRoot); err == nil {
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
func (f *openFlake) narHash(ctx context.Context) (string, error) {
	if f.metadata.Path != "" && locate.Exists(f.metadata.Path) {
		return locate.NarHash(f.metadata.Path)
	}
	if f.Local == nil {
		return f.metadata.Locked.NarHash, nil
	}
	if f.Local.GitRoot != "" {
		return locate.TrackedNarHash(ctx, f.Local.Ref())
	}
	return locate.NarHash(f.Local.Dir)
}
