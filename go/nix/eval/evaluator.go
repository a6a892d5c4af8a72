package eval

import (
	"context"
	"math"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/pack"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Options configure an Evaluator.
type Options struct {
	// Context cancels the evaluation; its deadline is the time limit. Default context.Background().
	Context context.Context
	// Sources are the files that may be read. Default none.
	Sources *source.FS
	// StoredAs returns the path in the store of a source that is read elsewhere, by the
	// path where it is read; "" for any other path. Default: none.
	StoredAs func(path string) (string, error)
	// Limits bound the evaluation.
	Limits Limits
	// SearchPath resolves `<name>`: pairs of prefix and absolute path. Default: empty.
	SearchPath []SearchEntry
	// Env is the environment that builtins.getEnv reads. Default: empty.
	Env map[string]string
	// Home replaces `~` in path literals. Default: such literals are errors.
	Home string
	// System is builtins.currentSystem. Default: unset, as in pure evaluation.
	System string
	// Trace receives the messages of builtins.trace and warn. Default: they are dropped.
	Trace func(message string)
	// TOMLTimestamps lets fromTOML read timestamps, as Nix's experimental feature does.
	TOMLTimestamps bool
	// PipeOperators makes `|>` and `<|` operators, as Nix's experimental feature does.
	PipeOperators bool
	// BLAKE3 allows BLAKE3 hashes, as Nix's experimental feature does.
	BLAKE3 bool
	// AbortOnWarn makes builtins.warn an error, as Nix's setting does.
	AbortOnWarn bool
	// RawJSON lets toJSON write strings that are not valid UTF-8 as they are, as Nix did
	// up to 2.18, so that the reader of the JSON can locate them.
	RawJSON bool
	// Fetcher fetches sources for the fetching builtins. Default: they fail with the kind
	// Fetches, except for files that Sources contains.
	Fetcher Fetcher
	// Unlocked lets them fetch sources without a hash or a commit, as in Nix's impure
	// evaluation.
	Unlocked bool
	// Programs keeps parsed texts for several Evaluators. Default: none are kept.
	Programs *Programs
	// Pack contains texts that are parsed already. Default: none.
	Pack *pack.Pack
}

// SearchEntry maps a first part of `<prefix/…>` to a path; an empty prefix
// stands for a directory of such names.
type SearchEntry struct{ Prefix, Path string }

// Evaluator evaluates expressions that share one cache of files.
type Evaluator struct {
	ctx     context.Context
	limits  Limits
	options Options
	sources *source.FS

	files   *syntax.FileSet
	symbols *syntax.Symbols
	sym     wellKnown
	base    []Value
	globals map[string]int
	// globalKey distinguishes these globals from others, once it was computed.
	globalKey string

	imports       map[string]*Thunk
	scopedImports map[scopedFile]*Thunk
	reads         map[string]*Read
	nameStrings   []*String
	regexps       regexpCache
	storePaths    map[string]string
	references    map[string][]string // of files in the store
	drvs          map[string]*knownDrv
	fetched       map[string]fetched // by request
	callFlake     Value              // getflake.nix, once it was needed

	unpacker unpacker

	slabs     slabs
	lettingGo bool // see LetGo
	free      freeScopes
	// marks are the names that were marked, with the count of the marking.
	marks     []uint32
	marking   uint32
	chain     chain
	setChain  setChain
	textChain textChain

	user user

	// the current state
	frames   []frame
	contexts []Value
	args     []Value // of the builtins that are called
	forcing  []beingForced
	depth    int
	calls    int

	// the remaining budget: fuel is the number of steps before the next look at the clock,
	// steps the number that will have been taken by then
	fuel, steps int64
	looks       int
	deadline    time.Time
	deepest     int // how deep evaluation may nest before the stack is charged again
	account     account
}

// wellKnown are the names that evaluation itself uses.
type wellKnown struct {
	functor, toString, outPath, overrides, typ, name, value, path, key, startSet, operator, drvPath,
	wrong, right, prefix, outputs syntax.Symbol
}

// New makes an Evaluator.
func New(o Options) *Evaluator {
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Sources == nil {
		o.Sources = &source.FS{}
	}
	ev := &Evaluator{
		limits:  o.Limits.withDefaults(),
		options: o,
		sources: o.Sources,
		files:   &syntax.FileSet{},
		symbols: syntax.NewSymbols(),
		imports: make(map[string]*Thunk),
		reads:   make(map[string]*Read),
		marking: 1,
	}
	ev.fuel, ev.account.room = math.MaxInt64, math.MaxInt64 // what New does is not counted
	ev.internFirst()
	s := ev.symbols
	ev.sym = wellKnown{
		functor: s.Intern("__functor"), toString: s.Intern("__toString"), outPath: s.Intern("outPath"),
		overrides: s.Intern("__overrides"), typ: s.Intern("type"), name: s.Intern("name"), value: s.Intern("value"),
		path: s.Intern("path"), key: s.Intern("key"), startSet: s.Intern("startSet"),
		operator: s.Intern("operator"), drvPath: s.Intern("drvPath"), wrong: s.Intern("wrong"), right: s.Intern("right"),
		prefix: s.Intern("prefix"), outputs: s.Intern("outputs"),
	}
	ev.installBuiltins()
	ev.begin(o.Context)
	return ev
}

// Renew begins a new account of time, steps and memory, so that many evaluations
// can share one Evaluator and each has the limits to itself.
func (ev *Evaluator) Renew(ctx context.Context) { ev.begin(ctx) }

// EvalFile evaluates a file, or the default.nix of a directory.
func (ev *Evaluator) EvalFile(path string) (v Value, err error) {
	err = ev.run(func() { v = ev.force(ev.importPath(cleanPath(path), 0), 0) })
	return v, err
}

// EvalExpr evaluates a text. Relative paths in it start from dir; name is what
// positions in it print.
func (ev *Evaluator) EvalExpr(text, name, dir string) (v Value, err error) {
	err = ev.run(func() { v = ev.eval(ev.parse(text, name, dir, nil), nil) })
	return v, err
}

// Force evaluates a value to its outermost constructor.
func (ev *Evaluator) Force(v Value) (w Value, err error) {
	err = ev.run(func() { w = ev.force(v, 0) })
	return w, err
}

// ForceDeep evaluates a value and everything in it.
func (ev *Evaluator) ForceDeep(v Value) error {
	return ev.run(func() { ev.forceDeep(v, 0) })
}

// Call calls a function.
func (ev *Evaluator) Call(fn Value, args ...Value) (v Value, err error) {
	err = ev.run(func() { v = ev.apply(fn, args, 0) })
	return v, err
}

// Select takes attributes in turn. ok is false when one of them is missing.
func (ev *Evaluator) Select(v Value, names ...string) (w Value, ok bool, err error) {
	err = ev.run(func() {
		w = ev.force(v, 0)
		for _, name := range names {
			set, ok := w.(*Attrs)
			if !ok {
				ev.wrongType(0, "a set", w)
			}
			a := set.get(ev.symbols.Intern(name))
			if a == nil {
				w = nil
				return
			}
			w = ev.force(a.Value, a.Pos)
		}
		ok = true
	})
	return w, ok, err
}

// LetGo makes values be allocated one by one from now on: chunks would keep everything
// that was ever evaluated.
func (ev *Evaluator) LetGo() {
	ev.lettingGo = true
	ev.slabs.apart(true)
}

// Loose returns a set with the attribute of that name alone, or an empty one. An
// attribute that is not evaluated yet is evaluated for the new set and not kept in the
// old one, so that a caller can look at many in turn and free each.
func (ev *Evaluator) Loose(v Value, name string) (w Value, err error) {
	err = ev.run(func() {
		ev.slabs.apart(true)
		var loose []Attr
		if a := ev.forceAttrs(v, 0).get(ev.symbols.Intern(name)); a != nil {
			attr := *a
			if t, ok := attr.Value.(*Thunk); ok {
				attr.Value = t.loose()
			}
			loose = append(loose, attr)
		}
		w = ev.newAttrs(loose)
	})
	return w, err
}

// AttrNames lists the names of a set, sorted.
func (ev *Evaluator) AttrNames(v Value) (names []string, err error) {
	err = ev.run(func() {
		for _, a := range ev.byName(ev.forceAttrs(v, 0)) {
			names = append(names, ev.symbols.Name(a.Name))
		}
	})
	return names, err
}

// ToJSON renders a value as builtins.toJSON does.
func (ev *Evaluator) ToJSON(v Value) (data []byte, err error) {
	err = ev.run(func() {
		w := jsonWriter{textBuilder: textBuilder{ev: ev}, limit: ev.limits.Output}
		w.value(v, 0)
		data = w.out
	})
	return data, err
}

// Print renders a value as `nix-instantiate --eval --strict` does.
func (ev *Evaluator) Print(v Value) (text string, err error) {
	err = ev.run(func() {
		ev.forceDeep(v, 0)
		text = ev.printStrict(v)
	})
	return text, err
}

// PrintXML renders a value as `nix-instantiate --eval --strict --xml
// --no-location` does.
func (ev *Evaluator) PrintXML(v Value) (text string, err error) {
	err = ev.run(func() {
		ev.forceDeep(v, 0)
		w := xmlWriter{textBuilder: textBuilder{ev: ev}, drvs: make(map[string]bool), limit: ev.limits.Output}
		w.document(v, 0)
		text = w.text()
	})
	return text, err
}

// Str and Set make values to call functions with.

// Str makes a string.
func Str(s string) Value { return &String{S: s} }

// StrRefersTo makes a string that refers to store paths, as the string of a
// path in interpolation does.
func StrRefersTo(s string, paths ...string) Value {
	c := newContext(paths)
	return &String{S: s, refers: &c}
}

// Set makes an attribute set.
func (ev *Evaluator) Set(members map[string]Value) Value {
	out := make([]Attr, 0, len(members))
	for name, v := range members {
		out = append(out, Attr{Name: ev.symbols.Intern(name), Value: v})
	}
	return ev.sortAttrs(out)
}

// Delay makes a value that is computed when it is first needed.
func (ev *Evaluator) Delay(compute func() (Value, error)) Value {
	return ev.delayNative(func() Value {
		return ev.force(ev.callGo(compute), 0)
	})
}

// callGo calls Go code for a value.
func (ev *Evaluator) callGo(f func() (Value, error)) Value {
	var v Value
	var err error
	ev.leaving(func() { v, err = f() })
	if err != nil {
		ev.raiseGo(err)
	}
	if v == nil {
		v = Null{}
	}
	return v
}

// Func2 makes a function of two strings.
func (ev *Evaluator) Func2(f func(a, b string) (Value, error)) Value {
	return &Builtin{Name: "function", arity: 2, call: func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		a, b := ev.forceString(args[0], pos).S, ev.forceString(args[1], pos).S
		return ev.force(ev.callGo(func() (Value, error) { return f(a, b) }), pos)
	}}
}
