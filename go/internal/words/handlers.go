package words

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
)

// said words a value that is neither wider nor narrower.
func said(group Group, format string) handler {
	return func(s *scope, c change) {
		switch {
		case c.b == nil:
			s.say(group, Neutral, c, "no longer "+format, shown(c.a))
		case c.a == nil:
			s.say(group, Neutral, c, format, shown(c.b))
		default:
			s.say(group, Neutral, c, format+" (was %s)", shown(c.b), shown(c.a))
		}
	}
}

// described words a text for people, of whatever language.
func described(group Group) handler {
	return func(s *scope, c change) {
		s.say(group, Neutral, c, "is described as %s (was %s)", diag.QuoteProse(text(c.b)), diag.QuoteProse(text(c.a)))
	}
}

// place selects the grants of a field.
type place struct {
	kind grant.Kind // empty for a field that grants nothing
	// at is the pointer, from the section of the field; empty for the field itself.
	at string
	// all marks a field that is the default of its kind.
	all bool
	// value returns the grant's value for an element of the field; nil means the element
	// itself.
	value func(string) string
}

// effect returns the effect of a change on the grants of a field, or on those of some
// of its elements.
func (s *scope) effect(p place, c change, elements ...string) Effect {
	if p.kind == "" {
		return Neutral
	}
	pointer := c.pointer
	if p.at != "" {
		pointer = path.Join(path.Dir(pointer), strings.TrimPrefix(p.at, ".."))
	}
	values := slices.Clone(elements)
	for i, v := range values {
		if p.value != nil {
			values[i] = p.value(v)
		}
	}
	if p.all {
		values = []string{""}
	}
	return s.effects.At(p.kind, pointer, values...)
}

// amount words a number.
func amount(group Group, at place, format string) handler {
	return func(s *scope, c change) {
		effect := s.effect(at, c)
		switch {
		case c.b == nil:
			s.say(group, effect, c, "no longer "+format, shown(c.a))
		case c.a == nil:
			s.say(group, effect, c, format, shown(c.b))
		default:
			s.say(group, effect, c, format+" (was %s)", shown(c.b), shown(c.a))
		}
	}
}

// either words a boolean.
func either(group Group, at place, yes, no string) handler {
	return func(s *scope, c change) {
		switch {
		case truth(c.b) && !truth(c.a):
			s.say(group, s.effect(at, c), c, "%s", yes)
		case truth(c.a) && !truth(c.b):
			s.say(group, s.effect(at, c), c, "%s", no)
		default:
			s.plain(c)
		}
	}
}

// steps words an enumeration that goes from narrow to wide.
func steps(group Group, at place, words map[string]string) handler {
	return func(s *scope, c change) {
		a, b := text(c.a), text(c.b)
		if words[b] == "" {
			s.plain(c)
			return
		}
		s.say(group, s.effect(at, c), c, "%s (`%s`, was `%s`)", words[b], b, a)
	}
}

// tagged words an unordered list that grants nothing.
func tagged(group Group, plus, minus string) handler {
	return func(s *scope, c change) {
		a, b := texts(c.a), texts(c.b)
		gone, come := without(a, b), without(b, a)
		if len(gone) > 0 {
			s.items(group, Neutral, c, minus, gone)
		}
		if len(come) > 0 {
			s.items(group, Neutral, c, plus, come)
		}
		if len(gone)+len(come) == 0 {
			s.plain(c)
		}
	}
}

// set words an unordered list of what is allowed or forbidden.
func set(group Group, at place, more, less string) handler {
	return func(s *scope, c change) {
		a, b := texts(c.a), texts(c.b)
		s.sorted(group, at, c, more, less, slices.Concat(without(a, b), without(b, a)))
	}
}

