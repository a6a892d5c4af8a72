package resolve

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// embeddedFlake is a flake that the embedded evaluator evaluates where it is.
type embeddedFlake struct {
	*flakeSource
	resolver  *Resolver
	options   Options
	where     flake.Ref
	overrides []flake.Override
	typed     []manifest.Overridden
	store     *fetch.Store
	flake     *flake.Flake // nil when it is to be opened anew
	fetched   map[string]bool
	facts     *facts // nil until they are wanted
}

func (e *embeddedEvaluator) open(ctx context.Context, ref *locate.Reference, options Options) (*flakeSource, error) {
	f := &embeddedFlake{flakeSource: &flakeSource{ref: ref, apart: true}, resolver: e.Resolver, options: options,
		store: e.sourceStore(options, ref.Flake), fetched: map[string]bool{}}
	f.flakeRun = f
	if only := ref.Parsed.Query.Nix; only != "" {
		return nil, locate.NeedsNix("`?"+only+"` of "+ref.Flake+" needs Nix", nil)
	}
	for _, o := range options.Overrides {
		where, typed, err := f.override(ctx, o.Ref)
		if err != nil {
			return nil, err
		}
		f.overrides = append(f.overrides, flake.Override{Input: o.Input, Ref: where})
		f.typed = append(f.typed, manifest.Overridden{Input: o.Input, Ref: typed})
	}
	if err := f.locate(ctx); err != nil {
		return nil, err
	}
	root := ""
	if f.local != nil {
		root = f.local.Root()
		f.where = flake.Ref{Dir: f.local.Dir, GitRoot: f.local.GitRoot, Top: f.local.Top}
	}
	f.tree = newTree(root, f.lock, e.Library)
	if f.local == nil && !f.where.Locked.LocalRepository() {
		if err := locate.RefuseUnsafeInputs(ref.Flake, nil, f.lock(), false); err != nil {
			return nil, err
		}
	}
	if err := f.checkTypedHash(ctx); err != nil {
		return nil, err
	}
	if options.Provenance {
		f.findFacts(ctx)
	}
	return f.flakeSource, nil
}

// checkTypedHash holds a directory to the `?narHash=` of its reference. What the
// directory's hash is stays untold, as everywhere for files of this machine.
func (f *embeddedFlake) checkTypedHash(ctx context.Context) error {
	want := f.ref.Parsed.Query.NarHash
	if f.local == nil || want == "" {
		return nil
	}
	opened, err := flake.Open(ctx, f.where, flake.Options{Find: f.store.Find})
	if err != nil {
		return f.explainOpen(err)
	}
	defer opened.Close()
	got, err := opened.NARHash()
	if err != nil {
		return f.explainOpen(err)
	}
	if got != want {
		return diag.Errorf(diag.ExitState, "wrong-hash", "%s does not have the hash of the reference: %s", f.local.Root(), want).
			Hintf("leave out `?narHash=` to use the directory as it is")
	}
	return nil
}

func (f *embeddedFlake) findFacts(ctx context.Context) {
	if f.facts == nil {
		f.facts = findFacts(ctx, f.where, flake.Options{Find: f.store.Find})
	}
}

// locate finds the flake in a folder here, or downloads it.
func (f *embeddedFlake) locate(ctx context.Context) (err error) {
	if f.ref.LocalDir != "" && !f.ref.Bare() {
		f.local, err = locate.FlakeOf(f.ref)
		return err
	}
	l, err := locate.ParseRemote(f.ref.Flake, f.resolver.Dir)
	if err != nil {
		return err
	}
	if l.Type == "path" { // a name in the registry stands for a folder
		f.local, err = locate.FindFlake(filepath.Join(l.Path, l.Dir), f.ref.Flake, true)
		return err
	}
	f.where.Locked, err = f.download(ctx, f.ref.Flake, f.options.Downloads)
	return err
}

// lock reads the flake's lock; nil when there is none.
func (f *embeddedFlake) lock() *locate.Lock {
	if f.local != nil {
		return locate.ReadLock(f.local.Root(), f.local.Dir)
	}
	if dir, ok := f.store.Find(f.where.Locked); ok {
		return locate.ReadLock(dir, filepath.Join(dir, f.where.Locked.Dir))
	}
	return nil
}

// sourceStore is where downloads for a reference go, typed or not.
func (r *Resolver) sourceStore(options Options, ref string) *fetch.Store {
	return &fetch.Store{Dir: filepath.Join(r.CacheDir, "sources"), Timeout: options.Timeout,
		Hosts: options.hostsFor(ref)}
}

// override finds what replaces an input.
func (f *embeddedFlake) override(ctx context.Context, text string) (flake.Ref, string, error) {
	resolved, err := locate.FindReplacement(text, f.resolver.Dir)
	if err != nil {
		return flake.Ref{}, "", err
	}
	if resolved == nil {
		locked, err := f.download(ctx, text, f.options.Downloads.ForOverrides())
		return flake.Ref{Locked: locked}, text, err
	}
	return flake.Ref{Dir: resolved.Dir, GitRoot: resolved.GitRoot}, resolved.Text, nil
}

