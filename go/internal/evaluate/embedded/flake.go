package embedded

import (
	"context"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// openFlake is a flake that is evaluated where it is.
type openFlake struct {
	*evaluate.Flake
	evaluator *Evaluator
	options   evaluate.Options
	where     flake.Ref
	overrides []flake.Override
	typed     []manifest.Overridden
	store     *fetch.Store
	flake     *flake.Flake // nil when it is to be opened anew
	fetched   map[string]bool
	builtins  *fetch.Builtins // what expressions have fetched; nil where they may not
	fetches   int
	facts     *facts // nil until they are wanted
	asked     struct {
		ev       *nix.Evaluator
		text     string
		function nix.Value
	}
}

// Open finds a flake, or downloads it.
func (e *Evaluator) Open(ctx context.Context, ref *locate.Reference, options evaluate.Options) (*evaluate.Flake, error) {
	f := &openFlake{Flake: &evaluate.Flake{Ref: ref}, evaluator: e, options: options,
		store: e.sourceStore(options, ref.Flake), fetched: map[string]bool{}}
	f.Run, f.One = f, f.one
	if checkedOut(ctx, ref.Parsed) {
		inPlace := *ref
		inPlace.LocalDir = ref.Parsed.Dir()
		ref, f.Ref = &inPlace, &inPlace
	}
	if err := refuseParameters(ref.Parsed.Query, ref.Flake, ref.LocalDir != "" && !ref.Bare()); err != nil {
		return nil, err
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
	if f.Local != nil {
		root = f.Local.Root()
		f.where = f.Local.Ref()
	}
	f.Tree = evaluate.NewTree(root, f.lock, e.Library.FS)
	if f.Local == nil && !f.where.Locked.LocalRepository() {
		if err := locate.RefuseUnsafeInputs(ref.Flake, nil, f.lock(), false); err != nil {
			return nil, err
		}
	}
	if err := f.checkTypedHash(ctx); err != nil {
		return nil, err
	}
	if f.mayFetch() {
		f.builtins = &fetch.Builtins{Store: f.store}
	}
	if options.Provenance {
		f.findFacts(ctx)
	}
	return f.Flake, nil
}

// checkedOut reports whether a reference to a commit with its submodules, as a pin
// has it, means what is checked out, all of it without a change.
func checkedOut(ctx context.Context, p reference.Reference) bool {
	if !p.Query.Submodules || p.Query.Rev == "" || p.Query.Ref != "" || !p.Pinned() {
		return false
	}
	r, err := gitrepo.Open(p.Path)
	if err != nil {
		return false
	}
	defer r.Close()
	s, err := r.State(ctx)
	if err != nil || s.Dirty || s.Rev != p.Query.Rev {
		return false
	}
	moved, err := r.Moved(ctx)
	return err == nil && moved == ""
}

// refuseParameters refuses the parameters of a reference that only Nix honors.
func refuseParameters(q reference.Query, text string, worktree bool) error {
	switch {
	case q.Nix != "":
		return locate.NeedsNix("`?" + q.Nix + "` of " + text + " needs Nix")
	case q.Submodules && !worktree:
		return locate.NeedsNix("`?submodules=1` of " + text + ", which is not what is checked out in a work tree, needs Nix")
	}
	return nil
}

// checkTypedHash holds a directory to the `?narHash=` of its reference. What the
// directory's hash is stays untold, as everywhere for files of this machine.
func (f *openFlake) checkTypedHash(ctx context.Context) error {
	want := f.Ref.Parsed.Query.NarHash
	if f.Local == nil || want == "" {
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
		return diag.Errorf(diag.ExitState, "wrong-hash", "%s does not have the hash of the reference: %s", f.Local.Root(), want).
			Hintf("leave out `?narHash=` to use the directory as it is")
	}
	return nil
}

func (f *openFlake) findFacts(ctx context.Context) {
	if f.facts == nil {
		f.facts = findFacts(ctx, f.where, flake.Options{Find: f.store.Find})
	}
}

// locate finds the flake in a folder here, or downloads it.
func (f *openFlake) locate(ctx context.Context) (err error) {
	if f.Ref.LocalDir != "" && !f.Ref.Bare() {
		f.Local, err = locate.FlakeOf(f.Ref)
		return err
	}
	l, err := locate.ParseRemote(f.Ref.Flake, f.evaluator.Dir)
	if err != nil {
		return err
	}
	if l.Type == "path" { // a name in the registry represents a directory
		f.Local, err = locate.FindFlake(filepath.Join(l.Path, l.Dir), f.Ref.Flake, true)
		return err
	}
	f.where.Locked, err = f.download(ctx, f.Ref.Flake, f.options.Downloads)
	return err
}

// lock reads the flake's lock; nil if there is none. If it cannot be read, evaluation
// reports the error.
func (f *openFlake) lock() *flake.Lock {
	if f.Local != nil {
		l, _ := locate.ReadLock(f.Local.Root(), f.Local.Dir)
		return l
	}
	if dir, ok := f.store.Find(f.where.Locked); ok {
		l, _ := locate.ReadLock(dir, filepath.Join(dir, f.where.Locked.Dir))
		return l
	}
	return nil
}

// sourceStore returns the store for downloads of a reference, whether typed or not.
func (e *Evaluator) sourceStore(options evaluate.Options, ref string) *fetch.Store {
	return &fetch.Store{Dir: filepath.Join(e.CacheDir, "sources"), Timeout: options.Timeout,
		Hosts: options.Hosts(ref)}
}

// override finds what replaces an input.
func (f *openFlake) override(ctx context.Context, text string) (flake.Ref, string, error) {
	resolved, err := locate.FindReplacement(text, f.evaluator.Dir)
	if err != nil {
		return flake.Ref{}, "", err
	}
	if parsed, err := reference.Parse(text, f.evaluator.Dir); err == nil {
		if err := refuseParameters(parsed.Query, text, resolved != nil); err != nil {
			return flake.Ref{}, "", err
		}
	}
	if resolved == nil {
		locked, err := f.download(ctx, text, f.options.Downloads.ForOverrides())
		return flake.Ref{Locked: locked}, text, err
	}
	return flake.Ref{Dir: resolved.Dir, GitRoot: resolved.GitRoot, Submodules: resolved.Submodules}, resolved.Text, nil
}

func (f *openFlake) Close() {
	f.forget()
	if f.facts != nil {
		f.facts.forget()
	}
}

func (f *openFlake) Offline() { f.options.Downloads = locate.Downloads{} }

// forget drops the values of the evaluation.
func (f *openFlake) forget() {
	if f.flake != nil {
		f.flake.Close()
		f.flake, f.asked.ev, f.asked.function = nil, nil, nix.Value{}
	}
	if f.builtins != nil {
		f.builtins.Close()
	}
}

// Apply evaluates; when that fails for want of a locked input, exactly this
// input is downloaded, and the evaluation begins again.
func (f *openFlake) Apply(ctx context.Context, output, function string) ([]byte, error) {
	return f.apply(ctx, call{output: output, function: function, print: func(_ *nix.Evaluator, v nix.Value) ([]byte, error) { return v.JSON() }})
}

func (f *openFlake) Profile(ctx context.Context, output, function string, judge evaluate.Judge) ([]byte, error) {
	return f.apply(ctx, call{output: output, function: function, print: printJudged(judge)})
}

func (f *openFlake) one(ctx context.Context, output, name, function string, judge evaluate.Judge) ([]byte, error) {
	return f.apply(ctx, call{output: output, loose: name, function: function, print: printJudged(judge)})
}

// call is a call of a function with an output of the flake, or first with the name of
// an attribute of it and then with that alone.
type call struct {
	output, loose, function string
	print                   func(ev *nix.Evaluator, v nix.Value) ([]byte, error)
}

func printJudged(judge evaluate.Judge) func(*nix.Evaluator, nix.Value) ([]byte, error) {
	return func(ev *nix.Evaluator, v nix.Value) ([]byte, error) { return judged(ev, v, judge) }
}

func (f *openFlake) apply(ctx context.Context, c call) ([]byte, error) {
	for {
		out, err := f.once(ctx, c)
		if err == nil {
			return out, nil
		}
		var limit *nix.LimitError
		var input *flake.InputError
		var missing *wanted
		if errors.As(err, &missing) {
			f.forget()
			if cause := f.fetchWanted(ctx, missing.request); cause != nil {
				if ctx.Err() != nil {
					return nil, cause
				}
				return nil, f.fetchFailure(c.output, err, cause)
			}
			continue
		}
		wanted := errors.As(err, &input) && input.Reason == flake.Missing && input.Locked != nil
		if wanted || errors.As(err, &limit) {
			f.forget() // its values remember the failure
		}
		if !wanted || f.fetched[input.Locked.NarHash] {
			return nil, f.failure(c.output, err)
		}
		f.fetched[input.Locked.NarHash] = true
		if err := f.fetch(ctx, input.Locked); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, f.unhad(err)
		}
	}
}

// errNoOutput reports a flake without the requested output.
var errNoOutput = errors.New("no such output")

// once evaluates with what is on this machine, within the limits. The flake is
// taken out while it is in use: what does not end keeps it.
func (f *openFlake) once(ctx context.Context, c call) ([]byte, error) {
	opened := f.flake
	f.flake = nil
	done := func() {
		if f.flake = opened; opened != nil {
			f.Tree.Quoter = quoter(opened.Evaluator())
		}
	}
	return limited(ctx, f.options, done, func(ctx context.Context) ([]byte, error) {
		if opened == nil {
			var err error
			o := f.evaluator.evalOptions(f.options)
			if f.builtins != nil {
				o.Fetcher = &builtinFetcher{f.builtins}
			}
			if opened, err = flake.Open(ctx, f.where, flake.Options{Eval: o, Overrides: f.overrides, Find: f.store.Find}); err != nil {
				return nil, err
			}
		}
		var out []byte
		err := opened.Do(ctx, func() (err error) {
			out, err = f.call(ctx, opened, c)
			return err
		})
		return out, err
	})
}

// call calls a function, given as a text, with an output of a flake.
func (f *openFlake) call(ctx context.Context, opened *flake.Flake, c call) ([]byte, error) {
	v, ok, err := opened.Output(c.output)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoOutput
	}
	ev := opened.Evaluator()
	function, err := f.function(ctx, ev, c.function)
	if err != nil {
		return nil, err
	}
	args := []any{v}
	if c.loose != "" {
		loose, err := v.Only(c.loose)
		if err != nil {
			return nil, err
		}
		args = []any{c.loose, loose}
	}
	if v, err = function.Call(ctx, args...); err != nil {
		return nil, err
	}
	return c.print(ev, v)
}

