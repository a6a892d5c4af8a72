package pack

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Source is a text with the name that its content is found by.
type Source struct{ Name, Text string }

const (
	// freeSlot is the first slot of the scope around a text that is packed: its variables
	// are those that the text does not bind.
	freeSlot = 1 << 16
	// lazySize is the fewest bytes that stay packed until they are looked at.
	lazySize = 24
	// depth is how many steps up a path may lead: those of root.
	steps = "/\x01/\x01/\x01/\x01"
	depth = 3 * len(steps) / 2
)

// Encode packs texts. The pack does not depend on their order. It fails for a text that
// is not a valid expression, or that uses a construct that cannot be packed: `with`,
// `~` or a redefined operator.
func Encode(sources []Source) ([]byte, error) {
	sources = slices.Clone(sources)
	slices.SortFunc(sources, func(x, y Source) int {
		return cmp.Or(cmp.Compare(len(x.Text), len(y.Text)), strings.Compare(x.Name, y.Name))
	})
	var names []string
	index := map[string]int{}
	var texts [][]byte
	for _, s := range sources {
		e := encoder{src: s.Text}
		if err := e.text(s, func(name string) int {
			i, ok := index[name]
			if !ok {
				i = len(names)
				index[name] = i
				names = append(names, name)
			}
			return i
		}); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		texts = append(texts, e.out)
	}
	if len(names) > math.MaxUint16 {
		return nil, fmt.Errorf("the files have %d names, but at most %d are supported", len(names), math.MaxUint16)
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(texts)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(names)))
	pool := strings.Join(names, "")
	at := headSize + len(texts)*entrySize + len(names)*nameSize + len(pool)
	for i, t := range texts {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(sources[i].Text)))
		out = binary.LittleEndian.AppendUint32(out, uint32(at))
		at += len(t)
	}
	end := 0
	for _, name := range names {
		end += len(name)
		out = binary.LittleEndian.AppendUint32(out, uint32(end))
	}
	out = append(out, pool...)
	for _, t := range texts {
		out = append(out, t...)
	}
	return out, nil
}

type encoder struct {
	src   string
	base  syntax.Pos
	out   []byte
	after int
	free  []syntax.Symbol
	texts []string
}

// unpackable is a panic of the encoder.
type unpackable string

// root is the directory of a text that is packed. Its steps are unlike any in a text.
const root = steps + steps + steps

func (e *encoder) text(s Source, name func(string) int) (err error) {
	files := &syntax.FileSet{}
	t, err := syntax.Parse(s.Text, syntax.Options{Files: files, Name: s.Name, Dir: root})
	if err != nil {
		return err
	}
	names := slices.Clone(t.Symbols.Names())
	for _, op := range []string{"__sub", "__mul", "__div", "__lessThan"} {
		if slices.Contains(names, op) {
			return fmt.Errorf("`%s` cannot be packed", op)
		}
	}
	around := make([]string, freeSlot, freeSlot+len(names))
	if err := resolver.Resolve(t, resolver.Options{Files: files, Outer: append(around, names...)}); err != nil {
		return err
	}
	t.Seal()
	defer func() {
		if v := recover(); v != nil {
			what, ok := v.(unpackable)
			if !ok {
				panic(v)
			}
			err = fmt.Errorf("%s cannot be packed", string(what))
		}
	}()
	e.base, e.texts = 1, t.Texts()
	e.expr(t.Expr)
	code := e.out
	e.out = nil
	e.string(s.Name)
	e.number(len(e.texts))
	for _, text := range e.texts[1:] {
		e.out = binary.LittleEndian.AppendUint16(e.out, uint16(name(text)))
	}
	e.number(len(e.free))
	for _, sym := range e.free {
		e.number(int(sym))
	}
	e.out = append(e.out, code...)
	return nil
}

