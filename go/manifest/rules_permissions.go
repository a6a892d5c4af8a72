package manifest

import (
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// vocabulary is the set of valid names and patterns of tools in a manifest.
type vocabulary struct {
	servers map[string]bool
	near    []string // servers to suggest
	// The schemas of the fields: what they refuse is not judged again.
	name, pattern *schema
}

// maxServers is the cap of the schema on MCP servers.
const maxServers = 64

func vocabularyOf(v *value) vocabulary {
	rule := manifestSchema.property("permissions").property("rules").items
	words := vocabulary{name: rule.property("tool"), pattern: rule.property("pattern")}
	servers := v.get("mcpServers")
	if !servers.is(kindObject) || len(servers.members) == 0 {
		return words
	}
	words.servers = make(map[string]bool, len(servers.members))
	for _, m := range servers.members {
		words.servers[m.name] = true
		if len(words.near) < maxServers {
			words.near = append(words.near, m.name)
		}
	}
	return words
}

// check returns why a tool cannot have this name. A list of servers is searched
// only for a suggestion: there may be very many.
func (w vocabulary) check(name string) error {
	servers := w.near
	if server, _, ok := grammar.SplitMCP(name); ok && w.servers[server] {
		servers = []string{server}
	}
	return grammar.CheckTool(name, servers)
}

// permissionRules hold the names of tools and the patterns of the Pod, its
// subagents and its skills to the grammar of permissions.
func (c *checker) permissionRules(v *value) {
	words := vocabularyOf(v)
	holder := func(at *location, v *value) {
		for _, list := range []string{"allow", "deny"} {
			c.toolNames(at.field("tools").field(list), v.get("tools").get(list), words)
		}
		c.patterns(at.field("permissions").field("rules"), v.get("permissions").get("rules"), words)
	}
	holder(nil, v)
	if ceiling := v.get("delegation").get("ceiling"); ceiling != nil {
		holder((*location)(nil).field("delegation").field("ceiling"), ceiling)
	}
	c.each(v, "subagents", holder)
	c.each(v, "skills", func(at *location, skill *value) {
		c.toolNames(at.field("allowedTools"), skill.get("allowedTools"), words)
	})
}

func (c *checker) toolNames(at *location, list *value, words vocabulary) {
	if !list.is(kindArray) {
		return
	}
	for i, name := range list.items {
		if words.name.accepts(name) {
			c.refused(at.element(i), "rule-tool-name", words.check(name.text))
		}
	}
}

func (c *checker) patterns(at *location, rules *value, words vocabulary) {
	if !rules.is(kindArray) {
		return
	}
	for i, rule := range rules.items {
		tool, pattern := rule.get("tool"), rule.get("pattern")
		if !words.name.accepts(tool) {
			continue
		}
		at := at.element(i)
		if err := words.check(tool.text); err != nil {
			c.refused(at.field("tool"), "rule-tool-name", err)
		} else if words.pattern.accepts(pattern) {
			_, err := grammar.ParsePattern(tool.text, pattern.text)
			c.refused(at.field("pattern"), "rule-pattern", err)
		}
	}
}

// refused reports the grammar's objection to a string, if any.
func (c *checker) refused(at *location, code string, err error) {
	var problem *grammar.Problem
	if errors.As(err, &problem) {
		c.report(at, code, keyform.Mask(problem.Message), "", keyform.Mask(problem.Hint))
	}
}

// accepts reports whether a value is a string in which the schema finds nothing wrong.
func (s *schema) accepts(v *value) bool {
	if !v.is(kindString) {
		return false
	}
	var inner checker
	inner.string(s, v.text, false)
	return len(inner.problems.all) == 0
}
