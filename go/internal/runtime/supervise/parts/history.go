//go:build unix

package parts

import (
	"context"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// History records sessions in the user's Pods.
type History struct{}

func (History) Began(ctx context.Context, s *wire.Start, before time.Time) error {
	kind := pod.EventStarted
	if s.Launch.Resume {
		kind = pod.EventResumed
	}
	return onPod(s, func(store *pod.Store, p *pod.Pod) error { return store.Begin(ctx, p, kind, before) })
}

func (History) Ended(ctx context.Context, s *wire.Start, at time.Time) error {
	return onPod(s, func(store *pod.Store, p *pod.Pod) error { return store.End(ctx, p, at) })
}

func (History) Forgot(ctx context.Context, s *wire.Start) error {
	return onPod(s, func(store *pod.Store, p *pod.Pod) error { return store.Record(ctx, p, pod.EventPruned) })
}

func onPod(s *wire.Start, do func(*pod.Store, *pod.Pod) error) error {
	dir, err := pod.DefaultDir()
	if err != nil {
		return err
	}
	return do(pod.Open(dir), &pod.Pod{ID: s.ID, Name: s.Name, Revision: s.Revision, Current: s.Generation})
}
