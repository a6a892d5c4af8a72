package syntax

import (
	"strconv"
	"strings"
	"sync"
)

// maxNesting bounds how deep expressions may nest, so that neither the parser
// nor what walks its trees can exhaust the stack.
const maxNesting = 10000

// Options say how a text is read.
type Options struct {
	Files   *FileSet
	Symbols *Symbols
	// Name is the file's name in positions.
	Name string
	// Dir is the absolute directory that relative path literals start from.
	Dir string
	// Home is what `~` in path literals stands for; when empty, such a literal is an error.
	Home string
}

// Parse reads one expression.
func Parse(src string, o Options) (e Expr, err error) {
	p := &parser{Options: o, files: o.Files, symbols: o.Symbols, file: o.Files.Add(o.Name, src)}
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			e, err = nil, failure
		}
	}()
	buffer := tokenBuffers.Get().(*[]token)
	s := scan(src, (*buffer)[:0])
	p.tokens, p.scanFailure = s.tokens, s.failed
	defer func() {
		*buffer = s.tokens
		tokenBuffers.Put(buffer)
	}()
	e = p.expr()
	if p.peek().kind != tEOF {
		p.unexpected("end of file")
	}
	p.finish()
	return e, nil
}

// tokenBuffers spares a new buffer for each file of an evaluation.
var tokenBuffers = sync.Pool{New: func() any { return new([]token) }}

type parser struct {
	Options
	files       *FileSet
	symbols     *Symbols
	file        *File
	tokens      []token
	next        int
	scanFailure string
	depth       int
	sets        []*Attrs
}

func (p *parser) peek() *token { return &p.tokens[p.next] }

// ahead looks n tokens past the next one.
func (p *parser) ahead(n int) kind {
	if i := p.next + n; i < len(p.tokens) {
		return p.tokens[i].kind
	}
	return tEOF
}

func (p *parser) pos(t *token) Pos { return p.file.pos(int(t.start)) }

func (p *parser) fail(at Pos, msg string) {
	panic(&Error{Msg: msg, Position: p.files.Position(at)})
}

func (p *parser) failAlso(at Pos, also Position, msg string) {
	panic(&Error{Msg: msg, Position: p.files.Position(at), Also: also})
}

// unexpected reports the next token, in the words of Nix's parser.
func (p *parser) unexpected(expected ...string) {
	t := p.peek()
	if t.kind == tError {
		p.fail(p.pos(t), p.scanFailure)
	}
	msg := "syntax error, unexpected " + t.kind.String()
	if len(expected) > 0 {
		msg += ", expecting " + strings.Join(expected, " or ")
	}
	p.fail(p.pos(t), msg)
}

func (p *parser) expect(k kind, expected ...string) *token {
	t := p.peek()
	if t.kind != k {
		if len(expected) == 0 {
			expected = []string{k.String()}
		}
		p.unexpected(expected...)
	}
	p.next++
	return t
}

// enter counts nesting; the caller undoes it with p.depth--.
func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.pos(p.peek()), "expression is nested too deeply (more than "+strconv.Itoa(maxNesting)+" levels)")
	}
}

// expr parses a whole expression: functions, assert, with, let, if, operators.
func (p *parser) expr() Expr {
	p.enter()
	defer func() { p.depth-- }()
	t := p.peek()
	at := p.pos(t)
	switch t.kind {
	case tID:
		switch p.ahead(1) {
		case ':':
			arg := p.symbols.Intern(t.text)
			p.next += 2
			return &Lambda{Arg: arg, Body: p.expr(), At: at, Slots: 1}
		case '@':
			arg := p.symbols.Intern(t.text)
			p.next += 2
			if p.peek().kind != '{' {
				p.unexpected("'{'")
			}
			return p.lambda(at, p.formals(), arg)
		}
	case '{':
		if p.isFormals() {
			f := p.formals()
			if p.peek().kind == '@' {
				p.next++
				arg := p.symbols.Intern(p.expect(tID).text)
				return p.lambda(at, f, arg)
			}
			return p.lambda(at, f, 0)
		}
	case tAssert:
		p.next++
		cond := p.expr()
		p.expect(';')
		return &Assert{Cond: cond, Body: p.expr(), At: at}
	case tWith:
		p.next++
		scope := p.expr()
		p.expect(';')
		return &With{Scope: scope, Body: p.expr(), At: at}
	case tLet:
		if p.ahead(1) != '{' {
			p.next++
			set := p.newAttrs(at)
			p.bindings(set, tIn)
			if len(set.Dynamic) > 0 {
				p.fail(at, "dynamic attributes not allowed in let")
			}
			return &Let{Attrs: set, Body: p.expr(), At: at}
		}
	case tIf:
		p.next++
		cond := p.expr()
		p.expect(tThen)
		then := p.expr()
		p.expect(tElse)
		return &If{Cond: cond, Then: then, Else: p.expr(), At: at}
	}
	return p.operation(0)
}

