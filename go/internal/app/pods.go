package app

import (
	"context"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Pods lists the existing Pods, newest first.
type Pods struct {
	Rows    []PodRow
	Damaged []pod.Damaged
}

// PodRow is a Pod in a list.
type PodRow struct {
	*pod.Pod
	Drift *pod.Drift   `json:"drift"`          // nil while unknown
	Live  *live.Status `json:"live,omitempty"` // nil if the Pod never ran
}

// ListPods lists the Pods, first by themselves and then with the drift of their profiles.
// show receives the list as it grows; nil if only the final list matters.
func (a *App) ListPods(ctx context.Context, show func(Pods)) (Pods, error) {
	store, err := a.Pods()
	if err != nil {
		return Pods{}, err
	}
	all, damaged, err := store.List()
	if err != nil {
		return Pods{}, err
	}
	list := Pods{Rows: make([]PodRow, len(all)), Damaged: damaged}
	for i, p := range all {
		list.Rows[i].Pod, list.Rows[i].Live = p, a.Live(p)
	}
	drifts := a.Drifts()
	var shown time.Time
	for i, p := range all {
		if show != nil && time.Since(shown) > often {
			show(Pods{append([]PodRow{}, list.Rows...), damaged})
			shown = time.Now()
		}
		drift := drifts.Of(ctx, p)
		if err := ctx.Err(); err != nil {
			return Pods{}, err
		}
		list.Rows[i].Drift = &drift
	}
	return list, nil
}

// Drifts compares Pods with their sources, the library of this program, and the pins of
// named sources.
func (a *App) Drifts() *pod.Drifts {
	opened := map[string]*catalog.Catalog{}
	return &pod.Drifts{
		Library: a.Resolver.LibraryDigest,
		Pinned: func(_ context.Context, source pod.Source) (string, error) {
			c := opened[source.Dir]
			if c == nil {
				c = catalog.Open(source.Dir, a.Resolver.Library)
				opened[source.Dir] = c
			}
			ref, err := reference.Parse(source.Named, source.Dir)
			if err != nil {
				return "", err
			}
			return c.Pinned(ref)
		},
	}
}

// Snapshot is a Pod with the manifest of its current generation.
type Snapshot struct {
	Pod      *pod.Pod
	Envelope *manifest.Envelope
	Manifest *manifest.Manifest
	Summary  words.Summary
}

// SnapshotOf returns the snapshot of an envelope that the store or the resolver has
// verified.
func SnapshotOf(p *pod.Pod, e *manifest.Envelope) (*Snapshot, error) {
	m, problems := e.Decoded()
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	return &Snapshot{Pod: p, Envelope: e, Manifest: m, Summary: words.SummaryOf(m, e.Manifest)}, nil
}

// Snapshot reads and verifies the current generation of the Pod with this ID, name or
// unique ID prefix.
func (a *App) Snapshot(name string) (*Snapshot, error) {
	store, err := a.Pods()
	if err != nil {
		return nil, err
	}
	p, err := store.Find(name)
	if err != nil {
		return nil, err
	}
	e, err := store.Envelope(p, 0)
	if err != nil {
		return nil, err
	}
	return SnapshotOf(p, e)
}
