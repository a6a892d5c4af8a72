package words

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// part goes through something that has a name and fields of its own.
func (s *scope) part(c change, subject string, group Group, fields map[string]handler) {
	a, b := members(c.a), members(c.b)
	inner := &scope{comparison: s.comparison, a: a, b: b, fields: fields, subject: subject, group: group, at: c.pointer}
	inner.inside(change{"", c.name, c.pointer, c.a, c.b})
}

func serverFields() map[string]handler {
	return map[string]handler{
		"type":                  said(Servers, "is reached by %s"),
		"command":               command,
		"args":                  command,
		"cwd":                   startsIn,
		"url":                   serverURL,
		"env.*":                 slot,
		"headers.*":             slot,
		"enabledTools":          limitedSet(Servers, place{kind: grant.ServerTool, at: ".."}, "now offers", "no longer offers", "now offers only", "now offers all its tools, not only"),
		"disabledTools":         set(Servers, place{kind: grant.ServerTool, at: ".."}, "now offers", "no longer offers"),
		"required":              either(Servers, place{kind: grant.Required}, "must run for the Pod to start", "need not run for the Pod to start"),
		"startupTimeoutSeconds": amount(Servers, place{}, "may take %s seconds to start"),
		"toolTimeoutSeconds":    amount(Servers, place{}, "may take %s seconds for a call"),
	}
}

func server(s *scope, c change) {
	name := "the MCP server " + diag.Quote(c.name)
	switch {
	case c.a == nil:
		s.say(Servers, s.effects.Below(c.pointer, grant.Secret), c, "%s", reaches(members(c.b), name, "starts", "connects to"))
	case c.b == nil:
		s.say(Servers, s.effects.Below(c.pointer, grant.Secret), c, "no longer %s", reaches(members(c.a), name, "starts", "connects to"))
	default:
		s.part(c, name, Servers, serverFields())
	}
}

func reaches(server map[string]any, name, starts, connects string) string {
	if url := filled(server["url"]); url != "" {
		return connects + " " + name + " at " + diag.Quote(url)
	}
	return starts + " " + name + ": " + diag.Quote(commandLine(server))
}

func commandLine(server map[string]any) string {
	argv := []string{text(server["command"])}
	for _, arg := range list(server["args"]) {
		argv = append(argv, filled(arg))
	}
	return secret.JoinWords(argv)
}

// endpoint is the effect of a change of what a server is started from or reached at.
func (s *scope) endpoint() Effect {
	if s.effects.At(grant.Command, s.at) == Wider {
		return Wider
	}
	return s.effects.At(grant.Server, s.at)
}

func startsIn(s *scope, c change) {
	said(Servers, "starts in %s")(s, c)
	s.entries[len(s.entries)-1].Effect = s.endpoint()
}

// command words program and arguments together.
func command(s *scope, c change) {
	if c.path == "args" && !difference.Same(s.a["command"], s.b["command"]) {
		return // said with the command
	}
	e := s.say(Servers, s.endpoint(), c, "runs `%s` (was `%s`)", commandLine(s.b), commandLine(s.a))
	e.Pointers = []string{s.at + "/command", s.at + "/args"}
}

func serverURL(s *scope, c change) {
	s.say(Servers, s.endpoint(), c, "is reached at %s (was %s)", shown(c.b), shown(c.a))
}

// hooks compares them without regard to their order.
func hooks(s *scope, c change) {
	a, b := difference.Canonical(list(c.a)), difference.Canonical(list(c.b))
	tell := func(items []any, texts, others []string, gone bool) {
		left := map[string]int{}
		for _, text := range others {
			left[text]++
		}
		for i, item := range items {
			if left[texts[i]] > 0 {
				left[texts[i]]--
				continue
			}
			hookEntry(s, c, members(item), gone)
		}
	}
	before := len(s.entries)
	tell(list(c.b), b, a, false)
	tell(list(c.a), a, b, true)
	if len(s.entries) == before {
		s.say(Hooks, Neutral, c, "runs its hooks in another order")
	}
}

func hookEntry(s *scope, c change, hook map[string]any, gone bool) {
	line := secret.JoinWords(texts(hook["command"]))
	at := text(hook["event"])
	if m := text(hook["matcher"]); m != "" && m != "*" {
		at += " of " + diag.Quote(m)
	}
	if !gone {
		s.say(Hooks, s.effects.At(grant.Hook, "/hooks"), c, "runs `%s` at %s, for at most %s seconds%s", line, at, shown(hook["timeoutSeconds"]), unwaited(hook["async"] == true))
		return
	}
	effect := Narrower
	if manifest.HookEvent(text(hook["event"])).Guards() {
		effect = s.effects.At(grant.Guard, "/hooks") // it could refuse
	}
	s.say(Hooks, effect, c, "no longer runs `%s` at %s", line, at)
}

// unwaited notes that the session does not wait for a hook.
func unwaited(async bool) string {
	if async {
		return ", without waiting for it"
	}
	return ""
}

func subagent(s *scope, c change) {
	name := "the subagent " + diag.Quote(c.name)
	switch {
	case c.a == nil:
		s.say(Subagents, s.effects.Below(c.pointer), c, "may now delegate to `%s`, described as %s", c.name, diag.QuoteProse(text(members(c.b)["description"])))
	case c.b == nil:
		s.say(Subagents, s.effects.Below(c.pointer), c, "may no longer delegate to `%s`", c.name)
	default:
		s.part(c, name, Subagents, subagentFields())
	}
}

func skillFields() map[string]handler {
	return map[string]handler{
		"description":  described(Skills),
		"allowedTools": set(Skills, place{kind: grant.SkillTool}, "may now use without asking", "may no longer use without asking"),
		"files.*":      file,
	}
}

func skill(s *scope, c change) {
	tools := texts(members(c.b)["allowedTools"])
	switch {
	case c.a == nil && len(tools) > 0:
		s.say(Skills, s.effects.Below(c.pointer, grant.Text), c, "has the skill `%s`, which may use without asking", c.name).Items = diag.QuoteAll(tools)
	case c.a == nil:
		s.say(Skills, Neutral, c, "has the skill `%s`", c.name)
	case c.b == nil:
		s.say(Skills, s.effects.Below(c.pointer), c, "no longer has the skill `%s`", c.name)
	default:
		s.part(c, "the skill "+diag.Quote(c.name), Skills, skillFields())
	}
}

func workflowFields() map[string]handler {
	return map[string]handler{
		"description": described(Workflows),
		"prompt":      prose(Workflows, "its prompt"),
		"inputs":      func(s *scope, c change) { s.say(Workflows, Neutral, c, "asks for other inputs") },
	}
}

func workflow(s *scope, c change) {
	switch {
	case c.a == nil:
		s.say(Workflows, Neutral, c, "has the workflow `%s`", c.name)
	case c.b == nil:
		s.say(Workflows, Neutral, c, "no longer has the workflow `%s`", c.name)
	default:
		s.part(c, "the workflow "+diag.Quote(c.name), Workflows, workflowFields())
	}
}
