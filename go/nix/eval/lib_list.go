package eval

import (
	"math"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// listLib are the builtins over lists.
var listLib = []definition{
	{"map", 2, (*Evaluator).libMap},
	{"filter", 2, (*Evaluator).libFilter},
	{"elem", 2, (*Evaluator).libElem},
	{"elemAt", 2, (*Evaluator).libElemAt},
	{"head", 1, (*Evaluator).libHead},
	{"tail", 1, (*Evaluator).libTail},
	{"length", 1, (*Evaluator).libLength},
	{"concatLists", 1, (*Evaluator).libConcatLists},
	{"concatMap", 2, (*Evaluator).libConcatMap},
	{"foldl'", 3, (*Evaluator).libFoldl},
	{"any", 2, quantifierLib(true)},
	{"all", 2, quantifierLib(false)},
	{"genList", 2, (*Evaluator).libGenList},
	{"sort", 2, (*Evaluator).libSort},
	{"partition", 2, (*Evaluator).libPartition},
	{"groupBy", 2, (*Evaluator).libGroupBy},
}

func (ev *Evaluator) libMap(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[1], pos)
	if len(l.Elems) == 0 {
		return l
	}
	f := ev.forceFunction(args[0], pos)
	out := ev.makeList(len(l.Elems))
	call := &callee{f, pos}
	for i, x := range l.Elems {
		ev.tick()
		out[i] = ev.delayCall(call, x)
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libFilter(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[1], pos)
	if len(l.Elems) == 0 {
		return l
	}
	f := ev.forceFunction(args[0], pos)
	ev.chargeEach(len(l.Elems), 16)
	out := make([]Value, 0, len(l.Elems))
	for _, x := range l.Elems {
		if ev.forceBool(ev.apply1(f, x, pos), pos) {
			out = append(out, x)
		}
	}
	if len(out) == len(l.Elems) {
		return l
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libElem(args []Value, pos syntax.Pos) Value {
	for _, x := range ev.forceList(args[1], pos).Elems {
		ev.tick()
		fx, fy := ev.force(args[0], pos), ev.force(x, pos)
		if args[0] == x || ev.equal(fx, fy, pos) {
			return Bool(true)
		}
	}
	return Bool(false)
}

func (ev *Evaluator) libElemAt(args []Value, pos syntax.Pos) Value {
	n := ev.forceInt(args[1], pos)
	l := ev.forceList(args[0], pos)
	if n < 0 || n >= int64(len(l.Elems)) {
		ev.fail(EvalFailure, pos, "'builtins.elemAt' called with index %d on a list of size %d", n, len(l.Elems))
	}
	return ev.force(l.Elems[n], pos)
}

func (ev *Evaluator) libHead(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[0], pos)
	if len(l.Elems) == 0 {
		ev.fail(EvalFailure, pos, "'builtins.head' called on an empty list")
	}
	return ev.force(l.Elems[0], pos)
}

func (ev *Evaluator) libTail(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[0], pos)
	if len(l.Elems) == 0 {
		ev.fail(EvalFailure, pos, "'builtins.tail' called on an empty list")
	}
	ev.charge(24)
	return ev.listOf(l.Elems[1:])
}

func (ev *Evaluator) libLength(args []Value, pos syntax.Pos) Value {
	return ev.int(int64(len(ev.forceList(args[0], pos).Elems)))
}

func (ev *Evaluator) libConcatLists(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[0], pos)
	ev.chargeEach(len(l.Elems), 16)
	ev.ticks(len(l.Elems) / 8)
	return ev.concatLists(append([]Value(nil), l.Elems...), pos)
}

func (ev *Evaluator) libConcatMap(args []Value, pos syntax.Pos) Value {
	f := ev.forceFunction(args[0], pos)
	l := ev.forceList(args[1], pos)
	lists := ev.makeList(len(l.Elems))
	at := pos
	if fn, ok := f.(*Lambda); ok {
		at = fn.fn.At
	}
	for i, x := range l.Elems {
		lists[i] = ev.forceList(ev.apply1(f, x, pos), at)
	}
	return ev.concatLists(lists, pos)
}

