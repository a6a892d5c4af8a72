package syntax

import (
	"strconv"
	"strings"
)

// maxNesting bounds how deep a tree may be, so that neither the parser nor what
// walks its trees can exhaust the stack, which Go lets grow to 512 MiB: a level takes
// at most stackLevel bytes of it, and half as much again in a build that detects races.
// A list in a list is one level, a set in a set three, an operand of `&&` or `+` one. What
// stands last in an expression (the body of a function or `let`, what follows `else`,
// `;` or `++`) is as deep as the expression itself.
const maxNesting = 640_000

// The stack is charged by so many levels at a time.
const (
	stackLevels = 8192
	stackLevel  = 512
)

// Options configure how a text is read.
type Options struct {
	Files *FileSet
	// Name is the file's name in positions.
	Name string
	// Dir is the absolute directory that relative path literals start from.
	Dir string
	// Home replaces `~` in path literals; if it is empty, such a literal is an error.
	Home string
	// Work, if not nil, is called now and then with how many bytes of memory the
	// reading is about to take. It may panic to end it.
	Work func(bytes int)
	// Pipes makes `|>` and `<|` operators, as Nix's experimental feature does.
	Pipes bool
}

// Parse reads one expression.
func Parse(src string, o Options) (t *Tree, err error) {
	b := allBuffers.Get().(*buffers)
	t = &Tree{}
	t.begin(b)
	p := &parser{Options: o, buffers: b, arena: &b.arena, symbols: &b.symbols, tree: t, file: o.Files.Add(o.Name, src)}
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			t, err = nil, failure
		}
	}()
	p.parse(src)
	return t, nil
}

type parser struct {
	Options
	*buffers
	arena       *arena
	symbols     *Symbols
	tree        *Tree
	file        *File
	next        int
	scanFailure string
	depth       int
	deepest     int // how deep expressions may nest before the stack is charged again
	operands    int
}

func (p *parser) parse(src string) {
	s := scan(src, p.tokens[:0], p.Pipes, p.Work)
	p.tokens, p.scanFailure = s.tokens, s.failed
	p.exprs, p.path = p.exprs[:0], p.path[:0]
	p.deepest = stackLevels
	p.tree.Expr = p.expr()
	if p.peek().kind != tEOF {
		p.unexpected("end of file")
	}
	p.tree.end()
	p.finish()
}

func (p *parser) newVar(name Symbol, at Pos) *Var {
	v := p.arena.vars.New()
	v.Name, v.At = name, at
	return v
}

func (p *parser) newString(text string, at Pos) *String {
	s := p.arena.strings.New()
	s.Val, s.At = text, at
	return s
}

func (p *parser) newSelect(x Expr, path []AttrName, at Pos) *Select {
	s := p.arena.selects.New()
	s.X, s.Path, s.At = x, path, at
	return s
}

func (p *parser) newCall(f Expr, args []Expr, at Pos) *Call {
	c := p.arena.calls.New()
	c.Fn, c.Args, c.At = f, args, at
	return c
}

func (p *parser) newBinary(op Op, x, y Expr, at Pos) *Binary {
	b := p.arena.binaries.New()
	b.Op, b.X, b.Y, b.At = op, x, y, at
	return b
}

func (p *parser) newConcat(parts []Expr, at Pos, interpolation bool) *Concat {
	c := p.arena.concats.New()
	c.Parts, c.At, c.Interpolation = parts, at, interpolation
	return c
}

func (p *parser) newLambda(arg Symbol, formals *Formals, slots int, at Pos) *Lambda {
	l := p.arena.lambdas.New()
	l.Arg, l.Formals, l.Slots, l.At = arg, formals, int32(slots), at
	return l
}

func (p *parser) oneName(name Symbol) []AttrName {
	n := p.arena.names.Make(1)
	n[0].Name = name
	return n
}

// takeExprs makes a list of the expressions from an index of the buffer on.
func (p *parser) takeExprs(from int) []Expr {
	list := p.arena.exprs.Copy(p.exprs[from:])
	p.exprs = p.exprs[:from]
	return list
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
	panic(&Error{Msg: msg, Position: p.Files.Position(at)})
}

