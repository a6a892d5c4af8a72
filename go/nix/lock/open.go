package lock

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Opener opens sources as they are now, as an input with `flake = false;` would be
// locked. A source that is asked for twice is fetched once.
type Opener struct{ sources *sources }

// NewOpener returns an Opener; of the options, those about what to lock anew do not
// count. Close it when the trees are no longer read.
func NewOpener(ctx context.Context, o Options) *Opener {
	return &Opener{&sources{ctx: ctx, options: o, known: map[string]*fetched{}}}
}

// Close closes the opened sources.
func (o *Opener) Close() { o.sources.close() }

// Source is a source as it is now.
type Source struct {
	// Locked are its attributes, as flake.lock has them.
	Locked map[string]any
	// Tree has its files. Of a path to a single file, it has those around it as well,
	// and File is its name.
	Tree source.Tree
	File string
	// Elsewhere: it was downloaded.
	Elsewhere bool
}

// Open fetches what the attributes of an input mean now. Errors are *Error, or that of
// the context.
func (o *Opener) Open(original map[string]any) (*Source, error) {
	locked, at, err := o.sources.now(original, place{}, nil)
	if err != nil {
		return nil, err
	}
	l, err := flake.LockedOf(locked)
	if err != nil {
		return nil, &Error{Kind: Damaged, Err: err}
	}
	s := &Source{Locked: locked, Tree: at.tree, Elsewhere: at.elsewhere}
	if s.Tree == nil {
		f := o.sources.known[identity(original)]
		s.Tree, s.File = f.around, f.file
	}
	if s.Tree == nil {
		return nil, &Error{Kind: Invalid, Err: errors.New(l.String() + " is a single file")}
	}
	return s, nil
}
