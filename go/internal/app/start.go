package app

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/prompt"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// StartOptions are the user's options for a start.
type StartOptions struct {
	// Runtime is the name of a runtime; empty for the Pod's own, or to choose one.
	Runtime string
	// AnyVersion allows a version of the program that has not been tested.
	AnyVersion bool
	// Headless is set if the program gets no terminal.
	Headless bool
	// Prompt is the first message of this start. If it is empty, the first start of a Pod
	// uses the Pod's own.
	Prompt string
	// Unenforced are fields that the user allows to have no effect.
	Unenforced []string
	// Ahead is the work begun before the profile was known; nil for none.
	Ahead *Ahead
	// Terminal is the user's terminal.
	Terminal supervise.Terminal
	// Bindings opens the user's bindings of secrets.
	Bindings func() (*secret.Bindings, error)
}

// Ready is a Pod that can start, except for its consent and its secrets.
type Ready struct {
	snapshot *Snapshot
	options  StartOptions
	runtime  *Runtime
	status   live.Status
	start    supervise.Start
	creation *Creation // nil for an existing Pod
}

// Prepare determines whether and how a snapshot can start. It may belong to a Pod or to
// one that does not exist yet (see [Ready.Created]). Prepare runs only the program, for
// its version, and an empty sandbox. It tells the user what to know before the start.
func (a *App) Prepare(ctx context.Context, s *Snapshot, o StartOptions) (*Ready, error) {
	o.Bindings = sync.OnceValues(o.Bindings)
	r := &Ready{snapshot: s, options: o}
	if err := r.of(s); err != nil {
		return nil, err
	}
	if r.status.Running() {
		return nil, diag.Errorf(diag.ExitState, "pod-running", "the Pod `%s` runs already", s.Pod.Name).
			Hintf("go to it: insomnia pod attach %s", s.Pod.Name)
	}
	name := o.Runtime
	switch {
	case r.status.Session != "" && name != "" && name != r.status.Runtime:
		return nil, diag.Errorf(diag.ExitUsage, "runtime-of-session", "the conversation of the Pod `%s` belongs to %s, and %s cannot continue it", s.Pod.Name, r.status.Runtime, name).
			Hintf("leave out --runtime, or make another Pod: insomnia pod new --runtime %s", name)
	case r.status.Session != "":
		name = r.status.Runtime
	case name == "":
		name = s.Pod.Runtime
	}
	var err error
	if r.runtime, err = a.ChooseRuntime(ctx, s.Manifest, name, o.AnyVersion); err != nil {
		return nil, err
	}
	if err := a.plan(r); err != nil {
		return nil, err
	}
	if a.foreseen(r) {
		o.Ahead.raise(r)
	}
	return r, a.protect(ctx, r)
}

// ID returns the ID of the Pod, even before the Pod is created.
func (r *Ready) ID() string { return r.start.ID }

// foreseen reports whether the walls of the Pod are known and may be built: the user has
// consented, and nothing later in the start changes them.
func (a *App) foreseen(r *Ready) bool {
	if r.options.Ahead == nil || len(r.options.Unenforced) > 0 || !a.authorized(r.snapshot) {
		return false
	}
	bindings, err := r.options.Bindings()
	if err != nil {
		return false
	}
	for _, use := range secret.Uses(r.snapshot.Manifest) {
		if login, err := bindings.LoginFor(use); err != nil || login != nil {
			return false
		}
	}
	return true
}

func (r *Ready) of(s *Snapshot) (err error) {
	fresh := s.Pod.ID == ""
	if r.start.ID, r.start.Name = s.Pod.ID, s.Pod.Name; fresh {
		if r.start.ID, err = pod.NewID(); err != nil {
			return err
		}
	}
	if r.start.Dir, err = live.Dir(r.start.ID); err != nil || fresh || r.creation != nil {
		return err // a Pod that is being created has never run
	}
	r.status, err = live.Read(r.start.Dir)
	return err
}

