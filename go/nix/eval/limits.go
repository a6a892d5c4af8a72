package eval

import (
	"context"
	"errors"
)

// Limits bound an evaluation. A zero field means its default.
type Limits struct {
	// Allocation is the sum of bytes that may be allocated for values, freed
	// ones included. Default 2 GiB.
	Allocation int64
	// Calls is how deep calls may nest, as Nix's max-call-depth. Default 10000.
	Calls int
	// Depth is how deep evaluation as a whole may nest. It keeps the Go stack
	// bounded. Default 200000.
	Depth int
	// Output is the size in bytes of a rendered result. Default 16 MiB.
	Output int
}

func (l Limits) withDefaults() Limits {
	if l.Allocation == 0 {
		l.Allocation = 2 << 30
	}
	if l.Calls == 0 {
		l.Calls = 10000
	}
	if l.Depth == 0 {
		l.Depth = 200000
	}
	if l.Output == 0 {
		l.Output = 16 << 20
	}
	return l
}

// charge counts bytes before they are allocated.
func (ev *Evaluator) charge(n int) {
	if ev.allocated += int64(n); ev.allocated > ev.limits.Allocation {
		ev.tooMuch()
	}
}

//go:noinline
func (ev *Evaluator) tooMuch() {
	ev.limit("allocation", nil, "evaluation needs more memory than its limit of %d MiB allows", ev.limits.Allocation>>20)
}

// tick counts a step of work, and looks at the context now and then.
func (ev *Evaluator) tick() {
	if ev.steps++; ev.steps&0x3ff == 0 {
		ev.checkContext()
	}
}

func (ev *Evaluator) checkContext() {
	if ev.ctx.Err() == nil {
		return
	}
	err := context.Cause(ev.ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		ev.limit("time", err, "evaluation took longer than its time limit")
	}
	ev.limit("cancelled", err, "evaluation was cancelled")
}

// enter counts nesting; the caller undoes it with ev.depth--.
func (ev *Evaluator) enter() {
	if ev.depth++; ev.depth > ev.limits.Depth {
		ev.tooDeep()
	}
}

//go:noinline
func (ev *Evaluator) tooDeep() {
	ev.limit("depth", nil, "stack overflow: evaluation nests more than %d levels deep (possible infinite recursion)", ev.limits.Depth)
}

// enterCall counts a call; the caller undoes it with ev.calls--.
func (ev *Evaluator) enterCall() {
	if ev.calls++; ev.calls > ev.limits.Calls {
		ev.tooManyCalls()
	}
}

//go:noinline
func (ev *Evaluator) tooManyCalls() {
	ev.limit("depth", nil, "stack overflow; max-call-depth exceeded")
}