// sorted words elements by their effect.
func (s *scope) sorted(group Group, at place, c change, more, less string, elements []string) {
	slices.Sort(elements)
	by := map[Effect][]string{}
	for _, e := range slices.Compact(elements) {
		effect := s.effect(at, c, e)
		by[effect] = append(by[effect], e)
	}
	for _, line := range []struct {
		effect Effect
		words  string
	}{{Wider, more}, {Narrower, less}, {Neutral, "differs without effect in naming"}} {
		if len(by[line.effect]) > 0 {
			s.items(group, line.effect, c, line.words, by[line.effect])
		}
	}
	if len(by) == 0 {
		s.plain(c)
	}
}

// limitedSet is a set whose members are allowed, and which allows all when it is empty.
func limitedSet(group Group, at place, more, less, only, all string) handler {
	whole := at
	whole.all = true
	return func(s *scope, c change) {
		a, b := texts(c.a), texts(c.b)
		switch {
		case len(a) == 0 && len(b) > 0:
			s.items(group, s.effect(whole, c), c, only, b)
		case len(a) > 0 && len(b) == 0:
			s.items(group, s.effect(whole, c), c, all, a)
		default:
			set(group, at, more, less)(s, c)
		}
	}
}

// items adds an entry about one or several names.
func (s *scope) items(group Group, effect Effect, c change, words string, names []string) {
	if len(names) == 1 {
		s.say(group, effect, c, "%s `%s`", words, names[0])
		return
	}
	s.say(group, effect, c, "%s", words).Items = diag.QuoteAll(names)
}

// ordered words a list whose order counts.
func ordered(group Group, words string) handler {
	return func(s *scope, c change) {
		of := func(v any) string {
			if len(list(v)) == 0 {
				return "nothing"
			}
			return strings.Join(diag.QuoteAll(texts(v)), ", ")
		}
		s.say(group, Neutral, c, "%s %s (was %s)", words, of(c.b), of(c.a))
	}
}

// most lines of a change that are shown with it
const maxLines = 24

// prose words the change of a text, or of a list of texts, by its lines.
func prose(group Group, what string) handler {
	return func(s *scope, c change) {
		a, b := linesOf(c.a), linesOf(c.b)
		var lines []string
		plus, minus := 0, 0
		for _, d := range lcs.DiffLines(a, b) {
			minus, plus = minus+d.End-d.Start, plus+d.ReplEnd-d.ReplStart
			for _, line := range a[d.Start:d.End] {
				lines = append(lines, "- "+line)
			}
			for _, line := range b[d.ReplStart:d.ReplEnd] {
				lines = append(lines, "+ "+line)
			}
		}
		var e *Entry
		switch {
		case len(a) == 0:
			e = s.say(group, Neutral, c, "has, as %s, %s", what, Count(plus, "line"))
		case len(b) == 0:
			e = s.say(group, Neutral, c, "no longer has %s (%s)", what, Count(minus, "line"))
		default:
			e = s.say(group, Neutral, c, "has another text as %s: %s added, %d removed", what, Count(plus, "line"), minus)
		}
		if len(lines) <= maxLines {
			e.Lines = lines
		}
	}
}

func linesOf(v any) []string {
	if items, ok := v.([]any); ok {
		var out []string
		for _, item := range items {
			out = append(out, linesOf(item)...)
		}
		return out
	}
	if text(v) == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text(v), "\n"), "\n")
}

// toolLists words both lists of tools at once, by what is offered in the end.
func toolLists(s *scope, c change) {
	before, after := members(s.a["tools"]), members(s.b["tools"])
	allowDiffers, denyDiffers := !difference.Same(before["allow"], after["allow"]), !difference.Same(before["deny"], after["deny"])
	if strings.HasSuffix(c.path, "deny") && allowDiffers {
		return // said with allow
	}
	var tools []string
	for _, list := range []string{"allow", "deny"} {
		a, b := texts(before[list]), texts(after[list])
		tools = slices.Concat(tools, without(a, b), without(b, a))
	}
	start := len(s.entries)
	s.sorted(Tools, place{kind: grant.Tool, at: ".."}, c, "may now use", "may no longer use", tools)
	if allowDiffers && denyDiffers {
		base := strings.TrimSuffix(c.pointer, "/allow")
		s.entries[start].Pointers = []string{base + "/allow", base + "/deny"}
	}
}

