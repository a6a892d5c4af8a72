package eval

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// contextLib are the builtins about the store paths that strings refer to.
var contextLib = []definition{
	{"hasContext", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return Bool(len(ev.forceString(args[0], pos).Context()) > 0)
	}},
	{"getContext", 1, (*Evaluator).libGetContext},
	{"appendContext", 2, (*Evaluator).libAppendContext},
	{"unsafeDiscardStringContext", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.str(ev.coerce(args[0], pos, coercion{store: true}, nil))
	}},
	{"unsafeDiscardOutputDependency", 1, (*Evaluator).libDiscardOutputDependency},
	{"addDrvOutputDependencies", 1, (*Evaluator).libAddDrvOutputDependencies},
}

func (ev *Evaluator) libGetContext(args []Value, pos syntax.Pos) Value {
	type info struct {
		path, all bool
		outputs   []Value
	}
	infos := make(map[string]*info)
	var order []string
	for _, s := range ev.forceString(args[0], pos).Context() {
		ev.tick()
		ev.charge(400)
		e := parseContextElem(s)
		i := infos[e.path]
		if i == nil {
			i = &info{}
			infos[e.path] = i
			order = append(order, e.path)
		}
		switch {
		case e.all:
			i.all = true
		case e.output != "":
			i.outputs = append(i.outputs, ev.str(e.output))
		default:
			i.path = true
		}
	}
	var out []Attr
	for _, p := range order {
		i := infos[p]
		var a []Attr
		if i.path {
			a = append(a, Attr{Name: ev.sym.path, Value: Bool(true)})
		}
		if i.all {
			a = append(a, Attr{Name: ev.symbols.Intern("allOutputs"), Value: Bool(true)})
		}
		if len(i.outputs) > 0 {
			a = append(a, Attr{Name: ev.sym.outputs, Value: ev.listOf(i.outputs)})
		}
		out = append(out, Attr{Name: ev.intern(p), Value: ev.sortAttrs(a)})
	}
	return ev.sortAttrs(out)
}

// isStorePath reports whether p is a path directly in the store.
func isStorePath(p string) bool {
	name, ok := strings.CutPrefix(p, storeDir+"/")
	return ok && len(name) > 33 && name[32] == '-' && !strings.Contains(name, "/") &&
		strings.Trim(name[:32], nixAlphabet) == ""
}

const nixAlphabet = "0123456789abcdfghijklmnpqrsvwxyz"

func isDrvPath(p string) bool { return strings.HasSuffix(p, ".drv") }

func (ev *Evaluator) libAppendContext(args []Value, pos syntax.Pos) Value {
	s := ev.forceString(args[0], pos)
	var ctx contextSet
	ctx.add(ev, s.Context())
	for _, a := range ev.forceAttrs(args[1], pos).Attrs {
		ev.tick()
		name := ev.symbols.Name(a.Name)
		if !isStorePath(name) {
			ev.fail(EvalFailure, a.Pos, "context key '%s' is not a store path", name)
		}
		info := ev.forceAttrs(a.Value, a.Pos)
		if x := info.get(ev.sym.path); x != nil && ev.forceBool(x.Value, x.Pos) {
			ctx.addOne(ev, name)
		}
		if x := info.get(ev.symbols.Intern("allOutputs")); x != nil && ev.forceBool(x.Value, x.Pos) {
			if !isDrvPath(name) {
				ev.fail(EvalFailure, a.Pos, "tried to add all-outputs context of %s, which is not a derivation, to a string", name)
			}
			ctx.addOne(ev, contextElem{path: name, all: true}.String())
		}
		if x := info.get(ev.sym.outputs); x != nil {
			outputs := ev.forceList(x.Value, x.Pos).Elems
			if len(outputs) > 0 && !isDrvPath(name) {
				ev.fail(EvalFailure, a.Pos, "tried to add derivation output context of %s, which is not a derivation, to a string", name)
			}
			for _, o := range outputs {
				ev.tick()
				ctx.addOne(ev, contextElem{path: name, output: ev.stringNoContext(o, x.Pos)}.String())
			}
		}
	}
	return ev.strContext(s.S, ctx.context(ev))
}

func (ev *Evaluator) libDiscardOutputDependency(args []Value, pos syntax.Pos) Value {
	var ctx, out contextSet
	s := ev.coerce(args[0], pos, coercion{store: true}, &ctx)
	for _, c := range ctx.context(ev) {
		e := parseContextElem(c)
		e.all = false
		out.addOne(ev, e.String())
	}
	return ev.strContext(s, out.context(ev))
}

func (ev *Evaluator) libAddDrvOutputDependencies(args []Value, pos syntax.Pos) Value {
	var ctx contextSet
	s := ev.coerce(args[0], pos, coercion{store: true}, &ctx)
	found := ctx.context(ev)
	if len(found) != 1 {
		ev.fail(EvalFailure, pos, "context of string '%s' must have exactly one element, but has %d", s, len(found))
	}
	e := parseContextElem(found[0])
	if e.output != "" {
		ev.fail(EvalFailure, pos, "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '%s'", e.output)
	}
	if !isDrvPath(e.path) {
		ev.fail(EvalFailure, pos, "path '%s' is not a derivation", e.path)
	}
	e.all = true
	return ev.strContext(s, Context{e.String()})
}
