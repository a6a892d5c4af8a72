package words

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
)

// action is the decision about a call, from the strictest.
type action int

const (
	deny action = iota
	ask
	allow
)

var actionsDone = []string{"refused", "asked about", "allowed"}

func actionOf(v any) action { return action(max(0, slices.Index(reach.Actions, text(v)))) }

// ruleKey is the subject of a rule: "TOOL PATTERN". Of several rules for one key the
// strictest counts.
type ruleKey string

func (k ruleKey) covers(other ruleKey) bool {
	return reach.Covers(reach.Rule, string(k), string(other))
}

// ruleSet is permissions as they decide: deny over ask over allow over default.
type ruleSet struct {
	rules    map[ruleKey]action
	reasons  map[ruleKey]string
	fallback action
}

func ruleSetOf(permissions any) ruleSet {
	p := members(permissions)
	set := ruleSet{rules: map[ruleKey]action{}, reasons: map[ruleKey]string{}, fallback: actionOf(p["default"])}
	for _, item := range list(p["rules"]) {
		rule := members(item)
		key := ruleKey(text(rule["tool"]) + " " + text(rule["pattern"]))
		act := actionOf(rule["action"])
		if have, ok := set.rules[key]; !ok || act < have {
			set.rules[key] = act
		}
		set.reasons[key] += text(rule["action"]) + "\x00" + text(rule["reason"]) + "\x00"
	}
	return set
}

// covering is the strictest rule that decides every call of the key.
func (s ruleSet) covering(key ruleKey) (strictest action, covered bool) {
	strictest = allow
	for other, act := range s.rules {
		if other.covers(key) {
			covered = true
			strictest = min(strictest, act)
		}
	}
	return strictest, covered
}

// ruleChange is the change of the decision about the calls of one key.
type ruleChange struct {
	key    ruleKey
	now    action // where no narrower rule decides
	effect Effect
	before string // words before the verb
	after  string // words behind the pattern
	idle   bool   // the other rules or the default make up for it
}

// ruleLine is the wording that several patterns share.
type ruleLine struct {
	effect                Effect
	before, object, after string // no object: the items
}

// permissionRules words the change of the rules, as a set.
func permissionRules(s *scope, c change) {
	a, b := ruleSetOf(s.a["permissions"]), ruleSetOf(s.b["permissions"])
	var changes []ruleChange
	idle := map[string]int{}
	for _, key := range unionKeys(a.rules, b.rules) {
		before, inA := a.rules[key]
		after, inB := b.rules[key]
		if inA && inB && before == after {
			if a.reasons[key] != b.reasons[key] {
				s.say(Permissions, Neutral, c, "gives another reason for one of its rules: %s", ruleText(key))
			}
			continue
		}
		changes = append(changes, ruleChanged(a, b, key, s.effect(place{kind: grant.Rule, at: ".."}, c, string(key)), inA, inB))
	}
	var order []ruleLine
	items := map[ruleLine][]string{}
	for _, r := range changes {
		if r.idle {
			idle[r.before]++
			continue
		}
		if slices.ContainsFunc(changes, r.within) {
			continue // said of more already
		}
		verb, object, item := Verb(string(r.key))
		at := ruleLine{r.effect, r.before + verb, object, r.after}
		if _, known := items[at]; !known {
			order = append(order, at)
		}
		items[at] = append(items[at], item)
	}
	for _, at := range order {
		object, listed := at.object, []string(nil)
		if object == "" {
			if listed = diag.QuoteAll(items[at]); len(listed) == 1 {
				object, listed = listed[0], nil
			} else {
				object = "these"
			}
		}
		s.say(Permissions, at.effect, c, "%s %s%s", at.before, object, at.after).Items = listed
	}
	for _, text := range []string{"has", "drops"} {
		if n := idle[text]; n > 0 {
			s.say(Permissions, Neutral, c, "%s %s that its other rules or the default make up for", text, Count(n, "rule"))
		}
	}
	if len(changes) == 0 && difference.Same(a.reasons, b.reasons) {
		s.say(Permissions, Neutral, c, "writes the same rules in another way")
	}
}

func ruleChanged(a, b ruleSet, key ruleKey, effect Effect, inA, inB bool) ruleChange {
	from, to := a.usual(key), b.usual(key)
	before, after := a.rules[key], b.rules[key]
	r := ruleChange{key: key, now: to, effect: effect}
	told := to > from && r.effect == Wider || to < from && r.effect == Narrower
	switch {
	case told && to == allow:
		r.before, r.after = "may now ", " without asking"
	case told && to == ask && from == deny:
		r.before, r.after = "may now ", " after asking"
	case told && to == ask:
		r.before = "must now ask to "
	case told:
		r.before = "may no longer "
	case r.effect == Neutral && inB:
		r.idle, r.before = true, "has"
	case r.effect == Neutral:
		r.idle, r.before = true, "drops"
	case inA && inB:
		r.before = "has a rule to " + reach.Actions[after] + " where it had one to " + reach.Actions[before] + ": "
	case inB:
		r.before = "has a new rule to " + reach.Actions[after] + ": "
	default:
		r.before = "drops its rule to " + reach.Actions[before] + ": "
	}
	if told {
		r.after += " (was " + actionsDone[from] + ")"
	}
	return r
}

// usual returns the decision about calls of the key that no narrower rule decides.
func (s ruleSet) usual(key ruleKey) action {
	if strictest, covered := s.covering(key); covered {
		return strictest
	}
	return s.fallback
}

// within reports whether the other change implies this one.
func (r ruleChange) within(other ruleChange) bool {
	return !other.idle && other.key != r.key && other.key.covers(r.key) && other.effect == r.effect && other.now == r.now
}

func unionKeys(a, b map[ruleKey]action) []ruleKey {
	var out []ruleKey
	for k := range a {
		out = append(out, k)
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// toolVerb returns the verb for calls of a tool, and the words for all of its objects;
// empty for other tools.
func toolVerb(tool string) (verb, all string) {
	switch tool {
	case "bash":
		return "run", "any command"
	case "read", "edit", "write":
		return tool, "any file"
	case "webfetch":
		return "fetch", "any page"
	case "websearch":
		return "search the web for", "anything"
	}
	return "", ""
}

// Verb returns the verb for calls of a rule, and the object: in words, or else as an
// item that may be listed with others.
func Verb(rule string) (verb, object, item string) {
	tool, pattern, _ := strings.Cut(rule, " ")
	verb, all := toolVerb(tool)
	switch {
	case verb != "" && pattern == "*":
		return verb, all, ""
	case verb != "":
		return verb, "", pattern
	case tool == "*" && pattern == "*":
		return "use", "any tool", ""
	case pattern == "*":
		return "use", "", tool
	}
	return "use " + diag.Quote(tool) + " on", "", pattern
}

func ruleText(key ruleKey) string {
	verb, object, item := Verb(string(key))
	if object == "" {
		object = diag.Quote(item)
	}
	return verb + " " + object
}
