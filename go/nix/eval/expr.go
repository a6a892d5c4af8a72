package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// delay returns the value of an expression if it is at hand, else a thunk.
func (ev *Evaluator) delay(e syntax.Expr, en *env) Value {
	switch e := e.(type) {
	case *syntax.Var:
		switch e.Kind {
		case syntax.Local:
			if v := *en.at(e.Level).slot(e.Index); v != nil {
				return v
			}
		case syntax.Global:
			return ev.base[e.Index]
		}
	case *syntax.String:
		return stringLiteral(e)
	case *syntax.Int:
		return intLiteral(e)
	case *syntax.Float:
		return Float(e.Val)
	case *syntax.Path:
		return pathLiteral(e)
	case *syntax.Lambda:
		return ev.newLambda(e, en)
	case *syntax.List:
		if len(e.Elems) == 0 {
			return emptyList
		}
	case *syntax.Select:
		if v := selected(e, en); v != nil {
			return v
		}
	}
	return ev.newThunk(e, en)
}

// selected is the value of `x.a.b` if x, x.a and x.a.b are evaluated, else nil.
func selected(e *syntax.Select, en *env) Value {
	x, ok := e.X.(*syntax.Var)
	if !ok || x.Kind != syntax.Local {
		return nil
	}
	v := *en.at(x.Level).slot(x.Index)
	for i := range e.Path {
		set := known(v)
		if set == nil || e.Path[i].Expr != nil {
			return nil
		}
		n := set.find(e.Path[i].Name)
		if n < 0 {
			return nil
		}
		v = set.Attrs[n].Value
	}
	return evaluated(v)
}

// far is at for a scope that may be many levels up.
func (ev *Evaluator) far(en *env, levels int) *env {
	ev.ticks(levels / 64)
	for ; levels > 0; levels-- {
		en = en.up
	}
	return en
}

func stringLiteral(e *syntax.String) Value {
	if v, ok := e.Value.(*String); ok {
		return v
	}
	v := &String{S: e.Val}
	e.Value = v
	return v
}

func intLiteral(e *syntax.Int) Value {
	if e.Value == nil {
		e.Value = Int(e.Val)
	}
	return e.Value.(Value)
}

func pathLiteral(e *syntax.Path) Value {
	if e.Value == nil {
		e.Value = Path(e.Val)
	}
	return e.Value.(Value)
}

// eval evaluates an expression to its outermost constructor. The last part of a `let`,
// `if`, `with` or `assert` is evaluated in its place, so that a chain of them does not
// nest.
func (ev *Evaluator) eval(e syntax.Expr, en *env) Value {
	switch e := e.(type) {
	case *syntax.Var:
		return ev.variable(e, en)
	case *syntax.String:
		return stringLiteral(e)
	case *syntax.Int:
		return intLiteral(e)
	case *syntax.Float:
		return Float(e.Val)
	case *syntax.Path:
		return pathLiteral(e)
	case *syntax.Lambda:
		return ev.newLambda(e, en)
	case *syntax.CurPos:
		return ev.position(e.At)
	}
	ev.enter()
	var v Value
whole:
	switch x := e.(type) {
	case *syntax.Call:
		v = ev.evalCall(x, en)
	case *syntax.Select:
		v = ev.selection(x, en)
	case *syntax.Attrs:
		v = ev.attrs(x, en)
	case *syntax.If:
		if ev.condition(x.Cond, en, x.At) {
			e = x.Then
		} else {
			e = x.Else
		}
		ev.tick()
		goto whole
	case *syntax.Let:
		e, en = x.Body, ev.let(x, en)
		ev.tick()
		goto whole
	case *syntax.Binary:
		v = ev.binary(x, en)
	case *syntax.Concat:
		v = ev.concat(x, en)
	case *syntax.List:
		v = ev.list(x, en)
	case *syntax.HasAttr:
		v = ev.hasAttr(x, en)
	case *syntax.Not:
		v = Bool(!ev.condition(x.X, en, x.X.Pos()))
	case *syntax.Assert:
		ev.assert(x, en)
		e = x.Body
		ev.tick()
		goto whole
	case *syntax.With:
		e, en = x.Body, ev.with(x, en)
		ev.tick()
		goto whole
	case *syntax.Lazy:
		e = x.Expr()
		goto whole
	case *apply:
		v = ev.apply1(x.fn, x.x, x.at)
		*x = apply{}
	case *apply2:
		v = ev.apply2(x.fn, x.x, x.y, x.at)
		*x = apply2{}
	case *syntax.AttrDef:
		v = ev.inherited(x, en)
	case *native:
		v = x.run()
	default: // what has no parts, at the end of a chain
		v = ev.eval(e, en)
	}
	ev.depth--
	return v
}

func (ev *Evaluator) list(e *syntax.List, en *env) Value {
	elems := ev.makeList(len(e.Elems))
	for i, x := range e.Elems {
		elems[i] = ev.delay(x, en)
	}
	return ev.listOf(elems)
}

