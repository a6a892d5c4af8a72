package eval

import (
	_ "embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// pathLib are the builtins about paths and files.
var pathLib = []definition{
	{"import", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.force(ev.importPath(ev.readPath(args[0], pos), pos), pos)
	}},
	{"scopedImport", 2, (*Evaluator).libScopedImport},
	{"readFile", 1, (*Evaluator).libReadFile},
	{"readDir", 1, (*Evaluator).libReadDir},
	{"readFileType", 1, (*Evaluator).libReadFileType},
	{"pathExists", 1, (*Evaluator).libPathExists},
	{"baseNameOf", 1, (*Evaluator).libBaseNameOf},
	{"dirOf", 1, (*Evaluator).libDirOf},
	{"toPath", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		var ctx contextSet
		p := ev.coercePath(args[0], pos, &ctx)
		return ev.strContext(p, ctx.context(ev))
	}},
	{"findFile", 2, (*Evaluator).libFindFile},
	{"getEnv", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.str(ev.options.Env[ev.stringNoContext(args[0], pos)])
	}},
}

func (ev *Evaluator) libScopedImport(args []Value, pos syntax.Pos) Value {
	scope := ev.forceAttrs(args[0], pos)
	file := ev.resolveImport(ev.readPath(args[1], pos), pos)
	// The same file in the same scope has the same value.
	at := scopedFile{scope, file}
	if t, ok := ev.scopedImports[at]; ok {
		return ev.force(t, pos)
	}
	t := ev.delayNative(func() Value { return ev.evalInScope(scope, file, pos) })
	if ev.scopedImports == nil {
		ev.scopedImports = make(map[scopedFile]*Thunk)
	}
	ev.scopedImports[at] = t
	return ev.force(t, pos)
}

// scopedFile is a file imported with a scope.
type scopedFile struct {
	scope *Attrs
	file  string
}

func (ev *Evaluator) evalInScope(scope *Attrs, file string, pos syntax.Pos) Value {
	en := ev.newEnv(nil, len(scope.Attrs))
	for i, a := range scope.Attrs {
		*en.slot(uint32(i)) = a.Value
	}
	return ev.eval(ev.parse(ev.readFile(file, pos), file, path.Dir(file), scope), en)
}

func (ev *Evaluator) libReadFile(args []Value, pos syntax.Pos) Value {
	p := ev.readPath(args[0], pos)
	text := ev.readFile(p, pos)
	ev.bytes(len(text))
	if strings.IndexByte(text, 0) >= 0 {
		ev.fail(EvalFailure, pos, "the contents of the file '%s' cannot be represented as a Nix string", p)
	}
	if ctx := ev.contextOf(p, text); len(ctx) > 0 {
		return ev.strContext(text, ctx)
	}
	return ev.str(text)
}

func fileType(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "regular"
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	}
	return "unknown"
}

func (ev *Evaluator) libReadDir(args []Value, pos syntax.Pos) Value {
	p := ev.readPath(args[0], pos)
	real, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	info, err := ev.sources.Lstat(real)
	if err != nil {
		ev.failFile(pos, real, err)
	}
	if !info.IsDir() {
		ev.fail(FileAccess, pos, "cannot read directory \"%s\": Not a directory", real)
	}
	entries, err := ev.sources.ReadDir(real)
	if err != nil {
		ev.failFile(pos, real, err)
	}
	out := ev.makeAttrs(len(entries))
	for _, e := range entries {
		ev.tick()
		out = append(out, Attr{Name: ev.intern(e.Name()), Value: ev.str(fileType(e.Type()))})
	}
	return ev.sortAttrs(out)
}

