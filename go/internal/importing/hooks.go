package importing

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

var (
	hookEvents = []string{"PreToolUse", "PostToolUse", "SessionStart", "SessionEnd", "PreCompact", "UserPromptSubmit", "Stop", "SubagentStop", "Notification", "PermissionRequest"}
	toolEvents = []string{"PreToolUse", "PostToolUse", "PermissionRequest"}
	refusing   = []string{"PreToolUse", "UserPromptSubmit", "PermissionRequest"}
)

// hooks reads hooks as Claude Code and Codex have them.
func (c *claude) hooks(n *doctree.Node) {
	if n == nil {
		return
	}
	if !n.Is(doctree.Map) {
		c.note(Lost, n.At, n.Path, "must be an object")
		return
	}
	for _, event := range n.Keys {
		groups := n.Get(event)
		if !slices.Contains(hookEvents, event) {
			c.note(Lost, groups.At, groups.Path, "a profile has no hooks at this event")
			continue
		}
		for _, group := range listOf(groups) {
			for _, h := range listOf(group.Get("hooks")) {
				c.hook(event, group, h)
			}
		}
	}
}

func (c *claude) hook(event string, group, h *doctree.Node) {
	command, ok := h.Get("command").String()
	switch {
	case h.Get("type").Or("command") != "command" || !ok || strings.TrimSpace(command) == "":
		c.note(Lost, h.At, h.Path, "a hook is a command")
		return
	case mayHold(command):
		c.note(Lost, h.Get("command").At, h.Path, "the command may have a key in it, and is left out")
		return
	case strings.ContainsRune(command, 0) || len(command) > 8000:
		c.note(Lost, h.At, h.Path, "the command is not one that a profile can have")
		return
	case len(c.Hooks) == 64:
		c.note(Lost, h.At, h.Path, "a profile has at most 64 hooks")
		return
	}
	command = c.clean(command, h.Get("command").At, h.Path)
	out := Hook{Event: event, Matcher: "*", Command: []string{"bash", "-c", command}, Async: h.Get("async").True() && !slices.Contains(refusing, event)}
	for _, arg := range listOf(h.Get("args")) {
		out.Command = append(out.Command, arg.Or(""))
	}
	if len(out.Command) > 3 {
		out.Command = append([]string{command}, out.Command[3:]...)
	}
	if seconds, ok := h.Get("timeout").Int(); ok {
		out.Timeout = within(seconds, 1, 3600)
	}
	if m := group.Get("matcher").Or(""); m != "" && m != "*" && m != ".*" {
		if !slices.Contains(toolEvents, event) {
			c.note(Changed, group.At, group.Path+".matcher", "the hook runs at every "+diag.Quote(event))
		} else if ours, ok := c.matcher(m); ok {
			if out.Matcher = ours; ours == "" {
				c.note(Lost, h.At, h.Path, "no tool that a profile has is meant: "+quote(m))
				return
			}
		} else {
			c.note(Changed, group.At, group.Path+".matcher", quote(m)+" is a regular expression; the hook runs at every tool")
		}
	}
	c.Hooks = append(c.Hooks, out)
	c.unknown(h, "type command args timeout async statusMessage")
}

// matcher translates names with a bar between them; empty where none of them is ours, not
// ok for a regular expression.
func (c *claude) matcher(text string) (ours string, ok bool) {
	var out []string
	for name := range strings.SplitSeq(strings.Trim(text, "^$"), "|") {
		name = strings.Trim(strings.TrimSpace(name), "^$()")
		base := strings.TrimSuffix(name, ".*")
		if strings.HasPrefix(name, "mcp__") {
			if base == "mcp__" || base == "mcp" {
				out = appendNew(out, "mcp__*")
				continue
			}
			server, tool, _ := strings.Cut(strings.TrimPrefix(base, "mcp__"), "__")
			found := c.serverNamed(server)
			if strings.ContainsAny(base, "[](){}?+*.\\") {
				return "", false
			}
			if found == "" {
				continue
			}
			if base != name || tool == "" {
				tool += "*"
			}
			out = appendNew(out, "mcp__"+found+"__"+tool)
			continue
		}
		if strings.ContainsAny(name, "[](){}?+*.\\") {
			return "", false
		}
		tool, known := grammar.Foreign(name)
		if !known {
			return "", false
		}
		if tool != "" {
			out = appendNew(out, tool)
		}
	}
	return strings.Join(out, "|"), true
}