func modelRef(s *scope, c change) {
	sentTo(said(Model, "uses the model %s"))(s, c)
	e := &s.entries[len(s.entries)-1]
	base := strings.TrimSuffix(c.pointer, "/ref")
	e.Pointers = append(e.Pointers, base+"/provider", base+"/id")
}

// judged adds the effect on the grants of a place to the entry of a handler.
func judged(at place, say handler) handler {
	return func(s *scope, c change) {
		say(s, c)
		s.entries[len(s.entries)-1].Effect = s.effect(at, c)
	}
}

// sentTo marks the entries of a handler about models if the conversation may go to a
// new provider.
func sentTo(say handler) handler {
	return func(s *scope, c change) {
		say(s, c)
		providers := providersOf([]any{c.b})
		if len(providers) > 0 && s.effects.At(grant.Provider, "/model/provider", providers...) == Wider {
			e := &s.entries[len(s.entries)-1]
			e.Effect = Wider
			e.Text += ", of another provider"
		}
	}
}

// providersOf are the parts before the slash of references to models.
func providersOf(refs []any) []string {
	var out []string
	for _, v := range refs {
		for _, ref := range append(texts(v), text(v)) {
			if provider, _, ok := strings.Cut(ref, "/"); ok {
				out = append(out, provider)
			}
		}
	}
	return out
}

// modelPart handles the parts of the reference, which are described together with it.
func modelPart(s *scope, c change) {
	if difference.Same(members(s.a["model"])["ref"], members(s.b["model"])["ref"]) {
		s.plain(c)
	}
}

// wholeModel handles a subagent that gains or loses a model of its own.
func wholeModel(s *scope, c change) {
	switch {
	case c.a == nil:
		s.say(Model, s.effects.Below(c.pointer), c, "uses a model of its own, %s", shown(members(c.b)["ref"]))
	case c.b == nil:
		s.say(Model, Neutral, c, "uses the model of the profile (was %s)", shown(members(c.a)["ref"]))
	default:
		s.inside(c)
	}
}

// address words where something is reached: what is sent there may be a secret.
func address(words string) handler {
	return func(s *scope, c change) {
		of := func(v any) string {
			if v == nil {
				return "the provider's own address"
			}
			return diag.Quote(text(v))
		}
		s.say(Model, s.effect(place{kind: grant.Address}, c), c, "%s %s (was %s)", words, of(c.b), of(c.a))
	}
}

// prices words what a limit of cost counts with.
func prices(s *scope, c change) {
	a, b := members(c.a), members(c.b)
	var said []string
	for _, field := range []string{"input", "output", "cacheRead", "cacheWrite"} {
		if difference.Same(a[field], b[field]) {
			continue
		}
		text := "an unknown amount"
		if b[field] != nil {
			text = Dollars(shownNumber(b[field]))
		}
		text += " for " + PricedWords[field]
		if a[field] != nil {
			text += " (was " + Dollars(shownNumber(a[field])) + ")"
		}
		said = append(said, text)
	}
	s.say(Model, s.effects.Below("/model/prices"), c, "costs, for a million tokens, %s", strings.Join(said, ", "))
}

func shownNumber(v any) string {
	n, _ := number(v)
	return strconv.FormatInt(int64(n), 10)
}

// modelHeader words a change of a header of a model's API; headers that are not secret are
// part of the address.
func modelHeader(s *scope, c change) {
	base, _, _ := strings.Cut(c.pointer, "/headers/")
	effect := s.effects.At(grant.Address, base+"/baseUrl")
	switch a, b := content(c.a), content(c.b); {
	case a == "" && b == "": // worded by secrets
	case a == b:
		s.say(Model, effect, c, "sends another value in the header `%s`", c.name)
	case b == "":
		s.say(Model, effect, c, "no longer sends %s in the header `%s`", a, c.name)
	case a == "":
		s.say(Model, effect, c, "now sends %s in the header `%s`", b, c.name)
	default:
		s.say(Model, effect, c, "now sends %s in the header `%s`, not %s", b, c.name, a)
	}
}
