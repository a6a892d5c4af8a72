package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/nix"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// An expression computes the address that fetchurl and the like are given, so that a request
// can carry out whatever the expression has read. See "Fetching builtins" in docs/evaluator.md.

// mayFetch reports whether the expressions of a flake may fetch: where the user typed the
// reference of a flake elsewhere, and nothing that is evaluated comes from this machine.
func (f *openFlake) mayFetch() bool {
	d := f.options.Downloads
	if d.Rule != locate.TypedRule || d.Theirs || f.Local != nil || f.where.Locked == nil || f.where.Locked.OfThisMachine() {
		return false
	}
	for _, o := range f.overrides {
		if o.Ref.Locked == nil || o.Ref.Locked.OfThisMachine() {
			return false
		}
	}
	return true
}

// maxFetches is how many sources the expressions of a flake may fetch in one command.
const maxFetches = 32

// builtinFetcher is the fetcher of an evaluation. Like the inputs of a lock, what is not on this
// machine ends the evaluation; it is downloaded then, and the evaluation begins again.
type builtinFetcher struct{ known *fetch.Builtins }

// Fetch returns what was downloaded before. Errors are *unnamed and *wanted, and
// those of fetch.Builtins.
func (b *builtinFetcher) Fetch(_ context.Context, r nix.FetchRequest) (*nix.Fetched, error) {
	if r.NarHash == nil && r.FileHash == nil {
		return nil, &unnamed{r.Builtin}
	}
	f, err := b.known.Known(r)
	if f == nil && err == nil {
		err = &wanted{r}
	}
	return f, err
}

// wanted is a source that is not on this machine.
type wanted struct{ request nix.FetchRequest }

func (w *wanted) Error() string { return "it is not on this machine" }

// unnamed is a source without the hash of its content. With the name of a commit alone, an
// expression could read whatever the user can, and has the credentials for.
type unnamed struct{ builtin string }

func (u *unnamed) Error() string { return "the hash of its content is missing" }

// fetchWanted downloads what an expression asked for.
func (f *openFlake) fetchWanted(ctx context.Context, r nix.FetchRequest) error {
	l, err := flake.LockedOf(r.Attrs)
	if err != nil {
		return err
	}
	if f.fetches++; f.fetches > maxFetches {
		return diag.Errorf(diag.ExitRefused, "too-many-fetches", "the profile fetches more than %d sources while it is evaluated", maxFetches).
			Hintf("make them inputs of the flake")
	}
	if err := f.options.Downloads.Permit(l, r.URL, f.store.Hosts); err != nil {
		return err
	}
	f.evaluator.progress("downloading " + r.URL)
	err = f.builtins.Get(ctx, r)
	var wrong *nix.HashError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return diag.Errorf(diag.ExitState, "wrong-hash", "%s does not have the hash that the profile names: it has %s", r.URL, locate.SRI(wrong.Got)).
			Hintf("if the source was meant to change, write the new hash into the profile")
	}
	return locate.DownloadFailure(ctx, r.URL, f.store.Dir, err)
}

// fetchFailure is the failure of an evaluation that cannot have what it fetches.
func (f *openFlake) fetchFailure(output string, err, cause error) error {
	failure, ok := f.failure(output, err).(*evaluate.Failure)
	if !ok {
		return cause
	}
	failure.Kind, failure.Cause, failure.Message = evaluate.Unhad, cause, cause.Error()
	return failure
}

// unnamedHint returns the error and the hint for a source without a hash.
func unnamedHint(builtin string) (message, hint string) {
	return fmt.Sprintf("builtins.%s without the hash of what it fetches", builtin),
		"add narHash = \"sha256-…\" to its arguments, or make it an input of the flake"
}
