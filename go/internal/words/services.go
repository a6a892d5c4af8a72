package words

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func serviceFields() map[string]handler {
	here := place{kind: grant.Service, at: ".."}
	return map[string]handler{
		"host":    judged(here, said(Sandbox, "passes requests on to %s")),
		"methods": set(Sandbox, place{kind: grant.Method}, "now passes on requests by", "no longer passes on requests by"),
		"paths":   set(Sandbox, place{kind: grant.Requests}, "now passes on requests to", "no longer passes on requests to"),
		"for":     judged(here, said(Sandbox, "is used by %s")),
		"auth":    credential,
	}
}

// service words a service: its secrets are worded by secrets.
func service(s *scope, c change) {
	name := "the service " + diag.Quote(c.name)
	switch {
	case c.a == nil:
		s.say(Sandbox, s.effects.Below(c.pointer, grant.Secret), c, "reaches `%s` by %s", text(members(c.b)["host"]), name).Items =
			append(diag.QuoteAll(texts(members(c.b)["methods"])), diag.QuoteAll(texts(members(c.b)["paths"]))...)
	case c.b == nil:
		s.say(Sandbox, s.effects.Below(c.pointer, grant.Secret), c, "no longer reaches `%s` by %s", text(members(c.a)["host"]), name)
	default:
		s.part(c, name, Sandbox, serviceFields())
	}
}

func credential(s *scope, c change) {
	header := func(v any) string { return text(members(v)["header"]) + ": " + filled(members(v)["value"]) }
	effect := s.effects.At(grant.Service, s.at)
	switch {
	case c.a == nil:
		s.say(Sandbox, effect, c, "now adds the header `%s`", header(c.b))
	case c.b == nil:
		s.say(Sandbox, effect, c, "no longer adds the header `%s`", header(c.a))
	default:
		s.say(Sandbox, effect, c, "adds the header `%s` (was `%s`)", header(c.b), header(c.a))
	}
}

func hostCommand(s *scope, c change) {
	line := func(v any) string { return secret.JoinWords(texts(members(v)["command"])) }
	effect := s.effects.At(grant.HostCommand, c.pointer)
	switch {
	case c.a == nil:
		s.say(Sandbox, effect, c, "may ask to run outside the sandbox, as `%s`: `%s`", c.name, line(c.b))
	case c.b == nil:
		s.say(Sandbox, effect, c, "may no longer run outside the sandbox, as `%s`: `%s`", c.name, line(c.a))
	case line(c.a) == line(c.b):
		s.say(Sandbox, effect, c, "gives another reason to run `%s` outside the sandbox", c.name)
	default:
		s.say(Sandbox, effect, c, "may ask to run outside the sandbox, as `%s`: `%s` (was `%s`)", c.name, line(c.b), line(c.a))
	}
}
