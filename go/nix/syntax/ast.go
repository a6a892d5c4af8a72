package syntax

// Expr is a node of the syntax tree.
type Expr interface {
	// Pos is the position that Nix gives the node: the operator of a binary
	// expression, else the first byte.
	Pos() Pos
}

type (
	// Int is an integer literal.
	Int struct {
		Val int64
		// Value is room for the evaluator to keep the value in.
		Value any
		At    Pos
	}
	// Float is a floating-point literal.
	Float struct {
		Val float64
		At  Pos
	}
	// String is a string, or an indented string or URI, without interpolation.
	String struct {
		Val string
		// Value is room for the evaluator to keep the string's value in.
		Value any
		At    Pos
	}
	// Path is a path literal, made absolute. As the first piece of an
	// interpolated path it may end in a slash.
	Path struct {
		Val string
		// Value is room for the evaluator to keep the value in.
		Value any
		At    Pos
	}
	// Var is a use of a variable. Kind, Index and the level are set by package resolver.
	Var struct {
		Name  Symbol
		At    Pos
		Index uint32
		// Level is how many levels up the scope is; of a Far variable, and of one
		// in a WithScope, its lower bits (see Levels).
		Level uint16
		Kind  VarKind
		high  uint8
	}
	// CurPos is `__curPos`.
	CurPos struct{ At Pos }
	// Concat is `a + b`, an interpolated string, or an interpolated path.
	Concat struct {
		Parts []Expr
		At    Pos
		// Interpolation marks strings: there every part is coerced to a string.
		Interpolation bool
	}
	// List is `[ … ]`.
	List struct {
		Elems []Expr
		At    Pos
	}
	// Attrs is `{ … }`, `rec { … }`, or the bindings of a Let.
	Attrs struct {
		Defs []AttrDef // sorted by Symbol; those of a Let by their Slot
		more *moreAttrs
		At   Pos
		Rec  bool
		let  bool // the bindings of a Let
	}
	// moreAttrs holds the fields that few sets need.
	moreAttrs struct {
		dynamic []DynamicAttr
		from    []Expr
		byName  map[Symbol]int // while parsing large sets
	}
	// Select is `x.a.b` or `x.a.b or d`.
	Select struct {
		X       Expr
		Path    []AttrName
		Default Expr // nil without `or`
		At      Pos
	}
	// HasAttr is `x ? a.b`.
	HasAttr struct {
		X    Expr
		Path []AttrName
		At   Pos
	}
	// InheritFrom stands for source number Index of the Attrs or Let around it.
	InheritFrom struct {
		Index int
		At    Pos
	}
	// Lambda is `x: e`, `{ a, b ? c, ... }: e`, or either with `@`.
	Lambda struct {
		Arg     Symbol // 0 when the argument has no name
		Formals *Formals
		Body    Expr
		At      Pos
		Name    Symbol // the attribute or variable that it is bound to, for messages
		// Slots is the number of variables in its scope: the argument first, then
		// the formals, or the arguments of the functions that share it.
		Slots int32
		// Slot is the argument's slot in the scope. If it is not 0, the function is the body
		// of another and shares its scope. Package resolver sets it.
		Slot uint8
		// Calls is room for the evaluator to count calls in.
		Calls uint8
	}
	// Call is `f x y`.
	Call struct {
		Fn   Expr
		Args []Expr
		At   Pos
	}
	// Let is `let … in e`.
	Let struct {
		Attrs *Attrs
		Body  Expr
		At    Pos
	}
	// With is `with e; e`. Outer is set by package resolver.
	With struct {
		Scope Expr
		Body  Expr
		At    Pos
		Outer int // levels up to the enclosing with, or 0
	}
	// If is `if c then a else b`.
	If struct {
		Cond, Then, Else Expr
		At               Pos
	}
	// Assert is `assert c; e`.
	Assert struct {
		Cond, Body Expr
		At         Pos
	}
	// Not is `!e`.
	Not struct {
		X  Expr
		At Pos
	}
	// Binary is an operator with two operands.
	Binary struct {
		X, Y Expr
		// Override is set by package resolver when the text rebinds the
		// builtin behind the operator (`__sub` and the like).
		Override *Var
		At       Pos
		Op       Op
		// Negation marks `-x`, which is `0 - x`.
		Negation bool
	}
)

// VarKind is the way to look up a variable.
type VarKind uint8

