// Package crash makes a defect of this program something that can be reported.
//
// A panic becomes a *Panic, which travels from the goroutine where it happened
// to the top of the program: as the value of another panic, or as an error. The
// top writes a report and ends with diag.ExitInternal. A report has the stack,
// the version and the name of the command; it never has arguments, environment
// or the text of a panic, which may quote a profile.
package crash

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// Panic is a panic with the stack of where it happened.
type Panic struct {
	// Cause describes the failure without any data that the program was given.
	Cause string
	// Stack is the innermost and outermost frames, as debug.Stack prints them.
	Stack []byte
}

func (p *Panic) Error() string { return "internal error: " + p.Cause }

// Recovered makes a Panic of what recover returned; one that was recovered
// before stays as it is. It is called by the function that recovers, so that
// the stack is still that of the panic.
func Recovered(v any) *Panic {
	if p, ok := v.(*Panic); ok {
		return p
	}
	p := &Panic{Cause: fmt.Sprintf("a panic of type %T", v), Stack: debug.Stack()}
	var known runtime.Error
	if err, ok := v.(error); ok && errors.As(err, &known) {
		p.Cause = known.Error()
	}
	return p
}

// Carrier takes the first panic of several goroutines to the one that waits for them.
type Carrier struct{ first atomic.Pointer[Panic] }

// Take is deferred in each of the goroutines.
func (c *Carrier) Take() {
	if v := recover(); v != nil {
		c.first.CompareAndSwap(nil, Recovered(v))
	}
}

// Any reports whether a panic was taken.
func (c *Carrier) Any() bool { return c.first.Load() != nil }

// Raise panics in the goroutine that waited, if another one did.
func (c *Carrier) Raise() {
	if p := c.first.Load(); p != nil {
		panic(p)
	}
}
