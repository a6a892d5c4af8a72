package manifest

import "github.com/insomnia-pods/insomnia/go/internal/provider"

// The rules about where secrets go; rules.go lists them.

const (
	unusedSecret  = "rule-secret-unused"
	foreignSecret = "rule-secret-provider"
)

// secretName returns the name of the secret that a slot refers to.
func (v *value) secretName() (name string, found bool) {
	if name := v.get("name"); v.get("_type") != nil && name.is(kindString) {
		return name.text, true
	}
	return "", false
}

// holdsSecret reports whether a slot has a reference to a secret, or text with secrets.
func (v *value) holdsSecret() bool {
	_, refers := v.secretName()
	return refers || v.isFormat()
}

func (v *value) isFormat() bool {
	mark, _ := v.textOf("_type")
	return mark == SecretFormatType
}

// textOf returns a member that is a string.
func (v *value) textOf(name string) (text string, found bool) {
	if member := v.get(name); member.is(kindString) {
		return member.text, true
	}
	return "", false
}

// modelSecretRules hold the conventional secret of a provider to its models.
func (c *checker) modelSecretRules(at *location, model *value) {
	name, known := model.textOf("provider")
	if !known {
		return
	}
	check := func(at *location, slot *value, hint string) {
		secret, refers := slot.secretName()
		if owner := provider.OfModelSecret(secret); refers && owner != "" && owner != name {
			c.report(at, foreignSecret, "`"+secret+"` is the key of "+owner+", but the model is from "+named(name), "a secret of "+named(name)+", or null", hint)
		}
	}
	check(at.field("auth"), model.get("auth"), "set auth next to ref: the name of a secret of this provider, or null for none")
	if headers := model.get("headers"); headers.is(kindObject) {
		for _, m := range headers.members {
			const hint = "set the header next to ref: the name of a secret of this provider, or null for none"
			at := at.field("headers").field(m.name)
			check(at, m.value, hint)
			if refs := m.value.get("refs"); m.value.isFormat() && refs.is(kindArray) {
				for i, ref := range refs.items {
					check(at.field("refs").element(i), ref, hint)
				}
			}
		}
		secretTexts(at, model, c.formatRules)
	}
}

// searchRules see to it that the secret of the search goes to the service that it is for.
func (c *checker) searchRules(v *value) {
	search := v.get("web").get("search")
	secret, refers := search.get("auth").secretName()
	mode, moded := search.textOf("mode")
	if !refers || !moded {
		return
	}
	at := (*location)(nil).field("web").field("search").field("auth")
	if mode == "disabled" {
		c.report(at, unusedSecret, "unused secret: the search is disabled", "null while mode is disabled",
			`set web.search.mode to "live" and web.search.provider to the service, or auth to null`)
		return
	}
	service := search.get("provider")
	if service == nil {
		if key, has := v.get("model").get("auth").secretName(); !has || key != secret {
			c.report(at, foreignSecret, "without web.search.provider the secret goes to the host of the model", "a provider of the search, or the secret of model.auth",
				`set web.search.provider to the service that the secret is for, such as "brave"`)
		}
		return
	}
	if owner := provider.OfSearchSecret(secret); service.is(kindString) && owner != "" && owner != service.text {
		c.report(at, foreignSecret, "`"+secret+"` is the key of "+owner+", but the search uses "+named(service.text), "a secret of "+named(service.text)+", or null",
			"set auth next to provider: the name of a secret of this service, or null for none")
	}
}

// serverSecretRules see to it that what holds a secret is used: only a program has
// an environment, and only a request has headers.
func (c *checker) serverSecretRules(at *location, server *value, command, url bool) {
	secretTexts(at, server, func(at *location, text *value) { c.formatRules(at, text) })
	if command == url {
		return
	}
	field, message, hint := "env", "unused secret: a remote server starts no program", "put the secret into headers, or remove it"
	if command {
		field, message, hint = "headers", "unused secret: a local server receives no requests", "put the secret into env, or remove it"
	}
	if slots := server.get(field); slots.is(kindObject) {
		for _, m := range slots.members {
			if m.value.holdsSecret() {
				c.report(at.field(field).field(m.name), unusedSecret, message, "no secret here", hint)
			}
		}
	}
	if args := server.get("args"); url && args.is(kindArray) {
		for i, arg := range args.items {
			if arg.holdsSecret() {
				c.report(at.field("args").element(i), unusedSecret, message, "no secret here", hint)
			}
		}
	}
}