const (
	Unresolved VarKind = iota
	Local              // slot Index of the scope Level levels up
	Global             // number Index of the evaluator's base scope
	WithScope          // by name, in the `with` Levels levels up and those around it
	Far                // slot Index of the scope Levels levels up, which are many
)

const (
	// MaxLevel is how many scopes may be around an expression.
	MaxLevel = 1<<24 - 1
	// farLevel is the first level at which going up is work to be counted.
	farLevel = 1 << 8
)

// SetLevel sets how many levels up the scope of a variable is. A Local variable becomes
// a Far one if there are many.
func (v *Var) SetLevel(n uint32) {
	v.Level, v.high = uint16(n), uint8(n>>16)
	if n >= farLevel && v.Kind == Local {
		v.Kind = Far
	}
}

// Levels is how many levels up the scope of a variable is.
func (v *Var) Levels() int { return int(v.high)<<16 | int(v.Level) }

// Dynamic are the attributes with computed names, in the order of the text.
func (e *Attrs) Dynamic() []DynamicAttr {
	if e.more == nil {
		return nil
	}
	return e.more.dynamic
}

// From are the sources of `inherit (source) …`.
func (e *Attrs) From() []Expr {
	if e.more == nil {
		return nil
	}
	return e.more.from
}

// AttrDef is one static attribute.
type AttrDef struct {
	Name Symbol
	At   Pos
	Kind DefKind
	// Slot is the variable's slot in the scope of a `rec` set or a Let.
	Slot  uint32
	Value Expr
}

// DefKind is the form in which an attribute was written.
type DefKind uint8

const (
	Plain         DefKind = iota // name = value
	Inherited                    // inherit name: Value is a Var of the surrounding scope
	InheritedFrom                // inherit (e) name: Value is the InheritFrom
)

// DynamicAttr is `${name} = value`.
type DynamicAttr struct {
	Name, Value Expr
	At          Pos
}

// AttrName is one step of an attribute path: a Symbol, or an expression.
type AttrName struct {
	Name Symbol
	Expr Expr // nil for a static name
}

// Formals are the attributes that a function takes.
type Formals struct {
	List     []Formal // sorted by Symbol
	Ellipsis bool
}

// Formal is one of them.
type Formal struct {
	Name    Symbol
	At      Pos
	Slot    uint32 // where the function's scope has the variable
	Default Expr   // nil without `?`
}

// Find returns the index of a formal, or -1.
func (f *Formals) Find(name Symbol) int {
	for i := range f.List {
		if f.List[i].Name == name {
			return i
		}
	}
	return -1
}

// Op is a binary operator.
type Op uint8

const (
	OpImpl Op = iota
	OpOr
	OpAnd
	OpEq
	OpNeq
	OpLess
	OpGreater
	OpLeq
	OpGeq
	OpUpdate
	OpSub
	OpMul
	OpDiv
	OpConcat
)

var opNames = [...]string{"->", "||", "&&", "==", "!=", "<", ">", "<=", ">=", "//", "-", "*", "/", "++"}

func (o Op) String() string { return opNames[o] }

// Pos makes a definition of the kind InheritedFrom an expression: the attribute
// of that name of the source.
func (d *AttrDef) Pos() Pos { return d.At }

func (e *Int) Pos() Pos         { return e.At }
func (e *Float) Pos() Pos       { return e.At }
func (e *String) Pos() Pos      { return e.At }
func (e *Path) Pos() Pos        { return e.At }
func (e *Var) Pos() Pos         { return e.At }
func (e *CurPos) Pos() Pos      { return e.At }
func (e *Concat) Pos() Pos      { return e.At }
func (e *List) Pos() Pos        { return e.At }
func (e *Attrs) Pos() Pos       { return e.At }
func (e *Select) Pos() Pos      { return e.At }
func (e *HasAttr) Pos() Pos     { return e.At }
func (e *InheritFrom) Pos() Pos { return e.At }
func (e *Lambda) Pos() Pos      { return e.At }
func (e *Call) Pos() Pos        { return e.At }
func (e *Let) Pos() Pos         { return e.At }
func (e *With) Pos() Pos        { return e.At }
func (e *If) Pos() Pos          { return e.At }
func (e *Assert) Pos() Pos      { return e.At }
func (e *Not) Pos() Pos         { return e.At }
func (e *Binary) Pos() Pos      { return e.At }
