package app

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Consents returns the store of this user's consents.
func (a *App) Consents() (*trust.Store, error) {
	dir, err := trust.DefaultDir()
	if err != nil {
		return nil, err
	}
	store := trust.Open(dir)
	store.BuiltIn = a.builtIn
	return store, nil
}

// builtIn returns the manifest of a built-in role; nil if no role has the name.
func (a *App) builtIn(role string) *manifest.Manifest {
	resolver := &resolve.Resolver{Library: a.Resolver.Library, Version: a.Resolver.Version, Dir: "/"}
	result, err := resolver.Resolve(context.Background(), reference.OfBuiltin(role), resolve.Options{Evaluator: resolve.Embedded, Timeout: ListTimeout})
	if err != nil {
		return nil
	}
	m, problems := manifest.DecodeForm(result.Manifest)
	if len(problems) > 0 {
		return nil
	}
	return m
}

// Judge returns what a manifest grants and how that compares with the user's consents.
func (a *App) Judge(source trust.Source, data []byte) (*trust.Verdict, error) {
	store, err := a.Consents()
	if err != nil {
		return nil, err
	}
	return store.Judge(source, data)
}

// Source returns the source of a resolved manifest, to which consent is recorded.
func (r *Resolved) Source() trust.Source { return trust.SourceOf(r.Profile, r.Again, r.Digest()) }

// Source returns the source of a Pod's snapshot.
func (s *Snapshot) Source() trust.Source {
	return trust.OfPod(trust.SourceOf(s.Envelope.Profile, s.Pod.Source.Target, s.Envelope.Digest), s.Pod.Name)
}

// Source returns the source of a draft's snapshot.
func (d *Draft) Source() trust.Source {
	return trust.SourceOf(d.New.Envelope.Profile, d.New.Source.Target, d.New.Envelope.Digest)
}

// Authorize asks for consent to a snapshot of a Pod. Call it before anything in the
// snapshot takes effect.
func (a *App) Authorize(ctx context.Context, s *Snapshot) error {
	return a.authorize(ctx, s, func() error { return nil })
}

// authorized reports whether Authorize has nothing to ask.
func (a *App) authorized(s *Snapshot) bool {
	store, err := a.Consents()
	if err != nil {
		return false
	}
	yes, err := store.Authorized(trust.Request{Source: s.Source(), Manifest: s.Envelope.Manifest, Decoded: s.Manifest})
	return yes && err == nil
}

// authorize is Authorize, but calls before if the user has to be asked.
func (a *App) authorize(ctx context.Context, s *Snapshot, before func() error) error {
	store, err := a.Consents()
	if err != nil {
		return err
	}
	err = store.Authorize(ctx, trust.Request{Source: s.Source(), Manifest: s.Envelope.Manifest, Decoded: s.Manifest, Ask: func(ctx context.Context, v *trust.Verdict) (bool, error) {
		if err := before(); err != nil {
			return false, err
		}
		yes, err := a.User.Ask(ctx, Question{Grants: v, Hosts: s.Envelope.Inputs.Hosts})
		if errors.Is(err, ErrNobody) {
			err = nil
		}
		return yes, err
	}})
	if refused := new(trust.Refused); errors.As(err, &refused) {
		return words.Refusal(refused.Verdict)
	}
	return err
}

// Grant records consent to the grants of a verdict. If digest is set, they must still have
// it; otherwise the user is asked to confirm all of them.
func (a *App) Grant(ctx context.Context, v *trust.Verdict, digest string) error {
	if now := v.Now.Digest(); digest != "" && digest != now {
		return diag.Errorf(diag.ExitRefused, "grants-differ", "the grants of `%s` are not those with the digest %s: they are %s now", v.Source.Ref, digest, now).
			Hintf("look at what is new: insomnia trust show %s", v.Argument())
	}
	if digest == "" {
		yes, err := a.User.Ask(ctx, Question{Grants: v, Hosts: a.Hosts(ctx, v.Manifest, a.Resolver.Dir)})
		switch {
		case errors.Is(err, ErrNobody):
			return words.Refusal(v)
		case err != nil:
			return err
		case !yes:
			return diag.Errorf(diag.ExitRefused, "consent-refused", "nothing is granted to `%s`", v.Source.Ref)
		}
	}
	store, err := a.Consents()
	if err != nil {
		return err
	}
	return store.Grant(ctx, v.Source, v.Now)
}
