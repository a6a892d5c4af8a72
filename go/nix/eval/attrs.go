package eval

import (
	"cmp"
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
	if a.unsettled {
		if l := a.layer(); l != nil {
			return l.under.get(name)
		}
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

// insertionSort is stable, and fast for short or nearly sorted input.
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
	if len(a.Attrs) > 12 {
		return ev.sortedByName(a.Attrs)
	}
	sorted := ev.slabs.attrs.Copy(a.Attrs)
	for i := 1; i < len(sorted); i++ {
		for j := i; j > 0 && names.Less(sorted[j].Name, sorted[j-1].Name); j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	return sorted
}

// sortedByName is byName for many.
func (ev *Evaluator) sortedByName(attrs []Attr) []Attr {
	ev.charge(32 * len(attrs))
	keys := make([]nameKey, len(attrs))
	for i := range attrs {
		keys[i] = nameKey{ev.symbols.Beginning(attrs[i].Name), attrs[i].Name, uint32(i)}
	}
	keys = ev.sortKeys(keys)
	sorted := make([]Attr, len(attrs))
	for i := range keys {
		sorted[i] = attrs[keys[i].at]
	}
	return sorted
}

// nameKey is the sort key of a name. It has no pointers, so that moves need no write
// barriers.
type nameKey struct {
	begin uint64
	name  syntax.Symbol
	at    uint32
}

// sortKeys sorts by the bytes of the names: by the first eight of them byte by
// byte, the last one first, and what has these in common by comparing.
func (ev *Evaluator) sortKeys(keys []nameKey) []nameKey {
	if len(keys) >= 256 {
		keys = ev.sortBeginnings(keys)
	}
	slices.SortFunc(keys, func(x, y nameKey) int {
		ev.tick()
		switch {
		case x.begin != y.begin:
			return cmp.Compare(x.begin, y.begin)
		case ev.symbols.Less(x.name, y.name):
			return -1
		}
		return 1
	})
	return keys
}

// sortBeginnings sorts by the first eight bytes.
func (ev *Evaluator) sortBeginnings(keys []nameKey) []nameKey {
	differ := uint64(0)
	for i := range keys {
		differ |= keys[i].begin ^ keys[0].begin
	}
	to := make([]nameKey, len(keys))
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		ev.ticks(len(keys) / 16)
		var next [256]int
		for i := range keys {
			next[keys[i].begin>>shift&0xff]++
		}
		from := 0
		for b, n := range next {
			next[b], from = from, from+n
		}
		for _, k := range keys {
			b := k.begin >> shift & 0xff
			to[next[b]] = k
			next[b]++
		}
		keys, to = to, keys
	}
	return keys
}

// update is `a // b`.
func (ev *Evaluator) update(a, b *Attrs) *Attrs {
	a.flatten()
	b.flatten()
	if len(a.Attrs) == 0 {
		return b
	}
	if len(b.Attrs) == 0 {
		return a
	}
	if a == b || ev.covers(b.Attrs, a.Attrs) {
		return b
	}
	if a.Attrs[len(a.Attrs)-1].Name < b.Attrs[0].Name && len(a.Attrs) >= chainLength && !a.unsettled && !b.unsettled {
		return ev.extendAttrs(a, b)
	}
	if len(a.Attrs) >= layerLength && len(b.Attrs) <= layerOver && !a.unsettled && !b.unsettled {
		return ev.layered(a, b)
	}
	set := ev.newAttrs(ev.merge(a.Attrs, b.Attrs))
	set.unsettled = a.unsettled || b.unsettled
	return set
}

// covers reports whether sorted attributes have all the names that others have.
func (ev *Evaluator) covers(all, some []Attr) bool {
	if len(some) > len(all) || some[0].Name < all[0].Name || some[len(some)-1].Name > all[len(all)-1].Name {
		return false
	}
	seen := len(all)
	for i := range some {
		if all[0].Name < some[i].Name {
			all = all[before(all, some[i].Name):]
		}
		if len(all) < len(some)-i || all[0].Name != some[i].Name {
			ev.ticks((i + seen - len(all)) / 8)
			return false
		}
		all = all[1:]
	}
	ev.ticks((len(some) + seen) / 8)
	return true
}

// merge merges sorted attributes; those of y win.
func (ev *Evaluator) merge(x, y []Attr) []Attr {
	ev.ticks((len(x) + len(y)) / 8)
	out := ev.makeAttrs(len(x) + len(y))
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0].Name == y[0].Name:
			n := 1
			for n < len(x) && n < len(y) && x[n].Name == y[n].Name {
				n++
			}
			out = append(out, y[:n]...)
			x, y = x[n:], y[n:]
		case x[0].Name < y[0].Name:
			n := before(x, y[0].Name)
			out = append(out, x[:n]...)
			x = x[n:]
		default:
			n := before(y, x[0].Name)
			out = append(out, y[:n]...)
			y = y[n:]
		}
	}
	return append(append(out, x...), y...)
}

// before is how many attributes come before a name, which the first does.
func before(s []Attr, name syntax.Symbol) int {
	n := 1
	for n < len(s) && s[n].Name < name {
		n *= 2
	}
	lo, hi := n/2+1, min(n, len(s))
	for lo < hi {
		if mid := (lo + hi) / 2; s[mid].Name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// extendAttrs is update for names that come behind all that a long set has, as the
// new names of a loop do. As for lists, the next of a chain takes the room behind.
func (ev *Evaluator) extendAttrs(a, b *Attrs) *Attrs {
	n, m := len(a.Attrs), len(b.Attrs)
	set := ev.slabs.sets.New()
	if ev.setChain == (setChain{&a.Attrs[0], n}) && m <= cap(a.Attrs)-n {
		ev.ticks(m / 8)
		ev.setChain.length += m
		set.Attrs = append(a.Attrs, b.Attrs...)
		return set
	}
	ev.ticks((n + m) / 8)
	out := ev.makeAttrs(n + m + n/4)
	set.Attrs = append(append(out, a.Attrs...), b.Attrs...)
	ev.setChain = setChain{&set.Attrs[0], n + m}
	return set
}

// setChain is chain for the last long `//`.
type setChain struct {
	first  *Attr
	length int
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
	return ev.strContext(s, nil)
}

// strContext makes a string with context.
func (ev *Evaluator) strContext(s string, c Context) *String {
	ev.charge(32)
	return ev.newString(s, c)
}

// newString is strContext for what is charged already.
func (ev *Evaluator) newString(s string, c Context) *String {
	v := ev.slabs.strings.New()
	v.S = s
	if len(c) > 0 {
		kept := c // c itself would be on the heap even if there is none
		v.refers = &kept
	}
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