func (ev *Evaluator) libReadFileType(args []Value, pos syntax.Pos) Value {
	p := ev.readPath(args[0], pos)
	info, err := ev.sources.Lstat(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	return ev.str(fileType(info.Mode()))
}

// libPathExists is true for a broken link, and for a name that ends in a slash
// only when it is a directory.
func (ev *Evaluator) libPathExists(args []Value, pos syntax.Pos) Value {
	v := ev.force(args[0], pos)
	s, isString := v.(*String)
	mustBeDir := isString && (strings.HasSuffix(s.S, "/") || strings.HasSuffix(s.S, "/."))
	p := ev.readPath(v, pos)
	if mustBeDir {
		real, err := ev.sources.Resolve(p)
		if err != nil {
			return Bool(false)
		}
		p = real
	}
	info, err := ev.sources.Lstat(p)
	return Bool(err == nil && (!mustBeDir || info.IsDir()))
}

func (ev *Evaluator) libBaseNameOf(args []Value, pos syntax.Pos) Value {
	var ctx contextSet
	p := ev.coerce(args[0], pos, coercion{}, &ctx)
	if len(p) > 1 {
		p = strings.TrimSuffix(p, "/")
	}
	return ev.strContext(p[strings.LastIndexByte(p, '/')+1:], ctx.context(ev))
}

func (ev *Evaluator) libDirOf(args []Value, pos syntax.Pos) Value {
	v := ev.force(args[0], pos)
	if p, ok := v.(Path); ok {
		return Path(path.Dir(string(p)))
	}
	var ctx contextSet
	s := ev.coerce(v, pos, coercion{}, &ctx)
	switch i := strings.LastIndexByte(s, '/'); {
	case i < 0:
		s = "."
	case i == 0:
		s = "/"
	default:
		s = s[:i]
	}
	return ev.strContext(s, ctx.context(ev))
}

// libFindFile looks `<name>` up: a first part of the name that is an entry's
// prefix is replaced by the entry's path.
func (ev *Evaluator) libFindFile(args []Value, pos syntax.Pos) Value {
	entries := ev.forceList(args[0], pos)
	name := ev.stringNoContext(args[1], pos)
	for _, x := range entries.Elems {
		ev.tick()
		e := ev.forceAttrs(x, pos)
		prefix := ""
		if a := e.get(ev.sym.prefix); a != nil {
			prefix = ev.stringNoContext(a.Value, a.Pos)
		}
		rest := name
		if prefix != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(name, prefix); !ok || rest != "" && rest[0] != '/' {
				continue
			}
		}
		base := ev.readPath(ev.requireAttr(e, ev.sym.path, pos).Value, pos)
		p := cleanPath(base + cleanPath(rest)) // which `..` does not lead out of
		if found, err := ev.sources.Resolve(p); err == nil {
			return Path(found)
		}
	}
	if rest, ok := strings.CutPrefix(name, "nix/"); ok {
		return Path(ev.corePath() + cleanPath(rest))
	}
	if len(ev.options.SearchPath) == 0 {
		ev.fail(Thrown, pos, "cannot look up '<%s>' in pure evaluation mode (use '--impure' to override)", name)
	}
	ev.fail(Thrown, pos, "file '%s' was not found in the Nix search path (add it using $NIX_PATH or -I)", name)
	return nil
}

//go:embed fetchurl.nix
var fetchurlText []byte

// corePath returns the directory that `<nix/…>` resolves to in every search path.
func (ev *Evaluator) corePath() string {
	const at = "/__corepkgs__"
	if _, err := ev.sources.Lstat(at + "/fetchurl.nix"); err != nil {
		tree := source.NewMemory()
		tree.Add("fetchurl.nix", 0o444, fetchurlText)
		ev.sources.Mount(at, tree)
	}
	return at
}

// walk visits a file tree in the order of a NAR. keep reports whether to include a
// child.
func (ev *Evaluator) walk(p string, keep func(p string, info fs.FileInfo) bool, visit func(p string, info fs.FileInfo) error) error {
	ev.enterCall()
	defer func() { ev.calls-- }()
	info, err := ev.sources.Lstat(p)
	if err != nil {
		return err
	}
	if err := visit(p, info); err != nil || !info.IsDir() {
		return err
	}
	ev.tick()
	entries, err := ev.sources.ReadDir(p)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		child := path.Join(p, e.Name())
		info, err := ev.sources.Lstat(child)
		if errors.Is(err, source.ErrHidden) {
			continue
		}
		if err != nil {
			return err
		}
		if keep != nil && !keep(child, info) {
			continue
		}
		if err := ev.walk(child, keep, visit); err != nil {
			return err
		}
	}
	return nil
}
