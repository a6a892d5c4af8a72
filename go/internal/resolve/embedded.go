package resolve

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Evaluator is what evaluates a profile.
type Evaluator string

const (
	// Embedded is the evaluator inside this program.
	Embedded Evaluator = "embedded"
	// InstalledNix is `nix` on PATH.
	InstalledNix Evaluator = "nix"
)

//go:embed nix/profile.nix
var profileText string

// Where the embedded library, and the expressions of this package, appear to the
// embedded evaluator.
const (
	libraryAt = "/insomnia"
	callsAt   = "/insomnia-calls"
)

// embedded tells whether the embedded evaluator is to be used.
func (o Options) embedded() bool { return o.Evaluator != InstalledNix }

func (o Options) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := o.Timeout
	if timeout == 0 {
		timeout = nixcli.DefaultTimeout
	}
	return context.WithTimeout(ctx, timeout)
}

// evaluateFlake is runFlake with the embedded evaluator. A locked source that
// is not on this machine is downloaded, and the evaluation begun anew.
func (r *Resolver) evaluateFlake(ctx context.Context, f *flakeSource, options Options, root, apply string) ([]byte, *nixcli.Failure, error) {
	store := &fetch.Store{Dir: filepath.Join(r.CacheDir, "sources")}
	for {
		out, err := r.evaluateOnce(ctx, f, options, store, root, apply)
		var input *flake.InputError
		if errors.As(err, &input) && input.Reason == flake.Missing {
			if err := fetchLocked(ctx, store, input, options); err != nil {
				return nil, nil, err
			}
			continue
		}
		if err == nil {
			return out, nil, nil
		}
		failure, err := embeddedFailure(err, f, options)
		return nil, failure, err
	}
}

func (r *Resolver) evaluateOnce(ctx context.Context, f *flakeSource, options Options, store *fetch.Store, root, apply string) ([]byte, error) {
	ctx, cancel := options.deadline(ctx)
	defer cancel()
	opened, err := r.openEmbedded(ctx, f, store)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	v, found, err := opened.Output(root)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNoOutput
	}
	ev := opened.Evaluator()
	fn, err := ev.EvalExpr(apply, "«string»", "/")
	if err != nil {
		return nil, err
	}
	answer, err := ev.Call(fn, v)
	if err != nil {
		return nil, err
	}
	out, err := ev.ToJSON(answer)
	f.reads = ev.Reads()
	return out, err
}

// filesRead names files for the provenance as they are named in messages; those
// of a flake in a folder are named from there.
func filesRead(reads []eval.Read, in sources) map[string]string {
	out := make(map[string]string, len(reads))
	root := ""
	if t, ok := in.(*tree); ok {
		root = t.root
	}
	for _, r := range reads {
		name := in.place(position{File: r.Path}).File
		if rel, err := filepath.Rel(root, name); root != "" && err == nil && filepath.IsLocal(rel) {
			name = filepath.ToSlash(rel)
		}
		if !strings.HasPrefix(name, callsAt+"/") {
			out[name] = sri(r.SHA256[:])
		}
	}
	return out
}

var errNoOutput = errors.New("the flake does not provide attribute")

func (r *Resolver) openEmbedded(ctx context.Context, f *flakeSource, store *fetch.Store) (*flake.Flake, error) {
	if f.local == nil {
		return nil, needsNix("the embedded evaluator reads flakes on this machine, and " + f.ref.Flake + " is to be found elsewhere")
	}
	o := flake.Options{Find: store.Find}
	for _, over := range f.overrides {
		ref, err := r.localRef(over.Ref)
		if err != nil {
			return nil, err
		}
		o.Overrides = append(o.Overrides, flake.Override{Input: over.Input, Ref: ref})
	}
	return flake.Open(ctx, flake.Ref{Dir: f.local.Dir, GitRoot: f.local.GitRoot}, o)
}

// localRef is a flake in a folder, for an override.
func (r *Resolver) localRef(text string) (flake.Ref, error) {
	dir, git := text, true
	if rest, ok := strings.CutPrefix(text, "path:"); ok {
		dir, git = localDirOfPathURL("path:"+rest, r.Dir), false
	} else if strings.HasPrefix(text, "git+file:") {
		dir = localDirOfGitURL(text)
	} else if !filepath.IsAbs(text) {
		return flake.Ref{}, needsNix("the embedded evaluator overrides inputs with flakes on this machine, and " + text + " is to be found elsewhere")
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return flake.Ref{}, diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is no folder %s for the overridden input", text)
	}
	ref := flake.Ref{Dir: dir}
	if git {
		ref.GitRoot = gitRoot(dir)
	}
	return ref, nil
}

