package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// setLib are the builtins over attribute sets.
var setLib = []definition{
	{"attrNames", 1, (*Evaluator).libAttrNames},
	{"attrValues", 1, (*Evaluator).libAttrValues},
	{"getAttr", 2, (*Evaluator).libGetAttr},
	{"hasAttr", 2, (*Evaluator).libHasAttr},
	{"removeAttrs", 2, (*Evaluator).libRemoveAttrs},
	{"intersectAttrs", 2, (*Evaluator).libIntersectAttrs},
	{"listToAttrs", 1, (*Evaluator).libListToAttrs},
	{"mapAttrs", 2, (*Evaluator).libMapAttrs},
	{"catAttrs", 2, (*Evaluator).libCatAttrs},
	{"zipAttrsWith", 2, (*Evaluator).libZipAttrsWith},
}

func (ev *Evaluator) libAttrNames(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	out := ev.makeList(len(a.Attrs))
	for i, x := range ev.byName(a) {
		ev.tick()
		out[i] = ev.nameString(x.Name)
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libAttrValues(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	out := ev.makeList(len(a.Attrs))
	for i, x := range ev.byName(a) {
		ev.tick()
		out[i] = x.Value
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libGetAttr(args []Value, pos syntax.Pos) Value {
	name := ev.forceName(args[0], pos)
	a := ev.requireAttr(ev.forceAttrs(args[1], pos), name, pos)
	return ev.force(a.Value, pos)
}

func (ev *Evaluator) libHasAttr(args []Value, pos syntax.Pos) Value {
	name := ev.forceName(args[0], pos)
	return Bool(ev.forceAttrs(args[1], pos).get(name) != nil)
}

func (ev *Evaluator) libRemoveAttrs(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	l := ev.forceList(args[1], pos)
	// Forcing may run other removals, so that all is forced before anything is marked.
	for _, x := range l.Elems {
		ev.tick()
		ev.forceName(x, pos)
	}
	for _, x := range l.Elems {
		ev.mark(ev.forceName(x, pos))
	}
	ev.ticks(len(a.Attrs) / 8)
	left := 0
	for i := range a.Attrs {
		if !ev.marked(a.Attrs[i].Name) {
			left++
		}
	}
	if left == len(a.Attrs) {
		ev.unmark()
		return a
	}
	out := ev.makeAttrs(left)
	for i := range a.Attrs {
		if !ev.marked(a.Attrs[i].Name) {
			out = append(out, a.Attrs[i])
		}
	}
	ev.unmark()
	return ev.newAttrs(out)
}

// mark adds a name to the set of names that is being worked with; marked asks
// for one, and unmark empties the set.
func (ev *Evaluator) mark(name syntax.Symbol) {
	for len(ev.marks) <= int(name) {
		ev.marks = append(ev.marks, 0)
	}
	ev.marks[name] = ev.marking
}

func (ev *Evaluator) marked(name syntax.Symbol) bool {
	return int(name) < len(ev.marks) && ev.marks[name] == ev.marking
}

func (ev *Evaluator) unmark() {
	if ev.marking++; ev.marking == 0 {
		clear(ev.marks)
		ev.marking = 1
	}
}

// libIntersectAttrs takes the second set's attributes that the first has too.
func (ev *Evaluator) libIntersectAttrs(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	b := ev.forceAttrs(args[1], pos)
	out := ev.makeAttrs(min(len(a.Attrs), len(b.Attrs)))
	if len(a.Attrs) <= len(b.Attrs) {
		for _, x := range a.Attrs {
			ev.tick()
			if y := b.get(x.Name); y != nil {
				out = append(out, *y)
			}
		}
	} else {
		for _, y := range b.Attrs {
			ev.tick()
			if a.find(y.Name) >= 0 {
				out = append(out, y)
			}
		}
	}
	return ev.newAttrs(out)
}

// libListToAttrs keeps the first of equal names.
func (ev *Evaluator) libListToAttrs(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[0], pos)
	out := ev.makeAttrs(len(l.Elems))
	seen := nameSet{ev: ev, most: len(l.Elems)}
	for _, x := range l.Elems {
		ev.tick()
		a := ev.forceAttrs(x, pos)
		n := ev.requireAttr(a, ev.sym.name, pos)
		name := ev.forceName(n.Value, n.Pos)
		if !seen.add(name, out) {
			continue
		}
		v := ev.requireAttr(a, ev.sym.value, pos)
		out = append(out, Attr{name, v.Pos, v.Value})
	}
	return ev.sortAttrs(out)
}

func (ev *Evaluator) libMapAttrs(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[1], pos)
	out := ev.makeAttrs(len(a.Attrs))
	call := &callee{args[0], pos}
	for _, x := range a.Attrs {
		ev.tick()
		out = append(out, Attr{Name: x.Name, Value: ev.delayCall2(call, ev.nameString(x.Name), x.Value)})
	}
	return ev.newAttrs(out)
}

func (ev *Evaluator) libCatAttrs(args []Value, pos syntax.Pos) Value {
	name := ev.forceName(args[0], pos)
	l := ev.forceList(args[1], pos)
	ev.chargeEach(len(l.Elems), 32)
	var out []Value
	for _, x := range l.Elems {
		ev.tick()
		if a := ev.forceAttrs(x, pos).get(name); a != nil {
			out = append(out, a.Value)
		}
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libZipAttrsWith(args []Value, pos syntax.Pos) Value {
	f := ev.forceFunction(args[0], pos)
	l := ev.forceList(args[1], pos)
	index := make(map[syntax.Symbol]int)
	var names []syntax.Symbol
	var lists []*List
	for _, x := range l.Elems {
		a := ev.forceAttrs(x, pos)
		ev.chargeEach(len(a.Attrs), 32)
		for _, m := range a.Attrs {
			ev.tick()
			i, ok := index[m.Name]
			if !ok {
				ev.charge(160)
				i = len(lists)
				index[m.Name] = i
				names = append(names, m.Name)
				lists = append(lists, &List{})
			}
			lists[i].Elems = append(lists[i].Elems, m.Value)
		}
	}
	out := ev.makeAttrs(len(names))
	call := &callee{f, pos}
	for i, name := range names {
		out = append(out, Attr{Name: name, Value: ev.delayCall2(call, ev.nameString(name), lists[i])})
	}
	return ev.sortAttrs(out)
}
