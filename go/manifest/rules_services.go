package manifest

import (
	"slices"
	"strings"
)

// The rules about what the agent reaches outside the sandbox; rules.go lists them.

// entries visits the entries of an object.
func (v *value) entries(at *location, visit func(*location, *value)) {
	if v.is(kindObject) {
		for _, m := range v.members {
			visit(at.field(m.name), m.value)
		}
	}
}

func (c *checker) serviceRules(sandbox *value) {
	at := (*location)(nil).field("sandbox")
	if services := sandbox.get("services"); services != nil {
		services.entries(at.field("services"), func(at *location, service *value) {
			auth, at := service.get("auth"), at.field("auth")
			if name, has := auth.textOf("header"); has {
				c.headerName(at.field("header"), name)
			}
			if secret := auth.get("value"); secret.isFormat() {
				c.headerText(at.field("value").field("template"), secret.get("template"))
				c.formatRules(at.field("value"), secret)
			}
		})
	}
	if commands := sandbox.get("hostCommands"); commands != nil {
		commands.entries(at.field("hostCommands"), c.hostCommandRules)
	}
}

// hostCommandRules keep programs of the workspace, which the agent may write, from
// running outside the sandbox.
func (c *checker) hostCommandRules(at *location, command *value) {
	argv := command.get("command")
	if !argv.is(kindArray) || len(argv.items) == 0 || !argv.items[0].is(kindString) {
		return
	}
	program := argv.items[0].text
	root, below, hasSlash := strings.Cut(program, "/")
	odd := func(name string) bool { return name == "" || name == "." || name == ".." }
	if hasSlash && (root != "" || slices.ContainsFunc(strings.Split(below, "/"), odd)) || odd(program) {
		c.report(at.field("command").element(0), "rule-host-command", shown(program)+" depends on the working directory",
			"an absolute path without .., or a name on your PATH", "write the whole path, such as /usr/bin/gpg")
	}
}