func (f *embeddedFlake) close() {
	f.forget()
	if f.facts != nil {
		f.facts.forget()
	}
}

// forget drops the values of the evaluation.
func (f *embeddedFlake) forget() {
	if f.flake != nil {
		f.flake.Close()
		f.flake = nil
	}
}

// apply evaluates; when that fails for want of a locked input, exactly this
// input is downloaded, and the evaluation begins again.
func (f *embeddedFlake) apply(ctx context.Context, output, function string) ([]byte, *failed, error) {
	for {
		out, err := f.once(ctx, output, function)
		if err == nil {
			return out, nil, nil
		}
		var limit *eval.LimitError
		var input *flake.InputError
		wanted := errors.As(err, &input) && input.Reason == flake.Missing && input.Locked != nil
		if wanted || errors.As(err, &limit) {
			f.forget() // its values remember the failure
		}
		if wanted && !f.fetched[input.Locked.NarHash] {
			f.fetched[input.Locked.NarHash] = true
			if err := f.fetch(ctx, input.Locked); err != nil {
				if ctx.Err() != nil {
					return nil, nil, err
				}
				return nil, &failed{err: diag.From(err)}, nil
			}
			continue
		}
		failure, err := f.explain(ctx, output, embeddedFailure(err, f.options.Timeout))
		return nil, failure, err
	}
}

// errNoOutput is for a flake without the output that was asked for.
var errNoOutput = errors.New("no such output")

// once evaluates with what is on this machine, within the limits. The flake is
// taken out while it is in use: what does not end keeps it.
func (f *embeddedFlake) once(ctx context.Context, output, function string) ([]byte, error) {
	opened := f.flake
	f.flake = nil
	done := func() {
		if f.flake = opened; opened != nil {
			f.tree.quoter = quoter{find: readBy(opened.Evaluator())}
		}
	}
	return limited(ctx, f.options.Timeout, done, func(ctx context.Context) ([]byte, error) {
		if opened == nil {
			var err error
			if opened, err = flake.Open(ctx, f.where, flake.Options{Eval: eval.Options{Trace: f.resolver.warn, RawJSON: true},
				Overrides: f.overrides, Find: f.store.Find}); err != nil {
				return nil, err
			}
		} else {
			opened.Renew(ctx)
		}
		return applyOutput(opened, output, function)
	})
}

// applyOutput calls a function, given as a text, with an output of a flake.
func applyOutput(opened *flake.Flake, output, function string) ([]byte, error) {
	v, ok, err := opened.Output(output)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoOutput
	}
	ev := opened.Evaluator()
	call, err := ev.EvalExpr(function, "«string»", "/")
	if err != nil {
		return nil, err
	}
	if v, err = ev.Call(call, v); err != nil {
		return nil, err
	}
	return ev.ToJSON(v)
}

// explain says what a failed evaluation means. What no other profile of the
// flake can fare better with is an error, the rest a *failed.
func (f *embeddedFlake) explain(ctx context.Context, output string, err error) (*failed, error) {
	name := f.ref.Flake
	if errors.Is(err, errNoOutput) {
		return &failed{err: noOutput(f.ref, output)}, nil
	}
	var evaluation *explainable
	if !errors.As(err, &evaluation) {
		var known *diag.Error
		if errors.As(err, &known) {
			if known.Exit == diag.ExitInterrupted {
				return nil, known
			}
			return &failed{err: known}, nil
		}
		return nil, f.explainOpen(err)
	}
	out := &failed{}
	for _, frame := range evaluation.failure.Frames {
		out.contexts = append(out.contexts, frame.Message)
	}
	at := places(evaluation.failure.Frames, f.tree, f.tree.own)
	var input *flake.InputError
	switch {
	case errors.As(err, &input):
		out.err = f.explainInput(input)
	case errors.As(err, new(*gitrepo.Error)):
		out.err = diag.From(locate.GitFailure(err))
	case errors.Is(err, source.ErrHidden):
		out.err = notTrackedFile(f.local, blamedPath(evaluation.err), at)
	case evaluation.err.Kind == eval.FileAccess && strings.HasSuffix(blamedPath(evaluation.err), "/flake.nix") &&
		len(at) == 0 && errors.Is(err, fs.ErrNotExist):
		out.err = diag.Errorf(diag.ExitNotFound, "no-flake", "there is no flake.nix in `%s`", name).
			Hintf("a flake in a folder of a repository is reached with ?dir=FOLDER")
	case evaluation.err.Kind == eval.NeedsNix:
		out.err = locate.NeedsNix(needsNixMessage(evaluation.failure.Message), at)
	case errors.Is(err, source.ErrOutside):
		out.err = evaluationError("outside-source", "the profile reads "+blamedPath(evaluation.err)+", which is not part of the flake", at).
			Hintf("move the file into the flake, or make it an input")
	default:
		out.err = diag.From(explainCommon(evaluation.failure, f.tree, at))
	}
	return out, nil
}

// needsNixMessage is what a builtin of package eval says, without the ways on,
// which stand in the hint.
func needsNixMessage(message string) string {
	message, _, _ = strings.Cut(message, ";")
	return message
}