// plan fills in the parameters of the start.
func (a *App) plan(r *Ready) error {
	s, o := r.snapshot, r.options
	workspace, err := filepath.EvalSymlinks(s.Envelope.Inputs.Workspace)
	if err != nil {
		return diag.Errorf(diag.ExitNotFound, "workspace-not-found", "the workspace of the Pod `%s` is not there: %s", s.Pod.Name, s.Envelope.Inputs.Workspace).
			Hintf("bring it back, or make another Pod: insomnia pod new --workspace DIR")
	}
	home, err := userdir.Home()
	if err == nil {
		home, err = filepath.EvalSymlinks(home)
	}
	if err != nil {
		return diag.Errorf(diag.ExitUsage, "no-home", "cannot find the home directory: %v", err).Hintf("set HOME")
	}
	insomnia, err := self()
	if err != nil {
		return diag.Errorf(diag.ExitInternal, "no-program", "cannot find this program: %v", err)
	}
	changed, err := a.snapshotChanged(s)
	if err != nil {
		return err
	}
	composed := prompt.Compose(s.Manifest, workspace, home)
	for _, left := range composed.Left {
		a.User.Tell(diag.Diagnostic{Severity: diag.SeverityWarning, Code: "context-file", Positions: []diag.Position{},
			Message: "context file " + diag.Quote(left.File) + ": " + left.Why})
	}
	launch := runtime.Launch{Headless: o.Headless, System: composed.Text, UI: r.runtime.Looks, Changed: changed,
		Session: r.status.Session, Resume: r.status.Session != "", Prompt: o.Prompt}
	recorded := r.runtime.Driver.Recorded
	lost := launch.Resume && recorded != nil && !recorded(filepath.Join(r.start.Dir, "agent"), launch.Session)
	if lost {
		launch.Resume = false
	}
	if !launch.Resume {
		launch.Session = uuid.NewString()
		// A conversation that replaces a removed one does not repeat its work.
		again := r.status.TranscriptRemoved != nil
		if launch.Prompt == "" && !again {
			launch.Prompt = s.Envelope.Inputs.Prompt
		}
		if launch.Prompt == "" && !again && s.Manifest.Prompts.Initial != nil {
			launch.Prompt = string(*s.Manifest.Prompts.Initial)
		}
	}
	if lost {
		begins := "another one begins"
		if o.Prompt == "" && launch.Prompt != "" {
			begins += " with the same first message"
		}
		a.User.Tell(diag.Diagnostic{Severity: diag.SeverityNote, Code: "not-recorded", Positions: []diag.Position{},
			Message: diag.Sprintf("%s recorded nothing of the conversation of Pod `%s`, so %s", r.runtime.Driver.Title, s.Pod.Name, begins)})
	}
	if o.Headless && launch.Prompt == "" {
		return diag.Errorf(diag.ExitUsage, "no-prompt", "nothing to do: a session without a terminal needs a first message").
			Hintf("give one with --prompt TEXT")
	}
	r.start.Runtime, r.start.Program, r.start.Insomnia = r.runtime.Driver.Name, r.runtime.Installed.Path, insomnia
	r.start.Workspace, r.start.Home, r.start.Manifest, r.start.Launch = workspace, home, json.RawMessage(s.Envelope.Manifest), launch
	r.start.Hosts = s.Envelope.Inputs.Hosts
	return nil
}