// function evaluates the text of a function. The last one is kept: of many profiles the
// same is asked.
func (f *openFlake) function(ctx context.Context, ev *nix.Evaluator, text string) (v nix.Value, err error) {
	if f.asked.ev == ev && f.asked.text == text {
		return f.asked.function, nil
	}
	if v, err = ev.Eval(ctx, text); err == nil {
		f.asked.ev, f.asked.text, f.asked.function = ev, text, v
	}
	return v, err
}

// unhad is the failure of an evaluation that cannot have a source. Another profile
// of the flake may not need it.
func (f *openFlake) unhad(cause error) *evaluate.Failure {
	return &evaluate.Failure{Kind: evaluate.Unhad, Ref: f.Ref, Message: cause.Error(), Cause: cause}
}

// failure explains a failed evaluation. A failure that all profiles of the flake share
// is not an *evaluate.Failure.
func (f *openFlake) failure(output string, err error) error {
	if errors.Is(err, errNoOutput) {
		return &evaluate.Failure{Kind: evaluate.NoOutput, Ref: f.Ref, Name: output, Message: err.Error()}
	}
	failure := failureOf(err, f.Tree, f.options, func(frames []evaluate.Frame) []diag.Position { return evaluate.Places(frames, f.Tree) })
	if failure == nil {
		if errors.As(err, &failure) {
			return failure
		}
		return f.explainOpen(err)
	}
	failure.Ref = f.Ref
	var input *flake.InputError
	switch {
	case errors.As(err, &input):
		failure.Kind, failure.Cause, failure.Positions = evaluate.Unhad, f.explainInput(input), nil
	case errors.As(err, new(*gitrepo.Error)):
		failure.Kind, failure.Cause, failure.Positions = evaluate.Unhad, locate.GitFailure(err), nil
	case errors.Is(err, nix.ErrHidden):
		failure.Kind, failure.Root = evaluate.FileUntracked, filepath.Dir(failure.Path)
		if f.Local != nil && f.Local.GitRoot != "" {
			failure.Root = f.Local.GitRoot
		}
	case failure.Kind == evaluate.FileMissing && filepath.Base(failure.Path) == "flake.nix" && len(failure.Positions) == 0:
		failure.Kind = evaluate.NoFlake
	}
	return failure
}

