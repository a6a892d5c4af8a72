package nix

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/pack"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

type (
	// Error is a failed evaluation: its kind, its message in the words of Nix, its
	// position, and the calls that led there.
	Error = eval.Error
	// LimitError names the limit that an evaluation reached. It is the cause of an Error
	// of the kind LimitReached.
	LimitError = eval.LimitError
	// SyntaxError explains why a text is not a Nix expression. It is the cause of an Error
	// of the kind BadSyntax.
	SyntaxError = syntax.Error
	// PanicError is a panic in an evaluation, or in a Go function that it called. It is the
	// cause of an Error of the kind Defective.
	PanicError = eval.PanicError
	// ErrorKind is the kind of failure that an Error reports.
	ErrorKind = eval.Kind
	// Fetcher fetches sources for the fetching builtins.
	Fetcher = eval.Fetcher
	// FetchRequest describes a source that an expression asks a Fetcher for.
	FetchRequest = eval.FetchRequest
	// Fetched is the answer of a Fetcher.
	Fetched = eval.Fetched
	// HashError is the error that a Fetcher may return for a source with another hash.
	HashError = eval.HashError
	// Tree is a read-only file tree.
	Tree = source.Tree
	// ReadFile is a file that was read: its path and the SHA-256 of its content.
	ReadFile = eval.Read
	// Limits bound an evaluation. A zero field means its default.
	Limits = eval.Limits
	// Position is a file, a line and a column, both counted from 1, the column in bytes.
	Position = syntax.Position
	// SearchEntry maps a first part of `<prefix/…>` to a path.
	SearchEntry = eval.SearchEntry
)

// The kinds of errors.
const (
	EvalFailure       = eval.EvalFailure
	TypeMismatch      = eval.TypeMismatch
	MissingAttr       = eval.MissingAttr
	UndefinedVariable = eval.UndefinedVariable
	Thrown            = eval.Thrown
	AssertionFailed   = eval.AssertionFailed
	Aborted           = eval.Aborted
	InfiniteRecursion = eval.InfiniteRecursion
	BadSyntax         = eval.SyntaxError
	FileAccess        = eval.FileAccess
	Fetches           = eval.Fetches
	FetchFailed       = eval.FetchFailed
	Builds            = eval.Builds
	NeedsNix          = eval.NeedsNix
	LimitReached      = eval.LimitReached
	Busy              = eval.Busy
	Defective         = eval.Defective
)

// ErrNoFetcher is the cause of an Error of the kind Fetches where Options.Fetcher is nil.
var ErrNoFetcher = eval.ErrNoFetcher

// Errors of files that an Error of the kind FileAccess wraps.
var (
	// ErrOutside: the file is in none of Options.Files and Options.Trees.
	ErrOutside = source.ErrOutside
	// ErrHidden: a Tree has the file, and does not show it.
	ErrHidden = source.ErrHidden
)

// OpenDir opens a directory of this machine as a Tree and an fs.FS. Links cannot escape it,
// and only regular files can be read. Close it when the evaluator is no longer used.
func OpenDir(dir string) (*source.Dir, error) { return source.OpenDir(dir) }

// Embedded is a Tree of files that are part of the program.
func Embedded(files fs.FS) Tree { return source.Embedded{FS: files} }

// Texts is a Tree of files in memory, by name. It returns nil where a name is not one of io/fs.
func Texts(files map[string]string) Tree {
	tree := source.NewMemory()
	for name, text := range files {
		if !tree.Add(name, 0o444, []byte(text)) {
			return nil
		}
	}
	return tree
}

// Options configure an Evaluator. The zero value evaluates expressions that need no file.
type Options struct {
	// Files are the files that expressions may read: a file system for each absolute path that one is found
	// at. For a directory of this machine use the FS of an os.Root, which links cannot escape.
	Files map[string]fs.FS
	// Trees are more files, which decide themselves what of them can be seen.
	Trees map[string]Tree
	// Predeclared are variables that every expression has, besides the builtins; any value
	// that Encode accepts. One with the name of a builtin hides it.
	Predeclared map[string]any
	// Limits bound each call of Eval, EvalFile, Run and Value.Call, including the
	// evaluation of its result until the next call.
	Limits Limits
	// Cache keeps parsed files for several evaluators. Default: files are parsed anew by each.
	Cache *Cache
	// Pack has texts that were parsed when the program was made; see package pack. Default: none.
	Pack *pack.Pack
	// SearchPath resolves `<name>`.
	SearchPath []SearchEntry
	// Env is the environment that builtins.getEnv reads. Default: empty.
	Env map[string]string
	// System is builtins.currentSystem. Default: unset, as in pure evaluation.
	System string
	// Trace receives the messages of builtins.trace and warn. Default: they are dropped.
	Trace func(message string)
	// Fetcher fetches sources for fetchurl, fetchTarball, fetchGit, fetchTree and getFlake. Default:
	// they fail with the kind Fetches, except for sources in Files.
	Fetcher Fetcher
	// Unlocked lets them fetch sources without a hash or a commit. Default: that is an error of the
	// kind Fetches, as in Nix's pure evaluation.
	Unlocked bool
	// RawJSON lets JSON and toJSON write strings that are not valid UTF-8 as they are. Default: they
	// are errors, as in Nix.
	RawJSON bool
	// Features are experimental features of Nix by their names: pipe-operators,
	// blake3-hashes, parse-toml-timestamps.
	Features []string
}

