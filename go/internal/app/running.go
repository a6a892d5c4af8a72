package app

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// Live returns the status of a Pod that is running or has run; nil if it never ran. It
// also updates the state of the Pod.
func (a *App) Live(p *pod.Pod) *live.Status {
	dir, err := live.Dir(p.ID)
	if err != nil {
		return nil
	}
	status, err := live.Read(dir)
	if err != nil || status.State == live.Saved {
		return nil
	}
	p.State = pod.State(status.State)
	return &status
}

// Attach shows the program of a running Pod in a terminal.
func (a *App) Attach(ctx context.Context, p *pod.Pod, t supervise.Terminal) (supervise.Result, error) {
	dir, err := live.Dir(p.ID)
	if err != nil {
		return supervise.Result{}, err
	}
	if status := a.Live(p); status == nil || !status.Running() {
		return supervise.Result{}, live.NotRunning(p.Name)
	}
	return supervise.Attach(ctx, dir, t)
}

// History returns the events of a Pod, oldest first, and its status, like Live. It adds
// the end of a session whose supervisor was killed before it could record it.
func (a *App) History(store *pod.Store, p *pod.Pod) ([]pod.Event, *live.Status, error) {
	events, err := store.Events(p)
	if err != nil {
		return nil, nil, err
	}
	status := a.Live(p)
	if open := pod.Unended(events); open != nil && status != nil && !status.Running() {
		at := status.Changed
		if status.Ended != nil {
			at = *status.Ended
		}
		if at.Before(open.Time) {
			at = open.Time
		}
		events = append(events, pod.Event{Time: at, Kind: pod.EventEnded, Generation: p.Current})
	}
	return events, status, nil
}

// Stop ends a Pod and returns when nothing of it is running; stopped is false if it was
// not running.
func (a *App) Stop(ctx context.Context, p *pod.Pod) (stopped bool, err error) {
	dir, err := live.Dir(p.ID)
	if err != nil {
		return false, err
	}
	return supervise.Stop(ctx, dir)
}

// Remove removes a Pod with the data of its program. A running Pod is left alone.
func (a *App) Remove(ctx context.Context, store *pod.Store, p *pod.Pod) error {
	return a.unlessRunning(ctx, p.ID, p.Name, func() error { return store.Remove(ctx, p) })
}

// RemoveDamaged removes what is left of a damaged Pod, with the data of its program.
func (a *App) RemoveDamaged(ctx context.Context, store *pod.Store, id string) error {
	return a.unlessRunning(ctx, id, id, func() error { return store.RemoveDamaged(ctx, id) })
}

func (a *App) unlessRunning(ctx context.Context, id, name string, remove func() error) error {
	dir, err := live.Dir(id)
	if err != nil {
		return err
	}
	err = live.Remove(ctx, dir, remove)
	if errors.Is(err, live.ErrRunning) {
		return diag.Errorf(diag.ExitState, "pod-running", "cannot remove Pod `%s`: it is running", name).
			Hintf("end it: insomnia pod stop %s", name)
	}
	return err
}
