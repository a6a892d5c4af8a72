package eval

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unsafe"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Read is a file that an evaluation has read.
type Read struct {
	Path   string // with all links followed
	SHA256 [sha256.Size]byte
	text   string
	made   bool // created by this evaluation, so not a file
}

// Reads lists the files read so far, by path. A copy in the store counts as its
// original.
func (ev *Evaluator) Reads() []Read {
	out := make([]Read, 0, len(ev.reads))
	for _, r := range ev.reads {
		if r.made {
			continue
		}
		out = append(out, Read{Path: r.Path, SHA256: sha256.Sum256([]byte(r.text))})
	}
	slices.SortFunc(out, func(a, b Read) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Text returns the content of a file that this evaluation has read, by a clean
// absolute path. No file is opened for it.
func (ev *Evaluator) Text(p string) (text string, ok bool) {
	r := ev.reads[p]
	if r == nil {
		real, err := ev.sources.Resolve(p) // a file is known by its path with all links followed
		if err != nil {
			return "", false
		}
		real, _ = ev.sources.Origin(real)
		if r = ev.reads[real]; r == nil {
			return "", false
		}
	}
	return r.text, true
}

// Origin returns the path that a file in the store was copied from, and any other path
// as it is.
func (ev *Evaluator) Origin(p string) string {
	origin, _ := ev.sources.Origin(p)
	return origin
}

// parse reads an expression. scope, if not nil, is one more scope around it: its
// variables are the attributes.
func (ev *Evaluator) parse(text, name, dir string, scope *Attrs) syntax.Expr {
	ev.chargeEach(len(text), 16)
	expr, err := ev.tree(text, name, dir, scope)
	if err != nil {
		ev.raiseSyntax(err)
	}
	return expr
}

// raiseSyntax raises an error of the parser or the resolver.
func (ev *Evaluator) raiseSyntax(err error) {
	var bad *syntax.Error
	errors.As(err, &bad)
	kind := SyntaxError
	if strings.HasPrefix(bad.Msg, "undefined variable") {
		kind = UndefinedVariable
	}
	ev.raise(&Error{Kind: kind, Msg: bad.Msg, Position: bad.Position, Cause: bad})
}

// tree parses and resolves an expression, or takes one that is known.
func (ev *Evaluator) tree(text, name, dir string, scope *Attrs) (syntax.Expr, error) {
	if e, ok := ev.packed(text, name, dir, scope); ok {
		return e, nil
	}
	if ev.options.Programs != nil && scope == nil {
		return ev.shared(ev.options.Programs, text, name, dir)
	}
	t, err := syntax.Parse(text, syntax.Options{Files: ev.files, Name: name, Dir: dir, Home: ev.options.Home, Pipes: ev.options.PipeOperators, Work: ev.parsing})
	if err != nil {
		return nil, err
	}
	var outer []string
	if scope != nil {
		outer = make([]string, len(scope.Attrs))
		for i, a := range scope.Attrs {
			outer[i] = ev.symbols.Name(a.Name)
		}
	}
	if err := resolver.Resolve(t, resolver.Options{Files: ev.files, Globals: ev.globals, Outer: outer}); err != nil {
		return nil, err
	}
	t.Link(ev.symbols)
	return t.Expr, nil
}

// parsing charges the work and the memory of reading a text.
func (ev *Evaluator) parsing(bytes int) {
	ev.ticks(stepsPerLook)
	ev.charge(bytes)
}

// importPath is builtins.import of a clean absolute path.
func (ev *Evaluator) importPath(p string, pos syntax.Pos) Value {
	file := ev.resolveImport(p, pos)
	t, ok := ev.imports[file]
	if !ok {
		t = ev.delayNative(func() Value {
			return ev.eval(ev.parse(ev.readFile(file, pos), file, path.Dir(file), nil), nil)
		})
		ev.imports[file] = t
	}
	return t
}

func (ev *Evaluator) resolveImport(p string, pos syntax.Pos) string {
	file, err := importFile(ev.sources, p)
	if errors.Is(err, errManyLinks) {
		ev.fail(FileAccess, pos, "path '%s' goes through too many symbolic links", file)
	}
	if err != nil {
		ev.failFile(pos, file, err)
	}
	return file
}

// asString converts bytes without a copy; no one else may hold them.
func asString(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

// importFile is the file that importing a path reads: links of the last step
// are followed, so that relative paths in the file start from where it was
// imported from, and a directory stands for its default.nix. With an error comes
// the path that it is about.
func importFile(sources *source.FS, p string) (string, error) {
	for range maxImportLinks {
		info, err := sources.Lstat(p)
		if err != nil {
			return p, err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := sources.Readlink(p)
			if err != nil {
				return p, err
			}
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(p), target)
			}
			p = path.Clean(target)
			continue
		}
		if info.IsDir() {
			return strings.TrimSuffix(p, "/") + "/default.nix", nil
		}
		return p, nil
	}
	return p, &fs.PathError{Op: "import", Path: p, Err: errManyLinks}
}

const maxImportLinks = 1024

var errManyLinks = errors.New("too many symbolic links")

// readFile reads a file once; later reads see the same bytes.
func (ev *Evaluator) readFile(p string, pos syntax.Pos) string {
	file, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	origin, isFile := ev.sources.Origin(file)
	if r, ok := ev.reads[origin]; ok {
		return r.text
	}
	data, err := ev.sources.ReadFile(file)
	if err != nil {
		ev.failFile(pos, file, err)
	}
	ev.charge(len(data))
	text := asString(data)
	ev.reads[origin] = &Read{Path: origin, text: text, made: !isFile}
	return text
}

// failFile reports an error of the file system.
func (ev *Evaluator) failFile(pos syntax.Pos, p string, err error) {
	var pe *fs.PathError
	errors.As(err, &pe)
	var link *source.LinkError
	missing := p
	if errors.As(err, &link) && (p == link.Link || strings.HasPrefix(p, link.Link+"/")) {
		missing = link.Target + p[len(link.Link):]
	}
	msg := ""
	switch {
	case errors.Is(err, source.ErrHidden):
		msg = "path '" + p + "' " + source.ErrHidden.Error()
	case errors.Is(err, fs.ErrNotExist):
		msg = "path '" + missing + "' does not exist"
	case errors.Is(err, source.ErrManyLinks):
		msg = "infinite symlink recursion in path '" + p + "'"
	case errors.Is(err, source.ErrOutside):
		msg = "access to path '" + p + "' is forbidden: it is " + source.ErrOutside.Error()
	case pe != nil:
		msg = "reading path '" + p + "': " + pe.Err.Error()
	default:
		msg = err.Error()
	}
	ev.raise(&Error{Kind: FileAccess, Msg: msg, pos: pos, Path: p, Cause: err})
}

// raiseGo raises an error of Go code that evaluation called.
func (ev *Evaluator) raiseGo(err error) {
	var e *Error
	if errors.As(err, &e) {
		panic(e)
	}
	ev.raise(&Error{Kind: EvalFailure, Msg: err.Error(), Cause: err})
}
