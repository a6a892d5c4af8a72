package eval

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Kind is the kind of failure that an Error reports.
type Kind uint8

const (
	// EvalFailure is everything that no other kind names.
	EvalFailure Kind = iota
	// TypeMismatch is a value of the wrong type.
	TypeMismatch
	// MissingAttr is an attribute that is not there.
	MissingAttr
	// UndefinedVariable is a variable that no scope has.
	UndefinedVariable
	// Thrown is builtins.throw, or a file that is not in the search path; tryEval catches it.
	Thrown
	// AssertionFailed is a failed assert; tryEval catches it.
	AssertionFailed
	// Aborted is builtins.abort.
	Aborted
	// InfiniteRecursion is a value that needs itself.
	InfiniteRecursion
	// SyntaxError is a file that does not parse; Cause is the *syntax.Error.
	SyntaxError
	// FileAccess is a file that is missing, or outside of the readable files.
	FileAccess
	// Fetches is a builtin that may not fetch its source; Name is that builtin.
	Fetches
	// Builds is a read of the result of a derivation.
	Builds
	// NeedsNix covers everything else that only Nix does; Name is the builtin, if it is
	// one.
	NeedsNix
	// LimitReached is a limit of Options; Cause is the *LimitError.
	LimitReached
	// Defective is a panic of this package or of Go code that it called; Cause is
	// the *PanicError.
	Defective
	// FetchFailed is a Fetcher that failed; Cause is its error, Name the builtin.
	FetchFailed
	// Busy is a call while another goroutine uses the same Evaluator.
	Busy
)

// Error is a failed evaluation.
type Error struct {
	Kind Kind
	Msg  string
	// Position is the place of the failure; it may be invalid.
	Position syntax.Position
	// Trace are the calls that led there, innermost first, a long middle left
	// out, and then every message of addErrorContext.
	Trace []Frame
	// Name is the attribute of MissingAttr, or the builtin of Fetches and NeedsNix.
	Name string
	// Path is the file that a failure of kind FileAccess is about.
	Path string
	// Cause is a *LimitError, a *syntax.Error or an error of the file system, or nil.
	Cause error

	pos      syntax.Pos
	frames   []frame
	contexts []Value
}

// Frame is one line of a trace.
type Frame struct {
	Msg      string
	Position syntax.Position
	// Context marks a message given to builtins.addErrorContext.
	Context bool
}

func (e *Error) Error() string {
	if e.Position.IsValid() {
		return e.Position.String() + ": " + e.Msg
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Cause }

// catchable reports whether tryEval turns the error into a value.
func (e *Error) catchable() bool { return e.Kind == Thrown || e.Kind == AssertionFailed }

// LimitError names the limit that an evaluation reached.
type LimitError struct {
	// Limit is time, cancelled, steps, memory, depth, or output.
	Limit string
	Msg   string
	// Err is the cause of the context's end for time and cancelled.
	Err error
}

func (e *LimitError) Error() string { return e.Msg }
func (e *LimitError) Unwrap() error { return e.Err }

// PanicError is a panic that ended an evaluation. What ends a whole process in Go,
// such as an overflow of the stack or writes to one map at a time, cannot be caught:
// recursion is bounded, and an Evaluator serves one goroutine at a time.
type PanicError struct {
	// Runtime marks what Go itself raises: a nil pointer, an index out of range.
	Runtime bool
	// Panic has the stack, for a report. Its text quotes nothing of the input.
	*crash.Panic
}

func (e *PanicError) Unwrap() error { return e.Panic }

// frame is one call in progress.
type frame struct {
	fn      *syntax.Lambda
	builtin *Builtin // if fn is nil
	pos     syntax.Pos
}

// How many calls an Error's trace has: the nearest ones and the outermost.
const (
	nearCalls = 80
	farCalls  = 20
)

// maxQuoted is how much of a text a message quotes.
const maxQuoted = 1 << 20

func message(format string, args []any) string {
	for i, arg := range args {
		if s, ok := arg.(string); ok && len(s) > maxQuoted {
			args[i] = fmt.Sprintf("%s «%d bytes elided»", s[:maxQuoted], len(s)-maxQuoted)
		}
	}
	return fmt.Sprintf(format, args...)
}

// fail raises an error.
func (ev *Evaluator) fail(kind Kind, pos syntax.Pos, format string, args ...any) {
	ev.raise(&Error{Kind: kind, Msg: message(format, args), pos: pos})
}

func (ev *Evaluator) failType(pos syntax.Pos, format string, args ...any) {
	ev.fail(TypeMismatch, pos, format, args...)
}

func (ev *Evaluator) failMissing(pos syntax.Pos, name syntax.Symbol) {
	text := ev.symbols.Name(name)
	ev.raise(&Error{Kind: MissingAttr, Msg: "attribute '" + attributeName(text) + "' missing", Name: text, pos: pos})
}

func (ev *Evaluator) raise(e *Error) {
	if n := len(ev.frames); n > nearCalls+farCalls {
		e.frames = slices.Concat(ev.frames[:farCalls], ev.frames[n-nearCalls:])
	} else {
		e.frames = slices.Clone(ev.frames)
	}
	e.contexts = append([]Value(nil), ev.contexts...)
	if e.pos == 0 && !e.Position.IsValid() {
		for i := len(ev.frames) - 1; i >= 0; i-- {
			if ev.frames[i].pos != 0 {
				e.pos = ev.frames[i].pos
				break
			}
		}
	}
	panic(e)
}

func (ev *Evaluator) limit(limit string, err error, format string, args ...any) {
	cause := &LimitError{Limit: limit, Msg: message(format, args), Err: err}
	ev.raise(&Error{Kind: LimitReached, Msg: cause.Msg, Cause: cause})
}

// mark remembers how far the hand-kept stacks reach.
type mark struct{ frames, contexts, args, forcing, depth, calls int }

func (ev *Evaluator) reach() mark {
	return mark{len(ev.frames), len(ev.contexts), len(ev.args), len(ev.forcing), ev.depth, ev.calls}
}

// unwind puts the stacks back after a panic. Thunks that were being forced
// keep the error; after a limit they are as if never touched.
func (ev *Evaluator) unwind(m mark, e *Error) {
	for _, t := range ev.forcing[m.forcing:] {
		if e.Kind == LimitReached {
			t.env = t.scope
		} else {
			t.set(&failure{e}, &failed)
		}
	}
	ev.frames = ev.frames[:m.frames]
	ev.contexts = ev.contexts[:m.contexts]
	ev.args = ev.args[:m.args]
	ev.forcing = ev.forcing[:m.forcing]
	ev.depth, ev.calls = m.depth, m.calls
}

// catch runs f and returns the *Error that it failed with, if any.
func (ev *Evaluator) catch(f func()) (failure *Error) {
	m := ev.reach()
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				e = defect(r)
			}
			ev.unwind(m, e)
			failure = e
		}
	}()
	f()
	return nil
}

