// Package lock computes the flake.lock of a flake without Nix: the same text
// that `nix flake lock` of Nix 2.34 writes for the same inputs.
//
// The inputs are those written literally in flake.nix; nothing is evaluated. An input
// whose address is the one in the old lock keeps its locked source, and so does
// everything below it; others are fetched by package fetch. Nothing is written here.
//
// A downloaded flake may name public downloads and directories of its own source, but
// nothing on this machine.
package lock

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Options configure the computation of a lock.
type Options struct {
	// Store downloads sources and keeps them.
	Store *fetch.Store
	// Permit is called before each download; its error ends the computation.
	Permit func(*flake.Locked) error
	// Warn receives a sentence about flake.nix that is not an error. Default: it is
	// dropped.
	Warn func(string)
	// UpdateAll locks every input anew.
	UpdateAll bool
	// Update are inputs to lock anew: `nixpkgs`, or `a/b` for the input b of the input a.
	Update []string
}

// Result is a computed lock.
type Result struct {
	Lock *flake.Lock
	// Changed reports whether the lock differs from the old one; a lock that only
	// is laid out differently does not.
	Changed bool
	// Changes are those of inputs, sorted by input.
	Changes []Change
}

// Kind is the kind of problem that prevents a lock.
type Kind int

const (
	// Invalid: flake.nix, or that of an input, is not one that can be locked.
	Invalid Kind = iota
	// Damaged: the flake.lock cannot be read.
	Damaged
	// NeedsNix: only Nix can lock the input.
	NeedsNix
	// Unlockable: the input has no state that could be named: uncommitted changes.
	Unlockable
	// Unsafe: a flake from elsewhere names something of this machine.
	Unsafe
	// NoSuchInput: an input to update that the flake does not have.
	NoSuchInput
	// Unavailable: the source cannot be obtained; Err explains why.
	Unavailable
)

// Error is an input that cannot be locked.
type Error struct {
	Kind  Kind
	Input string // `a/b` for the input b of the input a; empty for the flake itself
	Msg   string
	Hint  string   // what to do; may be empty
	Names []string // the inputs that there are, for NoSuchInput
	Err   error
}

func (e *Error) Error() string {
	var parts []string
	if e.Input != "" {
		parts = append(parts, "the input `"+e.Input+"`")
	}
	if e.Msg != "" {
		parts = append(parts, e.Msg)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

func invalid(format string, args ...any) *Error {
	return &Error{Kind: Invalid, Msg: fmt.Sprintf(format, args...)}
}

// Compute computes the lock of a flake on this machine. old is the text of its
// flake.lock; nil if there is none. Errors are *Error, or that of ctx.
func Compute(ctx context.Context, ref flake.Ref, old []byte, o Options) (*Result, error) {
	s := &sources{ctx: ctx, options: o, known: map[string]*fetched{}}
	defer s.close()
	root, err := s.open(ref)
	if err != nil {
		return nil, err
	}
	before, err := readOld(old)
	if err != nil {
		return nil, err
	}
	c := &computation{sources: s, options: o, overrides: map[string]*override{}}
	for _, input := range o.Update {
		c.update = append(c.update, &wanted{path: strings.Split(input, "/")})
	}
	inputs, err := s.readFlake(root, nil)
	if err != nil {
		return nil, err
	}
	after, from := &node{inputs: map[string]edge{}}, before
	if o.UpdateAll {
		from = nil
	}
	if err := c.compute(inputs, after, nil, from, nil, root, false); err != nil {
		return nil, err
	}
	for _, w := range c.update {
		if !w.used {
			return nil, &Error{Kind: NoSuchInput, Input: strings.Join(w.path, "/"), Msg: "it does not exist", Names: c.paths}
		}
	}
	if err := after.check(); err != nil {
		return nil, err
	}
	r := &Result{Lock: after.lock(), Changes: changes(before, after)}
	r.Changed = old == nil && len(after.inputs) > 0 || old != nil && !slices.Equal(before.lock().Bytes(), r.Lock.Bytes())
	return r, nil
}
