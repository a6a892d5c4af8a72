// Package eval evaluates the Nix expression language, lazily and without Nix.
//
// It has the semantics of Nix 2.34 in pure evaluation: no environment, no
// network, no builds, and no reads outside the source trees it is given. A
// builtin that would fetch, build or write to the Nix store is an *Error of
// kind Fetches, Builds or NeedsNix. Limits on time, steps, memory, depth and output are part of
// Options; each is a *LimitError when it is reached. A panic, in here or in Go code that
// evaluation calls, is a *PanicError with its stack. An Evaluator serves one goroutine
// at a time; another one gets an error of the kind Busy.
//
// The values of an Evaluator may be used until the next
// failure by a limit; after one, make a new Evaluator.
//
// Inside the package a failure is a panic with an *Error, which tryEval and
// the exported methods turn back into a value. The stacks of calls and of
// values being forced are kept by hand, so that nothing has to be unwound on
// the way.
package eval