// with makes the scope of a `with`.
func (ev *Evaluator) with(e *syntax.With, en *env) *env {
	inner := ev.newEnv(en, 2)
	*inner.slot(0), *inner.slot(1) = ev.delay(e.Scope, en), Int(e.Outer)
	return inner
}

func (ev *Evaluator) variable(e *syntax.Var, en *env) Value {
	switch e.Kind {
	case syntax.Local:
		return ev.force(*en.at(e.Level).slot(e.Index), e.At)
	case syntax.Global:
		return ev.force(ev.base[e.Index], e.At)
	case syntax.Far:
		return ev.force(*ev.far(en, e.Levels()).slot(e.Index), e.At)
	}
	// The nearest `with` that has the name defines it.
	en = ev.far(en, e.Levels())
	for {
		ev.tick()
		scope := ev.forceAttrs(*en.slot(0), e.At)
		if a := scope.get(e.Name); a != nil {
			return ev.force(a.Value, e.At)
		}
		outer := int((*en.slot(1)).(Int))
		if outer == 0 {
			ev.fail(UndefinedVariable, e.At, "undefined variable '%s'", ev.symbols.Name(e.Name))
		}
		en = ev.far(en, outer)
	}
}

// condition evaluates to a Boolean. pos is the place that needs it.
func (ev *Evaluator) condition(e syntax.Expr, en *env, pos syntax.Pos) bool {
	switch v := ev.eval(e, en).(type) {
	case Bool:
		return bool(v)
	default:
		ev.failType(pos, "expected a Boolean but found %s: %s", describe(v), ev.show(v))
		return false
	}
}

// attrName is the name in one step of an attribute path.
func (ev *Evaluator) attrName(n *syntax.AttrName, en *env, pos syntax.Pos) syntax.Symbol {
	if n.Expr == nil {
		return n.Name
	}
	return ev.forceName(ev.eval(n.Expr, en), n.Expr.Pos())
}

func (ev *Evaluator) selection(e *syntax.Select, en *env) Value {
	v := ev.eval(e.X, en)
	pos := e.At
	for i := range e.Path {
		name := ev.attrName(&e.Path[i], en, e.At)
		set, ok := ev.force(v, pos).(*Attrs)
		if !ok {
			if e.Default != nil {
				return ev.eval(e.Default, en)
			}
			got := ev.force(v, pos)
			ev.failType(e.At, "expected a set but found %s: %s", describe(got), ev.show(got))
		}
		a := set.get(name)
		if a == nil {
			if e.Default != nil {
				return ev.eval(e.Default, en)
			}
			ev.failMissing(e.At, name)
		}
		v = a.Value
		if a.Pos != 0 {
			pos = a.Pos
		}
	}
	return ev.force(v, pos)
}

func (ev *Evaluator) hasAttr(e *syntax.HasAttr, en *env) Value {
	v := ev.eval(e.X, en)
	for i := range e.Path {
		set, ok := ev.force(v, e.At).(*Attrs)
		name := ev.attrName(&e.Path[i], en, e.At)
		if !ok {
			return Bool(false)
		}
		a := set.get(name)
		if a == nil {
			return Bool(false)
		}
		v = a.Value
	}
	return Bool(true)
}

// let makes the scope of a `let`.
func (ev *Evaluator) let(e *syntax.Let, en *env) *env {
	inner := ev.newEnv(en, len(e.Attrs.Defs))
	sources := ev.inheritSources(e.Attrs, inner)
	for i := range e.Attrs.Defs {
		d := &e.Attrs.Defs[i]
		*inner.slot(d.Slot) = ev.delayDef(d, inner, en, sources)
	}
	return inner
}

// inheritSources makes the scope that holds the sources of `inherit (…)`.
func (ev *Evaluator) inheritSources(a *syntax.Attrs, en *env) *env {
	from := a.From()
	if len(from) == 0 {
		return nil
	}
	sources := ev.newEnv(en, len(from))
	for i, x := range from {
		*sources.slot(uint32(i)) = ev.delay(x, en)
	}
	return sources
}

// delayDef is delay for a definition of a set or let: inherited attributes come from
// outside of it, or from one of the sources.
func (ev *Evaluator) delayDef(d *syntax.AttrDef, inner, outer, sources *env) Value {
	switch d.Kind {
	case syntax.Inherited:
		return ev.delay(d.Value, outer)
	case syntax.InheritedFrom:
		if set := known(*sources.slot(uint32(d.Value.(*syntax.InheritFrom).Index))); set != nil {
			if i := set.find(d.Name); i >= 0 {
				if v := evaluated(set.Attrs[i].Value); v != nil {
					return v
				}
			}
		}
		return ev.newThunk(d, sources)
	}
	return ev.delay(d.Value, inner)
}

// known returns the set if the value is one and is evaluated, else nil. Sets with
// optional attributes do not count.
func known(v Value) *Attrs {
	if set, ok := evaluated(v).(*Attrs); ok && !set.unsettled {
		return set
	}
	return nil
}

