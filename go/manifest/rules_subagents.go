package manifest

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
)

// names returns the strings of a list. An element that is not a string becomes an empty
// one, so that the indexes stay.
func (v *value) names(name string) []string {
	list := v.get(name)
	if !list.is(kindArray) {
		return nil
	}
	texts := make([]string, len(list.items))
	for i, item := range list.items {
		if item.is(kindString) {
			texts[i] = item.text
		}
	}
	return texts
}

// coversTool reports whether every tool that narrow matches is among those of wide. A
// value that is not a string covers nothing, and nothing covers it.
func coversTool(wide, narrow string) bool {
	return wide != "" && narrow != "" && reach.Covers(reach.Tool, wide, narrow)
}

func anyCovers(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return coversTool(pattern, name) })
}

func (v *value) isText(name, text string) bool {
	member := v.get(name)
	return member.is(kindString) && member.text == text
}

// bound is the limit for subagents in one section: the Pod's own, or that of
// delegation.ceiling if it is set.
type bound struct {
	*value
	who   string // who has the section, in a message
	lacks string // who does not offer a tool
	field string // where it is written
	own   bool   // the Pod's own: a ceiling would give subagents more
}

// boundOf returns what holds the subagents of a manifest in a section.
func boundOf(v *value, section string) bound {
	above := v.get("delegation")
	for _, name := range []string{"ceiling", section} {
		if above.is(kindObject) {
			above = above.get(name)
		}
	}
	if above != nil && above.kind != kindNull {
		return bound{above, "the subagent ceiling", "the subagent ceiling does not offer ", "delegation.ceiling." + section, false}
	}
	return bound{v.get(section), "the profile", "the profile does not offer ", section, true}
}

// more is the end of a hint: the line that gives subagents more than the profile has.
func (b bound) more(line string) string {
	if !b.own {
		return ""
	}
	if rules := b.get("rules"); rules.is(kindArray) && slices.ContainsFunc(rules.items, func(rule *value) bool {
		return rule.isText("action", "deny") || rule.isText("action", "ask")
	}) {
		line += " (repeat in delegation.ceiling.permissions.rules what permissions.rules denies or asks about)"
	}
	return "; to allow it only in subagents, write " + line
}

// maxNamed is how many tools a hint lists.
const maxNamed = 32

const toolCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*-"

// ceilingLine is the line that lets subagents have all tools that one of them names.
func ceilingLine(v *value) string {
	var all []string
	if subagents := v.get("subagents"); subagents.is(kindObject) {
		for _, m := range subagents.members {
			for _, name := range m.value.get("tools").names("allow") {
				if name != "" && strings.Trim(name, toolCharacters) == "" && !slices.Contains(all, name) {
					all = append(all, name)
				}
			}
		}
	}
	if len(all) > maxNamed {
		return "delegation.ceiling.tools.allow = [ … ];"
	}
	return `delegation.ceiling.tools.allow = [ "` + strings.Join(all, `" "`) + `" ];`
}

// subagentToolRules reports the tools that a subagent would be offered and what holds
// it is not. line is [ceilingLine].
func (c *checker) subagentToolRules(at *location, parent bound, subagent *value, line func() string) {
	if !parent.is(kindObject) || !subagent.is(kindObject) {
		return
	}
	const code = "rule-subagent-tools"
	closed := parent.isText("default", "deny")
	parentAllow, parentDeny := parent.names("allow"), parent.names("deny")
	allow, deny := subagent.names("allow"), subagent.names("deny")
	open := subagent.isText("default", "allow")
	if closed && open {
		c.report(at.field("default"), code, "allows tools that "+parent.who+" does not", "deny",
			`set default to "deny" and list the tools`+parent.more(`delegation.ceiling.tools.default = "allow";`))
	}
	excess := make([]string, len(allow))
	for i, name := range allow {
		if closed && name != "" && !anyCovers(parentAllow, name) {
			excess[i] = parent.lacks + named(name)
		} else if anyCovers(parentDeny, name) {
			excess[i] = parent.who + " denies " + named(name)
		}
	}
	undone := ""
	for _, denied := range parentDeny {
		if denied == "" || anyCovers(deny, denied) {
			continue
		}
		listed := false
		for i, name := range allow {
			if coversTool(name, denied) || coversTool(denied, name) {
				listed = true
				if excess[i] == "" {
					excess[i] = named(name) + " brings back " + named(denied) + ", which " + parent.who + " denies"
				}
			}
		}
		if !listed && open && undone == "" {
			undone = denied
		}
	}
	for i, message := range excess {
		if at := at.field("allow").element(i); message != "" && !c.refusedAt(at) {
			c.report(at, code, message, "a tool in `"+parent.field+"`", "remove it here, or add it to "+parent.field+".allow"+parent.more(line()))
		}
	}
	if undone != "" {
		c.report(at.field("deny"), code, "the default brings back "+named(undone)+", which "+parent.who+" denies",
			"every tool that "+parent.who+" denies", "deny it here too")
	}
}