func (e *encoder) byte(b byte)     { e.out = append(e.out, b) }
func (e *encoder) number(n int)    { e.out = binary.AppendUvarint(e.out, uint64(n)) }
func (e *encoder) string(s string) { e.number(len(s)); e.out = append(e.out, s...) }

func (e *encoder) pos(p syntax.Pos) {
	at := 0
	if p != 0 {
		at = int(p-e.base) + 1
	}
	n := at - e.after
	e.number(n<<1 ^ n>>63)
	if at != 0 {
		e.after = at
	}
}

func (e *encoder) op(op int, at syntax.Pos) {
	e.byte(byte(op))
	e.pos(at)
}

func (e *encoder) list(list []syntax.Expr, lazy bool) {
	e.number(len(list))
	for _, x := range list {
		if lazy {
			e.lazy(x)
		} else {
			e.expr(x)
		}
	}
}

func (e *encoder) path(path []syntax.AttrName) {
	e.number(len(path))
	for _, step := range path {
		e.number(int(step.Name))
		if step.Expr != nil {
			e.expr(step.Expr)
		}
	}
}

// lazy packs an expression so that it can stay packed, if it is large and evaluation
// would only delay it or look at all of it.
func (e *encoder) lazy(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Call, *syntax.Attrs, *syntax.If, *syntax.Let, *syntax.Binary, *syntax.Concat, *syntax.HasAttr,
		*syntax.Not, *syntax.Assert, *syntax.Select:
	case *syntax.List:
		if len(x.Elems) == 0 {
			e.expr(x)
			return
		}
	default:
		e.expr(x)
		return
	}
	out, after := e.out, e.after
	e.out = nil
	e.expr(x)
	packed := e.out
	e.out = out
	if len(packed) >= lazySize {
		e.byte(opLazy)
		e.number(len(packed))
		e.after = after
	}
	e.out = append(e.out, packed...)
}

func (e *encoder) expr(x syntax.Expr) {
	switch x := x.(type) {
	case nil:
		e.byte(opNone)
	case *syntax.Var:
		e.variable(x)
	case *syntax.String:
		e.text1(x)
	case *syntax.Int:
		e.op(opInt, x.At)
		e.number(int(x.Val))
	case *syntax.Float:
		e.op(opFloat, x.At)
		e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(x.Val))
	case *syntax.Path:
		e.pathLiteral(x)
	case *syntax.CurPos:
		e.op(opCurPos, x.At)
	case *syntax.InheritFrom:
		e.op(opSource, x.At)
		e.number(x.Index)
	case *syntax.Concat:
		op := opConcat
		if x.Interpolation {
			op = opInterpolation
		}
		e.op(op, x.At)
		e.list(x.Parts, false)
	case *syntax.List:
		e.op(opList, x.At)
		e.list(x.Elems, true)
	case *syntax.Attrs:
		op := opAttrs
		if x.Rec {
			op = opRec
		}
		e.byte(byte(op))
		e.attrs(x, x.Rec)
	case *syntax.Let:
		e.op(opLet, x.At)
		e.attrs(x.Attrs, true)
		e.expr(x.Body)
	case *syntax.Select:
		e.op(opSelect, x.At)
		e.expr(x.X)
		e.path(x.Path)
		e.lazy(x.Default)
	case *syntax.HasAttr:
		e.op(opHasAttr, x.At)
		e.expr(x.X)
		e.path(x.Path)
	case *syntax.Lambda:
		e.lambda(x)
	case *syntax.Call:
		e.op(opCall, x.At)
		e.expr(x.Fn)
		e.list(x.Args, true)
	case *syntax.If:
		e.op(opIf, x.At)
		e.expr(x.Cond)
		e.lazy(x.Then)
		e.lazy(x.Else)
	case *syntax.Assert:
		e.op(opAssert, x.At)
		e.expr(x.Cond)
		e.expr(x.Body)
	case *syntax.Not:
		e.op(opNot, x.At)
		e.expr(x.X)
	case *syntax.Binary:
		op := opBinary + int(x.Op)
		if x.Negation {
			op = opNegation
		}
		e.op(op, x.At)
		e.expr(x.X)
		if x.Op == syntax.OpAnd || x.Op == syntax.OpOr {
			e.lazy(x.Y)
		} else {
			e.expr(x.Y)
		}
	default:
		panic(unpackable(fmt.Sprintf("%T", x)))
	}
}

