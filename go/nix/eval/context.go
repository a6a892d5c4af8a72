package eval

import (
	"slices"
	"strings"
)

// Context is the set of store paths that a string refers to, sorted. An
// element is `/nix/store/path` for a plain path, `=/nix/store/x.drv` for a
// derivation with all it needs, `!out!/nix/store/x.drv` for an output.
type Context []string

// union merges contexts.
func (c Context) union(d Context) Context {
	if len(d) == 0 {
		return c
	}
	if len(c) == 0 {
		return d
	}
	out := slices.Concat(c, d)
	slices.Sort(out)
	return slices.Compact(out)
}

func (c Context) with(elem string) Context { return c.union(Context{elem}) }

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
