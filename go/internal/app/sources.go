package app

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// Pin finds out what a source is now, and the digests of its profiles. written is how
// ref stands in the config.
func (a *App) Pin(ctx context.Context, written string, ref reference.Reference, options resolve.Options) (catalog.Locked, error) {
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