func (p *parser) failAlso(at Pos, also Position, msg string) {
	panic(&Error{Msg: msg, Position: p.Files.Position(at), Also: also})
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
	if p.depth++; p.depth > p.deepest {
		p.deeper()
	}
}

// deeper lets the stack grow further.
//
//go:noinline
func (p *parser) deeper() {
	if p.depth > maxNesting {
		p.fail(p.pos(p.peek()), "expression is nested too deeply (more than "+strconv.Itoa(maxNesting)+" levels)")
	}
	most := min(p.depth+stackLevels, maxNesting)
	if p.Work != nil {
		p.Work((most - p.deepest) * stackLevel)
	}
	p.deepest = most
}

// expr parses a whole expression: functions, assert, with, let, if, operators. The last
// part of each is read in a loop, so that long chains do not nest.
func (p *parser) expr() Expr {
	p.enter()
	var whole Expr
	rest := &whole
	for {
		e, last := p.head()
		if e == nil {
			break
		}
		*rest, rest = e, last
	}
	x := p.operation(0)
	if k := p.peek().kind; k == tPipeInto || k == tPipeFrom {
		x = p.pipes(x)
	}
	*rest = x
	p.depth--
	return whole
}

// head parses a function, assert, with, let or if up to its last expression, and
// returns where to store that; nil before anything else.
func (p *parser) head() (e Expr, last *Expr) {
	t := p.peek()
	at := p.pos(t)
	switch t.kind {
	case tID:
		switch p.ahead(1) {
		case ':':
			arg := p.symbols.Intern(t.text)
			p.next += 2
			l := p.newLambda(arg, nil, 1, at)
			return l, &l.Body
		case '@':
			arg := p.symbols.Intern(t.text)
			p.next += 2
			if p.peek().kind != '{' {
				p.unexpected("'{'")
			}
			l := p.lambda(at, p.formals(), arg)
			return l, &l.Body
		}
	case '{':
		if p.isFormals() {
			f := p.formals()
			arg := Symbol(0)
			if p.peek().kind == '@' {
				p.next++
				arg = p.symbols.Intern(p.expect(tID).text)
			}
			l := p.lambda(at, f, arg)
			return l, &l.Body
		}
	case tAssert:
		p.next++
		a := &Assert{Cond: p.expr(), At: at}
		p.expect(';')
		return a, &a.Body
	case tWith:
		p.next++
		w := &With{Scope: p.expr(), At: at}
		p.expect(';')
		return w, &w.Body
	case tLet:
		if p.ahead(1) != '{' {
			p.next++
			set := p.newAttrs(at)
			set.let = true
			p.bindings(set, tIn)
			if len(set.Dynamic()) > 0 {
				p.fail(at, "dynamic attributes not allowed in let")
			}
			let := p.arena.lets.New()
			let.Attrs, let.At = set, at
			return let, &let.Body
		}
	case tIf:
		p.next++
		cond := p.expr()
		p.expect(tThen)
		then := p.expr()
		p.expect(tElse)
		e := p.arena.ifs.New()
		e.Cond, e.Then, e.At = cond, then, at
		return e, &e.Else
	}
	return nil, nil
}

// isFormals distinguishes `{ a, b }:` from `{ a = b; }` at an opening brace.
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
				p.enter()
				formal.Default = p.expr()
				p.depth--
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

func (p *parser) lambda(at Pos, f *Formals, arg Symbol) *Lambda {
	p.checkFormals(at, f, arg)
	p.expect(':')
	slots := len(f.List)
	if arg != 0 {
		slots++
	}
	return p.newLambda(arg, f, slots, at)
}

// operator is the precedence of a binary operator, from loose to tight. `!` has precedence 7 and
// applies to tighter operators; unary minus is tighter than all.
type operator struct {
	prec  int
	assoc byte // l, r, n
	op    Op
}

const (
	precNot = 7
	precHas = 11
)

