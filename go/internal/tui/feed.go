package tui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
)

// worker runs work beside the screens and knows when all of it has ended.
type worker struct {
	wait     sync.WaitGroup
	panicked crash.Carrier
}

// crashed is the message that work has panicked: the program ends.
type crashed struct{}

// answer is what a command came back with. The screen that asked knows its
// question by the address.
type answer[T any] struct {
	to    *question
	value T
	err   error
}

// question is one piece of work that a screen waits for.
type question struct {
	cancel context.CancelFunc
}

func (q *question) stop() {
	if q != nil {
		q.cancel()
	}
}

// ask does something once.
func ask[T any](ctx context.Context, w *worker, do func(context.Context) (T, error)) (*question, tea.Cmd) {
	ctx, cancel := context.WithCancel(ctx)
	q := &question{cancel}
	answered := make(chan tea.Msg, 1)
	w.wait.Go(func() {
		defer cancel()
		message := tea.Msg(crashed{})
		defer func() { answered <- message }()
		defer w.panicked.Take()
		value, err := do(ctx)
		if message = nil; ctx.Err() == nil { // else nobody waits for it
			message = answer[T]{q, value, err}
		}
	})
	return q, func() tea.Msg { return <-answered }
}

// news is the newest of something that becomes known bit by bit.
type news[T any] struct {
	to    *question
	value T
	done  bool
	next  tea.Cmd // waits for more
}

// follow does something that shows what it knows as it goes. What comes faster
// than the screen takes it is skipped, but for the last.
func follow[T any](ctx context.Context, w *worker, do func(context.Context, func(T))) (*question, tea.Cmd) {
	ctx, cancel := context.WithCancel(ctx)
	q := &question{cancel}
	newest := make(chan T, 1)
	show := func(value T) {
		select {
		case <-newest:
		default:
		}
		newest <- value
	}
	w.wait.Go(func() {
		defer cancel()
		defer close(newest)
		defer w.panicked.Take()
		do(ctx, show)
	})
	var next tea.Cmd
	next = func() tea.Msg {
		value, more := <-newest
		if !more && w.panicked.Any() {
			return crashed{}
		}
		if !more {
			return news[T]{to: q, done: true}
		}
		return news[T]{to: q, value: value, next: next}
	}
	return q, next
}
