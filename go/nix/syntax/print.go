package syntax

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Print renders a tree in the form of `nix-instantiate --parse`.
func Print(e Expr, symbols *Symbols) string {
	p := printer{symbols: symbols}
	p.expr(e)
	return p.String()
}

type printer struct {
	strings.Builder
	symbols *Symbols
}

func (p *printer) put(s ...string) {
	for _, x := range s {
		p.WriteString(x)
	}
}

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case *Int:
		p.put(strconv.FormatInt(e.Val, 10))
	case *Float:
		p.put(FormatFloat(e.Val))
	case *String:
		p.put(Quote(e.Val))
	case *Path:
		p.put(e.Val)
	case *Var:
		p.symbol(e.Name)
	case *CurPos:
		p.put("__curPos")
	case *Concat:
		p.put("(")
		for i, part := range e.Parts {
			if i > 0 {
				p.put(" + ")
			}
			p.expr(part)
		}
		p.put(")")
	case *List:
		p.put("[ ")
		for _, x := range e.Elems {
			p.put("(")
			p.expr(x)
			p.put(") ")
		}
		p.put("]")
	case *Attrs:
		if e.Rec {
			p.put("rec ")
		}
		p.put("{ ")
		p.bindings(e)
		p.put("}")
	case *Select:
		p.put("(")
		p.expr(e.X)
		p.put(").")
		p.path(e.Path)
		if e.Default != nil {
			p.put(" or (")
			p.expr(e.Default)
			p.put(")")
		}
	case *HasAttr:
		p.put("((")
		p.expr(e.X)
		p.put(") ? ")
		p.path(e.Path)
		p.put(")")
	case *Lambda:
		p.lambda(e)
	case *Call:
		p.call(e.Fn, e.Args...)
	case *Let:
		p.put("(let ")
		p.bindings(e.Attrs)
		p.put("in ")
		p.expr(e.Body)
		p.put(")")
	case *With:
		p.put("(with ")
		p.expr(e.Scope)
		p.put("; ")
		p.expr(e.Body)
		p.put(")")
	case *If:
		p.put("(if ")
		p.expr(e.Cond)
		p.put(" then ")
		p.expr(e.Then)
		p.put(" else ")
		p.expr(e.Else)
		p.put(")")
	case *Assert:
		p.put("assert ")
		p.expr(e.Cond)
		p.put("; ")
		p.expr(e.Body)
	case *Not:
		p.put("(! ")
		p.expr(e.X)
		p.put(")")
	case *Binary:
		p.binary(e)
	}
}

func (p *printer) call(f Expr, args ...Expr) {
	p.put("(")
	p.expr(f)
	for _, a := range args {
		p.put(" ")
		p.expr(a)
	}
	p.put(")")
}

// binary prints arithmetic and order as the calls of builtins that Nix makes of them.
func (p *printer) binary(e *Binary) {
	name := func(n string, x, y Expr) {
		p.put("(", n, " ")
		p.expr(x)
		p.put(" ")
		p.expr(y)
		p.put(")")
	}
	switch e.Op {
	case OpSub:
		name("__sub", e.X, e.Y)
	case OpMul:
		name("__mul", e.X, e.Y)
	case OpDiv:
		name("__div", e.X, e.Y)
	case OpLess:
		name("__lessThan", e.X, e.Y)
	case OpGreater:
		name("__lessThan", e.Y, e.X)
	case OpLeq:
		p.put("(! ")
		name("__lessThan", e.Y, e.X)
		p.put(")")
	case OpGeq:
		p.put("(! ")
		name("__lessThan", e.X, e.Y)
		p.put(")")
	default:
		p.put("(")
		p.expr(e.X)
		p.put(" ", e.Op.String(), " ")
		p.expr(e.Y)
		p.put(")")
	}
}

func (p *printer) symbol(s Symbol) { p.put(QuoteName(p.symbols.Name(s))) }

func (p *printer) name(n AttrName) {
	if n.Expr == nil {
		p.symbol(n.Name)
		return
	}
	p.put(`"${`)
	p.expr(n.Expr)
	p.put(`}"`)
}

func (p *printer) path(path []AttrName) {
	for i, n := range path {
		if i > 0 {
			p.put(".")
		}
		p.name(n)
	}
}

func (p *printer) bindings(a *Attrs) {
	defs := slices.Clone(a.Defs)
	slices.SortFunc(defs, func(x, y AttrDef) int {
		return cmp.Compare(p.symbols.Name(x.Name), p.symbols.Name(y.Name))
	})
	inherited := false
	for _, d := range defs {
		if d.Kind == Inherited {
			if !inherited {
				p.put("inherit")
				inherited = true
			}
			p.put(" ")
			p.symbol(d.Name)
		}
	}
	if inherited {
		p.put("; ")
	}
	for i, from := range a.From() {
		open := false
		for _, d := range defs {
			if d.Kind != InheritedFrom || d.Value.(*InheritFrom).Index != i {
				continue
			}
			if !open {
				p.put("inherit (")
				p.expr(from)
				p.put(")")
				open = true
			}
			p.put(" ")
			p.symbol(d.Name)
		}
		if open {
			p.put("; ")
		}
	}
	for _, d := range defs {
		if d.Kind == Plain {
			p.symbol(d.Name)
			p.put(" = ")
			p.expr(d.Value)
			p.put("; ")
		}
	}
	for _, d := range a.Dynamic() {
		p.name(AttrName{Expr: d.Name})
		p.put(" = ")
		p.expr(d.Value)
		p.put("; ")
	}
}

func (p *printer) lambda(e *Lambda) {
	p.put("(")
	if e.Formals != nil {
		p.put("{ ")
		formals := slices.Clone(e.Formals.List)
		slices.SortFunc(formals, func(x, y Formal) int {
			return cmp.Compare(p.symbols.Name(x.Name), p.symbols.Name(y.Name))
		})
		for i, f := range formals {
			if i > 0 {
				p.put(", ")
			}
			p.symbol(f.Name)
			if f.Default != nil {
				p.put(" ? ")
				p.expr(f.Default)
			}
		}
		if e.Formals.Ellipsis {
			if len(formals) > 0 {
				p.put(", ")
			}
			p.put("...")
		}
		p.put(" }")
		if e.Arg != 0 {
			p.put(" @ ")
		}
	}
	if e.Arg != 0 {
		p.symbol(e.Arg)
	}
	p.put(": ")
	p.expr(e.Body)
	p.put(")")
}

// Quote renders a string literal.
func Quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '$' && i+1 < len(s) && s[i+1] == '{':
			b.WriteString(`\$`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteName renders an attribute's name, quoted when it is not an identifier.
func QuoteName(s string) string {
	if s == "" || !isIDStart(s[0]) || idLen(s) != len(s) {
		return Quote(s)
	}
	switch keyword(s) {
	case tID, tOrKw:
		return s
	}
	return Quote(s)
}