// Evaluator evaluates expressions that share one cache of files.
type Evaluator struct {
	ev *eval.Evaluator
	// inside is how many functions of Go are being called.
	inside int
}

// begin starts an account of time and memory, unless a Go function called by an evaluation
// uses the evaluator: that work and its context belong to the evaluation.
func (e *Evaluator) begin(ctx context.Context) {
	if e.inside == 0 {
		e.ev.Renew(ctx)
	}
}

// New returns an Evaluator. It fails if an element of Options.Predeclared cannot be
// encoded, a path of Options.Files is not clean and absolute, or a feature is unknown;
// the error names it.
func New(o Options) (*Evaluator, error) { return NewFrom(o, nil) }

// NewFrom is New for the packages below this one, which are experimental: change sets
// options that Options has no field for.
func NewFrom(o Options, change func(*eval.Options)) (*Evaluator, error) {
	sources := &source.FS{}
	mount := func(field, at string, tree Tree) error {
		if !path.IsAbs(at) || path.Clean(at) != at {
			return fmt.Errorf("nix: Options.%s: %q is not a clean absolute path", field, at)
		}
		sources.Mount(at, tree)
		return nil
	}
	for at, tree := range o.Files {
		if err := mount("Files", at, source.FromFS(tree)); err != nil {
			return nil, err
		}
	}
	for at, tree := range o.Trees {
		if err := mount("Trees", at, tree); err != nil {
			return nil, err
		}
	}
	options := eval.Options{Sources: sources, Limits: o.Limits, SearchPath: o.SearchPath, Env: o.Env, System: o.System, Trace: o.Trace,
		Fetcher: o.Fetcher, Unlocked: o.Unlocked, RawJSON: o.RawJSON, Pack: o.Pack}
	for _, name := range o.Features {
		switch name {
		case "pipe-operators":
			options.PipeOperators = true
		case "blake3-hashes":
			options.BLAKE3 = true
		case "parse-toml-timestamps":
			options.TOMLTimestamps = true
		default:
			return nil, fmt.Errorf("nix: Options.Features: no feature %q is known here", name)
		}
	}
	if o.Cache != nil {
		options.Programs = &o.Cache.programs
	}
	if change != nil {
		change(&options)
	}
	e := &Evaluator{ev: eval.New(options)}
	names := make([]string, 0, len(o.Predeclared))
	for name := range o.Predeclared {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v, err := e.Encode(o.Predeclared[name])
		if err != nil {
			return nil, fmt.Errorf("nix: Options.Predeclared: %s: %w", name, err)
		}
		e.ev.Predeclare(name, v.v)
	}
	return e, nil
}

// Eval evaluates an expression by an Evaluator of its own.
func Eval(ctx context.Context, expr string, o Options) (Value, error) {
	e, err := New(o)
	if err != nil {
		return Value{}, err
	}
	return e.Eval(ctx, expr)
}

// textName is the file name in positions of a text without a file, as in Nix.
const textName = "«string»"

// Eval evaluates an expression. Relative paths in it start from "/". The errors of all
// evaluating functions are *Error.
func (e *Evaluator) Eval(ctx context.Context, expr string) (Value, error) {
	e.begin(ctx)
	return e.value(e.ev.EvalExpr(expr, textName, "/"))
}

// EvalFile evaluates a file of Options.Files, or the default.nix of a directory.
func (e *Evaluator) EvalFile(ctx context.Context, file string) (Value, error) {
	e.begin(ctx)
	return e.value(e.ev.EvalFile(file))
}

// Do calls f, whose calls of Eval, EvalFile, Run and Value.Call share one account of time, steps and
// memory, and one context.
func (e *Evaluator) Do(ctx context.Context, f func() error) error {
	e.begin(ctx)
	e.inside++
	defer func() { e.inside-- }()
	return f()
}

// LetGo makes the evaluator free what it evaluates from now on as soon as nothing refers
// to it. It serves an Evaluator that answers many questions in turn. It costs some time.
func (e *Evaluator) LetGo() { e.ev.LetGo() }

// Reads lists the files that have been read so far, by path.
func (e *Evaluator) Reads() []string {
	reads := e.ev.Reads()
	out := make([]string, len(reads))
	for i, r := range reads {
		out[i] = r.Path
	}
	return out
}

// ReadFiles is Reads with the hashes of the files.
func (e *Evaluator) ReadFiles() []ReadFile { return e.ev.Reads() }

// Text returns the content of a file that has been read, by an absolute path. No file is
// opened for it.
func (e *Evaluator) Text(file string) (text string, ok bool) { return e.ev.Text(file) }

// Origin returns the path that a file in the store was copied from, and any other path as it is.
func (e *Evaluator) Origin(file string) string { return e.ev.Origin(file) }

// Excerpt shows the line of a position with a caret under the column, or "" when its
// text is not at hand.
func (e *Evaluator) Excerpt(p Position) string { return e.ev.Excerpt(p) }

// Engine is the evaluator of package eval, for the packages below this one, which are experimental.
func (e *Evaluator) Engine() *eval.Evaluator { return e.ev }

// Wrap makes a Value of one of Engine.
func (e *Evaluator) Wrap(v eval.Value) Value { return Value{e, v} }

// Engine is the value of package eval.
func (v Value) Engine() eval.Value { return v.v }

func (e *Evaluator) value(v eval.Value, err error) (Value, error) {
	if err != nil {
		return Value{}, err
	}
	return Value{e, v}, nil
}
