package grant

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// decisions are grants that decide calls: a deny beats an ask, an ask beats an
// allow, and the default decides what is left, with the mode where there is one.
type decisions struct {
	fallback string
	mode     string
	rules    []decision
}

type decision struct {
	Grant
	rank int
	kind reach.Kind
}

// decisionsOf leaves out rules that never decide, since a stricter one has all of
// their calls.
func decisionsOf(grants Set, mode string) decisions {
	d := decisions{fallback: "deny", mode: mode}
	var all []decision
	for _, g := range grants {
		if g.Value == "" {
			d.fallback = g.Action
		} else {
			all = append(all, decision{g, rank(g.Action), kinds()[g.Kind].pattern})
		}
	}
	for _, one := range all {
		if !slices.ContainsFunc(all, func(o decision) bool { return o.rank < one.rank && o.covers(one) }) {
			d.rules = append(d.rules, one)
		}
	}
	return d
}

// covers reports whether it is certain that the calls of the other are all among these.
func (d decision) covers(other decision) bool { return reach.Covers(d.kind, d.Value, other.Value) }

// meets reports whether a call may be of both.
func (d decision) meets(other decision) bool { return reach.Meets(d.kind, d.Value, other.Value) }

// undecided returns the strictest and the freest rank that a call of a rule may have
// where no rule decides it, as package permission decides. It grows with the order
// of modes, so that `auto` counts as accepting edits.
func (d decisions) undecided(r decision) (least, most int) {
	least = rank(d.fallback)
	most = least
	if r.kind != reach.Rule {
		return least, most
	}
	tool := reach.CallsOf(r.Value).Tool
	edits := reach.Covers(reach.Tool, tool, grammar.ToolEdit) || reach.Covers(reach.Tool, tool, grammar.ToolWrite)
	switch d.mode {
	case "plan":
		switch {
		case tool == grammar.ToolEdit, tool == grammar.ToolWrite:
			return rank("deny"), rank("deny")
		case edits:
			least = rank("deny")
		case reach.Covers(reach.Tool, tool, grammar.ToolBash):
			least = min(least, rank("ask"))
		}
	case "acceptEdits", "auto":
		if edits && d.fallback != "deny" {
			most = rank("allow")
		}
	case "bypass":
		if d.fallback == "ask" {
			return rank("allow"), rank("allow")
		}
	}
	return least, most
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
func freer(before, after decisions, old, new Set) []Change {
	var changes []Change
	if rank(after.fallback) > rank(before.fallback) {
		change := Change{Grant: Grant{Kind: new[0].Kind, Pointer: new[0].Pointer, Action: after.fallback}}
		if len(old) > 0 {
			change.Was = before.fallback
		}
		changes = append(changes, change)
	}
	for _, r := range after.rules {
		least, _ := before.undecided(r)
		granted := r.Action == "deny" || least >= r.rank ||
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
		if _, most := after.undecided(r); most > r.rank || undone {
			changes = append(changes, Change{Grant: r.Grant, Gone: true})
		}
	}
	return changes
}

// rank returns the index of an action, starting at deny. An unknown action ranks as
// freer than all.
func rank(action string) int {
	if i := slices.Index(reach.Actions, action); i >= 0 {
		return i
	}
	return len(reach.Actions)
}
