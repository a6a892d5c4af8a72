package difference

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
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
		"cwd":                   marked(said(Servers, "starts in %s")),
		"url":                   serverURL,
		"env.*":                 slot,
		"headers.*":             slot,
		"enabledTools":          limitedSet(Servers, "now offers", "no longer offers", "now offers only", "now offers all its tools, not only"),
		"disabledTools":         set(Servers, Narrower, "no longer offers", "now offers"),
		"required":              either(Servers, Narrower, "must run for the Pod to start", "need not run for the Pod to start"),
		"startupTimeoutSeconds": amount(Servers, Neutral, "may take %s seconds to start"),
		"toolTimeoutSeconds":    amount(Servers, Neutral, "may take %s seconds for a call"),
	}
}

func server(s *scope, c change) {
	name := "the MCP server " + diag.Quote(c.name)
	switch {
	case c.a == nil:
		s.say(Servers, Wider, c, "%s", reaches(members(c.b), name, "starts", "connects to"))
	case c.b == nil:
		effect := Narrower
		if truth(members(c.a)["required"]) {
			effect = Wider // the Pod starts without it
		}
		s.say(Servers, effect, c, "no longer %s", reaches(members(c.a), name, "starts", "connects to"))
	default:
		s.part(c, name, Servers, serverFields())
	}
}

func reaches(server map[string]any, name, starts, connects string) string {
	if url := text(server["url"]); url != "" {
		return connects + " " + name + " at " + diag.Quote(url)
	}
	return starts + " " + name + ": " + diag.Quote(commandLine(server))
}

func commandLine(server map[string]any) string {
	return secret.JoinWords(append([]string{text(server["command"])}, texts(server["args"])...))
}

// command words program and arguments together; nobody can tell what another one does.
func command(s *scope, c change) {
	if c.path == "args" && !same(s.a["command"], s.b["command"]) {
		return // said with the command
	}
	e := s.say(Servers, Wider, c, "runs `%s` (was `%s`)", commandLine(s.b), commandLine(s.a))
	e.Pointers = []string{s.at + "/command", s.at + "/args"}
}

func serverURL(s *scope, c change) {
	s.say(Servers, Wider, c, "is reached at %s (was %s)", shown(c.b), shown(c.a))
}

// hooks compares them without regard to their order.
func hooks(s *scope, c change) {
	a, b := canonicalAll(list(c.a)), canonicalAll(list(c.b))
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
		s.say(Hooks, Wider, c, "runs `%s` at %s, for at most %s seconds", line, at, shown(hook["timeoutSeconds"]))
		return
	}
	effect := Narrower
	if guards(text(hook["event"])) {
		effect = Wider // a hook there can refuse
	}
	s.say(Hooks, effect, c, "no longer runs `%s` at %s", line, at)
}

func guards(event string) bool { return event == "PreToolUse" || event == "UserPromptSubmit" }

func delegate(s *scope, c change) {
	name := "the delegate " + diag.Quote(c.name)
	switch {
	case c.a == nil:
		s.say(Delegates, Wider, c, "may now delegate to `%s`, described as %s", c.name, diag.QuoteProse(text(members(c.b)["description"])))
	case c.b == nil:
		s.say(Delegates, Narrower, c, "may no longer delegate to `%s`", c.name)
	default:
		s.part(c, name, Delegates, delegateFields())
	}
}

func skillFields() map[string]handler {
	return map[string]handler{
		"description":  described(Skills),
		"allowedTools": set(Skills, Wider, "may now use without asking", "may no longer use without asking"),
		"files.*":      file,
	}
}

func file(s *scope, c change) { prose(Skills, "its file "+diag.Quote(c.name))(s, c) }

func skill(s *scope, c change) {
	tools := texts(members(c.b)["allowedTools"])
	switch {
	case c.a == nil && len(tools) > 0:
		s.say(Skills, Wider, c, "has the skill `%s`, which may use without asking", c.name).Items = diag.QuoteAll(tools)
	case c.a == nil:
		s.say(Skills, Neutral, c, "has the skill `%s`", c.name)
	case c.b == nil:
		s.say(Skills, Narrower, c, "no longer has the skill `%s`", c.name)
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