// isFormals tells `{ a, b }:` from `{ a = b; }` at an opening brace.
func (p *parser) isFormals() bool {
	switch p.ahead(1) {
	case tEllipsis:
		return true
	case '}':
		k := p.ahead(2)
		return k == ':' || k == '@'
	case tID:
		switch p.ahead(2) {
		case ',', '?', '}':
			return true
		}
	}
	return false
}

func (p *parser) formals() *Formals {
	p.next++ // {
	f := &Formals{}
	for {
		t := p.peek()
		switch t.kind {
		case tEllipsis:
			p.next++
			f.Ellipsis = true
			p.expect('}')
			return f
		case '}':
			p.next++
			return f
		case tID:
			p.next++
			formal := Formal{Name: p.symbols.Intern(t.text), At: p.pos(t)}
			if p.peek().kind == '?' {
				p.next++
				formal.Default = p.expr()
			}
			f.List = append(f.List, formal)
		default:
			p.unexpected("identifier", "'}'", "'...'")
		}
		switch p.peek().kind {
		case ',':
			p.next++
		case '}':
		default:
			p.unexpected("'}'", "','")
		}
	}
}

func (p *parser) lambda(at Pos, f *Formals, arg Symbol) Expr {
	p.checkFormals(at, f, arg)
	p.expect(':')
	slots := len(f.List)
	if arg != 0 {
		slots++
	}
	return &Lambda{Arg: arg, Formals: f, Body: p.expr(), At: at, Slots: slots}
}

// precedence of the binary operators, from loose to tight; `!` stands at 7 and
// binds what is tighter, unary minus is tighter than all.
type binary struct {
	prec  int
	assoc byte // l, r, n
	op    Op
}

const (
	precNot = 7
	precHas = 11
)

var binaries = map[kind]binary{
	tImpl:   {1, 'r', OpImpl},
	tOr:     {2, 'l', OpOr},
	tAnd:    {3, 'l', OpAnd},
	tEq:     {4, 'n', OpEq},
	tNeq:    {4, 'n', OpNeq},
	'<':     {5, 'n', OpLess},
	'>':     {5, 'n', OpGreater},
	tLeq:    {5, 'n', OpLeq},
	tGeq:    {5, 'n', OpGeq},
	tUpdate: {6, 'r', OpUpdate},
	'+':     {8, 'l', 0},
	'-':     {8, 'l', OpSub},
	'*':     {9, 'l', OpMul},
	'/':     {9, 'l', OpDiv},
	tConcat: {10, 'r', OpConcat},
	'?':     {precHas, 'l', 0},
}

// operation parses operators of at least the given precedence.
func (p *parser) operation(least int) Expr {
	p.enter()
	outer := p.depth - 1
	defer func() { p.depth = outer }()
	t := p.peek()
	at := p.pos(t)
	var x Expr
	switch t.kind {
	case '!':
		p.next++
		x = &Not{X: p.operation(precNot + 1), At: at}
	case '-':
		p.next++
		x = &Binary{Op: OpSub, X: &Int{At: at}, Y: p.operation(precHas + 1), At: at, Negation: true}
	default:
		x = p.application()
	}
	closed := 0 // the level at which a non-associative operator was used
	for {
		t := p.peek()
		if !isOperator(t.kind) {
			return x
		}
		b := binaries[t.kind]
		if b.prec < least {
			return x
		}
		if b.prec == closed {
			p.unexpected()
		}
		// Chains make the tree deep on its left side.
		p.enter()
		at := p.pos(t)
		p.next++
		closed = 0
		if b.assoc == 'n' {
			closed = b.prec
		}
		if t.kind == '?' {
			x = &HasAttr{X: x, Path: p.attrPath(), At: at}
			continue
		}
		right := b.prec + 1
		if b.assoc == 'r' {
			right = b.prec
		}
		y := p.operation(right)
		if t.kind == '+' {
			x = &Concat{Parts: []Expr{x, y}, At: at}
		} else {
			x = &Binary{Op: b.op, X: x, Y: y, At: at}
		}
	}
}

func isOperator(k kind) bool {
	switch k {
	case tImpl, tOr, tAnd, tEq, tNeq, '<', '>', tLeq, tGeq, tUpdate, '+', '-', '*', '/', tConcat, '?':
		return true
	}
	return false
}

// application parses `f x y`.
func (p *parser) application() Expr {
	at := p.pos(p.peek())
	f := p.selection()
	if !startsSimple(p.peek().kind) {
		return f
	}
	var args []Expr
	for startsSimple(p.peek().kind) {
		args = append(args, p.selection())
	}
	if c, ok := f.(*Call); ok {
		c.Args = append(c.Args, args...)
		return c
	}
	return &Call{Fn: f, Args: args, At: at}
}

