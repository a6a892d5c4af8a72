package manifest

import "github.com/insomnia-pods/insomnia/go/internal/keyform"

// keyRules find literal keys in the parts of a manifest that start programs and call
// hosts. Texts for a model are not checked: they may mention keys.
func (c *checker) keyRules(v *value) {
	plain := map[string]bool{}
	if list := v.get("plain"); list.is(kindArray) {
		for _, item := range list.items {
			plain[item.text] = true
		}
	}
	check := func(at *location, v *value) {
		if !v.is(kindString) {
			return
		}
		name := keyform.In(v.text)
		if name == "" || plain[at.pointer()] {
			return
		}
		c.report(at, "rule-literal-key", "contains what looks like "+name+" (value not shown)", "a string without a key",
			"put it in env or headers as secrets.ref \"NAME\", and store it: insomnia secret set NAME; "+
				"if it is not a secret: insomnia.lib.plain \"…\", or in JSON and TOML its pointer in plain")
	}
	each := func(at *location, v *value) {
		if v.is(kindArray) {
			for i, item := range v.items {
				check(at.element(i), item)
			}
		}
	}
	literals := func(at *location, slots *value) {
		if slots.is(kindObject) {
			for _, m := range slots.members {
				check(at.field(m.name).field("value"), m.value.get("value"))
			}
		}
	}
	model := func(at *location, model *value) {
		check(at.field("baseUrl"), model.get("baseUrl"))
		literals(at.field("headers"), model.get("headers"))
		secretTexts(at, model, func(at *location, text *value) { check(at.field("template"), text.get("template")) })
	}
	top := (*location)(nil)
	model(top.field("model"), v.get("model"))
	if env := v.get("sandbox").get("env"); env.is(kindObject) {
		for _, m := range env.members {
			check(top.field("sandbox").field("env").field(m.name), m.value)
		}
	}
	c.each(v, "subagents", func(at *location, subagent *value) {
		model(at.field("model"), subagent.get("model"))
	})
	c.each(v, "mcpServers", func(at *location, server *value) {
		for _, name := range []string{"command", "cwd", "url"} {
			check(at.field(name), server.get(name))
		}
		each(at.field("args"), server.get("args"))
		secretTexts(at, server, func(at *location, text *value) { check(at.field("template"), text.get("template")) })
		for _, name := range []string{"env", "headers"} {
			literals(at.field(name), server.get(name))
		}
	})
	sandbox := v.get("sandbox")
	if services := sandbox.get("services"); services != nil {
		services.entries(top.field("sandbox").field("services"), func(at *location, service *value) {
			check(at.field("auth").field("value").field("template"), service.get("auth").get("value").get("template"))
		})
	}
	if commands := sandbox.get("hostCommands"); commands != nil {
		commands.entries(top.field("sandbox").field("hostCommands"), func(at *location, command *value) {
			each(at.field("command"), command.get("command"))
		})
	}
	if hooks := v.get("hooks"); hooks.is(kindArray) {
		for i, hook := range hooks.items {
			each(top.field("hooks").element(i).field("command"), hook.get("command"))
		}
	}
}
