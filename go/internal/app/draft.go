// Package app is what the program does for its users, whichever way they talk to
// it: commands parse flags and print, screens draw, and this package decides.
//
//	draft, err := maker.Draft(ctx, request) // selects and resolves; writes nothing
//	p, err := maker.Create(ctx, draft)      // writes the Pod
package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Maker makes Pods.
type Maker struct {
	Resolver *resolve.Resolver
	Store    *pod.Store
	// Select finds what a reference means; the empty one is the default profile.
	Select func(ctx context.Context, ref string) (*catalog.Selection, error)
	// SelectIn does so in another folder than the resolver's; needed by Again alone.
	SelectIn func(ctx context.Context, dir, ref string) (*catalog.Selection, error)
	// Downloads is what may be downloaded for what was selected, of what may be
	// downloaded for what was typed; nil: the same.
	Downloads func(typed resolve.Downloads, chosen *catalog.Selection) resolve.Downloads
}

// Request is what the user says of a new Pod.
type Request struct {
	// At most one of these is set; none: the default profile.
	Ref          string
	Manifest     string // file with a manifest
	FromResolved string // file with an envelope
	// Options are about the evaluation; Provenance is always on.
	Options resolve.Options
	// Inputs as they were typed: a relative workspace starts from the resolver's
	// folder, and none is that folder.
	Inputs manifest.Inputs
}

// Draft is a Pod that could be created.
type Draft struct {
	New pod.New
	// Losses are what an older manifest says and a manifest does not.
	Losses []diag.Diagnostic
}

// Sources of a Pod's manifest that are no profile.
const (
	FromManifest = "manifest" // written by hand, or of the older kind
	FromEnvelope = "resolved" // an envelope from elsewhere
)

// Draft selects and resolves. Nothing is written.
func (m *Maker) Draft(ctx context.Context, r Request) (*Draft, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	inputs, err := m.inputs(r.Inputs)
	if err != nil {
		return nil, err
	}
	r.Options.Provenance = true
	d := &Draft{New: pod.New{Name: inputs.Name}}
	switch {
	case r.FromResolved != "":
		e, err := m.Resolver.Envelope(r.FromResolved)
		if err != nil {
			return nil, err
		}
		// Whatever the envelope says of its source, this Pod came from a file.
		e.Profile.Source, e.Inputs = FromEnvelope, inputs
		d.New.Envelope = e
	case r.Manifest != "":
		result, err := m.Resolver.File(ctx, r.Manifest, r.Options)
		if err != nil {
			return nil, err
		}
		d.New.Envelope, d.Losses = envelope(result, inputs), result.Losses
	default:
		chosen, err := m.Select(ctx, r.Ref)
		if err != nil {
			return nil, err
		}
		if m.Downloads != nil {
			r.Options.Downloads = m.Downloads(r.Options.Downloads, chosen)
		}
		result, err := m.Resolver.Resolve(ctx, chosen.Target, r.Options)
		if err != nil {
			return nil, err
		}
		name(result, chosen)
		d.New.Envelope = envelope(result, inputs)
		d.New.Source = m.source(result, r.Options)
		if strings.HasPrefix(chosen.Ref, chosen.Source+":") && !ownPlace(chosen.Source) {
			// What the name of a source leads to moves with its pin.
			d.New.Source.Named, d.New.Source.Dir = chosen.Ref, m.Resolver.Dir
		}
	}
	return d, nil
}

// Create writes the Pod.
func (m *Maker) Create(ctx context.Context, d *Draft) (*pod.Pod, error) {
	return m.Store.Create(ctx, d.New)
}

// ErrNoProfile is for a Pod that was made of a manifest, and has no profile to
// resolve again.
var ErrNoProfile = errors.New("the Pod was made of a manifest")

