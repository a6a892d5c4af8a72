package app

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Reload is the result of resolving a Pod's profile again.
type Reload struct {
	Pod      *pod.Pod // before the change
	From, To string   // digests
	Changes  []words.Entry
	// Rehosted is set if this machine now has different hosts for the host groups.
	Rehosted bool
	// Moved is set if the files of the profile have changed but the manifest has not. This
	// is recorded too, so that later changes can be distinguished from this one.
	Moved bool

	next   *manifest.Envelope
	source pod.Source
}

// Same reports whether there is nothing to record.
func (r *Reload) Same() bool { return r.From == r.To && !r.Moved && !r.Rehosted }

// Generation returns the number that the next generation would have.
func (r *Reload) Generation() int { return len(r.Pod.Generations) + 1 }

// Reload resolves the recorded source of a Pod again. Only the timeout and the permitted
// downloads come from options; everything else is as recorded. Nothing is written.
func (a *App) Reload(ctx context.Context, p *pod.Pod, options resolve.Options) (*Reload, error) {
	store, err := a.Pods()
	if err != nil {
		return nil, err
	}
	current, err := store.Envelope(p, 0)
	if err != nil {
		return nil, err
	}
	r := &Reload{Pod: p, From: current.Digest, source: p.Source}
	if r.source.Target == "" {
		return nil, diag.Errorf(diag.ExitNotFound, "no-profile", "the Pod `%s` was created from a manifest, so it has no profile to resolve again", p.Name).
			Hintf("make another Pod of what it should be: insomnia pod new REF, or insomnia pod new --manifest FILE")
	}
	options.Evaluator, options.Root, options.Provenance, options.Overrides = r.source.Evaluator, r.source.Root, true, nil
	for _, o := range r.source.Overrides {
		options.Overrides = append(options.Overrides, resolve.Override(o))
	}
	target, err := reference.Parse(r.source.Target, "/")
	if err != nil {
		return nil, err
	}
	if r.source.Named != "" {
		chosen, err := a.in(r.source.Dir).Choose(ctx, r.source.Named, options)
		if err != nil {
			return nil, err
		}
		target, options.Downloads = chosen.Target, a.downloadsFor(options.Downloads, chosen)
	}
	result, err := a.Resolver.Resolve(ctx, target, options)
	if err != nil {
		return nil, err
	}
	r.source.Target, r.source.Folder = result.Again, result.Folder
	r.next = envelope(result, current.Inputs)
	r.next.Profile.Source, r.next.Profile.Ref = current.Profile.Source, current.Profile.Ref
	r.To = result.Digest()
	if r.Changes, err = words.Between(current.Manifest, result.Manifest); err != nil {
		return nil, err
	}
	if err := a.recordHosts(ctx, r.next); err != nil {
		return nil, err
	}
	regrouped := words.HostChanges(current.Inputs.Hosts, r.next.Inputs.Hosts)
	r.Changes, r.Rehosted = append(r.Changes, regrouped...), len(regrouped) > 0
	words.Sort(r.Changes)
	r.Moved = r.From == r.To && a.Drifts().Of(ctx, p).State == pod.Changed
	return r, nil
}

// in returns a copy of the program with another working directory.
func (a *App) in(dir string) *App {
	resolver := *a.Resolver
	resolver.Dir = dir
	return &App{Resolver: &resolver, User: a.User, AskHosts: a.AskHosts}
}

// Take records the result as the next generation of the Pod.
func (a *App) Take(ctx context.Context, r *Reload) (*pod.Pod, error) {
	store, err := a.Pods()
	if err != nil {
		return nil, err
	}
	from := *r.Pod
	from.Source = r.source
	return store.Add(ctx, &from, r.next)
}
