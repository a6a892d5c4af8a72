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
	rules    []decision
}

type decision struct {
	Grant
	rank int
	call wider.Call
}

// decisionsOf leaves out rules that never decide, since a stricter one has all of
// their calls.
func decisionsOf(grants Set) decisions {
	d := decisions{fallback: "deny"}
	var all []decision
	for _, g := range grants {
		if g.Value == "" {
			d.fallback = g.Action
		} else {
			all = append(all, decision{g, rank(g.Action), call(g)})
		}
	}
	for _, one := range all {
		if !slices.ContainsFunc(all, func(o decision) bool { return o.rank < one.rank && o.covers(one) }) {
			d.rules = append(d.rules, one)
		}
	}
	return d
}

// covers tells for certain that the calls of the other are all among these.
func (d decision) covers(other decision) bool {
	switch d.Kind {
	case Hosts, SearchHost:
		return wider.HostCovers(d.Value, other.Value)
	case Reads: // a * does not cross folders there
		return d.Value == other.Value
	}
	return d.call.Covers(other.call)
}

// meets tells whether a call may be of both.
func (d decision) meets(other decision) bool {
	switch d.Kind {
	case Hosts, SearchHost, Reads:
		return true
	}
	return d.call.Meets(other.call)
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
func freer(old, new Set) []Change {
	before, after := decisionsOf(old), decisionsOf(new)
	var changes []Change
	if rank(after.fallback) > rank(before.fallback) {
		change := Change{Grant: Grant{Kind: new[0].Kind, Pointer: new[0].Pointer, Action: after.fallback}}
		if len(old) > 0 {
			change.Was = before.fallback
		}
		changes = append(changes, change)
	}
	for _, r := range after.rules {
		granted := r.Action == "deny" || rank(before.fallback) >= r.rank ||
			slices.ContainsFunc(before.rules, func(o decision) bool { return o.rank >= r.rank && o.covers(r) })
		if !granted {
			changes = append(changes, Change{Grant: r.Grant})
		}
	}
	for _, r := range before.rules {
		if r.Action == "allow" || slices.ContainsFunc(after.rules, func(n decision) bool { return n.rank <= r.rank && n.covers(r) }) {
			continue
		}
		undone := slices.ContainsFunc(after.rules, func(n decision) bool { return n.rank > r.rank && n.meets(r) })
		if rank(after.fallback) > r.rank || undone {
			changes = append(changes, Change{Grant: r.Grant, Gone: true})
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
