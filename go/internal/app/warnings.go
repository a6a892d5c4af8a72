package app

import (
	"context"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// Warnings returns the warnings about a resolved manifest, like [resolve.Warnings], with
// the places of its rules. If a warning is about rules, this evaluates the profile once
// more to find those places.
func (a *App) Warnings(ctx context.Context, what What, r *Resolved, options resolve.Options) []diag.Diagnostic {
	return a.placed(r.Manifest, func() []resolve.Origin {
		if r.Origins != nil {
			return r.Origins
		}
		resolver, options := a.again(options)
		var again *resolve.Resolved
		var err error
		switch {
		case r.Selection != nil:
			again, err = resolver.Resolve(ctx, r.Selection.Target, options)
		case what.Manifest != "":
			again, err = resolver.File(ctx, what.Manifest, options)
		}
		return originsOf(again, err, r.Digest())
	})
}

// ProfileWarnings is Warnings for one of the profiles that were verified.
func (a *App) ProfileWarnings(ctx context.Context, target reference.Reference, v resolve.Verified, options resolve.Options) []diag.Diagnostic {
	return a.placed(v.Manifest, func() []resolve.Origin {
		resolver, options := a.again(options)
		if target.WholeFlake() {
			target.Attr = []string{v.Name}
		}
		again, err := resolver.Resolve(ctx, target, options)
		return originsOf(again, err, v.Digest)
	})
}

func (a *App) placed(canonical []byte, origins func() []resolve.Origin) []diag.Diagnostic {
	warnings := resolve.Warnings(canonical, nil)
	if slices.ContainsFunc(warnings, resolve.AboutRules) {
		if origins := origins(); origins != nil {
			return resolve.Warnings(canonical, origins)
		}
	}
	return warnings
}

// originsOf returns the origins from a second evaluation if it produced the same
// manifest.
func originsOf(r *resolve.Resolved, err error, digest string) []resolve.Origin {
	if err != nil || r == nil || r.Digest() != digest {
		return nil
	}
	return r.Origins
}

// again returns a resolver and options for a second evaluation: it downloads nothing and
// does not repeat messages.
func (a *App) again(options resolve.Options) (*resolve.Resolver, resolve.Options) {
	resolver := *a.Resolver
	if resolver.Nix != nil {
		quiet := *resolver.Nix
		quiet.Warn, quiet.Progress = func(string) {}, nil
		resolver.Nix = &quiet
	}
	options.Explain, options.Provenance = true, false
	options.Downloads = looking(options).Downloads
	return &resolver, options
}