// explainOpen explains why a flake cannot even be opened.
func (f *openFlake) explainOpen(err error) error {
	var input *flake.InputError
	if errors.As(err, &input) {
		return f.explainInput(input)
	}
	var form *flake.FormError
	if errors.As(err, &form) {
		return &evaluate.Failure{Kind: evaluate.FlakeForm, Ref: f.Ref, Message: form.Msg, Cause: form,
			Positions: evaluate.PlacesOf(f.Tree, evaluate.Position{File: form.At.File, Line: form.At.Line, Column: form.At.Column})}
	}
	if errors.As(err, new(*gitrepo.Error)) {
		return locate.GitFailure(err)
	}
	return diag.Errorf(diag.ExitEvaluation, "source-unreadable", "cannot read the flake `%s`: %v", f.Ref.Flake, err)
}

// explainInput explains what is wrong with an input.
func (f *openFlake) explainInput(e *flake.InputError) *diag.Error {
	switch e.Reason {
	case flake.NotLocked:
		return (&evaluate.Failure{Kind: evaluate.NotLocked, Ref: f.Ref, Hint: "lock it: " + f.LockCommand()}).Diagnose()
	case flake.LockNotTracked:
		return diag.Errorf(diag.ExitEvaluation, "untracked-file", "flake.lock is not tracked by git, so it is not part of the flake").
			Hintf("git -C %s add flake.lock", e.Flake)
	case flake.NoSuchInput:
		return evaluate.NoSuchInput(e.Input, e.Names)
	case flake.Refused:
		return diag.Errorf(diag.ExitRefused, "input-refused", "%v", e).
			Hintf("put the source elsewhere and lock it there: %s", f.LockCommand())
	case flake.Stale:
		return diag.Errorf(diag.ExitMissing, "lock-stale", "%v", e).Hintf("lock it again: %s", f.LockCommand())
	case flake.Submodules:
		return locate.NeedsNix(e.Error())
	case flake.WrongHash:
		return diag.Errorf(diag.ExitState, "wrong-hash", "%v", e).
			Hintf("if the source was meant to change, lock it again: %s", f.LockCommand())
	case flake.Unsupported:
		return locate.NeedsNix(e.Error())
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

// Provenance waits for the facts, which may be under way already.
func (f *openFlake) Provenance(ctx context.Context, _ *evaluate.Position) (*manifest.Provenance, error) {
	f.findFacts(ctx)
	f.facts.wait.Wait()
	if ctx.Err() != nil {
		return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the source was not hashed to its end")
	}
	p := &manifest.Provenance{Program: f.evaluator.Program, Evaluator: evaluate.Embedded, Overrides: f.typed}
	if err := f.facts.hashErr; errors.As(err, new(*flake.InputError)) || errors.As(err, new(*gitrepo.Error)) {
		return nil, f.explainOpen(err)
	} else if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash the source: %v", err)
	}
	p.NarHash = f.facts.hash
	if f.Local == nil {
		p.Rev, p.URL = f.where.Locked.Rev, locate.LockedText(f.where.Locked)
	} else {
		if err := f.facts.stateErr; err != nil {
			return nil, f.explainOpen(err)
		}
		p.Rev, p.Dirty = f.facts.state.Rev, f.facts.state.Dirty
		p.URL = localURL(f.Local, f.facts, f.Ref.Parsed.Pinned())
	}
	p.Files = readFiles(f.flake.Evaluator(), f.portable)
	if f.Local != nil {
		if data, ok := locate.ReadLockFile(f.Local.Root(), f.Local.Dir); ok {
			sum := sha256.Sum256(data)
			p.Files = append(p.Files, manifest.ReadFile{File: f.portable(filepath.Join(f.Local.Dir, locate.LockName)), SHA256: locate.SRI(sum[:])})
			slices.SortFunc(p.Files, func(a, b manifest.ReadFile) int { return strings.Compare(a.File, b.File) })
		}
	}
	return p, nil
}

// portable names a file by where it is in the flake, or in an input.
func (f *openFlake) portable(file string) string {
	if f.Tree.Root != "" {
		if rel, err := filepath.Rel(f.Tree.Root, file); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return f.Tree.File(file)
}

// localURL is the locked reference of a flake in a folder; pinned for one that was
// named by its commit, and so has the hash as other commits do.
func localURL(local *locate.Flake, facts *facts, pinned bool) string {
	ref := reference.Reference{Kind: reference.Local, Scheme: "path", Path: local.Dir, Query: reference.Query{NarHash: facts.hash}}
	if local.GitRoot != "" {
		ref = reference.InRepository(local.GitRoot, reference.InDirectory(local.Dir))
		ref.Query.Submodules = facts.submodules
		if !facts.state.Dirty {
			ref.Query.Rev = facts.state.Rev
		}
		if pinned {
			ref.Query.NarHash = facts.hash
		}
	}
	return ref.WithoutAttr()
}

// Misread returns the places in the files read that are not valid UTF-8, if an answer
// is not.
func (f *openFlake) Misread(answer []byte) []diag.Position {
	if f.flake == nil {
		return nil
	}
	return misread(f.flake.Evaluator(), answer)
}
