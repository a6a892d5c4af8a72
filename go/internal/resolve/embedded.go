package resolve

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/watchdog"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// embeddedEvaluator is the evaluator inside this program, package eval. It gets
// the same texts as the installed Nix.
type embeddedEvaluator struct{ *Resolver }

func (e *embeddedEvaluator) title(context.Context) string { return Embedded }

//go:embed nix/entry.nix nix/describe.nix nix/select.nix
var entryFiles embed.FS

// libraryMount is where the library appears to an evaluation; messages show
// `builtin:` in its place.
const libraryMount = "/insomnia-library"

// limited runs an evaluation and waits no longer than its limits allow. done
// releases what the evaluation reads from; evaluations that do not end keep it.
func limited[T any](ctx context.Context, timeout time.Duration, done func(), evaluate func(context.Context) (T, error)) (T, error) {
	if timeout <= 0 {
		timeout = nix.DefaultTimeout
	}
	v, err := watchdog.Do(ctx, timeout, evaluate)
	if watchdog.Abandoned(err) {
		return v, abandoned(err, timeout)
	}
	done()
	return v, err
}

// abandoned is the error for an evaluation that did not end at its limit, or was
// not begun for others that do not.
func abandoned(err error, timeout time.Duration) *diag.Error {
	switch {
	case errors.Is(err, watchdog.ErrCrowded):
		return diag.Errorf(diag.ExitEvaluation, "too-many-stopped", "not evaluated: %d evaluations before this one reached a limit and did not stop", watchdog.MaxAbandoned).
			Hintf("remove or fix the profiles that reached a limit")
	case errors.Is(err, watchdog.ErrMemory):
		return MemoryReached()
	case errors.Is(err, context.DeadlineExceeded):
		return limitReached(&eval.LimitError{Limit: "time"}, timeout)
	}
	return limitReached(&eval.LimitError{Limit: "cancelled"}, timeout)
}

// MemoryReached is the error for an evaluation that the watchdog ended.
func MemoryReached() *diag.Error {
	return limitReached(&eval.LimitError{Limit: "allocation",
		Msg: fmt.Sprintf("evaluation needs more memory than its limit of %d MiB allows", watchdog.MaxMemory>>20)}, 0)
}

// mountLibrary makes the library readable, straight from the program.
func (e *embeddedEvaluator) mountLibrary(sources *source.FS) error {
	for _, m := range []struct {
		at, from string
		files    fs.FS
	}{{libraryMount, "nix", entryFiles}, {libraryMount + "/lib", "lib", e.Library}, {libraryMount + "/profiles", "profiles", e.Library}} {
		files, err := fs.Sub(m.files, m.from)
		if err != nil {
			return diag.Errorf(diag.ExitInternal, "internal", "cannot read the embedded library: %v", err)
		}
		sources.Mount(m.at, source.Embedded{FS: files})
	}
	return nil
}

// file evaluates a profile file where it is, and the library from the program.
func (e *embeddedEvaluator) file(ctx context.Context, p *locate.File, options Options) (*fileAnswer, error) {
	ev, done, err := e.prepareFile(p)
	if err != nil {
		return nil, err
	}
	return limited(ctx, options.Timeout, done, func(ctx context.Context) (*fileAnswer, error) {
		return e.evaluate(ctx, ev, p, options)
	})
}

// mounted is a tree that an evaluation may read.
type mounted struct {
	at   string
	tree source.Tree
}

// prepareFile makes an evaluator that may read the library and what a profile
// file may read.
func (e *embeddedEvaluator) prepareFile(p *locate.File) (*eval.Evaluator, func(), error) {
	if p.Root == "" {
		ev, err := e.prepare()
		return ev, func() {}, err
	}
	view, err := locate.OpenView(p)
	if err != nil {
		return nil, nil, err
	}
	ev, done, err := e.prepareView(view)
	if err != nil {
		view.Close()
	}
	return ev, done, err
}

// prepareView makes an evaluator for a view, and closes both with what it returns.
func (e *embeddedEvaluator) prepareView(view *locate.View) (*eval.Evaluator, func(), error) {
	dir, err := source.OpenDir(view.Root)
	if err != nil {
		return nil, nil, diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot read %s: %v", view.Root, err)
	}
	ev, err := e.prepare(mounted{filepath.ToSlash(view.Root), view.Tree(dir)})
	return ev, func() {
		dir.Close()
		view.Close()
	}, err
}

// prepare makes an evaluator that may read the library and these trees.
func (e *embeddedEvaluator) prepare(trees ...mounted) (*eval.Evaluator, error) {
	sources := &source.FS{}
	if err := e.mountLibrary(sources); err != nil {
		return nil, err
	}
	for _, m := range trees {
		sources.Mount(m.at, m.tree)
	}
	return eval.New(eval.Options{Sources: sources, Trace: e.warn, RawJSON: true}), nil
}