func fetchLocked(ctx context.Context, store *fetch.Store, input *flake.InputError, options Options) error {
	if options.Offline {
		return offline(input.Locked.String())
	}
	_, err := store.Fetch(ctx, input.Locked)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fetch.ErrUnsupported):
		return needsNix(err.Error())
	case errors.Is(err, fetch.ErrWrongHash):
		return wrongHash(err.Error())
	}
	return diag.Errorf(diag.ExitMissing, "download-failed", "cannot download %s: %v", input.Locked, err).
		Hintf("check the network and the address, or use a resolved manifest: insomnia resolve --manifest FILE")
}

func wrongHash(message string) *diag.Error {
	return diag.Errorf(diag.ExitState, "input-hash-mismatch", "%s", message).
		Hintf("lock the input anew if its source was changed on purpose: nix flake update")
}

func needsNix(message string) *diag.Error {
	return diag.Errorf(diag.ExitMissing, "needs-nix", "%s", message).
		Hintf("let the installed Nix evaluate it: --evaluator nix\n" +
			"or use a manifest that was resolved before: insomnia resolve --manifest FILE")
}

// evaluateFile is the embedded evaluation of a built-in profile (file is empty)
// or of a profile file that may read what is below root.
func (r *Resolver) evaluateFile(ctx context.Context, options Options, in *fileSources, file, root, name string) ([]byte, *nixcli.Failure, error) {
	ctx, cancel := options.deadline(ctx)
	defer cancel()
	sources := &source.FS{}
	sources.Mount(libraryAt, source.Embedded{FS: r.Library})
	calls := source.NewMemory()
	calls.Add("describe.nix", 0o644, []byte(describeText))
	calls.Add("select.nix", 0o644, []byte(selectText))
	sources.Mount(callsAt, calls)
	profile := eval.Value(eval.Null{})
	if file != "" {
		dir, err := source.OpenDir(root)
		if err != nil {
			return nil, nil, diag.Errorf(diag.ExitNotFound, "root-not-found", "cannot read %s: %v", root, err)
		}
		defer dir.Close()
		sources.Mount(filepath.ToSlash(root), dir)
		profile = eval.Path(filepath.ToSlash(file))
	}
	ev := eval.New(eval.Options{Context: ctx, Sources: sources, Refuse: refusals})
	fn, err := ev.EvalExpr(profileText, "«profile»", "/")
	var answer eval.Value
	if err == nil {
		answer, err = ev.Call(fn, ev.Set(map[string]eval.Value{
			"library": eval.Path(libraryAt), "calls": eval.Path(callsAt), "profile": profile, "name": eval.Str(name),
		}))
	}
	var out []byte
	if err == nil {
		out, err = ev.ToJSON(answer)
	}
	if err == nil {
		in.reads = ev.Reads()
		return out, nil, nil
	}
	failure, err := embeddedFailure(err, nil, options)
	return nil, failure, err
}

// refusals are the builtins that a profile file may not use, in the words of entry.nix.
var refusals = func() map[string]string {
	const (
		reaches = " reaches outside the profile's own files, which a path profile may not; make it a flake with an input"
		copies  = " copies into the Nix store; read files with builtins.readFile"
		impure  = " makes the result depend on the machine, which a profile may not"
		builds  = "derivation builds, and a profile is data"
	)
	out := map[string]string{
		"findFile": "a search path such as <nixpkgs>" + reaches, "derivation": builds, "derivationStrict": builds,
		"toFile": "builtins.toFile writes to the Nix store; put the text into the profile",
	}
	for _, name := range []string{"fetchurl", "fetchTarball", "fetchGit", "fetchMercurial", "fetchTree", "getFlake", "storePath"} {
		out[name] = "builtins." + name + reaches
	}
	for _, name := range []string{"path", "filterSource"} {
		out[name] = "builtins." + name + copies
	}
	for _, name := range []string{"getEnv", "currentTime", "currentSystem"} {
		out[name] = "builtins." + name + impure
	}
	return out
}()

// embeddedFailure puts an error of the embedded evaluator into the form of one
// of the installed Nix, so that both are explained alike; what only the
// embedded one can say is an error at once.
func embeddedFailure(err error, f *flakeSource, options Options) (*nixcli.Failure, error) {
	var input *flake.InputError
	var e *eval.Error
	var said *diag.Error
	switch {
	case errors.As(err, &said):
		return nil, said
	case errors.As(err, &input):
		return nil, explainInput(input, f)
	case errors.Is(err, errNoOutput):
		return &nixcli.Failure{Message: errNoOutput.Error()}, nil
	case errors.As(err, &e):
		return explainEvaluation(e, f, options)
	case errors.Is(err, context.Canceled):
		return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted")
	case errors.Is(err, fs.ErrNotExist):
		return nil, diag.Errorf(diag.ExitNotFound, "flake-not-found", "%v", err)
	}
	return nil, diag.Errorf(diag.ExitEvaluation, "evaluation-failed", "%v", err)
}

