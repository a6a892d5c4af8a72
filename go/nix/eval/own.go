package eval

import (
	"path"
	"slices"
	"strings"
)

// A source that is read where it is, as that of a flake, is in the store for Nix. What
// depends on its path there is worked out here.

// storedAs is the path in the store of a source that is read elsewhere, or "".
func (ev *Evaluator) storedAs(p string) string {
	if ev.options.StoredAs == nil || strings.HasPrefix(p, storeDir+"/") {
		return ""
	}
	at, err := ev.options.StoredAs(p)
	if err != nil {
		ev.raiseGo(err)
	}
	return at
}

// copyName is the name of a copy of a path.
func (ev *Evaluator) copyName(p string) string {
	if at := ev.storedAs(p); at != "" {
		p = at
	}
	return path.Base(p)
}

// moved maps a path of the store to the place where its source is read.
type moved struct{ from, to string }

// moveContext replaces sources in a context by their paths in the store, which can be
// read from then on.
func (ev *Evaluator) moveContext(ctx Context) (Context, []moved) {
	var moves []moved
	for _, c := range ctx {
		ev.tick()
		if c[0] != '/' {
			continue
		}
		if at := ev.storedAs(c); at != "" {
			moves = append(moves, moved{c, at})
			ev.charge(objectSize)
			ev.sources.PutCopy(at, c, nil, false)
		}
	}
	if len(moves) == 0 {
		return ctx, nil
	}
	// A path may begin another.
	slices.SortFunc(moves, func(a, b moved) int { return len(b.from) - len(a.from) })
	out := make([]string, 0, len(ctx))
	for _, c := range ctx {
		for _, m := range moves {
			if c == m.from {
				c = m.to
			}
		}
		out = append(out, c)
	}
	return newContext(out), moves
}

// moveText replaces in a text the paths of sources by those in the store.
func (ev *Evaluator) moveText(text string, moves []moved) string {
	for _, m := range moves {
		ev.bytes(8 * len(text))
		if n := strings.Count(text, m.from); n > 0 {
			ev.charge(len(text) + n*len(m.to))
			text = strings.ReplaceAll(text, m.from, m.to)
		}
	}
	return text
}