// inherited evaluates a name of `inherit (source) …`.
func (ev *Evaluator) inherited(d *syntax.AttrDef, sources *env) Value {
	from := d.Value.(*syntax.InheritFrom)
	set, ok := ev.force(*sources.slot(uint32(from.Index)), from.At).(*Attrs)
	if !ok {
		got := ev.force(*sources.slot(uint32(from.Index)), from.At)
		ev.failType(d.At, "expected a set but found %s: %s", describe(got), ev.show(got))
	}
	a := set.get(d.Name)
	if a == nil {
		ev.failMissing(d.At, d.Name)
	}
	pos := d.At
	if a.Pos != 0 {
		pos = a.Pos
	}
	return ev.force(a.Value, pos)
}

func (ev *Evaluator) attrs(e *syntax.Attrs, en *env) Value {
	dynamic := e.Dynamic()
	out := ev.makeAttrs(len(e.Defs) + len(dynamic))
	inner := en
	if !e.Rec {
		sources := ev.inheritSources(e, en)
		for i := range e.Defs {
			d := &e.Defs[i]
			out = append(out, Attr{d.Name, d.At, ev.delayDef(d, en, en, sources)})
		}
	} else {
		inner = ev.newEnv(en, len(e.Defs))
		sources := ev.inheritSources(e, inner)
		overrides := -1
		for i := range e.Defs {
			if e.Defs[i].Name == ev.sym.overrides {
				overrides = i
			}
		}
		for i := range e.Defs {
			d := &e.Defs[i]
			var v Value
			if overrides >= 0 && d.Kind == syntax.Plain {
				v = ev.newThunk(d.Value, inner)
			} else {
				v = ev.delayDef(d, inner, en, sources)
			}
			*inner.slot(d.Slot) = v
			out = append(out, Attr{d.Name, d.At, v})
		}
		if overrides >= 0 {
			out = ev.override(e, inner, out, overrides)
		}
	}
	if len(dynamic) > 0 {
		out = ev.dynamic(dynamic, inner, out)
		s := ev.sortAttrs(out)
		if s != emptyAttrs {
			s.Pos = e.At
		}
		return s
	}
	if len(out) == 0 {
		return emptyAttrs
	}
	set := ev.slabs.sets.New()
	set.Attrs, set.Pos = out, e.At
	return set
}

// override applies `__overrides` of a recursive set.
func (ev *Evaluator) override(e *syntax.Attrs, inner *env, out []Attr, index int) []Attr {
	extra := ev.forceAttrs(out[index].Value, e.Defs[index].At)
	added := false
	own := &Attrs{Attrs: out}
	for _, a := range extra.Attrs {
		ev.tick()
		if i := own.find(a.Name); i >= 0 {
			out[i] = a
			*inner.slot(e.Defs[i].Slot) = a.Value
		} else {
			ev.charge(48)
			out = append(out, a)
			added = true
		}
	}
	if added {
		out = ev.sortAttrs(out).Attrs
	}
	return out
}

// dynamic adds `${name} = value`; a null name adds nothing.
func (ev *Evaluator) dynamic(defs []syntax.DynamicAttr, en *env, out []Attr) []Attr {
	var seen map[syntax.Symbol]syntax.Pos // made once a search through all would take long
	for i := range defs {
		ev.tick()
		d := &defs[i]
		v := ev.eval(d.Name, en)
		if _, null := v.(Null); null {
			continue
		}
		name := ev.forceName(v, d.At)
		if seen == nil && len(out) > 16 {
			ev.chargeEach(len(out)+len(defs), 32)
			seen = make(map[syntax.Symbol]syntax.Pos, len(out)+len(defs))
			for _, a := range out {
				seen[a.Name] = a.Pos
			}
		}
		if at, found := definedAt(name, seen, out); found {
			ev.fail(EvalFailure, d.At, "dynamic attribute '%s' already defined at %s", attributeName(ev.symbols.Name(name)), ev.files.Position(at))
		}
		if seen != nil {
			seen[name] = d.At
		}
		out = append(out, Attr{name, d.At, ev.delay(d.Value, en)})
	}
	return out
}

// definedAt looks a name up in seen, or in out where seen is nil.
func definedAt(name syntax.Symbol, seen map[syntax.Symbol]syntax.Pos, out []Attr) (at syntax.Pos, found bool) {
	if seen != nil {
		at, found = seen[name]
		return at, found
	}
	for i := range out {
		if out[i].Name == name {
			return out[i].Pos, true
		}
	}
	return 0, false
}

func (ev *Evaluator) assert(e *syntax.Assert, en *env) {
	if ev.condition(e.Cond, en, e.At) {
		return
	}
	if eq, ok := e.Cond.(*syntax.Binary); ok && eq.Op == syntax.OpEq {
		ev.assertEqual(ev.eval(eq.X, en), ev.eval(eq.Y, en), e.At)
	}
	ev.fail(AssertionFailed, e.At, "assertion '%s' failed", syntax.Print(e.Cond, ev.symbols))
}

// position is the set that __curPos and unsafeGetAttrPos give.
func (ev *Evaluator) position(pos syntax.Pos) Value {
	p := ev.files.Position(pos)
	if !p.IsValid() {
		return Null{}
	}
	return ev.attrsOf("file", ev.str(p.File), "line", Int(p.Line), "column", Int(p.Column))
}