var binaries = [256]operator{
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

// pipes parses what follows an operand of `|>` or `<|`, which are looser than the
// operators and do not mix.
func (p *parser) pipes(x Expr) Expr {
	outer := p.depth
	if p.peek().kind == tPipeFrom {
		x = p.pipesFrom(x)
	}
	for p.peek().kind == tPipeInto {
		p.enter()
		at := p.pos(p.peek())
		p.next++
		x = p.callWith(p.operation(0), x, at)
	}
	p.depth = outer
	return x
}

// pipesFrom parses what follows `f` in `f <| g <| x`.
func (p *parser) pipesFrom(f Expr) Expr {
	p.enter()
	at := p.pos(p.peek())
	p.next++
	x := p.operation(0)
	switch p.peek().kind {
	case tPipeFrom:
		x = p.pipesFrom(x)
	case tPipeInto:
		p.unexpected("end of file")
	}
	return p.callWith(f, x, at)
}

// callWith calls f with x. As in Nix, a call gets one more argument.
func (p *parser) callWith(f, x Expr, at Pos) Expr {
	c, ok := f.(*Call)
	if !ok || len(c.Args) >= mostJoined {
		c = p.newCall(f, nil, at)
	}
	args := p.arena.exprs.Make(len(c.Args) + 1)
	args[copy(args, c.Args)] = x
	c.Args = args
	return c
}

// mostJoined bounds the arguments that are copied to add one.
const mostJoined = 64

// operation parses operators of at least the given precedence.
func (p *parser) operation(least int) Expr {
	outer := p.depth
	p.enter()
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
		b := &binaries[t.kind]
		if b.prec == 0 || b.prec < least {
			p.depth = outer
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
		switch {
		case t.kind == '?':
			has := p.arena.hasAttrs.New()
			has.X, has.Path, has.At = x, p.attrPath(), at
			x = has
			continue
		case b.assoc == 'r':
			x = p.rightChain(x, t.kind, at)
			continue
		case b.assoc == 'n':
			closed = b.prec
		}
		y := p.operation(b.prec + 1)
		if t.kind == '+' {
			parts := p.arena.exprs.Make(2)
			parts[0], parts[1] = x, y
			x = p.newConcat(parts, at, false)
		} else {
			x = p.newBinary(b.op, x, y, at)
		}
	}
}

// rightChain parses what follows the first operand and operator of `x ++ y ++ z`.
// No other operator has the precedence of one that goes to the right.
func (p *parser) rightChain(x Expr, k kind, at Pos) Expr {
	b := &binaries[k]
	var chain Expr
	rest := &chain
	for {
		e := p.newBinary(b.op, x, nil, at)
		*rest, rest = e, &e.Y
		x = p.operation(b.prec + 1)
		t := p.peek()
		if t.kind != k {
			*rest = x
			return chain
		}
		at = p.pos(t)
		p.next++
	}
}

// application parses `f x y`.
func (p *parser) application() Expr {
	at := p.pos(p.peek())
	f := p.selection()
	if !startsSimple(p.peek().kind) {
		return f
	}
	from := len(p.exprs)
	c, ok := f.(*Call)
	if ok {
		p.exprs = append(p.exprs, c.Args...)
	} else {
		c = p.newCall(f, nil, at)
	}
	for startsSimple(p.peek().kind) {
		x := p.selection()
		p.exprs = append(p.exprs, x)
	}
	c.Args = p.takeExprs(from)
	return c
}

func startsSimple(k kind) bool { return simpleStarts[k] }

var simpleStarts = [256]bool{
	tID: true, tInt: true, tFloat: true, '"': true, tIndOpen: true, tPath: true, tHPath: true, tSPath: true,
	tURI: true, '(': true, tLet: true, tRec: true, '{': true, '[': true,
}

// selection parses an operand with `.a.b`, `or`.
func (p *parser) selection() Expr {
	if p.operands++; p.operands%workEvery == 0 && p.Work != nil {
		p.Work(workEvery * nodeSize)
	}
	at := p.pos(p.peek())
	x := p.simple()
	switch p.peek().kind {
	case '.':
		p.next++
		sel := p.newSelect(x, p.attrPath(), at)
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
		args := p.arena.exprs.Make(1)
		args[0] = p.newVar(p.symbols.Intern("or"), at)
		return p.newCall(x, args, at)
	}
	return x
}

func (p *parser) attrPath() []AttrName {
	from := len(p.path)
	p.attrNames()
	path := p.arena.names.Copy(p.path[from:])
	p.path = p.path[:from]
	return path
}

// attrNames reads a path to the end of the buffer.
func (p *parser) attrNames() {
	name := p.attrName()
	p.path = append(p.path, name)
	for p.peek().kind == '.' {
		p.next++
		name := p.attrName()
		p.path = append(p.path, name)
	}
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
	return p.interpolated()
}

// interpolated parses `${…}`.
func (p *parser) interpolated() Expr {
	p.enter()
	p.next++
	e := p.expr()
	p.expect('}')
	p.depth--
	return e
}

// simple parses an operand. Its frame is small: it is in each level of nesting.
func (p *parser) simple() Expr {
	t := p.peek()
	at := p.pos(t)
	switch t.kind {
	case tID:
		p.next++
		if t.text == "__curPos" {
			return &CurPos{At: at}
		}
		return p.newVar(p.symbols.Intern(t.text), at)
	case tInt, tFloat:
		return p.number(t, at)
	case '"':
		return p.str()
	case tIndOpen:
		return p.indentedString(at)
	case tPath, tHPath:
		return p.pathLiteral(t, at)
	case tSPath:
		return p.searchPath(t, at)
	case tURI:
		p.next++
		return p.newString(t.text, at)
	case '(':
		p.next++
		e := p.expr()
		p.expect(')')
		return e
	case tLet, tRec:
		return p.recursive(t, at)
	case '{':
		return p.braced(at)
	case '[':
		return p.list(at)
	}
	p.unexpected()
	panic("syntax: unreachable")
}

//go:noinline
func (p *parser) number(t *token, at Pos) Expr {
	p.next++
	if t.kind == tFloat {
		f, ok := parseFloat(t.text)
		if !ok {
			p.fail(at, "invalid float '"+t.text+"'")
		}
		return &Float{Val: f, At: at}
	}
	n, err := strconv.ParseInt(t.text, 10, 64)
	if err != nil {
		p.fail(at, "invalid integer '"+t.text+"'")
	}
	return &Int{Val: n, At: at}
}

// searchPath parses `<nixpkgs/lib>`.
func (p *parser) searchPath(t *token, at Pos) Expr {
	p.next++
	find := p.newVar(p.symbols.Intern("__findFile"), at)
	args := p.arena.exprs.Make(2)
	args[0], args[1] = p.newVar(p.symbols.Intern("__nixPath"), at), p.newString(t.text, at)
	return p.newCall(find, args, at)
}

func (p *parser) list(at Pos) Expr {
	p.enter()
	p.next++
	from := len(p.exprs)
	for p.peek().kind != ']' {
		x := p.selection()
		p.exprs = append(p.exprs, x)
	}
	p.next++
	p.depth--
	l := p.arena.lists.New()
	l.Elems, l.At = p.takeExprs(from), at
	return l
}

// recursive parses `rec { … }`, and `let { … }`, which selects `body`.
func (p *parser) recursive(t *token, at Pos) Expr {
	p.next++
	if p.peek().kind != '{' {
		p.unexpected("'{'")
	}
	set := p.braced(at)
	set.Rec = true
	if t.kind == tLet {
		return p.newSelect(set, p.oneName(p.symbols.Intern("body")), at)
	}
	return set
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
			at := p.pos(t)
			from := len(p.path)
			p.attrNames()
			steps := len(p.path) - from
			p.expect('=', "'.'", "'='")
			// Each step is a set inside the one before.
			p.depth += 2 * (steps - 1)
			value := p.expr()
			p.depth -= 2 * (steps - 1)
			p.expect(';')
			p.bind(set, from, at, value)
			p.path = p.path[:from]
		default:
			p.unexpected("'inherit'")
		}
	}
}