func (ev *Evaluator) libFoldl(args []Value, pos syntax.Pos) Value {
	f := ev.forceFunction(args[0], pos)
	acc := args[1]
	for _, x := range ev.forceList(args[2], pos).Elems {
		acc = ev.apply2(f, acc, x, pos)
	}
	return ev.force(acc, pos)
}

// quantifierLib is any, which stops at true, and all, which stops at false.
func quantifierLib(stop bool) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		f := ev.forceFunction(args[0], pos)
		for _, x := range ev.forceList(args[1], pos).Elems {
			if ev.forceBool(ev.apply1(f, x, pos), pos) == stop {
				return Bool(stop)
			}
		}
		return Bool(!stop)
	}
}

func (ev *Evaluator) libGenList(args []Value, pos syntax.Pos) Value {
	n := ev.forceInt(args[1], pos)
	if n < 0 {
		ev.fail(EvalFailure, pos, "cannot create list of size %d", n)
	}
	f := ev.forceFunction(args[0], pos)
	if n > math.MaxInt32 {
		ev.limit("memory", nil, "a list of %d elements needs more memory than the limit allows", n)
	}
	out := ev.makeList(int(n))
	call := &callee{f, pos}
	for i := range out {
		ev.tick()
		out[i] = ev.delayCall(call, ev.int(int64(i)))
	}
	return ev.listOf(out)
}

// libSort is a stable merge sort: it comes to an end with any comparison.
func (ev *Evaluator) libSort(args []Value, pos syntax.Pos) Value {
	l := ev.forceList(args[1], pos)
	if len(l.Elems) == 0 {
		return l
	}
	f := ev.forceFunction(args[0], pos)
	ev.chargeEach(len(l.Elems), 32)
	out := append([]Value(nil), l.Elems...)
	for _, x := range out {
		ev.tick()
		ev.force(x, pos)
	}
	less := func(x, y Value) bool { return ev.forceBool(ev.apply2(f, x, y, pos), pos) }
	if b, ok := f.(*Builtin); ok && b.Name == "lessThan" {
		less = func(x, y Value) bool { return ev.less(x, y, pos) }
	}
	mergeSort(out, make([]Value, len(out)), less)
	return ev.listOf(out)
}

func mergeSort(s, room []Value, less func(x, y Value) bool) {
	if len(s) < 2 {
		return
	}
	mid := len(s) / 2
	mergeSort(s[:mid], room[:mid], less)
	mergeSort(s[mid:], room[mid:], less)
	copy(room, s)
	left, right := room[:mid], room[mid:]
	for i := range s {
		if len(right) == 0 || len(left) > 0 && !less(right[0], left[0]) {
			s[i], left = left[0], left[1:]
		} else {
			s[i], right = right[0], right[1:]
		}
	}
}

func (ev *Evaluator) libPartition(args []Value, pos syntax.Pos) Value {
	f := ev.forceFunction(args[0], pos)
	l := ev.forceList(args[1], pos)
	var right, wrong []Value
	ev.chargeEach(len(l.Elems), 32)
	for _, x := range l.Elems {
		ev.force(x, pos)
		if ev.forceBool(ev.apply1(f, x, pos), pos) {
			right = append(right, x)
		} else {
			wrong = append(wrong, x)
		}
	}
	return ev.sortAttrs([]Attr{{Name: ev.sym.right, Value: ev.listOf(right)}, {Name: ev.sym.wrong, Value: ev.listOf(wrong)}})
}

func (ev *Evaluator) libGroupBy(args []Value, pos syntax.Pos) Value {
	f := ev.forceFunction(args[0], pos)
	l := ev.forceList(args[1], pos)
	ev.chargeEach(len(l.Elems), 32)
	groups := make(map[syntax.Symbol]int)
	var out []Attr
	for _, x := range l.Elems {
		name := ev.forceName(ev.apply1(f, x, pos), pos)
		i, ok := groups[name]
		if !ok {
			i = len(out)
			groups[name] = i
			ev.charge(120)
			out = append(out, Attr{Name: name, Value: &List{}})
		}
		g := out[i].Value.(*List)
		g.Elems = append(g.Elems, x)
	}
	return ev.sortAttrs(out)
}
