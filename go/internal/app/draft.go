package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Draft is a Pod that could be created.
type Draft struct {
	New pod.New
	// Losses lists what the conversion of a legacy manifest lost, and what was left out of
	// the texts of a profile.
	Losses []diag.Diagnostic
	// Resolved is the result from which the draft was created.
	Resolved *Resolved
}

// Sources of a Pod's manifest other than profiles.
const (
	FromManifest = "manifest" // written by hand, or a legacy manifest
	FromEnvelope = "resolved" // an envelope from elsewhere
)

// Draft selects and resolves a profile, with provenance regardless of the options. A
// relative workspace is resolved against the working directory, which is also the
// default. Nothing is written.
func (a *App) Draft(ctx context.Context, what What, options resolve.Options, in manifest.Inputs) (*Draft, error) {
	in, err := a.inputs(in)
	if err != nil {
		return nil, err
	}
	options.Provenance = true
	r, err := a.Resolve(ctx, what, options)
	if err != nil {
		return nil, err
	}
	d := &Draft{New: pod.New{Name: in.Name, Envelope: envelope(r.Resolved, in)}, Losses: r.Losses, Resolved: r}
	if err := a.recordHosts(ctx, d.New.Envelope); err != nil {
		return nil, err
	}
	if what.FromResolved != "" {
		// Whatever source the envelope names, this Pod came from a file.
		d.New.Envelope.Profile.Source = FromEnvelope
	}
	chosen := r.Selection
	if chosen == nil {
		return d, nil
	}
	d.New.Source = a.source(r.Resolved, options)
	if chosen.Ref.Kind == reference.Qualified && !ownPlace(chosen.Source) {
		// A name in a source may resolve differently after its pin moves.
		d.New.Source.Named, d.New.Source.Dir = chosen.Ref.String(), a.Resolver.Dir
	}
	return d, nil
}

// Snapshot returns the draft as the snapshot of a Pod that does not exist yet, so it has
// no ID.
func (d *Draft) Snapshot() (*Snapshot, error) {
	in := d.New.Envelope.Inputs
	name := in.Name
	if name == "" {
		name = d.New.Envelope.Profile.Name
	}
	return SnapshotOf(&pod.Pod{Name: name, Runtime: in.Runtime, Workspace: in.Workspace, Source: d.New.Source}, d.New.Envelope)
}

// Create writes the Pod as drafted, without evaluating it again.
func (a *App) Create(ctx context.Context, d *Draft) (*Snapshot, error) {
	planned, err := d.Snapshot()
	if err != nil {
		return nil, err
	}
	c, err := a.Creating(ctx, d, planned)
	if err != nil {
		return nil, err
	}
	return c.Snapshot, c.Saved()
}

// Creation is a Pod that is being written.
type Creation struct {
	// Snapshot is the future snapshot of the Pod.
	Snapshot *Snapshot
	// Saved waits until the Pod is durably on disk. After an error, the Pod does not exist.
	Saved func() error
}

// Creating is [App.Create] for a caller that has other work while the disk is busy.
// planned is the snapshot of the draft.
func (a *App) Creating(ctx context.Context, d *Draft, planned *Snapshot) (*Creation, error) {
	store, err := a.Pods()
	if err != nil {
		return nil, err
	}
	decided, saved := make(chan pod.Pod, 1), make(chan error, 1)
	n := d.New
	n.Decided = func(p pod.Pod) { decided <- p }
	go func() {
		_, err := store.Create(ctx, n)
		saved <- err
		close(decided)
	}()
	wait := sync.OnceValue(func() error { return <-saved })
	// A single channel to wait for: the Pod may be on disk before this line is reached, and a
	// select takes either of two channels that are ready.
	p, ok := <-decided
	if !ok {
		return nil, wait()
	}
	s, e := *planned, *d.New.Envelope
	e.Inputs.Name = p.Name
	s.Pod, s.Envelope = &p, &e
	return &Creation{&s, wait}, nil
}

// ownPlace reports whether a source is not a named one.
func ownPlace(source string) bool {
	return source == "" || source == catalog.Builtin || source == catalog.User || source == catalog.Project
}

func envelope(result *resolve.Resolved, inputs manifest.Inputs) *manifest.Envelope {
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: result.Profile, Provenance: result.Provenance,
		Inputs: inputs, Manifest: result.Manifest, Digest: result.Digest()}
}

// source records how to resolve the same profile again, from any directory.
func (a *App) source(result *resolve.Resolved, options resolve.Options) pod.Source {
	s := pod.Source{Target: result.Again, Folder: result.Folder, Overrides: result.Provenance.Overrides, Evaluator: options.Evaluator}
	if options.Root != "" {
		s.Root = reference.Absolute(options.Root, a.Resolver.Dir)
	}
	return s
}

// inputs checks the startup inputs and makes the workspace absolute.
func (a *App) inputs(in manifest.Inputs) (manifest.Inputs, error) {
	for _, text := range []struct{ flag, value string }{
		{"--name", in.Name}, {"--workspace", in.Workspace}, {"--runtime", in.Runtime}, {"--prompt", in.Prompt},
	} {
		switch {
		case !utf8.ValidString(text.value):
			return in, diag.Errorf(diag.ExitUsage, "usage", "%s is not valid UTF-8", text.flag)
		case strings.ContainsRune(text.value, 0), text.flag != "--prompt" && strings.ContainsFunc(text.value, control):
			return in, diag.Errorf(diag.ExitUsage, "usage", "%s holds a control character", text.flag)
		case len(text.value) > manifest.MaxTextBytes:
			return in, diag.Errorf(diag.ExitUsage, "usage", "%s is longer than 1 MiB", text.flag)
		}
	}
	if in.Runtime != "" {
		if _, err := starting(in.Runtime); err != nil {
			return in, err
		}
	}
	var err error
	if in.Workspace, err = Workspace(a.Resolver.Dir, in.Workspace); err != nil {
		return in, err
	}
	if real, err := filepath.EvalSymlinks(in.Workspace); err == nil {
		in.Workspace = real
	}
	return in, nil
}

// Workspace returns the absolute path of a directory that was typed in dir.
func Workspace(dir, typed string) (string, error) {
	path := reference.Absolute(typed, dir)
	info, err := os.Stat(path)
	e := diag.Errorf(diag.ExitNotFound, "workspace-not-found", "the workspace is not a directory: %s", path)
	switch {
	case err == nil && info.IsDir():
		return path, nil
	case os.IsNotExist(err):
		e = diag.Errorf(diag.ExitNotFound, "workspace-not-found", "workspace not found: %s", path)
	case err != nil:
		e = diag.Errorf(diag.ExitNotFound, "workspace-not-found", "cannot use the workspace %s: %v", path, bounded.Reason(err))
	}
	return "", e.Hintf("mkdir -p %s, or name another with --workspace DIR", path)
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }
