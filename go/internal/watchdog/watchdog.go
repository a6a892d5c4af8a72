// Package watchdog ends work at its limits of time and memory, even if the work does
// not check them.
//
// Work gets a context that is cancelled at the limit, and a moment to return. Work that
// does not return is abandoned: its caller continues without it. Go cannot stop a
// goroutine, so abandoned work keeps its processor and its memory until it ends or the
// process does. Hence the number of abandoned works is limited, and if memory stays
// beyond the limit, the process ends.
package watchdog

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/memory"
)

// The reasons for which work is ended, besides those of package context. They
// are the cause of its context, and the error of Do when the work was abandoned.
var (
	// ErrMemory means that the process uses too much memory, and this work the longest.
	ErrMemory = errors.New("the memory limit was reached")
	// ErrCrowded means that work was not begun, since too much is abandoned.
	ErrCrowded = errors.New("too much work before it did not end")
)

const (
	// MaxAbandoned is how much work may be abandoned before no more is begun.
	MaxAbandoned = 4

	// grace is how long cancelled work may take to return.
	grace = 300 * time.Millisecond
	// patience is how long cancelled work may keep its memory where the process is not
	// far beyond its limit: a busy machine takes its time to return, and to collect.
	patience = 5 * time.Second
	// Most work ends before the first look at its memory.
	firstLook = 200 * time.Millisecond
	nextLook  = 50 * time.Millisecond
	// margin is the memory reserved for the rest of the process.
	margin = 256 << 20
)

// Limits are those of one piece of work.
type Limits struct {
	Time time.Duration
	// Memory is in bytes; zero: memory.Default. Work that counts what it holds ends
	// there by itself; the watchdog waits for a good deal more, of the whole process.
	Memory int64
}

// EndProcess is called, in a goroutine of its own, with the limit of the work, when
// memory stays beyond it although the work was to end. It does not return.
var EndProcess = func(limit int64) { panic(&crash.Panic{Cause: ErrMemory.Error()}) }

// work is one run of Do.
type work struct {
	limit     int64
	cancel    context.CancelCauseFunc
	cancelled time.Time // for its memory; zero when it was not
	abandoned bool
	look      *time.Timer
}

var (
	mu      sync.Mutex
	running []*work // the oldest first
	// inUse is how much memory the process uses, and collect frees what is dead of it;
	// tests set others.
	inUse, collect = used, runtime.GC
)

// Do runs f and waits for it, for as long as ctx and its limits allow and a moment
// more. A panic of f is one of Do, with the stack of f. When f was abandoned, the
// error is context.DeadlineExceeded, context.Canceled or ErrMemory, Abandoned
// reports true, and what f touches is still in use.
func Do[T any](ctx context.Context, limits Limits, f func(context.Context) (T, error)) (T, error) {
	var none T
	ctx, stop := context.WithTimeout(ctx, limits.Time)
	defer stop()
	w, ctx := begin(ctx, limits.Memory)
	if w == nil {
		return none, &abandonment{ErrCrowded}
	}

	type result struct {
		value    T
		err      error
		panicked *crash.Panic
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if v := recover(); v != nil {
				r.panicked = crash.Recovered(v)
			}
			// Its result first: end cancels the context, and who sees that waits no
			// longer than the grace.
			done <- r
			w.end()
		}()
		r.value, r.err = f(ctx)
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case r = <-done:
		case <-late.C:
			w.abandon()
			return none, &abandonment{context.Cause(ctx)}
		}
	}
	w.end()
	if r.panicked != nil {
		panic(r.panicked)
	}
	return r.value, r.err
}

// abandonment is the error of work that has not returned.
type abandonment struct{ cause error }

func (a *abandonment) Error() string { return a.cause.Error() }
func (a *abandonment) Unwrap() error { return a.cause }

// Abandoned reports whether an error of Do means that the work still runs, or
// was not begun.
func Abandoned(err error) bool {
	var a *abandonment
	return errors.As(err, &a)
}

func begin(ctx context.Context, limit int64) (*work, context.Context) {
	mu.Lock()
	defer mu.Unlock()
	left := 0
	for _, w := range running {
		if w.abandoned {
			left++
		}
	}
	if left >= MaxAbandoned {
		return nil, nil
	}
	w := &work{limit: limit}
	ctx, w.cancel = context.WithCancelCause(ctx)
	w.look = time.AfterFunc(firstLook, w.watch)
	running = append(running, w)
	return w, ctx
}

func (w *work) end() {
	w.cancel(nil)
	w.look.Stop()
	mu.Lock()
	defer mu.Unlock()
	if i := slices.Index(running, w); i >= 0 {
		running = slices.Delete(running, i, i+1)
	}
}

func (w *work) abandon() {
	mu.Lock()
	defer mu.Unlock()
	w.abandoned = true
}

// watch looks at the memory of the process. When it is too much, the work that
// has run longest ends first: that is what takes most, more often than not.
func (w *work) watch() {
	mu.Lock()
	defer mu.Unlock()
	if !slices.Contains(running, w) {
		return
	}
	w.look.Reset(nextLook)
	limit, most, far := bounds()
	size := inUse()
	if size > most {
		// Much of it may be garbage, of this work or of what ended before it.
		collect()
		size = inUse()
	}
	now := time.Now()
	switch {
	case size <= most:
		return
	case size > far:
		go EndProcess(limit)
		return
	}
	wait := time.Duration(0)
	for _, r := range running {
		if r.cancelled.IsZero() {
			r.cancelled = now
			r.cancel(ErrMemory)
			return
		}
		since := now.Sub(r.cancelled)
		if since < 2*grace {
			return
		}
		wait = max(wait, patience-since)
	}
	if wait > 0 {
		return
	}
	go EndProcess(limit) // all of it was to end, and does not
}

// bounds are the largest limit of what runs, how much the process may use before the
// oldest work ends, and how much before the process does.
func bounds() (limit, most, far int64) {
	var sum int64
	for _, w := range running {
		if w.limit <= 0 {
			w.limit = memory.Default()
		}
		limit = max(limit, w.limit)
		sum += min(w.limit, memory.Most())
	}
	most = max(limit, min(sum, memory.Most()))
	most += most/8 + margin // work that counts ends itself by then
	return limit, most, min(2*most, max(most+most/8, memory.Most()/4*5))
}

func used() int64 {
	n, _ := memory.Used()
	return n
}
