package words

import (
	"github.com/insomnia-pods/insomnia/go/internal/difference"
)

// ceilingSections are the sections that the subagent ceiling may set.
var ceilingSections = []string{"permissions", "tools"}

// delegation words the section by its parts, also where it comes or goes.
func delegation(s *scope, c change) {
	before := len(s.entries)
	s.inside(change{c.path, c.name, c.pointer, orEmpty(c.a), orEmpty(c.b)})
	if len(s.entries) == before {
		s.plain(c)
	}
}

// ceiling words the limits for subagents: where the ceiling has no section, that of the
// Pod.
func ceiling(s *scope, c change) {
	switch {
	case c.a == nil:
		s.say(Subagents, s.effects.Below(c.pointer), c, "holds its subagents to a ceiling of their own")
	case c.b == nil:
		s.say(Subagents, s.effects.Below(c.pointer), c, "holds its subagents to what it may do itself")
	}
	a, b := effective(s.a, c.a), effective(s.b, c.b)
	inner := &scope{comparison: s.comparison, a: a, b: b, fields: ceilingFields(), subject: anySubagent, at: c.pointer}
	for _, section := range ceilingSections {
		from, to := members(c.a)[section], members(c.b)[section]
		at := change{section, c.name, c.pointer + "/" + section, a[section], b[section]}
		if (from == nil) != (to == nil) && c.a != nil && c.b != nil {
			where := "its own"
			if to == nil {
				where = "those of the Pod"
			}
			said := *s
			said.subject = "the subagent ceiling"
			said.say(Subagents, s.effects.Below(at.pointer), at, "has as %s %s", section, where)
		}
		inner.visit(at)
	}
}

// effective is a ceiling with the sections of the Pod where it has none.
func effective(pod map[string]any, ceiling any) map[string]any {
	whole := map[string]any{}
	for _, section := range ceilingSections {
		if whole[section] = members(ceiling)[section]; whole[section] != nil {
			continue
		}
		own := map[string]any{}
		for name, value := range members(pod[section]) {
			if name != "maxOutputBytes" && name != "timeoutSeconds" {
				own[name] = value
			}
		}
		whole[section] = own
	}
	return whole
}

// named words the list of what a subagent is offered of the profile; without one it
// is offered all.
func named(at place, things string) handler {
	return func(s *scope, c change) {
		switch {
		case c.a == nil && len(list(c.b)) == 0:
			s.say(Subagents, s.effect(at, c), c, "may now use no %s", things)
		case c.a == nil:
			s.items(Subagents, s.effect(at, c), c, "may now use only the "+things, texts(c.b))
		case c.b == nil:
			s.say(Subagents, s.effect(at, c), c, "may now use all %s of the profile", things)
		default:
			set(Subagents, at, "may now use the "+things, "may no longer use the "+things)(s, c)
		}
	}
}

// narrowed words a section of a subagent that narrows what the Pod may do, and may
// come or go as a whole.
func narrowed(section string) handler {
	return func(s *scope, c change) {
		switch {
		case c.a == nil:
			s.say(Subagents, s.effects.Below(c.pointer), c, "has %s of its own", section)
		case c.b == nil:
			s.say(Subagents, s.effects.Below(c.pointer), c, "has no %s of its own", section)
		default:
			s.inside(c)
			return
		}
		if !difference.Same(members(c.a), members(c.b)) {
			s.inside(change{c.path, c.name, c.pointer, orEmpty(c.a), orEmpty(c.b)})
		}
	}
}

func orEmpty(v any) map[string]any {
	if m := members(v); m != nil {
		return m
	}
	return map[string]any{}
}
