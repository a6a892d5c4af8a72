package pack

import (
	"math"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/internal/slab"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The kinds of what is packed. Positions count from the one before, in the order of the pack.
const (
	opNone          = iota // no expression
	opLazy                 // length, an expression
	opNear                 // name, position, level and slot in a byte
	opLocal                // name, position, level, slot
	opFree                 // name, position, level, index of what the text does not bind
	opString               // position, offset in the source from there, length
	opText                 // position, length, bytes
	opInt                  // position, number
	opFloat                // position, 8 bytes
	opPath                 // position, path from the root
	opRelative             // position, steps up, path from there
	opCurPos               // position
	opSource               // position, index: InheritFrom
	opConcat               // position, list
	opInterpolation        // position, list
	opList                 // position, list
	opAttrs                // position, definitions
	opRec                  // position, definitions
	opLet                  // position, a set, an expression
	opSelect               // position, expression, path, default or none
	opHasAttr              // position, expression, path
	opLambda               // see lambda
	opCall                 // position, expression, list
	opIf                   // position, three expressions
	opAssert               // position, two expressions
	opNot                  // position, an expression
	opNegation             // position, two expressions
	opBinary               // and the operator: position, two expressions
)

// What a function has, as bits.
const (
	hasArg = 1 << iota
	hasName
	hasFormals
	hasEllipsis
)

// nodes allocates nodes kind by kind and many at a time.
type nodes struct {
	lazies   slab.Of[syntax.Lazy]
	vars     slab.Of[syntax.Var]
	names    slab.Of[syntax.AttrName]
	lambdas  slab.Of[syntax.Lambda]
	formals  slab.Of[syntax.Formal]
	sets     slab.Of[syntax.Attrs]
	strings  slab.Of[syntax.String]
	selects  slab.Of[syntax.Select]
	calls    slab.Of[syntax.Call]
	binaries slab.Of[syntax.Binary]
	ifs      slab.Of[syntax.If]
	concats  slab.Of[syntax.Concat]
	hasAttrs slab.Of[syntax.HasAttr]
	lets     slab.Of[syntax.Let]
	lists    slab.Of[syntax.List]
	exprs    slab.Of[syntax.Expr]
	defs     slab.Of[syntax.AttrDef]
}

// text is a packed text that was met.
type text struct {
	*Reader
	src, dir string
	base     syntax.Pos
	names    []syntax.Symbol
	free     []Meaning

	at    int // the next byte to read
	after int // the last position, from 1, in the text
}

// Unpack implements syntax.Unpacker.
func (t *text) Unpack(at, after uint32) syntax.Expr {
	t.at, t.after = int(at), int(after)
	return t.expr()
}

func (t *text) number() int {
	b := t.data[t.at]
	t.at++
	if b < 0x80 {
		return int(b)
	}
	n := int(b & 0x7f)
	for shift := 7; ; shift += 7 {
		b = t.data[t.at]
		t.at++
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
}

func (t *text) byte() byte {
	b := t.data[t.at]
	t.at++
	return b
}

func (t *text) bytes() string {
	n := t.number()
	t.at += n
	return t.data[t.at-n : t.at]
}

func (t *text) name() syntax.Symbol { return t.names[t.number()] }

func (t *text) pos() syntax.Pos {
	n := t.number()
	at := t.after + (n>>1 ^ -(n & 1))
	if at == 0 {
		return 0
	}
	t.after = at
	return t.base + syntax.Pos(at-1)
}

func (t *text) list() []syntax.Expr {
	n := t.number()
	if n == 0 {
		return nil
	}
	out := t.nodes.exprs.Make(n)
	for i := range out {
		out[i] = t.expr()
	}
	return out
}

func (t *text) path() []syntax.AttrName {
	out := t.nodes.names.Make(t.number())
	for i := range out {
		if sym := t.name(); sym != 0 {
			out[i].Name = sym
		} else {
			out[i].Expr = t.expr()
		}
	}
	return out
}

// expr unpacks an expression.
func (t *text) expr() syntax.Expr {
	switch op := t.byte(); op {
	case opNone:
		return nil
	case opLazy:
		n := t.number()
		e := t.nodes.lazies.New()
		e.Init(t, uint32(t.at), uint32(t.after))
		t.at += n
		return e
	case opNear:
		e := t.nodes.vars.New()
		e.Name, e.At = t.name(), t.pos()
		b := t.byte()
		e.Kind, e.Level, e.Index = syntax.Local, uint16(b>>4), uint32(b&15)
		return e
	case opLocal:
		e := t.nodes.vars.New()
		e.Name, e.At = t.name(), t.pos()
		e.Kind, e.Level, e.Index = syntax.Local, uint16(t.number()), uint32(t.number())
		return e
	case opFree:
		e := t.nodes.vars.New()
		e.Name, e.At = t.name(), t.pos()
		level, m := t.number(), t.free[t.number()]
		e.Kind, e.Index = m.Kind, m.Index
		if m.Kind == syntax.Local {
			e.SetLevel(uint32(level))
		}
		return e
	case opString:
		e := t.nodes.strings.New()
		e.At = t.pos()
		from := int(e.At-t.base) + t.number()
		e.Val = t.src[from : from+t.number()]
		return e
	case opText:
		e := t.nodes.strings.New()
		e.At, e.Val = t.pos(), t.bytes()
		return e
	case opInt:
		at := t.pos()
		return &syntax.Int{At: at, Val: int64(t.number())}
	case opFloat:
		at := t.pos()
		bits := uint64(0)
		for i := range 8 {
			bits |= uint64(t.byte()) << (8 * i)
		}
		return &syntax.Float{At: at, Val: math.Float64frombits(bits)}
	case opPath:
		at := t.pos()
		return &syntax.Path{At: at, Val: t.bytes()}
	case opRelative:
		at, up := t.pos(), t.number()
		return &syntax.Path{At: at, Val: join(t.dir, up, t.bytes())}
	case opCurPos:
		return &syntax.CurPos{At: t.pos()}
	case opSource:
		at := t.pos()
		return &syntax.InheritFrom{At: at, Index: t.number()}
	case opConcat, opInterpolation:
		e := t.nodes.concats.New()
		e.At, e.Interpolation = t.pos(), op == opInterpolation
		e.Parts = t.list()
		return e
	case opList:
		e := t.nodes.lists.New()
		e.At, e.Elems = t.pos(), t.list()
		return e
	case opAttrs, opRec:
		return t.attrs(op == opRec, false)
	case opLet:
		e := t.nodes.lets.New()
		e.At = t.pos()
		e.Attrs = t.attrs(false, true)
		e.Body = t.expr()
		return e
	case opSelect:
		e := t.nodes.selects.New()
		e.At = t.pos()
		e.X = t.expr()
		e.Path = t.path()
		e.Default = t.expr()
		return e
	case opHasAttr:
		e := t.nodes.hasAttrs.New()
		e.At = t.pos()
		e.X = t.expr()
		e.Path = t.path()
		return e
	case opLambda:
		return t.lambda()
	case opCall:
		e := t.nodes.calls.New()
		e.At = t.pos()
		e.Fn = t.expr()
		e.Args = t.list()
		return e
	case opIf:
		e := t.nodes.ifs.New()
		e.At = t.pos()
		e.Cond = t.expr()
		e.Then = t.expr()
		e.Else = t.expr()
		return e
	case opAssert:
		e := &syntax.Assert{At: t.pos()}
		e.Cond = t.expr()
		e.Body = t.expr()
		return e
	case opNot:
		e := &syntax.Not{At: t.pos()}
		e.X = t.expr()
		return e
	default:
		e := t.nodes.binaries.New()
		if op == opNegation {
			e.Op, e.Negation = syntax.OpSub, true
		} else {
			e.Op = syntax.Op(op - opBinary)
		}
		e.At = t.pos()
		e.X = t.expr()
		e.Y = t.expr()
		return e
	}
}

// attrs unpacks a set: position, definitions, sources, and attributes with computed names.
func (t *text) attrs(rec, let bool) *syntax.Attrs {
	e := t.nodes.sets.New()
	e.At, e.Rec = t.pos(), rec
	n := t.number()
	e.Defs = t.nodes.defs.Make(n >> 1)
	for i := range e.Defs {
		d := &e.Defs[i]
		d.Name, d.At = t.name(), t.pos()
		if rec || let {
			d.Slot = uint32(t.number())
		}
		d.Value = t.value(&d.Kind)
	}
	if n&1 == 0 {
		e.Complete(let, nil, nil)
		return e
	}
	from := t.list()
	dynamic := make([]syntax.DynamicAttr, t.number())
	for i := range dynamic {
		dynamic[i].At = t.pos()
		dynamic[i].Name = t.expr()
		dynamic[i].Value = t.expr()
	}
	e.Complete(let, from, dynamic)
	return e
}

// value unpacks the value of a definition, which has its kind before it unless that is Plain.
func (t *text) value(kind *syntax.DefKind) syntax.Expr {
	e := t.expr()
	if e == nil {
		*kind = syntax.Inherited
		return t.expr()
	}
	if _, ok := e.(*syntax.InheritFrom); ok {
		*kind = syntax.InheritedFrom
	}
	return e
}

// lambda unpacks a function: what it has, position, slots, slot, argument, name, formals, body.
func (t *text) lambda() *syntax.Lambda {
	e := t.nodes.lambdas.New()
	has := t.byte()
	e.At = t.pos()
	e.Slots, e.Slot = int32(t.number()), t.byte()
	if has&hasArg != 0 {
		e.Arg = t.name()
	}
	if has&hasName != 0 {
		e.Name = t.name()
	}
	if has&hasFormals != 0 {
		f := &syntax.Formals{List: t.nodes.formals.Make(t.number()), Ellipsis: has&hasEllipsis != 0}
		for i := range f.List {
			x := &f.List[i]
			x.Name, x.At = t.name(), t.pos()
			x.Slot, x.Default = uint32(t.number()), t.expr()
		}
		f.Sort()
		e.Formals = f
	}
	e.Body = t.expr()
	return e
}

// join is a path from so many steps above a directory.
func join(dir string, up int, rest string) string {
	for ; up > 0; up-- {
		dir = dir[:max(strings.LastIndexByte(dir, '/'), 0)]
	}
	if dir == "/" {
		dir = ""
	}
	if rest == "" && dir == "" {
		return "/"
	}
	return dir + rest
}
