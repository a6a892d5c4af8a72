package eval

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

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
		out = append(out, Read{Path: r.Path, SHA256: sha256.Sum256([]byte(r.text))})
	}
	slices.SortFunc(out, func(a, b Read) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// parse reads an expression. scope, if not nil, are the names of one more scope.
func (ev *Evaluator) parse(text, name, dir string, scope []string) syntax.Expr {
	ev.charge(16 * len(text))
	t, err := ev.ahead.parse(text, name, dir, scope)
	if err != nil {
		var bad *syntax.Error
		errors.As(err, &bad)
		kind := SyntaxError
		if strings.HasPrefix(bad.Msg, "undefined variable") {
			kind = UndefinedVariable
		}
		ev.raise(&Error{Kind: kind, Msg: bad.Msg, Position: bad.Position, Cause: bad})
	}
	return ev.link(t)
}

// link numbers the names of a tree, and has what it imports parsed ahead.
func (ev *Evaluator) link(t *syntax.Tree) syntax.Expr {
	ev.ahead.want(t.Paths, t.Attrs)
	t.Link(ev.symbols)
	return t.Expr
}

// importPath is builtins.import of a clean absolute path.
func (ev *Evaluator) importPath(p string, pos syntax.Pos) Value {
	file := ev.resolveImport(p, pos)
	t, ok := ev.imports[file]
	if !ok {
		t = &Thunk{expr: &native{run: func() Value { return ev.eval(ev.parseFile(p, file, pos), nil) }}}
		ev.imports[file] = t
	}
	return t
}

// parseFile parses a file, or takes what was parsed ahead if it is the same text.
func (ev *Evaluator) parseFile(p, file string, pos syntax.Pos) syntax.Expr {
	j := ev.ahead.take(p, file)
	if j == nil || j.tree == nil {
		return ev.parse(ev.readFile(file, pos), file, path.Dir(file), nil)
	}
	if ev.recordRead(j.real, j.text) != j.text {
		return ev.parse(ev.readFile(file, pos), file, path.Dir(file), nil)
	}
	ev.charge(16 * len(j.text))
	return ev.link(j.tree)
}

// recordRead remembers what was read and returns it, or what was read the first time.
func (ev *Evaluator) recordRead(file, text string) string {
	if r, ok := ev.reads[file]; ok {
		return r.text
	}
	ev.charge(len(text))
	ev.reads[file] = &Read{Path: file, text: text}
	return text
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

const maxImportLinks = 1024

var errManyLinks = errors.New("too many symbolic links")

// readFile reads a file once; later reads see the same bytes.
func (ev *Evaluator) readFile(p string, pos syntax.Pos) string {
	file, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	if r, ok := ev.reads[file]; ok {
		return r.text
	}
	data, err := ev.sources.ReadFile(file)
	if err != nil {
		ev.failFile(pos, file, err)
	}
	return ev.recordRead(file, asString(data))
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