// Again resolves the recorded source of a Pod, and gives the source as it is to
// be recorded with the result. options may say how long it may take; what is
// resolved and how is as it was recorded.
func (m *Maker) Again(ctx context.Context, p *pod.Pod, current *manifest.Envelope, options resolve.Options) (*manifest.Envelope, pod.Source, error) {
	source := p.Source
	if source.Target == "" {
		return nil, source, ErrNoProfile
	}
	options.Evaluator, options.Root, options.Provenance, options.Overrides = source.Evaluator, source.Root, true, nil
	for _, o := range source.Overrides {
		options.Overrides = append(options.Overrides, resolve.Override(o))
	}
	if source.Named != "" {
		chosen, err := m.SelectIn(ctx, source.Dir, source.Named)
		if err != nil {
			return nil, source, err
		}
		source.Target = chosen.Target
		if m.Downloads != nil {
			options.Downloads = m.Downloads(options.Downloads, chosen)
		}
	}
	result, err := m.Resolver.Resolve(ctx, source.Target, options)
	if err != nil {
		return nil, source, err
	}
	source.Target, source.Folder = result.Again, result.Folder
	e := envelope(result, current.Inputs)
	e.Profile.Source, e.Profile.Ref = current.Profile.Source, current.Profile.Ref
	return e, source, nil
}

// ownPlace tells of the sources that lead to a place of their own.
func ownPlace(source string) bool {
	return source == "" || source == catalog.Builtin || source == catalog.User || source == catalog.Project
}

// name puts into the identity what the selection knows better.
func name(result *resolve.Resolved, chosen *catalog.Selection) {
	if chosen.Target != chosen.Ref {
		result.Profile.Ref = chosen.Ref
	}
	if chosen.Source != "" {
		result.Profile.Source = chosen.Source
	}
}

func envelope(result *resolve.Resolved, inputs manifest.Inputs) *manifest.Envelope {
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: result.Profile, Provenance: result.Provenance,
		Inputs: inputs, Manifest: result.Manifest, Digest: result.Digest}
}

// source records how to resolve the same profile again, from any directory.
func (m *Maker) source(result *resolve.Resolved, options resolve.Options) pod.Source {
	s := pod.Source{Target: result.Again, Folder: result.Folder, Overrides: result.Provenance.Overrides, Evaluator: options.Evaluator}
	if options.Root != "" {
		s.Root = m.absolute(options.Root)
	}
	return s
}

func (m *Maker) absolute(path string) string { return reference.Absolute(path, m.Resolver.Dir) }

// check refuses what does not go together.
func (r Request) check() error {
	var given []string
	for _, g := range []struct{ what, value string }{
		{"a reference", r.Ref}, {"--manifest", r.Manifest}, {"--from-resolved", r.FromResolved},
	} {
		if g.value != "" {
			given = append(given, g.what)
		}
	}
	if len(given) > 1 {
		return diag.Errorf(diag.ExitUsage, "usage", "%s exclude each other", strings.Join(given, " and "))
	}
	if r.Ref == "" && len(given) == 1 {
		for flag, set := range map[string]bool{"--override-input": len(r.Options.Overrides) > 0, "--root": r.Options.Root != ""} {
			if set {
				return diag.Errorf(diag.ExitUsage, "usage", "%s is for a profile, and %s is none", flag, given[0])
			}
		}
	}
	return nil
}

// inputs checks the startup inputs and makes the workspace absolute.
func (m *Maker) inputs(in manifest.Inputs) (manifest.Inputs, error) {
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
	in.Workspace = m.absolute(in.Workspace)
	info, err := os.Stat(in.Workspace)
	if err != nil || !info.IsDir() {
		return in, diag.Errorf(diag.ExitNotFound, "workspace-not-found", "the workspace is not a folder: %s", in.Workspace).
			Hintf("mkdir -p %s, or name another with --workspace DIR", in.Workspace)
	}
	if real, err := filepath.EvalSymlinks(in.Workspace); err == nil {
		in.Workspace = real
	}
	return in, nil
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }
