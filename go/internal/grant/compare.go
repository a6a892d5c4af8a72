package grant

import (
	"math"
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
)

// Change is one way in which a set allows more than another.
type Change struct {
	Grant Grant
	// Gone marks a grant that restricted the agent and no longer exists.
	Gone bool
	// Was is the value that was consented to, of what has just one.
	Was string
}

// Compare returns where now allows more than the user consented to. There are no
// changes if now is covered: if each kind of grant, by itself, allows no more. The
// relation is reflexive and transitive.
func Compare(consented, now Set) []Change {
	var changes []Change
	old, new := groupsOf(consented), groupsOf(now)
	for _, key := range keysOf(old, new) {
		before, after := old.at(key), new.at(key)
		switch kinds()[key.Kind].compared {
		case exact:
			for _, g := range after {
				if !slices.Contains(before, g) {
					changes = append(changes, Change{Grant: g, Was: kinds()[key.Kind].was(before)})
				}
			}
			if kinds()[key.Kind].left && len(new[key]) == 0 {
				for _, g := range old[key] {
					changes = append(changes, Change{Grant: g, Gone: true})
				}
			}
		case kept:
			for _, g := range before {
				if !slices.Contains(after, g) {
					changes = append(changes, Change{Grant: g, Gone: true})
				}
			}
		case step:
			order := kinds()[key.Kind].order
			changes = append(changes, further(before, after, func(a, b string) bool { return reach.Beyond(order, a, b) })...)
		case limit:
			before, after := orNoLimit(key, before), orNoLimit(key, after)
			changes = append(changes, further(before, after, func(a, b string) bool { return number(b) > number(a) })...)
		case floor:
			if len(before) == 0 {
				continue
			}
			if len(after) == 0 {
				changes = append(changes, Change{Grant: before[0], Gone: true})
				continue
			}
			changes = append(changes, further(before, after, func(a, b string) bool { return number(b) < number(a) })...)
		case calls:
			was, is := decisionsOf(before, old.mode(key.Pointer)), decisionsOf(after, new.mode(key.Pointer))
			changes = append(changes, freer(was, is, before, after)...)
		}
	}
	return changes
}

// was is the value of a kind that has one for a place.
func (a about) was(old Set) string {
	if !a.single || len(old) == 0 {
		return ""
	}
	return old[0].Value
}

// number is the value of a limit; without one it is the highest.
func number(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil {
		return math.MaxInt
	}
	return n
}

// noLimit is the value of a limit that is not set.
const noLimit = ""

// orNoLimit completes the grants of a limit that came after sets of grants were stored:
// none stands for no limit, so that a set of before covers what it covered.
func orNoLimit(at place, found Set) Set {
	if len(found) == 0 && at.Pointer == "/limits/maxTokens" {
		return Set{{Kind: at.Kind, Pointer: at.Pointer, Value: noLimit}}
	}
	return found
}

// place is the scope within which grants are compared.
type place struct {
	Kind    Kind
	Pointer string
}

func groupsOf(s Set) groups {
	out := groups{}
	for _, g := range s {
		key := place{g.Kind, g.Pointer}
		out[key] = append(out[key], g)
	}
	return out
}

func keysOf(a, b groups) []place {
	var all []Grant
	for _, groups := range []groups{a, b} {
		for key := range groups {
			all = append(all, Grant{Kind: key.Kind, Pointer: key.Pointer})
		}
	}
	var out []place
	for _, g := range SetOf(all) {
		out = append(out, place{g.Kind, g.Pointer})
	}
	return out
}

// further compares two values of a place; nothing is below all.
func further(old, new Set, beyond func(a, b string) bool) []Change {
	if len(new) == 0 {
		return nil
	}
	now := new[0]
	if len(old) == 0 {
		return []Change{{Grant: now}}
	}
	if !beyond(old[0].Value, now.Value) {
		return nil
	}
	return []Change{{Grant: now, Was: old[0].Value}}
}