// defect turns a panic that is not an *Error into one, in the function that recovered
// it.
func defect(r any) *Error {
	cause := &PanicError{Panic: crash.Recovered(r)}
	if err, ok := r.(error); ok {
		cause.Runtime = errors.As(err, new(runtime.Error))
	}
	return &Error{Kind: Defective, Msg: cause.Error(), Cause: cause}
}

// user tracks who uses an Evaluator: one goroutine at a time, in calls that may nest
// where evaluation calls Go code.
type user struct {
	sync.Mutex
	changed sync.Cond
	state   userState
}

type userState uint8

const (
	idle userState = iota
	running
	outside // in Go code that evaluation has called, which may call it in turn
)

// take makes the calling goroutine the one that uses the evaluator; release undoes it.
func (u *user) take() (release func(), ok bool) {
	u.Lock()
	defer u.Unlock()
	before := u.state
	if before == running {
		return nil, false
	}
	u.state = running
	return func() { u.set(before) }, true
}

func (u *user) set(s userState) {
	u.Lock()
	defer u.Unlock()
	u.state = s
	if u.changed.L != nil {
		u.changed.Signal()
	}
}

// leaving calls Go code that may use the evaluator.
func (ev *Evaluator) leaving(f func()) {
	u := &ev.user
	u.set(outside)
	defer func() {
		u.Lock()
		defer u.Unlock()
		u.changed.L = &u.Mutex
		for u.state == running { // by another goroutine, which had better not
			u.changed.Wait()
		}
		u.state = running
	}()
	f()
}

const busy = "the evaluator is in use by another goroutine"

// run is catch for the exported methods: the error is made readable.
func (ev *Evaluator) run(f func()) error {
	release, ok := ev.user.take()
	if !ok {
		return &Error{Kind: Busy, Msg: busy}
	}
	defer release()
	defer ev.account.leave()
	growStack(ev == nil)
	e := ev.catch(f)
	if e == nil {
		return nil
	}
	ev.explain(e)
	return e
}

// growStack makes the stack grow at once to a size that few evaluations exceed: its
// frame is large and never used. Growing step by step would copy the stack each time.
//
//go:noinline
func growStack(use bool) {
	if use {
		var a, b [100 << 10]byte // one of twice the size would be on the heap
		useRoom(&a)
		useRoom(&b)
	}
}

// mostContext is how many bytes of messages an error keeps, and the message that exceeds
// them. An expression can give a large one at each level of a recursion.
const mostContext = 1 << 20

// explain resolves positions and renders the trace.
func (ev *Evaluator) explain(e *Error) {
	if e.Trace != nil {
		return
	}
	if e.pos != 0 {
		e.Position = ev.files.Position(e.pos)
	}
	trace := make([]Frame, 0, len(e.frames)+len(e.contexts))
	for i := len(e.frames) - 1; i >= 0; i-- {
		f := e.frames[i]
		trace = append(trace, Frame{Msg: "while calling " + ev.callName(f), Position: ev.files.Position(f.pos)})
	}
	kept := 0
	for i := len(e.contexts) - 1; i >= 0; i-- {
		if kept > mostContext {
			trace = append(trace, Frame{Msg: fmt.Sprintf("(left out: %d further messages of addErrorContext)", i+1), Context: true})
			break
		}
		msg := ""
		if bad := ev.catch(func() {
			msg = ev.coerce(e.contexts[i], 0, coercion{}, nil)
		}); bad != nil {
			msg = "(the message of addErrorContext fails itself: " + bad.Msg + ")"
		}
		trace = append(trace, Frame{Msg: msg, Context: true})
		kept += len(msg)
	}
	e.Trace = trace
	e.frames, e.contexts = nil, nil
}

func (ev *Evaluator) callName(f frame) string {
	switch {
	case f.fn == nil:
		return "the '" + f.builtin.Name + "' builtin"
	case f.fn.Name != 0:
		return "'" + ev.symbols.Name(f.fn.Name) + "'"
	}
	return "an anonymous function"
}

// Excerpt shows the line of a position with a caret under the column, or ""
// when its text is not at hand.
func (ev *Evaluator) Excerpt(p syntax.Position) string {
	line, ok := ev.files.SourceLine(p)
	if !ok {
		return ""
	}
	column := min(p.Column-1, len(line))
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, line[:column])
	number := fmt.Sprintf("%5d", p.Line)
	return number + "| " + line + "\n" + strings.Repeat(" ", len(number)) + "| " + pad + "^\n"
}

//go:noinline
func useRoom(room *[100 << 10]byte) { clear(room[:]) }