// protect refuses to start if a protecting field has no effect, unless the user has
// allowed that.
func (a *App) protect(ctx context.Context, r *Ready) error {
	e := &diag.Error{Exit: diag.ExitRefused}
	unknown := slices.Clone(r.options.Unenforced)
	without := func(field, pointer, why, remedy string) {
		for _, name := range r.options.Unenforced {
			if runtime.Names(name, pointer) || name == field {
				r.start.Unenforced = append(r.start.Unenforced, pointer)
				unknown = slices.DeleteFunc(unknown, func(n string) bool { return n == name })
				return
			}
		}
		path := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
		hint := "start without it: --allow-unenforced " + path
		if remedy != "" {
			hint = remedy + "; or " + hint
		}
		e.Diagnostics = append(e.Diagnostics, diag.Diagnostic{Severity: diag.SeverityError, Code: "not-enforced", Pointer: pointer, Path: path,
			Message: "cannot be enforced: " + why, Hint: hint, Positions: []diag.Position{}})
	}
	// The workspace is scanned concurrently.
	found := make(chan stand, 1)
	go func() { found <- r.stand(ctx) }()
	missed := map[string]bool{}
	for _, loss := range runtime.Losses(r.runtime.Driver, r.snapshot.Manifest) {
		if loss.Protecting {
			without(loss.Field, loss.Pointer, loss.Why, "")
		} else if name := offered(loss); name != "" && !missed[name] {
			missed[name] = true
			a.User.Tell(diag.Diagnostic{Severity: diag.SeverityNote, Code: "not-offered", Path: name, Positions: []diag.Position{},
				Message: "not available in this Pod: " + loss.Why})
		}
	}
	walls := <-found
	r.start.Walls = &walls.mechanism
	for _, gap := range walls.gaps {
		without("", gap.Pointer, gap.Why, gap.Remedy)
	}
	for _, name := range unknown {
		e.Diagnostics = append(e.Diagnostics, diag.Diagnostic{Severity: diag.SeverityError, Code: "usage", Positions: []diag.Position{},
			Message: "--allow-unenforced " + diag.Quote(name) + ": nothing of that name is unenforced here",
			Hint:    "see what is: insomnia runtime check"})
	}
	if len(e.Diagnostics) > 0 {
		return e
	}
	return nil
}

// stand is the mechanism that builds walls here, with what it cannot enforce.
type stand struct {
	mechanism sandbox.Mechanism
	gaps      []sandbox.Gap
}

func (r *Ready) stand(ctx context.Context) stand {
	m := r.options.Ahead.mechanism(ctx, r.start.Insomnia)
	return stand{m, m.Gaps(sandbox.Spec{Manifest: r.snapshot.Manifest, Workspace: r.start.Workspace, Home: r.start.Home})}
}

// offered names a thing that the profile offers the agent but the Pod lacks: a service, a
// host command, or the Pods that it may start. It is empty for other fields.
func offered(l runtime.Loss) string {
	if l.Class != leaf.Unsupported {
		return ""
	}
	switch parts := strings.Split(l.Field, "."); {
	case parts[0] == "sandbox" && len(parts) > 2:
		return strings.Join(parts[:3], ".")
	case l.Leaf == "delegation.profiles":
		return l.Field
	}
	return ""
}

// Created switches from the draft to the Pod that is being created.
func (r *Ready) Created(c *Creation) error {
	r.creation, r.snapshot = c, c.Snapshot
	return r.of(c.Snapshot)
}

// Unsaved reports whether the Pod could not be created.
func (r *Ready) Unsaved() bool { return r.saved() != nil }

// saved waits until a Pod that is being created is on disk. It returns the error that
// prevented that.
func (r *Ready) saved() error {
	if r.creation == nil {
		return nil
	}
	return r.creation.Saved()
}

// Start asks for consent to the snapshot, looks up its secrets, and runs the Pod until it
// ends or the user detaches. Until here, a manifest is only data; nothing in it takes
// effect elsewhere. The exception is the walls, which may have been built already if the
// user had consented before. A Pod that is being created is on disk before the user is
// asked, before anything of it runs, and when Start returns. If saving fails, Start
// returns that error.
func (a *App) Start(ctx context.Context, r *Ready) (result *supervise.Result, err error) {
	defer func() {
		if unsaved := r.saved(); unsaved != nil {
			result, err = nil, unsaved
		}
	}()
	s := r.snapshot
	if err := a.authorize(ctx, s, r.saved); err != nil {
		return nil, err
	}
	if err := a.secrets(ctx, r); err != nil {
		return nil, err
	}
	r.start.Revision, r.start.Generation = s.Pod.Revision, s.Pod.Current
	supervisor := r.options.Ahead.of(r)
	ended, err := supervisor.Run(ctx, r.start, r.options.Terminal, r.saved)
	if err != nil {
		sandbox.Forget() // the walls may no longer work here
		return nil, err
	}
	a.pruneQuietly(context.WithoutCancel(ctx))
	return &ended, nil
}