func explainInput(e *flake.InputError, f *flakeSource) error {
	switch e.Reason {
	case flake.NotLocked, flake.LockNotTracked:
		d := diag.Errorf(diag.ExitMissing, "input-not-locked", "%s", e.Error())
		if f != nil {
			d = diag.Errorf(diag.ExitMissing, "input-not-locked", "%s has an input `%s` that its flake.lock does not lock", f.ref.Flake, e.Input).
				Hintf("lock it: %s", f.lockCommand())
		}
		return d
	case flake.WrongHash:
		return wrongHash(e.Error())
	case flake.NoSuchInput:
		d := diag.Errorf(diag.ExitNotFound, "input-not-found", "the flake has no input `%s` to override", e.Input)
		if len(e.Names) > 0 {
			d.Expectedf("one of: %s", strings.Join(e.Names, ", "))
		}
		return d
	case flake.Unsupported:
		return needsNix(e.Error())
	}
	return diag.Errorf(diag.ExitMissing, "input-unreadable", "%s", e.Error())
}

func explainEvaluation(e *eval.Error, f *flakeSource, options Options) (*nixcli.Failure, error) {
	failure := &nixcli.Failure{Message: e.Msg}
	if e.Position.IsValid() && !ownCall(e.Position.File) {
		failure.Frames = append(failure.Frames, nixcli.Frame{File: e.Position.File, Line: e.Position.Line, Column: e.Position.Column})
	}
	for _, frame := range e.Trace {
		if ownCall(frame.Position.File) {
			continue
		}
		failure.Frames = append(failure.Frames, nixcli.Frame{Message: frame.Msg,
			File: frame.Position.File, Line: frame.Position.Line, Column: frame.Position.Column})
	}
	var limit *eval.LimitError
	switch {
	case errors.As(e.Cause, &limit):
		return limitFailure(failure, limit, options)
	case f != nil && errors.Is(e.Cause, source.ErrHidden):
		name := e.Path
		if rel, err := filepath.Rel(f.local.GitRoot, name); err == nil {
			name = rel
		}
		failure.Message = "path '" + name + "' in the repository is not tracked by Git"
	case errors.Is(e.Cause, source.ErrOutside):
		failure.Message = "access to path '" + e.Path + "' is forbidden in restricted mode"
	}
	return failure, nil
}

// ownCall tells whether a place is in an expression of this program, which says
// nothing to the author of a profile.
func ownCall(file string) bool {
	return strings.HasPrefix(file, "«") || strings.HasPrefix(file, callsAt+"/")
}

func limitFailure(failure *nixcli.Failure, limit *eval.LimitError, options Options) (*nixcli.Failure, error) {
	switch limit.Limit {
	case "time":
		timeout := options.Timeout
		if timeout == 0 {
			timeout = nixcli.DefaultTimeout
		}
		if limit.Err == nil {
			return failure, nil
		}
		return nil, diag.Errorf(diag.ExitEvaluation, "deadline", "the evaluation did not finish within %s and was stopped", timeout).
			Hintf("look for a loop in the profile, or allow more time with --timeout")
	case "cancelled":
		return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted")
	case "output":
		return nil, diag.Errorf(diag.ExitEvaluation, "output-too-large", "%s", limit.Msg).
			Hintf("a manifest has at most 8 MiB; look for generated text or lists in the profile")
	}
	return failure, nil
}

// embeddedMetadata is what `nix flake metadata` says, for a flake on this machine.
func (r *Resolver) embeddedMetadata(ctx context.Context, f *flakeSource, options Options) (*metadata, error) {
	if f.local == nil {
		return nil, needsNix("the embedded evaluator reads flakes on this machine, and " + f.ref.Flake + " is to be found elsewhere")
	}
	ctx, cancel := options.deadline(ctx)
	defer cancel()
	opened, err := flake.Open(ctx, flake.Ref{Dir: f.local.Dir, GitRoot: f.local.GitRoot}, flake.Options{})
	if err != nil {
		_, err = embeddedFailure(err, f, options)
		return nil, err
	}
	defer opened.Close()
	hash, err := opened.NARHash()
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash the source: %v", err)
	}
	m := &metadata{URL: "path:" + f.local.Dir, Locked: lockedRef{Type: "path", Path: f.local.Dir, NarHash: hash}, Locks: f.lock}
	if f.local.GitRoot == "" {
		return m, nil
	}
	state, err := opened.State()
	if err != nil {
		return nil, diag.Errorf(diag.ExitMissing, "git-failed", "%v", err)
	}
	m.URL = "git+file://" + f.local.GitRoot
	m.Locked = lockedRef{Type: "git", URL: "file://" + f.local.GitRoot, NarHash: hash}
	sep := "?"
	if rel, err := filepath.Rel(f.local.GitRoot, f.local.Dir); err == nil && rel != "." {
		m.URL += sep + "dir=" + filepath.ToSlash(rel)
		sep = "&"
	}
	if state.Dirty {
		if state.Rev != "" {
			m.DirtyRevision = state.Rev + "-dirty"
		}
		return m, nil
	}
	m.Locked.Rev = state.Rev
	m.URL += sep + "rev=" + state.Rev
	return m, nil
}
