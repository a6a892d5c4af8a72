package eval

import (
	"slices"
	"strings"
)

// Context is the set of store paths that a string refers to, sorted. An
// element is `/nix/store/path` for a plain path, `=/nix/store/x.drv` for a
// derivation with all it needs, `!out!/nix/store/x.drv` for an output.
type Context []string

// newContext sorts paths.
func newContext(paths []string) Context {
	out := slices.Clone(paths)
	slices.Sort(out)
	return slices.Compact(out)
}

// contextSet collects the contexts of all strings that went into a value. The zero
// value is empty; a nil set drops what is added.
type contextSet struct {
	elems []string // sorted and without duplicates up to sorted
	// sorted is the length of all of elems while they are the Context of one
	// string, which is not written to.
	sorted int
	owned  bool
}

// add adds a context. Elements are sorted once as many are new as were there, so
// that each takes a time that is logarithmic in their number.
func (s *contextSet) add(ev *Evaluator, c Context) {
	switch {
	case len(c) == 0 || s == nil:
		return
	case len(s.elems) == 0:
		s.elems, s.sorted, s.owned = c[:len(c):len(c)], len(c), false
		return
	case len(c) == s.sorted && &c[0] == &s.elems[0]:
		return
	}
	ev.ticks(len(c))
	ev.chargeEach(len(c), 16)
	if !s.owned {
		s.elems, s.owned = slices.Clone(s.elems), true
	}
	s.elems = append(s.elems, c...)
	if len(s.elems) > 2*s.sorted+8 {
		s.sort(ev)
	}
}

func (s *contextSet) addOne(ev *Evaluator, elem string) {
	if s != nil {
		s.add(ev, Context{elem})
	}
}

func (s *contextSet) sort(ev *Evaluator) {
	slices.SortFunc(s.elems, func(a, b string) int {
		ev.tick()
		return strings.Compare(a, b)
	})
	s.elems = slices.Compact(s.elems)
	s.sorted = len(s.elems)
}

// context returns the collected context.
func (s *contextSet) context(ev *Evaluator) Context {
	if len(s.elems) > s.sorted {
		s.sort(ev)
	}
	return s.elems[:len(s.elems):len(s.elems)]
}

// contextElem is a parsed element: drv says that path is a derivation that is
// meant as a whole; output is set for an output of one.
type contextElem struct {
	path   string
	all    bool
	output string
}

func parseContextElem(s string) contextElem {
	switch {
	case strings.HasPrefix(s, "="):
		return contextElem{path: s[1:], all: true}
	case strings.HasPrefix(s, "!"):
		output, path, _ := strings.Cut(s[1:], "!")
		return contextElem{path: path, output: output}
	}
	return contextElem{path: s}
}

func (e contextElem) String() string {
	switch {
	case e.all:
		return "=" + e.path
	case e.output != "":
		return "!" + e.output + "!" + e.path
	}
	return e.path
}

// example words one of the elements for a message: the one that Nix has first.
func (c Context) example() string {
	var paths, deep, outputs []string
	for _, s := range c {
		switch e := parseContextElem(s); {
		case e.all:
			deep = append(deep, e.path+" (deep)")
		case e.output != "":
			outputs = append(outputs, e.path+"^"+e.output)
		default:
			paths = append(paths, e.path)
		}
	}
	for _, list := range [][]string{paths, deep, outputs} {
		if len(list) > 0 {
			return slices.Min(list)
		}
	}
	return ""
}

// derivation returns the element that Nix has first of those that are derivations:
// whole ones come before outputs, and both are in the order of their paths; "" if
// there is none.
func (c Context) derivation() string {
	first, least := "", contextElem{}
	for _, s := range c {
		e := parseContextElem(s)
		if !e.all && e.output == "" {
			continue
		}
		if first == "" || e.all && !least.all || e.all == least.all && e.path < least.path {
			first, least = s, e
		}
	}
	return first
}
