// Package embedded evaluates inside this program, with the packages below go/nix:
// no store, no network, no program of the machine.
package embedded

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/watchdog"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix"
)

// Evaluator is the evaluator inside this program.
type Evaluator struct {
	Library  evaluate.Library
	Dir      string // relative references start from it
	CacheDir string
	Program  string               // name and version, for provenance
	Warn     func(message string) // receives what profiles trace; may be nil
	Progress func(text string)    // receives what is being downloaded; may be nil
}

func (e *Evaluator) Title(context.Context) string { return evaluate.Embedded }

// libraryMount is the path of the library in an evaluation; messages show `builtin:`
// instead.
const libraryMount = "/insomnia-library"

// limited runs an evaluation and waits no longer than its limits allow. done
// releases what the evaluation reads from; evaluations that do not end keep it.
func limited[T any](ctx context.Context, options evaluate.Options, done func(), run func(context.Context) (T, error)) (T, error) {
	limits := watchdog.Limits{Time: options.Timeout, Memory: options.Memory}
	if limits.Time <= 0 {
		limits.Time = evaluate.DefaultTimeout
	}
	v, err := watchdog.Do(ctx, limits, run)
	if watchdog.Abandoned(err) {
		return v, abandoned(err, options)
	}
	done()
	return v, err
}

// File evaluates a profile file where it is, and the library from the program.
func (e *Evaluator) File(ctx context.Context, p *locate.File, options evaluate.Options) (*evaluate.Answer, error) {
	ev, done, err := e.prepareFile(p, options)
	if err != nil {
		return nil, err
	}
	return limited(ctx, options, done, func(ctx context.Context) (*evaluate.Answer, error) {
		return e.evaluate(ctx, ev, p, options)
	})
}

// textMount is the path of a profile's text that is in no file.
const textMount = "/insomnia-converted"

// Text evaluates a profile that is in no file; it reads nothing but the library.
func (e *Evaluator) Text(ctx context.Context, text []byte, judge evaluate.Judge) (*evaluate.Answer, error) {
	ev, err := e.prepare(evaluate.Options{}, mounted{textMount, nix.Texts(map[string]string{"profile.nix": string(text)})})
	if err != nil {
		return nil, err
	}
	file := textMount + "/profile.nix"
	p := &locate.File{Ref: &locate.Reference{Text: file}, Path: file, Root: textMount}
	return limited(ctx, evaluate.Options{}, func() {}, func(ctx context.Context) (*evaluate.Answer, error) {
		return e.evaluate(ctx, ev, p, evaluate.Options{Judge: judge})
	})
}

// mounted is a tree that an evaluation may read.
type mounted struct {
	at   string
	tree nix.Tree
}

// prepareFile makes an evaluator that may read the library and what a profile
// file may read.
func (e *Evaluator) prepareFile(p *locate.File, options evaluate.Options) (*nix.Evaluator, func(), error) {
	if p.Root == "" {
		ev, err := e.prepare(options)
		return ev, func() {}, err
	}
	view, err := locate.OpenView(p)
	if err != nil {
		return nil, nil, err
	}
	ev, done, err := e.prepareView(view, options)
	if err != nil {
		view.Close()
	}
	return ev, done, err
}

// prepareView makes an evaluator for a view, and closes both with what it returns.
func (e *Evaluator) prepareView(view *locate.View, options evaluate.Options) (*nix.Evaluator, func(), error) {
	dir, err := nix.OpenDir(view.Root)
	if err != nil {
		return nil, nil, diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot read %s: %v", view.Root, err)
	}
	ev, err := e.prepare(options, mounted{filepath.ToSlash(view.Root), view.Tree(dir)})
	return ev, func() {
		dir.Close()
		view.Close()
	}, err
}

