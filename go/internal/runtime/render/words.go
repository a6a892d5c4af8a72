package render

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// script starts the program as Insomnia would, without the services of a Pod.
func script(dir string, d *runtime.Driver, l runtime.Launch, plan *runtime.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# Starts %s as `insomnia runtime render` has planned it. Read README.md first.\nset -eu\ncd %s\nexec env -i", d.Title, quote(l.Workspace))
	word := func(text string) { b.WriteString(" \\\n  " + text) }
	box := &l.Manifest.Sandbox
	for _, name := range box.InheritEnv {
		word(fmt.Sprintf(`${%s+"%s=$%s"}`, name, name, name))
	}
	for _, name := range slices.Sorted(maps.Keys(box.Env)) {
		word(quote(string(name) + "=" + string(box.Env[name])))
	}
	for _, variable := range plan.Env {
		word(quote(variable))
	}
	word(d.Program)
	for _, argument := range plan.Args {
		word(quote(argument))
	}
	for _, descriptor := range plan.Descriptors {
		word(fmt.Sprintf("%d< %s", descriptor.Number, quote(filepath.Join(dir, descriptorName(descriptor)))))
	}
	return b.String() + "\n"
}

func readme(d *runtime.Driver, l runtime.Launch, plan *runtime.Plan, gaps []runtime.Gap) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The profile %s in %s\n\n", l.Manifest.Profile.Name, d.Title)
	fmt.Fprintf(&b, "Written by `insomnia runtime render`, for %s %v or newer, below %v.\n\n", d.Title, d.From, d.Below)
	b.WriteString("| path | what it is |\n|---|---|\n")
	fmt.Fprintf(&b, "| `start` | starts the program in `%s`, with these arguments and this environment |\n", strings.ReplaceAll(l.Workspace, "|", "\\|"))
	b.WriteString("| `files/` | what the program reads: settings, prompts, skills, hooks |\n")
	b.WriteString("| `state/` | the directory that the program keeps its own files in |\n")
	if d.Own != nil {
		b.WriteString("| `own/` | the permissions of the profile in the program's own words, for a start without a Pod |\n")
	}
	if len(plan.Descriptors) > 0 {
		b.WriteString("| `descriptors/` | what the program reads from open descriptors |\n")
	}
	b.WriteString(`
## What is missing

A running Pod has services that are not in this directory. Until you provide them, the program reaches no model and
runs no tool:

`)
	fmt.Fprintf(&b, "- **The gateway**: the program calls the API of the model at `%s`", l.Gateway)
	if plan.Asks {
		b.WriteString(", with a token that it asks the guard for.\n")
	} else {
		fmt.Fprintf(&b, "\n  with the key `%s`. Replace both with your own.\n", Token)
	}
	b.WriteString("- **The guard**: the hooks ask `guard.sock` in this directory, and deny what it does not answer. Without them, only the\n  program's own permissions hold.\n")
	b.WriteString("- **The sandbox**: files, network and environment of the program are limited by nothing but the program itself.\n")
	b.WriteString("- **Secrets**: `SECRET(NAME)` is the place of a secret. `insomnia secret exec NAME -- COMMAND` gives its value to a command.\n")
	if d.Own != nil {
		b.WriteString("\n## Permissions without a Pod\n\nWhat is in `own/` belongs with your settings of the program. ")
		if len(gaps) == 0 {
			b.WriteString("It says all rules of the profile.\n")
		} else {
			b.WriteString("It cannot say all of the rules:\n\n| rule | without a Pod | reason |\n|---|---|---|\n")
			for _, laxer := range []bool{true, false} {
				for _, g := range gaps {
					if g.Laxer == laxer {
						fmt.Fprintf(&b, "| `%s` | %s | %s |\n", strings.ReplaceAll(g.Rule, "|", "\\|"), map[bool]string{true: "laxer", false: "stricter"}[laxer], g.Why)
					}
				}
			}
		}
	}
	fmt.Fprintf(&b, "\n`insomnia runtime check REF --runtime %s` lists what %s does not enforce even in a Pod.\n", d.Name, d.Title)
	return b.String()
}

// treeReadme describes a profile and lists what the files of a convention lose.
func treeReadme(d *runtime.Driver, m *manifest.Manifest) string {
	var b strings.Builder
	p := m.Profile
	fmt.Fprintf(&b, "# The profile %s as files that agent programs read\n\n", p.Name)
	if p.Description != "" {
		fmt.Fprintf(&b, "%s\n\n", p.Description)
	}
	b.WriteString(`Written by ` + "`insomnia runtime render`" + `. Copy AGENTS.md and .agents into a project: programs that know this convention read them.

| path | what it is |
|---|---|
| ` + "`AGENTS.md`" + ` | the prompt of the profile, and its rules in words |
| ` + "`.agents/skills/NAME/SKILL.md`" + ` | a skill |
| ` + "`.agents/agents/NAME.md`" + ` | a subagent |
| ` + "`.agents/commands/NAME.md`" + ` | a workflow |

## What is lost

This is advice: no program is held to it. These fields of the profile are told to the model at most:

| class | field | reason |
|---|---|---|
`)
	for _, l := range runtime.Losses(d, m) {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", l.Class, l.Field, l.Why)
	}
	b.WriteString("\nIn a Pod they hold as docs/enforcement.md says: `insomnia pod new`.\n")
	return b.String()
}