func startsSimple(k kind) bool {
	switch k {
	case tID, tInt, tFloat, '"', tIndOpen, tPath, tHPath, tSPath, tURI, '(', tLet, tRec, '{', '[':
		return true
	}
	return false
}

// selection parses an operand with `.a.b`, `or`.
func (p *parser) selection() Expr {
	at := p.pos(p.peek())
	x := p.simple()
	switch p.peek().kind {
	case '.':
		p.next++
		sel := &Select{X: x, Path: p.attrPath(), At: at}
		if p.peek().kind == tOrKw {
			p.next++
			p.enter()
			sel.Default = p.selection()
			p.depth--
		}
		return sel
	case tOrKw:
		// Nix before 2.0 had a function of this name: `x or` calls x with it.
		p.next++
		return &Call{Fn: x, Args: []Expr{&Var{Name: p.symbols.Intern("or"), At: at}}, At: at}
	}
	return x
}

func (p *parser) attrPath() []AttrName {
	path := []AttrName{p.attrName()}
	for p.peek().kind == '.' {
		p.next++
		path = append(path, p.attrName())
	}
	return path
}

func (p *parser) attrName() AttrName {
	t := p.peek()
	switch t.kind {
	case tID, tOrKw:
		p.next++
		return AttrName{Name: p.symbols.Intern(t.text)}
	case '"', tDollarCurly:
		e := p.stringAttr()
		if s, ok := e.(*String); ok {
			return AttrName{Name: p.symbols.Intern(s.Val)}
		}
		return AttrName{Expr: e}
	}
	p.unexpected("identifier", "'or'", "'${'", `'"'`)
	panic("syntax: unreachable")
}

// stringAttr parses `"…"` or `${…}` as the name of an attribute.
func (p *parser) stringAttr() Expr {
	if p.peek().kind == '"' {
		return p.str()
	}
	p.next++
	e := p.expr()
	p.expect('}')
	return e
}

// simple parses an operand.
func (p *parser) simple() Expr {
	t := p.peek()
	at := p.pos(t)
	switch t.kind {
	case tID:
		p.next++
		if t.text == "__curPos" {
			return &CurPos{At: at}
		}
		return &Var{Name: p.symbols.Intern(t.text), At: at}
	case tInt:
		p.next++
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			p.fail(at, "invalid integer '"+t.text+"'")
		}
		return &Int{Val: n, At: at}
	case tFloat:
		p.next++
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail(at, "invalid float '"+t.text+"'")
		}
		return &Float{Val: f, At: at}
	case '"':
		return p.str()
	case tIndOpen:
		return p.indentedString(at)
	case tPath, tHPath:
		return p.path(t, at)
	case tSPath:
		p.next++
		return &Call{Fn: &Var{Name: p.symbols.Intern("__findFile"), At: at}, At: at, Args: []Expr{
			&Var{Name: p.symbols.Intern("__nixPath"), At: at}, &String{Val: t.text, At: at}}}
	case tURI:
		p.next++
		return &String{Val: t.text, At: at}
	case '(':
		p.next++
		e := p.expr()
		p.expect(')')
		return e
	case tLet, tRec:
		p.next++
		if p.peek().kind != '{' {
			p.unexpected("'{'")
		}
		set := p.braced(at)
		set.Rec = true
		if t.kind == tLet {
			return &Select{X: set, Path: []AttrName{{Name: p.symbols.Intern("body")}}, At: at}
		}
		return set
	case '{':
		return p.braced(at)
	case '[':
		p.next++
		l := &List{At: at}
		for p.peek().kind != ']' {
			l.Elems = append(l.Elems, p.selection())
		}
		p.next++
		return l
	}
	p.unexpected()
	panic("syntax: unreachable")
}

func (p *parser) braced(at Pos) *Attrs {
	p.enter()
	p.next++ // {
	set := p.newAttrs(at)
	p.bindings(set, '}')
	p.depth--
	return set
}

// bindings parses up to and including the closing token.
func (p *parser) bindings(set *Attrs, end kind) {
	for {
		t := p.peek()
		switch t.kind {
		case end:
			p.next++
			return
		case tInherit:
			p.next++
			var source Expr
			if p.peek().kind == '(' {
				p.next++
				source = p.expr()
				p.expect(')')
			}
			p.inherit(set, source)
		case tID, tOrKw, '"', tDollarCurly:
			path := p.attrPath()
			p.expect('=', "'.'", "'='")
			value := p.expr()
			p.expect(';')
			p.bind(set, path, p.pos(t), value)
		default:
			p.unexpected("'inherit'")
		}
	}
}