// secrets looks up the secrets that the program and the services of the Pod need, as far
// as the user's bindings allow.
func (a *App) secrets(ctx context.Context, r *Ready) error {
	bindings, err := r.options.Bindings()
	if err != nil {
		return err
	}
	r.start.Environment = bindings.Environment()
	e := &diag.Error{Exit: diag.ExitNotFound}
	r.start.Secrets = map[string]string{}
	for _, use := range secret.Uses(r.snapshot.Manifest) {
		if !served(use) {
			continue
		}
		login, err := bindings.LoginFor(use)
		switch {
		case err != nil:
		case login != nil:
			err = r.logIn(use, login)
		default:
			var value *secret.Secret
			if value, err = bindings.For(ctx, use); err == nil {
				err = value.Use(func(data []byte) error {
					r.start.Secrets[use.Pointer] = string(data)
					return r.subscribe(use, data)
				})
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			found := diag.From(err)
			e.Exit = found.Exit
			e.Diagnostics = append(e.Diagnostics, found.Diagnostics...)
		}
	}
	if len(e.Diagnostics) > 0 {
		return e
	}
	return nil
}

// subscribe makes the program use a key as a subscription token if it has the form of one.
// A program accepts only its own tokens.
func (r *Ready) subscribe(use secret.Use, key []byte) error {
	if use.Pointer != "/model/auth" {
		return nil
	}
	for _, d := range drivers.All() {
		if d.SetupToken == nil || !bytes.HasPrefix(key, []byte(d.SetupToken.Begins)) {
			continue
		}
		if d.Name != r.runtime.Driver.Name {
			return r.ofAnother(use, d.Name, "is a token for the subscription of")
		}
		r.start.Launch.Subscription = true
	}
	return nil
}

// logIn makes the program use its own login. It cannot use that of another program.
func (r *Ready) logIn(use secret.Use, login *secret.Login) error {
	d := r.runtime.Driver
	if login.Program == d.Name && d.Login != nil {
		r.start.Launch.Login = login.File
		return nil
	}
	return r.ofAnother(use, login.Program, "is the login of")
}

// ofAnother returns the error for a secret that only another program can use.
func (r *Ready) ofAnother(use secret.Use, program, is string) error {
	owner, other := program, drivers.Named(program)
	if other != nil {
		owner = other.Title
	}
	e := diag.Errorf(diag.ExitRefused, "login-of-another", "the secret %s %s %s, which %s cannot use", diag.Quote(use.Name), is, owner, r.runtime.Driver.Title)
	e.Diagnostics[0].Path, e.Diagnostics[0].Pointer = use.Path, use.Pointer
	if other != nil && slices.Contains(other.WireAPIs, r.snapshot.Manifest.Model.WireAPI) {
		return e.Hintf("start it in %s: --runtime %s; or bind a key: insomnia secret bind %s env:VARIABLE --host %s", owner, program, use.Name, use.To.Host)
	}
	return e.Hintf("bind a key: insomnia secret bind %s env:VARIABLE --host %s", use.Name, use.To.Host)
}

// served reports whether a component of a running Pod receives the secret: the gateway, a
// service, or an MCP server. Other secrets are not looked up.
func served(use secret.Use) bool {
	return slices.ContainsFunc([]string{"/model/", "/mcpServers/", "/sandbox/services/"}, func(p string) bool { return strings.HasPrefix(use.Pointer, p) })
}

// snapshotChanged reports whether the snapshot has changed since the Pod last ran.
func (a *App) snapshotChanged(s *Snapshot) (bool, error) {
	if s.Pod.ID == "" {
		return false, nil
	}
	store, err := a.Pods()
	if err != nil {
		return false, err
	}
	events, err := store.Events(s.Pod)
	if err != nil {
		return false, err
	}
	for _, event := range slices.Backward(events) {
		if event.Kind != pod.EventStarted && event.Kind != pod.EventResumed {
			continue
		}
		i := slices.IndexFunc(s.Pod.Generations, func(g pod.Generation) bool { return g.Number == event.Generation })
		return i < 0 || s.Pod.Generations[i].Digest != s.Envelope.Digest, nil
	}
	return false, nil
}