func (e *encoder) variable(x *syntax.Var) {
	switch {
	case x.Kind != syntax.Local:
		panic(unpackable("a variable of this kind"))
	case x.Index >= freeSlot:
		i := slices.Index(e.free, x.Name)
		if i < 0 {
			i = len(e.free)
			e.free = append(e.free, x.Name)
		}
		e.byte(opFree)
		e.number(int(x.Name))
		e.pos(x.At)
		e.number(x.Levels())
		e.number(i)
	case x.Level < 16 && x.Index < 16:
		e.byte(opNear)
		e.number(int(x.Name))
		e.pos(x.At)
		e.byte(byte(x.Level<<4) | byte(x.Index))
	default:
		e.byte(opLocal)
		e.number(int(x.Name))
		e.pos(x.At)
		e.number(x.Levels())
		e.number(int(x.Index))
	}
}

// text1 packs a string by its position in the source, if it occurs there unchanged.
func (e *encoder) text1(x *syntax.String) {
	if i := strings.Index(e.src[x.At-e.base:], x.Val); i >= 0 {
		e.op(opString, x.At)
		e.number(i)
		e.number(len(x.Val))
		return
	}
	e.op(opText, x.At)
	e.string(x.Val)
}

func (e *encoder) pathLiteral(x *syntax.Path) {
	for up := range depth {
		dir := root[:len(root)-2*up]
		if rest, ok := strings.CutPrefix(x.Val, dir); ok {
			e.op(opRelative, x.At)
			e.number(up)
			e.string(rest)
			return
		}
	}
	if !path.IsAbs(x.Val) {
		panic(unpackable("the path " + x.Val))
	}
	e.op(opPath, x.At)
	e.string(x.Val)
}

func (e *encoder) attrs(x *syntax.Attrs, scope bool) {
	e.pos(x.At)
	from, dynamic := x.From(), x.Dynamic()
	more := 0
	if len(from)+len(dynamic) > 0 {
		more = 1
	}
	e.number(len(x.Defs)<<1 | more)
	for _, d := range x.Defs {
		e.number(int(d.Name))
		e.pos(d.At)
		if scope {
			e.number(int(d.Slot))
		}
		if d.Kind == syntax.Inherited {
			e.byte(opNone)
		}
		e.lazy(d.Value)
	}
	if more == 0 {
		return
	}
	e.list(from, true)
	e.number(len(dynamic))
	for _, d := range dynamic {
		e.pos(d.At)
		e.expr(d.Name)
		e.lazy(d.Value)
	}
}

func (e *encoder) lambda(x *syntax.Lambda) {
	has := byte(0)
	if x.Arg != 0 {
		has |= hasArg
	}
	if x.Name != 0 {
		has |= hasName
	}
	if x.Formals != nil {
		has |= hasFormals
		if x.Formals.Ellipsis {
			has |= hasEllipsis
		}
	}
	e.byte(opLambda)
	e.byte(has)
	e.pos(x.At)
	e.number(int(x.Slots))
	e.byte(x.Slot)
	if x.Arg != 0 {
		e.number(int(x.Arg))
	}
	if x.Name != 0 {
		e.number(int(x.Name))
	}
	if x.Formals != nil {
		e.number(len(x.Formals.List))
		for _, f := range x.Formals.List {
			e.number(int(f.Name))
			e.pos(f.At)
			e.number(int(f.Slot))
			e.lazy(f.Default)
		}
	}
	e.lazy(x.Body)
}
