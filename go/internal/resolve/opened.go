package resolve

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

// Opener opens source trees that are not flakes, as they are now. Close it when they are
// no longer read.
type Opener struct {
	*lock.Opener
	ctx   context.Context
	store *fetch.Store
	ref   string // that is being opened
	rule  Downloads
}

// Sources returns an Opener.
func (r *Resolver) Sources(ctx context.Context) *Opener {
	o := &Opener{ctx: ctx, store: &fetch.Store{Dir: filepath.Join(r.CacheDir, "sources")}}
	o.Opener = lock.NewOpener(ctx, lock.Options{Store: o.store, Permit: func(l *flake.Locked) error {
		if err := o.rule.Permit(l, o.ref, o.store.Hosts); err != nil {
			return err
		}
		if progress := r.embedded().Progress; progress != nil {
			progress("downloading " + o.ref)
		}
		return nil
	}})
	return o
}

// Open opens the source that attributes describe. ref is the same as text; d decides
// whether it may be downloaded. Errors are *diag.Error.
func (o *Opener) Open(ref string, original map[string]any, d Downloads) (*lock.Source, error) {
	o.ref, o.rule = ref, d
	o.store.Hosts = d.HostsFor(ref, nil)
	s, err := o.Opener.Open(original)
	if err == nil {
		return s, nil
	}
	if o.ctx.Err() != nil {
		return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; nothing was changed")
	}
	var e *lock.Error
	var refused *diag.Error
	switch {
	case errors.As(err, &refused):
		return nil, refused
	case !errors.As(err, &e):
		return nil, diag.Errorf(diag.ExitInternal, "source-failed", "cannot read %s: %v", ref, err)
	case errors.Is(err, fetch.ErrUnsupported), e.Kind == lock.NeedsNix:
		return nil, diag.Errorf(diag.ExitMissing, "source-unsupported", "cannot download %s: %v", ref, e).
			Hintf("download it yourself, and name the directory")
	case errors.As(err, new(*gitrepo.Error)):
		return nil, locate.GitFailure(e.Err)
	}
	for _, reason := range []error{fetch.ErrDownload, fetch.ErrNotFound, fetch.ErrLocal} {
		if errors.Is(err, reason) {
			return nil, locate.DownloadFailure(o.ctx, ref, o.store.Dir, e.Err)
		}
	}
	if refused := locate.RefusedAddress(ref, err); refused != nil {
		return nil, refused
	}
	exit, code := diag.ExitMissing, "source-unreadable"
	if e.Kind == lock.Unlockable {
		exit, code = diag.ExitState, "source-unlockable"
	}
	out := diag.Errorf(exit, code, "cannot read %s: %v", ref, e)
	if e.Hint != "" {
		out.Hintf("%s", e.Hint)
	}
	return nil, out
}