// explainOpen is for a flake that cannot even be opened.
func (f *embeddedFlake) explainOpen(err error) error {
	var input *flake.InputError
	if errors.As(err, &input) {
		return f.explainInput(input)
	}
	var form *flake.FormError
	if errors.As(err, &form) {
		e := diag.Errorf(diag.ExitEvaluation, "flake-form", "%s", form.Msg).Hintf("%s", flakeFormHint)
		if at, ok := f.tree.place(position{File: form.At.File, Line: form.At.Line, Column: form.At.Column}); ok {
			e.At(at)
		}
		return e
	}
	if errors.As(err, new(*gitrepo.Error)) {
		return locate.GitFailure(err)
	}
	return diag.Errorf(diag.ExitEvaluation, "source-unreadable", "cannot read the flake `%s`: %v", f.ref.Flake, err)
}

// explainInput says what is wrong with an input.
func (f *embeddedFlake) explainInput(e *flake.InputError) *diag.Error {
	switch e.Reason {
	case flake.NotLocked:
		return notLocked(f.ref.Flake, f.lockCommand())
	case flake.LockNotTracked:
		return diag.Errorf(diag.ExitEvaluation, "untracked-file", "flake.lock is not tracked by git, so it is not part of the flake").
			Hintf("git -C %s add flake.lock", e.Flake)
	case flake.NoSuchInput:
		return noSuchInput(e.Input, e.Names)
	case flake.Refused:
		return diag.Errorf(diag.ExitRefused, "input-refused", "%v", e).
			Hintf("put the source elsewhere and lock it there: %s", f.lockCommand())
	case flake.Stale:
		return diag.Errorf(diag.ExitMissing, "lock-stale", "%v", e).Hintf("lock it again: %s", f.lockCommand())
	case flake.Submodules:
		return locate.NeedsNix(e.Error(), nil)
	case flake.WrongHash:
		return diag.Errorf(diag.ExitState, "wrong-hash", "%v", e).
			Hintf("if the source was meant to change, lock it again: %s", f.lockCommand())
	case flake.Unsupported:
		return locate.NeedsNix(e.Error(), nil)
	case flake.Missing:
		if err := f.options.Downloads.May(e.Locked.String()); err != nil {
			return diag.From(err)
		}
	case flake.Unsafe:
		return diag.Errorf(diag.ExitRefused, "unsafe-input", "%v", e)
	}
	if errors.As(e, new(*gitrepo.Error)) {
		return diag.From(locate.GitFailure(e))
	}
	return diag.Errorf(diag.ExitMissing, "input-unreadable", "%v", e)
}

// provenance waits for the facts, which may be under way already.
func (f *embeddedFlake) provenance(ctx context.Context, _ *position) (*manifest.Provenance, error) {
	f.findFacts(ctx)
	f.facts.wait.Wait()
	if ctx.Err() != nil {
		return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the source was not hashed to its end")
	}
	p := &manifest.Provenance{Program: f.resolver.program(), Evaluator: Embedded, Overrides: f.typed}
	if err := f.facts.hashErr; err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash the source: %v", err)
	}
	p.NarHash = f.facts.hash
	if f.local == nil {
		p.Rev, p.URL = f.where.Locked.Rev, locate.LockedText(f.where.Locked)
	} else {
		if err := f.facts.stateErr; err != nil {
			return nil, f.explainOpen(err)
		}
		p.Rev, p.Dirty = f.facts.state.Rev, f.facts.state.Dirty
		p.URL = localURL(f.local, f.facts.state, f.facts.hash)
	}
	p.Files = readFiles(f.flake.Evaluator(), f.portable)
	if f.local != nil {
		if data, ok := locate.ReadLockFile(f.local.Root(), f.local.Dir); ok {
			sum := sha256.Sum256(data)
			p.Files = append(p.Files, manifest.ReadFile{File: f.portable(filepath.Join(f.local.Dir, locate.LockName)), SHA256: locate.SRI(sum[:])})
			slices.SortFunc(p.Files, func(a, b manifest.ReadFile) int { return strings.Compare(a.File, b.File) })
		}
	}
	return p, nil
}

// portable names a file by where it is in the flake, or in an input.
func (f *embeddedFlake) portable(file string) string {
	if f.tree.root != "" {
		if rel, err := filepath.Rel(f.tree.root, file); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return f.tree.file(file)
}

// localURL is the locked reference of a flake in a folder.
func localURL(local *locate.Flake, state flake.GitState, hash string) string {
	if local.GitRoot == "" {
		return "path:" + local.Dir + "?narHash=" + strings.ReplaceAll(strings.ReplaceAll(hash, "+", "%2B"), "=", "%3D")
	}
	url, separator := "git+file://"+filepath.ToSlash(local.GitRoot), "?"
	if rel, err := filepath.Rel(local.GitRoot, local.Dir); err == nil && rel != "." {
		url, separator = url+"?dir="+filepath.ToSlash(rel), "&"
	}
	if state.Rev != "" && !state.Dirty {
		url += separator + "rev=" + state.Rev
	}
	return url
}
