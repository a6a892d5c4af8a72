package legacy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// mostRules is how many rules a manifest has.
const mostRules = 512

var toolName = pattern.Lazy{Text: manifest.ToolName("").Constraint().Pattern}

func (c *converter) permissions() {
	action, _ := c.text("/permissions/default_action")
	switch action {
	case "allow":
		c.set("autonomy", "auto", "/permissions/default_action")
	case "ask", "":
		c.set("autonomy", "ask", "/permissions/default_action")
	case "deny":
		c.set("autonomy", "ask", "/permissions/default_action")
		c.set("permissions.default", "deny", "/permissions/default_action")
	}
	list := c.tables("/permissions/rule")
	if len(list) > mostRules {
		c.problem("max-items", "/permissions/rule", fmt.Sprintf("%d rules are more than a manifest holds", len(list))).Expected = "at most 512"
		return
	}
	var legacy, rules []rule
	for i, item := range list {
		t := item.(map[string]any)
		r := rule{pattern: "*", origin: "/permissions/rule/" + strconv.Itoa(i)}
		r.tool, _ = t["tool"].(string)
		r.action, _ = t["action"].(string)
		if pattern, ok := t["pattern"].(string); ok && pattern != "" {
			r.pattern = pattern
		}
		if !toolName.Get().MatchString(r.tool) {
			c.problem("pattern", r.origin+"/tool", quoted(r.tool)+" is not the name of a tool").Expected = "a name, with a * at its end at most"
			continue
		}
		if now := c.translated(r); len(now) > 0 {
			legacy, rules = append(legacy, r), append(rules, now...)
		}
	}
	c.reportTurns(legacy)
	if rules = append(rules, c.denied()...); len(rules) > 0 {
		c.set("permissions.rules", rules, "/permissions/rule")
	}
}

// scope becomes the workspace, which is a startup input, and what the sandbox
// lets commands write.
func (c *converter) scope() {
	allowed := c.tables("/scope/allow")
	if c.at("/scope/allow") != nil && len(allowed) == 0 {
		c.problem("required", "/scope/allow", "nothing is allowed").Expected = "at least one entry"
	}
	c.assume("toolPolicy", "full", "the older program kept no tool back")
	writes := len(allowed) == 0
	for i, item := range allowed {
		at := "/scope/allow/" + strconv.Itoa(i)
		target, permission, whole := target(item)
		writes = writes || permission != "read"
		if i == 0 {
			c.input("--workspace " + shellWord(target))
		}
		c.note("startup-input", at, "a directory is given when a Pod is created, and is not part of a profile", "insomnia pod new --workspace "+shellWord(target))
		if i > 0 {
			c.lost(at, "a Pod has one workspace; what lies outside of it is not opened to it").Hint = "choose a workspace that holds them all"
		}
		if !whole {
			c.lost(at, "a directory is always meant with all that is in it; `recursive = false` has no counterpart")
		}
	}
	filesystem := "read-only"
	if writes {
		filesystem = "workspace-write"
	}
	c.set("sandbox.filesystem", filesystem, "/scope/allow")
}

// denied keeps what is denied below the workspace.
func (c *converter) denied() (rules []rule) {
	var reading []string
	for i, item := range c.tables("/scope/deny") {
		at := "/scope/deny/" + strconv.Itoa(i)
		target, permission, _ := target(item)
		glob := strings.TrimSuffix(strings.TrimPrefix(target, "./"), "/")
		below := glob + "/**" // the directory itself, too
		if _, err := grammar.ParsePattern(grammar.ToolEdit, below); err != nil || !pathGlob.Get().MatchString(glob) {
			c.lost(at, "a directory outside of the workspace is not part of a profile").Hint = "move it out of the workspace"
			continue
		}
		kept := "rules that deny edit and write"
		if permission != "write" {
			reading = append(reading, glob, glob+"/**")
			kept = "sandbox.denyRead and " + kept
		}
		for _, tool := range []string{grammar.ToolEdit, grammar.ToolWrite} {
			rules = append(rules, rule{tool: tool, pattern: below, action: "deny", origin: at})
		}
		c.note("kept-as", at, "is kept as "+kept, "")
	}
	if len(reading) > 0 {
		c.set("sandbox.denyRead", reading, "/scope/deny")
	}
	return rules
}

var pathGlob = pattern.Lazy{Text: `^[A-Za-z0-9_.*?-]+(/[A-Za-z0-9_.*?-]+)*$`}

// target takes an entry of a scope apart.
func target(item any) (target, permission string, recursive bool) {
	if s, ok := item.(string); ok {
		return s, "", true
	}
	t := item.(map[string]any)
	target, _ = t["target"].(string)
	permission, _ = t["permission"].(string)
	recursive = t["recursive"] != false
	return target, permission, recursive
}
