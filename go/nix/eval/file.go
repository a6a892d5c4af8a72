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
}

// Reads lists the files read so far, by path.
func (ev *Evaluator) Reads() []Read {
	out := make([]Read, 0, len(ev.reads))
	for _, r := range ev.reads {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Read) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// parse reads an expression. scope, if not nil, are the names of one more scope.
func (ev *Evaluator) parse(text, name, dir string, scope []syntax.Symbol) syntax.Expr {
	ev.charge(16 * len(text))
	e, err := syntax.Parse(text, syntax.Options{
		Files: ev.files, Symbols: ev.symbols, Name: name, Dir: dir, Home: ev.options.Home,
	})
	if err == nil {
		err = resolver.Resolve(e, resolver.Options{
			Files: ev.files, Symbols: ev.symbols, Outer: scope,
			Global: func(s syntax.Symbol) (int, bool) { i, ok := ev.globals[s]; return i, ok },
		})
	}
	if err != nil {
		var bad *syntax.Error
		errors.As(err, &bad)
		kind := SyntaxError
		if strings.HasPrefix(bad.Msg, "undefined variable") {
			kind = UndefinedVariable
		}
		ev.raise(&Error{Kind: kind, Msg: bad.Msg, Position: bad.Position, Cause: bad})
	}
	return e
}

// importPath is builtins.import of a clean absolute path.
func (ev *Evaluator) importPath(p string, pos syntax.Pos) Value {
	file := ev.resolveImport(p, pos)
	t, ok := ev.imports[file]
	if !ok {
		t = &Thunk{expr: &native{run: func() Value {
			return ev.eval(ev.parse(ev.readFile(file, pos), file, path.Dir(file), nil), nil)
		}}}
		ev.imports[file] = t
	}
	return t
}

// resolveImport follows links of the last step only, so that relative paths in
// a file start from where it was imported from, and goes from a directory to
// its default.nix.
func (ev *Evaluator) resolveImport(p string, pos syntax.Pos) string {
	for range maxImportLinks {
		info, err := ev.sources.Lstat(p)
		if err != nil {
			ev.failFile(pos, p, err)
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := ev.sources.Readlink(p)
			if err != nil {
				ev.failFile(pos, p, err)
			}
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(p), target)
			}
			p = path.Clean(target)
			continue
		}
		if info.IsDir() {
			return path.Join(p, "default.nix")
		}
		return p
	}
	ev.fail(FileAccess, pos, "path '%s' goes through too many symbolic links", p)
	return ""
}

const maxImportLinks = 1024

// readFile reads a file once; later reads see the same bytes.
func (ev *Evaluator) readFile(p string, pos syntax.Pos) string {
	file, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	r, ok := ev.reads[file]
	if !ok {
		data, err := ev.sources.ReadFile(file)
		if err != nil {
			ev.failFile(pos, file, err)
		}
		ev.charge(len(data))
		// Nobody else has the bytes, so that they need not be copied.
		r = &Read{Path: file, SHA256: sha256.Sum256(data), text: unsafe.String(unsafe.SliceData(data), len(data))}
		ev.reads[file] = r
	}
	return r.text
}

// failFile reports what the file system said.
func (ev *Evaluator) failFile(pos syntax.Pos, p string, err error) {
	var pe *fs.PathError
	errors.As(err, &pe)
	msg := ""
	switch {
	case errors.Is(err, source.ErrHidden):
		msg = "path '" + p + "' " + source.ErrHidden.Error()
	case errors.Is(err, fs.ErrNotExist):
		msg = "path '" + p + "' does not exist"
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
