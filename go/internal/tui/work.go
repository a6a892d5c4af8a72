package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// work implements the backend. It turns the results of package app into rows and pages.
type work struct {
	*app.App
	options resolve.Options // for every evaluation: nothing is downloaded
}

// Work returns the backend for the real user.
func Work(a *app.App, options resolve.Options) *Backend {
	w := &work{a, options}
	return &Backend{Dir: a.Resolver.Dir, Pods: w.pods, Details: w.details, Resolve: w.resolve, Create: w.create,
		Profiles: func(ctx context.Context, show func(app.Profiles)) { w.Profiles(ctx, options, show) }}
}

func (w *work) pods(ctx context.Context, show func(Pods)) {
	list, err := w.ListPods(ctx, func(list app.Pods) { show(Pods{Rows: podRows(list)}) })
	if ctx.Err() == nil {
		show(Pods{Rows: podRows(list), Err: err})
	}
}

func podRows(list app.Pods) []Pod {
	rows := make([]Pod, 0, len(list.Rows)+len(list.Damaged))
	for _, it := range list.Rows {
		row := Pod{ID: it.ID, Name: it.Name, Profile: it.Profile.Name, Ref: it.Profile.Ref, Model: it.Model,
			State: string(it.State), Workspace: it.Workspace, Age: words.Age(time.Since(it.Created)), Now: "…"}
		if d := it.Drift; d != nil {
			row.Now, row.Detail, row.Drifted = words.Drift(*d), d.Detail, d.State == pod.Changed || d.State == pod.Gone
		}
		rows = append(rows, row)
	}
	for _, d := range list.Damaged {
		rows = append(rows, Pod{ID: d.ID, Damage: strings.TrimPrefix(d.Err.Error(), "the Pod "+d.ID+" is damaged: ")})
	}
	return rows
}

func (w *work) details(ctx context.Context, id string) (*Details, error) {
	s, err := w.Snapshot(id)
	if err != nil {
		return nil, err
	}
	store, err := w.App.Pods()
	if err != nil {
		return nil, err
	}
	events, _, err := w.App.History(store, s.Pod)
	if err != nil {
		return nil, err
	}
	grants, err := w.grants(s.Source(), s.Envelope)
	if err != nil {
		return nil, err
	}
	d := &Details{Grants: grants, Manifest: s.Manifest, Summary: s.Summary,
		Facts: append(words.PodFacts(s.Pod, s.Envelope), words.DriftFact(w.Drifts().Of(ctx, s.Pod)))}
	for _, event := range events {
		d.Events = append(d.Events, words.Fact{Name: words.When(event.Time), Text: fmt.Sprintf("%s, generation %d", event.Kind, event.Generation)})
	}
	return d, nil
}

func (w *work) resolve(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error) {
	options := w.options
	options.Timeout = 0 // the default one, because the user chose this profile
	draft, err := w.Draft(ctx, app.What{Ref: ref}, options, in)
	if diag.CodeIs(err, "not-downloaded") {
		e := diag.From(err)
		e.Diagnostics[0].Message, _, _ = strings.Cut(e.Diagnostics[0].Message, ", and is not")
		return nil, e.Hintf("insomnia pod new %s downloads it, and creates the Pod", secret.JoinWords([]string{ref}))
	}
	if err != nil {
		return nil, err
	}
	e := draft.New.Envelope
	m, problems := e.Decoded()
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	grants, err := w.grants(draft.Source(), e)
	if err != nil {
		return nil, err
	}
	return &Resolved{Grants: grants, Ref: e.Profile.Ref, Digest: e.Digest, Inputs: e.Inputs, Manifest: m, Summary: words.SummaryOf(m, e.Manifest), Draft: draft}, nil
}

// grants renders what a manifest grants, with its texts, after the warnings.
func (w *work) grants(source trust.Source, e *manifest.Envelope) (func(width int) string, error) {
	v, err := w.Judge(source, e.Manifest)
	if err != nil {
		return nil, err
	}
	var warnings strings.Builder
	if found := resolve.GrantWarnings(e.Manifest); len(found) > 0 {
		diag.NewText().Write(&warnings, &diag.Error{Diagnostics: found})
		warnings.WriteByte('\n')
	}
	return func(width int) string {
		return words.Page{Width: width}.Wrap(warnings.String()) + words.Grants(v, words.Page{Full: true, Width: width, Hosts: e.Inputs.Hosts})
	}, nil
}

func (w *work) create(ctx context.Context, r *Resolved) (*Created, error) {
	s, err := w.Create(ctx, r.Draft)
	if err != nil {
		return nil, err
	}
	return &Created{ID: s.Pod.ID, Says: words.NotStarted(s.Pod)}, nil
}