// evaluate asks a prepared evaluator for one profile. Call it by limited.
func (e *embeddedEvaluator) evaluate(ctx context.Context, ev *eval.Evaluator, p *locate.File, options Options) (*fileAnswer, error) {
	ev.Renew(ctx)
	in := &fileSources{library: libraryMount, root: p.Root, quoter: quoter{find: readBy(ev)}}

	data, err := evaluateEntry(ev, p, options)
	if err != nil {
		return nil, explainEmbeddedFile(p, in, embeddedFailure(err, options.Timeout))
	}
	a := &fileAnswer{sources: in}
	a.misread = misread(ev, data)
	if err := a.read(data); err != nil {
		return nil, unreadable(err)
	}
	if options.Provenance {
		a.reads = readFiles(ev, func(file string) string {
			if rel, err := filepath.Rel(p.Root, file); p.Root != "" && err == nil && filepath.IsLocal(rel) {
				return filepath.ToSlash(rel)
			}
			return in.text(file)
		})
	}
	return a, nil
}

func evaluateEntry(ev *eval.Evaluator, p *locate.File, options Options) ([]byte, error) {
	entry, err := ev.EvalFile(libraryMount + "/entry.nix")
	if err != nil {
		return nil, err
	}
	v, err := ev.Call(entry, ev.Set(map[string]eval.Value{"profile": eval.Str(entryProfile(p)), "name": eval.Str(p.Name())}))
	if err != nil {
		return nil, err
	}
	if v, _, err = ev.Select(v, options.entryOutput()); err != nil {
		return nil, err
	}
	return ev.ToJSON(v)
}

func (r *Resolver) warn(message string) {
	if r.Nix != nil && r.Nix.Warn != nil {
		r.Nix.Warn(message)
	}
}

// readFiles are the files that an evaluation has read, by the names that say
// the same on another machine.
func readFiles(ev *eval.Evaluator, name func(string) string) []manifest.ReadFile {
	var out []manifest.ReadFile
	for _, read := range ev.Reads() {
		if !strings.HasPrefix(read.Path, libraryMount+"/") { // the library has a digest of its own
			out = append(out, manifest.ReadFile{File: name(read.Path), SHA256: locate.SRI(read.SHA256[:])})
		}
	}
	return out
}

// embeddedFailure puts an error of package eval into the form of Nix's own, so
// that both are explained in one place. What only this evaluator says, its
// limits above all, becomes a *diag.Error.
func embeddedFailure(err error, timeout time.Duration) error {
	var e *eval.Error
	if !errors.As(err, &e) {
		return err
	}
	var limit *eval.LimitError
	if errors.As(err, &limit) && limit.Limit != "depth" {
		return limitReached(limit, timeout)
	}
	f := &nix.Failure{Message: e.Msg}
	if strings.HasPrefix(e.Position.File, "/") {
		f.Frames = append(f.Frames, nix.Frame{File: e.Position.File, Line: e.Position.Line, Column: e.Position.Column})
	}
	for _, frame := range e.Trace {
		at := frame.Position
		if !strings.HasPrefix(at.File, "/") {
			at = syntax.Position{} // in the texts of this program
		}
		f.Frames = append(f.Frames, nix.Frame{Message: frame.Msg, File: at.File, Line: at.Line, Column: at.Column})
	}
	return &explainable{f, e}
}

// explainable is a failed evaluation, in both forms.
type explainable struct {
	failure *nix.Failure
	err     *eval.Error
}

func (e *explainable) Error() string { return e.err.Error() }
func (e *explainable) Unwrap() error { return e.err }

func limitReached(limit *eval.LimitError, timeout time.Duration) *diag.Error {
	switch limit.Limit {
	case "cancelled":
		if errors.Is(limit.Err, watchdog.ErrMemory) {
			return MemoryReached()
		}
		return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the evaluation was stopped")
	case "time":
		if timeout <= 0 {
			timeout = nix.DefaultTimeout
		}
		return diag.Errorf(diag.ExitEvaluation, "deadline", "the evaluation did not finish within %s and was stopped", timeout).
			Hintf("look for a loop in the profile, or allow more time with --timeout")
	case "output":
		return diag.Errorf(diag.ExitEvaluation, "output-too-large", "%s", limit.Msg).
			Hintf("a manifest has at most 8 MiB; look for generated text or lists in the profile")
	}
	return diag.Errorf(diag.ExitEvaluation, "memory-limit", "%s", limit.Msg).
		Hintf("look for text or lists that grow without end in the profile")
}

func explainEmbeddedFile(p *locate.File, in *fileSources, err error) error {
	var e *explainable
	if !errors.As(err, &e) {
		return err
	}
	var why *locate.NotVisible
	if errors.As(e.err, &why) {
		return hiddenFile(p, blamedPath(e.err), why, fileAt(p, in, e.failure))
	}
	if errors.Is(e.err, source.ErrOutside) {
		e.failure.Message = "access to path '" + blamedPath(e.err) + "' is forbidden in restricted mode"
	}
	return explainFile(p, in, e.failure)
}

// blamedPath is the path that an error of the file system is about.
func blamedPath(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Path
	}
	return ""
}

// hiddenFile is for a profile that reads a file that is not visible.
func hiddenFile(p *locate.File, file string, why error, at []diag.Position) *diag.Error {
	if rel, err := filepath.Rel(p.Root, file); err == nil {
		file = rel
	}
	e := evaluationError("hidden-file", "cannot read "+file+": it "+why.(*locate.NotVisible).Why, at)
	if why == locate.ErrIgnored {
		return e.Hintf("widen what the profile may read: --root %s\nor, if it holds no secret, track it: git -C %s add --force %s", diag.Shell(p.Root), diag.Shell(p.Root), diag.Shell(file))
	}
	return e.Hintf("a profile never reads what is in .git; copy what it needs into a file of the project")
}
