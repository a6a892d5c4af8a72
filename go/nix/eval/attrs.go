package eval

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

var emptyAttrs = &Attrs{}
var emptyList = &List{}
var emptyString = &String{}

// find returns the index of an attribute, or -1.
func (a *Attrs) find(name syntax.Symbol) int {
	s := a.Attrs
	if len(s) <= 8 {
		for i := range s {
			if s[i].Name == name {
				return i
			}
		}
		return -1
	}
	lo, hi := 0, len(s)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if s[mid].Name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s) && s[lo].Name == name {
		return lo
	}
	return -1
}

// get returns an attribute, or nil.
func (a *Attrs) get(name syntax.Symbol) *Attr {
	if i := a.find(name); i >= 0 {
		if a.unsettled {
			return a.Attrs[i].resolve()
		}
		return &a.Attrs[i]
	}
	return nil
}

// newAttrs takes over a slice that is sorted already.
func (ev *Evaluator) newAttrs(attrs []Attr) *Attrs {
	if len(attrs) == 0 {
		return emptyAttrs
	}
	set := ev.slabs.sets.New()
	set.Attrs = ev.slabs.attrs.Trim(attrs)
	return set
}

// sortAttrs takes over a slice without duplicate names.
func (ev *Evaluator) sortAttrs(attrs []Attr) *Attrs {
	ev.sortNames(attrs)
	return ev.newAttrs(attrs)
}

func (ev *Evaluator) sortNames(attrs []Attr) {
	if len(attrs) > 12 {
		slices.SortFunc(attrs, func(x, y Attr) int {
			ev.tick()
			return int(x.Name) - int(y.Name)
		})
	} else {
		insertionSort(attrs)
	}
}

// insertionSort is stable, and fast for what is short or in order.
func insertionSort(attrs []Attr) {
	for i := 1; i < len(attrs); i++ {
		for j := i; j > 0 && attrs[j].Name < attrs[j-1].Name; j-- {
			attrs[j], attrs[j-1] = attrs[j-1], attrs[j]
		}
	}
}

// makeAttrs allocates room for n attributes.
func (ev *Evaluator) makeAttrs(n int) []Attr {
	ev.charge(32 + 24*n)
	return ev.slabs.attrs.Make(n)[:0]
}

// byName returns the attributes in the order of their names' bytes.
func (ev *Evaluator) byName(a *Attrs) []Attr {
	ev.charge(24 * len(a.Attrs))
	ev.ticks(len(a.Attrs))
	names := ev.symbols
	inOrder := true
	for i := 1; i < len(a.Attrs) && inOrder; i++ {
		inOrder = names.Less(a.Attrs[i-1].Name, a.Attrs[i].Name)
	}
	if inOrder {
		return a.Attrs
	}
	sorted := ev.slabs.attrs.Copy(a.Attrs)
	if len(sorted) > 12 {
		slices.SortFunc(sorted, func(x, y Attr) int {
			ev.tick()
			if names.Less(x.Name, y.Name) {
				return -1
			}
			return 1
		})
		return sorted
	}
	for i := 1; i < len(sorted); i++ {
		for j := i; j > 0 && names.Less(sorted[j].Name, sorted[j-1].Name); j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	return sorted
}

// update is `a // b`.
func (ev *Evaluator) update(a, b *Attrs) *Attrs {
	if len(a.Attrs) == 0 {
		return b
	}
	if len(b.Attrs) == 0 {
		return a
	}
	ev.ticks((len(a.Attrs) + len(b.Attrs)) / 8)
	out := ev.makeAttrs(len(a.Attrs) + len(b.Attrs))
	x, y := a.Attrs, b.Attrs
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0].Name == y[0].Name:
			out = append(out, y[0])
			x, y = x[1:], y[1:]
		case x[0].Name < y[0].Name:
			out = append(out, x[0])
			x = x[1:]
		default:
			out = append(out, y[0])
			y = y[1:]
		}
	}
	out = append(out, x...)
	out = append(out, y...)
	set := ev.newAttrs(out)
	set.unsettled = a.unsettled || b.unsettled
	return set
}

// newList makes room for a list of n elements.
func (ev *Evaluator) makeList(n int) []Value {
	ev.charge(24 + 16*n)
	return ev.slabs.values.Make(n)
}

func (ev *Evaluator) listOf(elems []Value) *List {
	if len(elems) == 0 {
		return emptyList
	}
	l := ev.slabs.lists.New()
	l.Elems = elems
	return l
}

// str makes a string without context.
func (ev *Evaluator) str(s string) *String {
	if s == "" {
		return emptyString
	}
	ev.charge(48)
	v := ev.slabs.strings.New()
	v.S = s
	return v
}

// strContext makes a string with context.
func (ev *Evaluator) strContext(s string, c Context) *String {
	ev.charge(48)
	v := ev.slabs.strings.New()
	v.S, v.Context = s, c
	return v
}

// nameString is an attribute's name as a string; each is made once.
func (ev *Evaluator) nameString(sym syntax.Symbol) Value {
	for len(ev.nameStrings) <= int(sym) {
		ev.nameStrings = append(ev.nameStrings, nil)
	}
	s := ev.nameStrings[sym]
	if s == nil {
		ev.charge(56)
		s = &String{S: ev.symbols.Name(sym), sym: sym}
		ev.nameStrings[sym] = s
	}
	return s
}

// intern is the Symbol of a name; a new one is charged, and stays.
func (ev *Evaluator) intern(name string) syntax.Symbol {
	n := ev.symbols.Len()
	sym := ev.symbols.Intern(name)
	if ev.symbols.Len() > n {
		ev.charge(64 + len(name))
	}
	return sym
}

// attrsOf builds a set from names and values in turn; for results of builtins.
func (ev *Evaluator) attrsOf(pairs ...any) *Attrs {
	out := ev.makeAttrs(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Attr{Name: ev.symbols.Intern(pairs[i].(string)), Value: pairs[i+1].(Value)})
	}
	return ev.sortAttrs(out)
}
