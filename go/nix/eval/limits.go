package eval

import (
	"context"
	"errors"
	"time"
)

// Limits bound an evaluation. A zero field means its default.
type Limits struct {
	// Time is how long an evaluation may take, from New or Renew on. Default: until
	// the deadline of its context.
	Time time.Duration
	// Steps is how many steps of work an evaluation may take: a call, an element,
	// some bytes. It is the same on every machine. Default: any number.
	Steps int64
	// Memory is how many bytes it may hold at a time, as far as that can be measured (see
	// account). Default: memory.Default, 4 GiB or three quarters of what this machine
	// gives the process, whichever is less.
	Memory int64
	// Calls is how deep calls may nest, as Nix's max-call-depth. Default 10000.
	Calls int
	// Depth is how deep evaluation as a whole may nest. It keeps the Go stack
	// bounded. Default 400000.
	Depth int
	// Output is the size in bytes of a rendered result. Default 16 MiB.
	Output int
}

func (l Limits) withDefaults() Limits {
	if l.Calls == 0 {
		l.Calls = 10000
	}
	if l.Depth == 0 {
		l.Depth = 400_000
	}
	if l.Output == 0 {
		l.Output = 16 << 20
	}
	return l
}

// Every function that works per element, per byte or per level counts its work
// and what it keeps:
//
//	ev.tick()           one step: a call, an element, a comparison
//	ev.ticks(n)         n steps, before or after a loop without calls
//	ev.bytes(n)         n bytes looked at, copied or hashed
//	ev.charge(n)        n bytes that are about to be allocated
//	ev.chargeEach(n, s) room for n things of s bytes; n is the input's
//	ev.enter(), ev.enterCall()  one level of recursion (undo: ev.depth--, ev.calls--)
//
// A step takes at most about a microsecond, so that the clock is looked at every
// millisecond. A loop over many bytes or elements that calls nothing that counts
// does so in parts.

// stepsPerLook is how many steps there are between two looks at the clock.
const stepsPerLook = 1 << 10

// bytesPerStep is how many bytes a step looks at.
const bytesPerStep = 64

// tick counts a step of work.
func (ev *Evaluator) tick() {
	if ev.fuel--; ev.fuel < 0 {
		ev.look()
	}
}

// ticks counts n steps of work; n is not negative.
func (ev *Evaluator) ticks(n int) {
	if ev.fuel -= int64(n); ev.fuel < 0 {
		ev.look()
	}
}

// bytes counts the work of looking at n bytes, or of moving them.
func (ev *Evaluator) bytes(n int) { ev.ticks(n / bytesPerStep) }

// Steps is how many steps of work were counted since New or Renew.
func (ev *Evaluator) Steps() int64 { return ev.steps - ev.fuel }

// look looks at the clock and the context, and at the steps that are left.
//
//go:noinline
func (ev *Evaluator) look() {
	used := ev.steps - ev.fuel
	if most := ev.limits.Steps; most > 0 && used > most {
		ev.fuel, ev.steps = 0, used
		ev.limit("steps", nil, "evaluation took more steps than its limit of %d", most)
	}
	ev.refuel(used)
	ev.checkContext()
	if ev.looks++; ev.looks%looksPerWeighing == 0 {
		ev.weigh(0)
	}
}

// refuel begins another round of steps, after used ones.
func (ev *Evaluator) refuel(used int64) {
	ev.fuel = stepsPerLook
	if most := ev.limits.Steps; most > 0 {
		ev.fuel = min(ev.fuel, most-used)
	}
	ev.steps = used + ev.fuel
}

func (ev *Evaluator) checkContext() {
	if !ev.deadline.IsZero() && time.Now().After(ev.deadline) {
		ev.limit("time", context.DeadlineExceeded, "evaluation took longer than its time limit")
	}
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
	if ev.depth++; ev.depth > ev.deepest {
		ev.deeper()
	}
}

// The stack is charged by so many levels of nesting at a time. A level takes half
// a kilobyte to one and a half, and a stack that grows is copied.
const (
	stackLevels = 8192
	stackLevel  = 2048
)

// deeper lets the stack grow further.
//
//go:noinline
func (ev *Evaluator) deeper() {
	if ev.depth > ev.limits.Depth {
		ev.limit("depth", nil, "stack overflow: evaluation nests more than %d levels deep (possible infinite recursion)", ev.limits.Depth)
	}
	ev.deepest = min(ev.depth+stackLevels, ev.limits.Depth)
	ev.charge(stackLevels * stackLevel)
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

// begin starts the account of an evaluation.
func (ev *Evaluator) begin(ctx context.Context) {
	ev.ctx = ctx
	ev.deadline = time.Time{}
	if ev.limits.Time > 0 {
		ev.deadline = time.Now().Add(ev.limits.Time)
	}
	if at, ok := ctx.Deadline(); ok && (ev.deadline.IsZero() || at.Before(ev.deadline)) {
		ev.deadline = at
	}
	ev.refuel(0)
	ev.deepest = min(stackLevels, ev.limits.Depth)
	ev.account.begin(ev.limits.Memory)
	ev.slabs.apart(ev.lettingGo)
}
