package trust

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/wider"
)

// decisions are grants that decide calls: a deny beats an ask, an ask beats an
// allow, and the default decides what is left.
type decisions struct {
	fallback string
	rules    Set
}

func decisionsOf(grants Set) decisions {
	d := decisions{fallback: "deny"}
	for _, g := range grants {
		if g.Value == "" {
			d.fallback = g.Action
		} else {
			d.rules = append(d.rules, g)
		}
	}
	return d
}

// freer tells where new decides a call more freely than old. Nothing is returned
// only if no call is: for a call that new allows,
//
//   - no rule of old that denies or asks has it, since each such rule is kept: covered
//     by one of new that is at least as strict, or made up for by new's default, with
//     no rule of new that is freer than it and has a call of it;
//   - so old allows it too, since what new allows by a rule or by its default is
//     allowed by a rule of old that covers it, or by old's default;
//
// and the same one step lower for a call that new asks about. Every one of these
// conditions carries over from a to b and from b to c to a and c, because covering
// does, and because what meets a glob meets each one that covers it.
func freer(kind about, old, new Set) []Change {
	before, after := decisionsOf(old), decisionsOf(new)
	var changes []Change
	if rank(after.fallback) > rank(before.fallback) {
		change := Change{Grant: Grant{Kind: new[0].Kind, Pointer: new[0].Pointer, Action: after.fallback}}
		if len(old) > 0 {
			change.Was = before.fallback
		}
		changes = append(changes, change)
	}
	for _, g := range after.rules {
		atLeast := rank(g.Action)
		granted := g.Action == "deny" || rank(before.fallback) >= atLeast || g.Action == "ask" && rank(after.fallback) >= atLeast ||
			slices.ContainsFunc(before.rules, func(o Grant) bool { return rank(o.Action) >= atLeast && kind.covers(o, g) })
		if !granted {
			changes = append(changes, Change{Grant: g})
		}
	}
	for _, g := range before.rules {
		if g.Action == "allow" || slices.ContainsFunc(after.rules, func(n Grant) bool { return rank(n.Action) <= rank(g.Action) && kind.covers(n, g) }) {
			continue
		}
		undone := slices.ContainsFunc(after.rules, func(n Grant) bool { return rank(n.Action) > rank(g.Action) && kind.meets(n, g) })
		if rank(after.fallback) > rank(g.Action) || undone {
			changes = append(changes, Change{Grant: g, Gone: true})
		}
	}
	return changes
}

// rank is the place of an action, from deny; what is no action is freer than all.
func rank(action string) int {
	if i := slices.Index(wider.Actions, action); i >= 0 {
		return i
	}
	return len(wider.Actions)
}

// call is what a decision is about: "TOOL PATTERN" of a rule, or a tool, or a path.
func call(g Grant) wider.Call {
	switch g.Kind {
	case Rule:
		tool, pattern, _ := strings.Cut(g.Value, " ")
		return wider.Call{Tool: tool, Pattern: pattern}
	case Files:
		return wider.Call{Pattern: g.Value}
	}
	return wider.Call{Tool: g.Value, Pattern: "*"}
}

func callCovers(wide, narrow Grant) bool { return call(wide).Covers(call(narrow)) }
func callsMeet(a, b Grant) bool          { return call(a).Meets(call(b)) }
func hostCovers(wide, narrow Grant) bool { return wider.HostCovers(wide.Value, narrow.Value) }
func same(a, b Grant) bool               { return a.Value == b.Value }
func always(Grant, Grant) bool           { return true }