// prepare makes an evaluator that may read the library and these trees.
func (e *Evaluator) prepare(options evaluate.Options, trees ...mounted) (*nix.Evaluator, error) {
	o := e.evalOptions(options)
	o.Trees = map[string]nix.Tree{}
	library, err := e.Library.Trees()
	if err != nil {
		return nil, err
	}
	for at, files := range library {
		o.Trees[libraryMount+at] = nix.Embedded(files)
	}
	for _, m := range trees {
		o.Trees[m.at] = m.tree
	}
	return nix.New(o)
}

// evalOptions are how this program evaluates.
func (e *Evaluator) evalOptions(options evaluate.Options) nix.Options {
	return nix.Options{Trace: e.Warn, RawJSON: true, Pack: evaluate.Pack(), Limits: nix.Limits{Memory: options.Memory}}
}

// evaluate asks a prepared evaluator for one profile. Call it by limited.
func (e *Evaluator) evaluate(ctx context.Context, ev *nix.Evaluator, p *locate.File, options evaluate.Options) (*evaluate.Answer, error) {
	in := &evaluate.FileSources{Library: libraryMount, Root: p.Root, Quoter: quoter(ev)}
	var data []byte
	err := ev.Do(ctx, func() (err error) {
		data, err = callEntry(ctx, ev, p, options)
		return err
	})
	if err != nil {
		return nil, fileFailure(err, p, in, options)
	}
	a := &evaluate.Answer{JSON: data, Sources: in, Misread: misread(ev, data)}
	if options.Provenance {
		a.Reads = readFiles(ev, func(file string) string {
			if rel, err := filepath.Rel(p.Root, file); p.Root != "" && err == nil && filepath.IsLocal(rel) {
				return filepath.ToSlash(rel)
			}
			return in.Text(file)
		})
	}
	return a, nil
}

func callEntry(ctx context.Context, ev *nix.Evaluator, p *locate.File, options evaluate.Options) ([]byte, error) {
	entry, err := ev.EvalFile(ctx, libraryMount+"/entry.nix")
	if err != nil {
		return nil, err
	}
	v, err := entry.Call(ctx, map[string]string{"profile": evaluate.EntryProfile(p), "name": p.Name()})
	if err != nil {
		return nil, err
	}
	output := "result"
	if options.Explain {
		output = "explained"
	}
	if v, _, err = v.Attr(output); err != nil {
		return nil, err
	}
	return judged(ev, v, options.Judge)
}

// quoter knows the files of an evaluation.
func quoter(ev *nix.Evaluator) evaluate.Quoter {
	return evaluate.Quoter{Find: readBy(ev), Origin: ev.Origin}
}

// readBy quotes the files that an evaluation has read, from its memory.
func readBy(ev *nix.Evaluator) func(file string) *diag.Source {
	return func(file string) *diag.Source {
		if text, ok := ev.Text(filepath.ToSlash(file)); ok {
			return diag.NewSource(text)
		}
		return nil
	}
}

// readFiles are the files that an evaluation has read, by names that are the same on
// every machine.
func readFiles(ev *nix.Evaluator, name func(string) string) []manifest.ReadFile {
	var out []manifest.ReadFile
	for _, read := range ev.ReadFiles() {
		if !strings.HasPrefix(read.Path, libraryMount+"/") { // the library has a digest of its own
			out = append(out, manifest.ReadFile{File: name(read.Path), SHA256: locate.SRI(read.SHA256[:])})
		}
	}
	return out
}

// misread returns the first invalid place of each file that an evaluation has
// read and that is not valid UTF-8; none if its answer is valid.
func misread(ev *nix.Evaluator, answer []byte) (at []diag.Position) {
	if utf8.Valid(answer) {
		return nil
	}
	for _, read := range ev.ReadFiles() {
		data, err := bounded.ReadFile(read.Path, manifestfile.MaxSize)
		if err != nil || utf8.Valid(data) {
			continue
		}
		offset := 0
		for {
			r, n := utf8.DecodeRune(data[offset:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			offset += n
		}
		place := manifestfile.Place(read.Path, data, offset)
		place.Note = fmt.Sprintf("byte 0x%02X", data[offset])
		at = append(at, place)
	}
	return at
}
