package embedded

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// fetch downloads a locked input.
func (f *openFlake) fetch(ctx context.Context, l *flake.Locked) error {
	if err := f.options.Downloads.Permit(l, l.String(), f.store.Hosts); err != nil {
		return err
	}
	// What was agreed to before is this very source: its hash is part of the reference.
	_, record, err := f.options.Downloads.Consented(ctx, locate.LockedText(l), locate.HostOf(l))
	if err != nil {
		return err
	}
	f.evaluator.progress("downloading " + l.String())
	if _, err := f.store.Fetch(ctx, l); err != nil {
		return locate.DownloadFailure(ctx, l.String(), f.store.Dir, err)
	}
	return record(locate.LockedText(l))
}

// download fetches what a reference means now; for a project's reference, what
// it meant when the user agreed to it.
func (f *openFlake) download(ctx context.Context, text string, downloads locate.Downloads) (*flake.Locked, error) {
	l, err := locate.ParseRemote(text, f.evaluator.Dir)
	if err != nil {
		return nil, err
	}
	if _, ok := f.store.Find(l); ok {
		return l, nil
	}
	if a, ok, err := l.Address(); ok && err == nil && a.Local() {
		locked, err := f.store.Lock(ctx, l)
		if err != nil {
			return nil, locate.DownloadFailure(ctx, text, f.store.Dir, err)
		}
		return locked, nil
	}
	if err := downloads.Permit(l, text, f.store.Hosts); err != nil {
		return nil, err
	}
	use, record, err := downloads.Consented(ctx, text, locate.HostOf(l))
	if err != nil {
		return nil, err
	}
	if use != text {
		dir := l.Dir
		if l, err = locate.ParseRemote(use, f.evaluator.Dir); err != nil {
			return nil, err
		}
		l.Dir = dir
		if _, ok := f.store.Find(l); ok {
			return l, nil
		}
	}
	f.evaluator.progress("downloading " + use)
	locked, err := f.store.Lock(ctx, l)
	if use != text && errors.Is(err, fetch.ErrWrongHash) {
		return nil, diag.Errorf(diag.ExitState, "wrong-hash", "%s changed since you consented to its download", text).
			Hintf("to be asked about what it is now: insomnia trust revoke '%s'", use)
	}
	if err != nil {
		return nil, locate.DownloadFailure(ctx, text, f.store.Dir, err)
	}
	return locked, record(locate.LockedText(locked))
}

func (e *Evaluator) progress(text string) {
	if e.Progress != nil {
		e.Progress(text)
	}
}
