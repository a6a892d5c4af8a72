package legacy

import (
	"fmt"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
)

// rule is one rule of permissions.
type rule struct {
	tool, pattern, action string
	origin                string // pointer to it
}

func (r rule) glob() glob { return parseGlob(r.tool + string(between) + r.pattern) }

// strictness orders actions: the strictest of a set decides.
func strictness(action string) int { return -slices.Index(reach.Actions, action) }

// turn is a conflict between the two meanings of a list of rules. Of the calls whose
// first match was the first rule, some match the other one too, which is stricter and
// decides now.
type turn struct {
	first, other int
	// tool and argument are such a call; empty when none was found in time.
	tool, argument string
	sure           bool
}

// mostSearched bounds the work on one list of rules, in states of the search.
const mostSearched = 100_000

// turns finds every pair of rules by which a list that is read first match in
// order and the same rules as a set, deny over ask over allow, decide
// differently. What the set decides is never laxer. complete is false when there
// are too many rules to compare them all.
func turns(rules []rule) (found []turn, complete bool) {
	s := &searcher{budget: mostSearched}
	globs := make([]glob, len(rules))
	for i, r := range rules {
		globs[i] = r.glob()
	}
	for i := range rules {
		for j := i + 1; j < len(rules); j++ {
			if strictness(rules[j].action) <= strictness(rules[i].action) {
				continue
			}
			if s.budget <= 0 {
				return found, false
			}
			both := []glob{globs[i], globs[j]}
			if _, ok, sure := s.search(both, nil); !ok && sure {
				continue
			}
			// Only the rules before that can get in between matter.
			var before []glob
			for k := range i {
				if _, ok, sure := s.search(append(both[:2:2], globs[k]), nil); ok || !sure {
					before = append(before, globs[k])
				}
			}
			call, ok, sure := s.search(both, before)
			if !ok && sure {
				continue
			}
			t := turn{first: i, other: j, sure: sure}
			for at, c := range call {
				if c == between {
					t.tool, t.argument = call[:at], call[at+1:]
				}
			}
			found = append(found, t)
		}
	}
	return found, true
}

var done = map[string]string{"allow": "allowed", "ask": "asked about", "deny": "refused"}

// reportTurns reports the rules whose meaning changes.
func (c *converter) reportTurns(rules []rule) {
	found, complete := turns(rules)
	if !complete {
		c.p.Losses = append(c.p.Losses, c.diagnostic(diag.SeverityWarning, "rule-order", "/permissions/rule",
			"there are too many rules to compare them all: the strictest rule that matches decides now, not the first"))
	}
	for _, t := range found {
		first, other := rules[t.first], rules[t.other]
		words := "may now be"
		if t.sure {
			words = "is now"
		}
		call := "a call of " + diag.Quote(first.tool) + " that both match"
		if t.tool != "" {
			call = diag.Sprintf("`%s` with %q", t.tool, t.argument)
		}
		d := diag.Diagnostic{Severity: diag.SeverityWarning, Code: "rule-order", Path: dotted(other.origin), Pointer: other.origin,
			Message: fmt.Sprintf("%s was %s by an earlier rule and %s %s: the strictest rule decides, not the first", call, done[first.action], words, done[other.action]),
			Hint:    "if the first rule is to decide, narrow the pattern of the other one",
		}
		for _, at := range []struct{ pointer, note string }{{first.origin, "decided, as the first that matches"}, {other.origin, "decides, as the strictest"}} {
			if p, ok := c.place(at.pointer); ok {
				p.Note = at.note
				d.Positions = append(d.Positions, p)
			}
		}
		c.p.Losses = append(c.p.Losses, d)
	}
}
