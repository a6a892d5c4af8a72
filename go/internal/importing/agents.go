package importing

import (
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// agents reads agents in Markdown.
func (c *claude) agents() {
	taken := map[string]bool{}
	for _, file := range c.own.markdown(c.prefix + "agents") {
		doc, ok := c.own.document(file)
		if !ok {
			continue
		}
		if doc.Front == nil {
			c.note(Lost, diag.Position{File: c.own.shown(file)}, "", "the file has no frontmatter, and is not an agent")
			continue
		}
		c.agent(doc, c.own.shown(file), strings.TrimSuffix(path.Base(file), path.Ext(file)), taken)
	}
}

// agentKnown are the fields of an agent that are read.
const agentKnown = "name description tools disallowedTools model effort permissionMode maxTurns skills mcpServers"

func agentReasons() map[string]string {
	return map[string]string{
		"color": looks, "memory": "a profile has one memory for all its agents", "hooks": "hooks belong to the profile, for all its agents",
		"background": "the program decides", "isolation": "`insomnia pod new --workspace DIR` chooses the directory", "initialPrompt": "give it when the Pod is created",
	}
}

// agent adds an agent of Claude Code, and of programs with the same files.
func (c *claude) agent(doc doctree.Document, file, fallback string, taken map[string]bool) {
	front := doc.Front
	at := diag.Position{File: file, Line: 1}
	written := front.Get("name").Or(fallback)
	name := slug(written)
	if name == "" {
		name = slug(fallback)
	}
	if name == "" {
		c.note(Lost, at, "name", "nothing of it can be the name of a profile; the agent is left out")
		return
	}
	if free := unique(name, taken); free != name {
		c.note(Changed, at, "name", "an agent of this name already exists; this one is "+diag.Quote(free))
		name = free
	} else if name != written {
		c.note(Changed, at, "name", "the profile is named "+diag.Quote(name))
	}
	a := Agent{Name: name, at: at, Prompt: c.clean(doc.Body, at, "the prompt")}
	a.Description = strings.TrimSpace(c.clean(front.Get("description").Or(""), front.At, "description"))
	if tools := front.Get("tools"); tools != nil && tools.Kind != doctree.Null && tools.Or("x") != "*" {
		a.Access.Limited = true
		for _, tool := range names(tools) {
			c.agentTool(&a.Access, tool, tools)
		}
	}
	for _, tool := range names(front.Get("disallowedTools")) {
		ours, _ := c.toolNamed(tool)
		if ours == "" {
			continue // no agent has it
		}
		a.Access.Denied = appendNew(a.Access.Denied, ours)
	}
	if m := front.Get("model"); m != nil {
		a.Model.Ref = c.claudeModel(c.models, m.Or(""), m.At, m.Path)
	}
	if e := front.Get("effort"); e != nil {
		a.Model.Effort = c.effort(e.Or(""), e.At, e.Path)
	}
	if m := front.Get("permissionMode"); m != nil {
		if mode, ok := modes()[m.Or("")]; ok {
			a.Access.Mode, a.Access.Default = mode[0], mode[1]
		} else {
			c.note(Lost, m.At, m.Path, "is not a mode")
		}
	}
	if turns, ok := front.Get("maxTurns").Int(); ok {
		a.MaxTurns = within(turns, 1, 100000)
	}
	if list := front.Get("mcpServers"); list != nil {
		a.Servers = []string{}
		for _, item := range append(listOf(list), list) {
			server := item.Or("")
			if server == "" {
				if item.Is(doctree.Map) {
					c.note(Lost, item.At, item.Path, "write a server of one agent into mcpServers of the profile")
				}
				continue
			}
			if found := c.serverNamed(server); found != "" {
				a.Servers = appendNew(a.Servers, found)
			} else {
				c.note(Lost, item.At, item.Path, "none of the servers that were found has this name")
			}
		}
	}
	if list := front.Get("skills"); list != nil {
		a.Skills = names(list)
	}
	c.others(front, agentKnown, agentReasons())
	c.Agents = append(c.Agents, a)
}

// names are the words of a list, in YAML or with commas between them.
func names(n *doctree.Node) []string {
	var out []string
	for _, text := range n.Strings() {
		out = append(out, words(text, ",\n")...)
	}
	return out
}

// words splits a text at separators that are not in parentheses.
func words(text, separators string) []string {
	var out []string
	depth := 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return depth == 0 && strings.ContainsRune(separators, r)
	}) {
		if word = strings.Trim(word, " \t`\"'[]"); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// agentTool offers a tool; a pattern in its name becomes a rule.
func (c *claude) agentTool(a *Access, text string, n *doctree.Node) {
	name, pattern, hasPattern := strings.Cut(text, "(")
	tool, _ := c.toolNamed(strings.TrimSpace(name))
	if tool == "" {
		if _, listed := grammar.Foreign(name); !listed || strings.HasPrefix(name, "mcp__") {
			c.note(Lost, n.At, n.Path, quote(text)+": not a tool of the program, and of none of the servers that were found")
		}
		return
	}
	a.Tools = appendNew(a.Tools, tool)
	if name == "Edit" || name == "MultiEdit" {
		a.Tools = appendNew(a.Tools, "edit")
	}
	if hasPattern && strings.TrimSuffix(pattern, ")") != "*" {
		c.note(Stricter, n.At, n.Path, quote(text)+": the tool is offered, and the rules of the profile decide")
	}
}

// toolNamed is our name of a tool that an agent lists.
func (c *claude) toolNamed(name string) (string, bool) {
	name, _, _ = strings.Cut(name, "(")
	if rest, ok := strings.CutPrefix(name, "mcp__"); ok {
		server, tool, ok := strings.Cut(rest, "__")
		if !ok || tool == "" {
			tool = "*"
		}
		if server == "*" {
			return "mcp__*", true
		}
		found := c.serverNamed(server)
		ours := "mcp__" + found + "__" + tool
		if found == "" || grammar.CheckTool(ours, []string{found}) != nil {
			return "", false
		}
		return ours, true
	}
	ours, known := grammar.Foreign(strings.TrimSpace(name))
	if !known || ours == "mcp__*" {
		return "", false
	}
	return ours, ours != "" && slices.Contains(grammar.Tools(), ours)
}