// rank returns the place of a member in an order, or -1 when it is not there.
func (v *value) rank(name string, order []string) int {
	member := v.get(name)
	if !member.is(kindString) {
		return -1
	}
	return slices.Index(order, member.text)
}

// subagentPermissionRules reports what a subagent may do without asking and what holds it may not.
func (c *checker) subagentPermissionRules(at *location, parent bound, subagent *value) {
	if !parent.is(kindObject) || !subagent.is(kindObject) {
		return
	}
	const code = "rule-subagent-permissions"
	for _, field := range []struct {
		name  string
		order []string
	}{{"mode", reach.Modes}, {"default", reach.Actions}} {
		own, cap := subagent.rank(field.name, field.order), parent.rank(field.name, field.order)
		if own >= 0 && cap >= 0 && own > cap {
			word := shown(field.order[own])
			c.report(at.field(field.name), code, "must be at most "+shown(field.order[cap])+", as in "+parent.who+", got "+word,
				"one of: "+strings.Join(field.order[:cap+1], ", "), "lower it here, or raise "+parent.field+"."+field.name+
					parent.more("delegation.ceiling.permissions."+field.name+" = "+word+";"))
		}
	}
	ceiling := parent.rank("default", reach.Actions)
	rules := subagent.get("rules")
	if ceiling < 0 || !rules.is(kindArray) {
		return
	}
	var granted []*value
	if list := parent.get("rules"); list.is(kindArray) {
		granted = list.items
	}
	for i, rule := range rules.items {
		own := rule.rank("action", reach.Actions)
		calls, known := callsOf(rule)
		if own <= ceiling || !known {
			continue
		}
		if !slices.ContainsFunc(granted, func(g *value) bool {
			wide, known := callsOf(g)
			return known && calls.Tool != "" && g.rank("action", reach.Actions) >= own && wide.Cover(calls)
		}) && !c.refusedAt(at.field("rules").element(i)) {
			c.report(at.field("rules").element(i), code, parent.who+" has no rule that allows as much for "+shown(calls.Tool+" "+calls.Pattern),
				"a rule covered by one in `"+parent.field+"`", "remove it here, or add the rule to "+parent.field+".rules"+
					parent.more("it in delegation.ceiling.permissions.rules"))
		}
	}
}

// callsOf returns what a rule is about; known is false where that is not text.
func callsOf(rule *value) (calls reach.Calls, known bool) {
	tool, named := rule.textOf("tool")
	pattern, is := rule.textOf("pattern")
	return reach.Calls{Tool: tool, Pattern: pattern}, named && is
}

// refusedAt reports whether the grammar refuses the entry or what is in it: it is
// told once.
func (c *checker) refusedAt(at *location) bool {
	pointer := at.pointer()
	return slices.ContainsFunc(c.problems.all, func(p Problem) bool {
		rest, in := strings.CutPrefix(p.Pointer, pointer)
		return in && (rest == "" || rest[0] == '/') && slices.Contains([]string{"rule-tool-name", "rule-pattern", "rule-path", "rule-domain"}, p.Code)
	})
}
