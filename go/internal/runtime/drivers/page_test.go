package drivers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
)

const introduction = `# What each runtime enforces

<!-- Written from the declarations in go/internal/runtime: checks/update -->

A profile means the same in every agent program only if something makes it hold. This page lists every field of the
[manifest](manifest.md) and shows how far it holds in each runtime: in Claude Code, Codex and opencode. The last column is
that of [files that several programs read](running.md#without-a-pod), which are rendered and cannot be started.

To see what is lost of one profile, ask for it:

    insomnia runtime check builtin:coder --runtime claude-code

## Classes

| class | meaning |
|---|---|
| enforced | The field holds, whatever the model does. |
| approximated | The field holds except for the gap that is named. |
| advisory | The model or the program is told, and nothing makes it hold. |
| unsupported | The field has no effect. |

## Enforcement

| by | what it is |
|---|---|
| program | the settings of the agent program itself |
| guard | Insomnia's guard, which decides each tool call before it runs |
| gateway | Insomnia's gateway to the API of the model: it alone has the key, it checks the model and the tools, and it counts |
| sandbox | the operating system, around the whole program |
| supervisor | Insomnia itself, before the program starts and around it |

Where this machine lacks what the sandbox needs, such as bubblewrap or user namespaces, the launch names the fields that
do not hold here, and stops like below.

A test shows the effect of each field that is enforced: a Pod is started with two values of it, and what the model, the
file system, a listener or the exit code shows must differ as the values say.

The table names whoever has the last word. Where the program has a setting of its own for the same thing, it is set as
well, as a second lock.

## Fields that stop a launch

A field marked † protects you: it holds the agent back. If a profile uses such a field and the runtime cannot enforce or
approximate it, the launch stops and names the field. To start all the same, name it yourself:
` + "`--allow-unenforced sandbox.network`" + `. The Pod records that.

Other gaps stop nothing. A field that only gives the agent something, such as ` + "`sandbox.hostCommands`" + `, needs no such
care: without it, the agent can do less.

A field counts only when the profile asks for something with it. An empty list, a limit of ` + "`null`" + ` and a default that
holds nothing back ask for nothing.

## Fields

` + "`*`" + ` is a name, and ` + "`[]`" + ` an element of a list. A section that occurs again, such as the model of a subagent, is one
row there; its fields are listed where they occur first.
`

// The page of what runtimes enforce is written from their declarations.
func TestEnforcementPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(introduction)
	columns := map[string][]string{}
	for _, d := range drivers.Rendered() {
		for field, declared := range d.Leaves().All() {
			columns[field.Path] = append(columns[field.Path], cell(declared))
		}
	}
	section := ""
	for _, field := range leaf.Fields() {
		if top := strings.TrimSuffix(strings.SplitN(field.Path, ".", 2)[0], "[]"); top != section {
			section = top
			fmt.Fprintf(&b, "\n### %s\n\n| field |", section)
			for _, d := range drivers.Rendered() {
				fmt.Fprintf(&b, " %s |", d.Title)
			}
			b.WriteString("\n|---|" + strings.Repeat("---|", len(drivers.Rendered())) + "\n")
		}
		mark := ""
		if field.Protects() {
			mark = " †"
		}
		fmt.Fprintf(&b, "| `%s`%s | %s |\n", field.Path, mark, strings.Join(columns[field.Path], " | "))
	}
	golden.Check(t, "../../../../docs/enforcement.md", []byte(b.String()))
}

// cell words a declaration: its class, who enforces it, and what is missing.
func cell(d leaf.Declaration) string {
	by := fmt.Sprintf("enforced (%s)", d.By)
	switch {
	case d.Class == leaf.Enforced:
		return by
	case d.Below > 0:
		return fmt.Sprintf("%s from %d on; below, %s: %s", by, d.Below, d.Class, d.Why)
	case len(d.Values) > 0:
		values := slices.Clone(d.Values)
		for i, value := range values {
			values[i] = "`" + strings.Trim(value, `"`) + "`"
		}
		if d.By == leaf.Nobody {
			by = "enforced"
		}
		return fmt.Sprintf("%s; at %s, %s: %s", by, strings.Join(values, " "), d.Class, d.Why)
	case d.By != leaf.Nobody:
		return fmt.Sprintf("%s (%s): %s", d.Class, d.By, d.Why)
	}
	return fmt.Sprintf("%s: %s", d.Class, d.Why)
}
