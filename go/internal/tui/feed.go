package tui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
)

// worker runs work in the background and waits for all of it to end.
type worker struct {
	wait     sync.WaitGroup
	panicked crash.Carrier
}

// crashed is the message that work has panicked, so the program ends.
type crashed struct{}

// answer is the result of a command. The asking screen recognizes its question by the
// pointer.
type answer[T any] struct {
	to    *question
	value T
	err   error
}

// question is a piece of work that a screen waits for.
type question struct {
	cancel context.CancelFunc
}

func (q *question) stop() {
	if q != nil {
		q.cancel()
	}
}

// ask runs a piece of work once.
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
		if message = nil; ctx.Err() == nil { // otherwise the screen no longer waits for it
			message = answer[T]{q, value, err}
		}
	})
	return q, func() tea.Msg { return <-answered }
}

// news is the latest state of something that is discovered step by step.
type news[T any] struct {
	to    *question
	value T
	done  bool
	next  tea.Cmd // waits for more
}

// follow runs a piece of work that reports its progress. Updates faster than the screen
// are skipped, except for the last.
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
