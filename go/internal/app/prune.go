package app

import (
	"context"
	"errors"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

// Pruned is a Pod whose transcript was removed, or would be.
type Pruned struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Ended is the time at which the last session ended.
	Ended time.Time `json:"ended"`
	// Days is session.retentionDays.
	Days int64 `json:"retentionDays"`
}

// Prune removes the transcripts of Pods that are not running and whose last session ended
// more than session.retentionDays ago. With dry it only lists them. The error covers the
// transcripts that could not be removed; the others are removed.
func (a *App) Prune(ctx context.Context, dry bool) ([]Pruned, error) {
	store, err := a.Pods()
	if err != nil {
		return nil, err
	}
	pods, _, err := store.List() // damaged Pods are left alone
	if err != nil {
		return nil, err
	}
	pruned := []Pruned{}
	e := &diag.Error{Exit: diag.ExitState}
	for _, p := range pods {
		if err := ctx.Err(); err != nil {
			return pruned, err
		}
		one, err := a.prune(ctx, store, p, dry)
		if err != nil {
			e.Diagnostics = append(e.Diagnostics, diag.From(err).Diagnostics...)
		} else if one != nil {
			pruned = append(pruned, *one)
		}
	}
	if len(e.Diagnostics) > 0 {
		return pruned, e
	}
	return pruned, nil
}

// prune removes the transcript of a Pod if it is due, and otherwise returns nil.
func (a *App) prune(ctx context.Context, store *pod.Store, p *pod.Pod, dry bool) (*Pruned, error) {
	dir, err := live.Dir(p.ID)
	if err != nil || !live.HasTranscript(dir) {
		return nil, err
	}
	now := time.Now()
	status, err := live.Read(dir)
	if err != nil || !status.Due(0, now) {
		return nil, err
	}
	envelope, err := store.Envelope(p, 0)
	if err != nil {
		return nil, err
	}
	m, problems := envelope.Decoded()
	if len(problems) > 0 || m.Session.RetentionDays == nil || !status.Due(*m.Session.RetentionDays, now) {
		return nil, nil
	}
	one := &Pruned{p.ID, p.Name, status.Changed, *m.Session.RetentionDays}
	if status.Ended != nil {
		one.Ended = *status.Ended
	}
	if dry {
		return one, nil
	}
	holder, err := live.Hold(ctx, dir)
	if errors.Is(err, live.ErrRunning) {
		return nil, nil // it has just been started
	}
	if err != nil {
		return nil, live.NotWritten(dir, err)
	}
	defer holder.Release()
	if !holder.Status().Due(one.Days, now) {
		return nil, nil
	}
	if err := holder.Forget(now); err != nil {
		return nil, err
	}
	return one, store.Record(ctx, p, pod.EventPruned)
}

// pruneQuietly prunes after a session and ignores errors, which must not affect it.
func (a *App) pruneQuietly(ctx context.Context) {
	pruned, err := a.Prune(ctx, false)
	for _, one := range pruned {
		a.User.Tell(diag.Diagnostic{Severity: diag.SeverityNote, Code: "transcript-removed", Message: one.Sentence(), Positions: []diag.Position{}})
	}
	if err != nil {
		for _, d := range diag.From(err).Diagnostics {
			d.Severity = diag.SeverityWarning
			a.User.Tell(d)
		}
	}
}

// Sentence describes what was removed.
func (p Pruned) Sentence() string {
	return diag.Sprintf("removed the transcript of Pod `%s`, which ended on %s: session.retentionDays is %d", p.Name, p.Ended.Local().Format("2006-01-02"), p.Days)
}
