package app

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// SourceChange is the old and new pin of a source.
type SourceChange struct {
	Name          string
	Before, After catalog.Locked // Before is empty for a new source
	// Shared warns about new profiles whose names other sources have too.
	Shared []diag.Diagnostic
}

// AddSource adds a flake to the config of a scope under a name, and pins it.
func (a *App) AddSource(ctx context.Context, name, text string, to config.Scope, options resolve.Options) (SourceChange, error) {
	none := SourceChange{}
	r := a.Catalog(options)
	dir, err := r.ConfigDir(to)
	if err != nil {
		return none, err
	}
	chosen, options, err := a.Select(ctx, text, options)
	if err != nil {
		return none, err
	}
	if err := resolve.RequireFlake(chosen.Target.Typed(chosen.Ref.String()), "a source is a flake"); err != nil {
		return none, err
	}
	if err := r.Inside(to, chosen.Target); err != nil {
		return none, err
	}
	ref := chosen.Target.String()
	if chosen.Target.Dir() != "" {
		ref = chosen.Target.Lasting() // it resolves to the same flake from any directory
	}
	for _, s := range r.Sources() {
		if s.Name == name && s.Scope == to && s.Set.Value != ref {
			return none, diag.Errorf(diag.ExitState, "source-exists", "source `%s` already exists: %s", name, s.Set.Value).At(s.Set.At).
				Hintf("choose another name, or: insomnia source rm %s", name)
		}
	}
	if err := config.Check(to, "sources", name, ref); err != nil {
		return none, err
	}
	locked, err := a.pin(ctx, ref, chosen.Target, options)
	if err != nil {
		return none, err
	}
	if err := config.Set(dir, to, "sources", name, ref); err != nil {
		return none, err
	}
	if err := catalog.Pin(dir, to, name, &locked); err != nil {
		return none, err
	}
	return a.changed(name, catalog.Locked{}, locked), nil
}

// UpdateSources moves the pins of the sources with a name, or of all sources, to the
// present state of their flakes. It calls changed after each.
func (a *App) UpdateSources(ctx context.Context, name string, options resolve.Options, changed func(SourceChange) error) error {
	r := a.Catalog(options)
	if err := config.Problem(r.Problems); err != nil {
		return err
	}
	done := 0
	for _, s := range r.Sources() {
		if name != "" && s.Name != name {
			continue
		}
		done++
		options.Downloads.Theirs = s.Scope == config.Project
		ref, err := r.Meant(s)
		if err != nil {
			return err
		}
		locked, err := a.pin(ctx, s.Set.Value, ref, options)
		if err != nil {
			return err
		}
		before := catalog.Locked{}
		if s.Locked != nil {
			before = *s.Locked
		}
		dir, err := r.ConfigDir(s.Scope)
		if err != nil {
			return err
		}
		if err := catalog.Pin(dir, s.Scope, s.Name, &locked); err != nil {
			return err
		}
		if err := changed(a.changed(s.Name, before, locked)); err != nil {
			return err
		}
	}
	if name != "" && done == 0 {
		return noSource(name)
	}
	return nil
}

// RemoveSource removes the first source with a name from the config and the lock of its
// scope.
func (a *App) RemoveSource(name string, in func(config.Scope) bool) error {
	r := a.Catalog(resolve.Options{})
	for _, s := range r.Sources() {
		if s.Name != name || !in(s.Scope) {
			continue
		}
		if err := catalog.Removable(s.Set, "the source "+diag.Quote(name)); err != nil {
			return err
		}
		dir, err := r.ConfigDir(s.Scope)
		if err != nil {
			return err
		}
		if err := config.Set(dir, s.Scope, "sources", name, ""); err != nil {
			return err
		}
		return catalog.Pin(dir, s.Scope, name, nil)
	}
	return noSource(name)
}

func noSource(name string) error {
	return diag.Errorf(diag.ExitNotFound, "source-unknown", "source `%s` not found", name).Hintf("list the sources: insomnia source list")
}

func (a *App) changed(name string, before, after catalog.Locked) SourceChange {
	var added []string
	for _, profile := range after.Names() {
		if _, was := before.Profiles[profile]; !was {
			added = append(added, profile)
		}
	}
	return SourceChange{Name: name, Before: before, After: after, Shared: a.shared(name, added)}
}

// pin returns the present state of a source with the digests of its profiles. written is
// the form of ref in the config.
func (a *App) pin(ctx context.Context, written string, ref reference.Reference, options resolve.Options) (catalog.Locked, error) {
	pinned, err := a.Resolver.Pin(ctx, ref, options)
	if err != nil {
		return catalog.Locked{}, err
	}
	locked := catalog.Locked{Ref: written, URL: pinned.URL, Rev: pinned.Rev, NarHash: pinned.NarHash, Profiles: map[string]string{}}
	if ref, err = reference.Parse(pinned.URL, "/"); err != nil {
		return catalog.Locked{}, err
	}
	verified, err := a.Resolver.Verify(ctx, ref, options)
	if err != nil {
		return catalog.Locked{}, err
	}
	for _, v := range verified {
		locked.Profiles[v.Name] = v.Digest
	}
	return locked, nil
}
