package schemagen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Rule is a cross-field rule, for the reference.
type Rule struct{ Code, Text string }

// Rules are the cross-field rules in words; a test compares the codes with
// those that the validator reports.
var Rules = []Rule{
	{"rule-compaction-order", "`retainedTokens < thresholdTokens < requestThresholdTokens <= contextWindowTokens - reservedTokens`."},
	{"rule-pruning", "When pruning is enabled, `protectedTokens` is below the compaction threshold, and `protectedTokens + minSavingsTokens` is not above it."},
	{"rule-output-cap", "`maxOutputTokens` is not above `contextWindowTokens`; of the Pod and of each subagent."},
	{"rule-thinking-budget", "`thinkingBudgetTokens` is below `maxOutputTokens`; of the Pod and of each subagent."},
	{"rule-model-ref", "`ref` is `provider`, a slash and `id`; of the Pod and of each subagent."},
	{"rule-language", "`prompts.language` names a registered language and region: `en`, `pt-BR`, `zh-Hant-TW`."},
	{"rule-mcp-transport", "An MCP server has exactly one of `command` and `url`: `command` with type `stdio`, `url` with `http` and `sse`."},
	{"rule-secret-format", "In text with secrets each brace is part of `{}`, `{{` or `}}`, there are as many `{}` as `refs`, and before the first `{}` of a `url` is the whole host: `https://HOST/`."},
	{"rule-address", "The host of `model.baseUrl` and of an MCP server's `url` is a host name or an IP address (IPv6 in brackets), its port from 1 to 65535."},
	{"rule-header-name", "No header of a model or an MCP server, and no `auth.header` of a service, is one that belongs to the connection, such as `Host`; no two headers of one place differ by case alone."},
	{"rule-host-command", "The program of `sandbox.hostCommands.NAME` is an absolute path without `..`, or a name on the user's `PATH`."},
	{"rule-header-value", "A header value that is a literal or a template has no control characters, line breaks and tabs included; of a model, an MCP server and a service."},
	{"rule-secret-unused", "A secret is used: `web.search.auth` is null where the search is disabled; a secret in `env` or `args` belongs to a server with `command`, one in `headers` to a server with `url`."},
	{"rule-secret-provider", "A key goes to its provider: `PROVIDER.api.default` belongs to a model of that provider (`auth` and `headers`, of the Pod and of each subagent), `PROVIDER.search.default` to that service; without `web.search.provider` the secret of the search is that of `model.auth`. For the names of the providers that are known."},
	{"rule-literal-key", "No string of a server (`command`, `args`, `url`, literal `env` and `headers`, templates of text with secrets), of the `command` of a hook and of `sandbox.hostCommands`, and no `baseUrl` and `headers` of a model has the form of a key, unless `plain` lists its place."},
	{"rule-tool-name", "A tool in `tools`, in a rule of `permissions` (both of the Pod and of each subagent) in `skills.NAME.allowedTools` or in the `matcher` of a hook is of the [vocabulary](permissions.md#tools); a tool of an MCP server is of one of `mcpServers`."},
	{"rule-pattern", "The pattern of a permission rule fits the [grammar](permissions.md#patterns) of its tool."},
	{"rule-path", "The roots and globs of `sandbox`, the Pod's and a subagent's, and the `cwd` of a server are [paths](sandbox.md#paths)."},
	{"rule-domain", "`sandbox.allowedDomains`, the Pod's and a subagent's, and `web.search.allowedDomains` hold [domains](sandbox.md#domains)."},
	{"rule-sandbox-env", "A variable in `sandbox.env` is not in `sandbox.inheritEnv` as well."},
	{"rule-nix-network", "Where `sandbox.nix` is true, `sandbox.network` is `full`, or `allowlist` with `@nix` in `sandbox.allowedDomains`: builds of the daemon reach every host."},
	{"rule-network-domains", "`sandbox.allowedDomains` is empty unless `sandbox.network` is `allowlist`."},
	{"rule-context-file", "A context file is a path or glob below the workspace: `*` and `?` match a part of a name, `**` between slashes for any directories (`**/AGENTS.md` is one of any directory, that of the workspace too). No `..`, no path from `/` or `~/`: such a file goes into `prompts.append`. No brackets, braces, backslash or hidden character."},
	{"rule-skill-file", "A skill has a file `SKILL.md`."},
	{"rule-skill-names", "The path of a skill's file is one that every system can have: no part that is empty, `.` or `..`, none that begins it with `~`, no part of more than 255 bytes, no backslash, no hidden character, and none of the names at which programs look for configuration (`.git`, `.claude`, `.claude-plugin`, `.codex`, `.opencode`, `.mcp.json`). No two paths differ only by case, and no file has the name of a directory."},
	{"rule-skill-content", "A skill's file that is an object has exactly one of `text` and `base64`; `SKILL.md` has text. `base64` is that of RFC 4648, padded and on one line, and of bytes that are not text: text is written as text, so that it can be read."},
	{"rule-skill-frontmatter", "The frontmatter of a `SKILL.md`, when there is one, agrees with the skill: `name` is the skill's name, `description` its description, and each of `allowed-tools`, in the names of any program, is covered by `allowedTools`. It is written in [a small part of YAML](skills.md#frontmatter), and has no field by which a program would grant more (`hooks`, `mcpServers`, `permissions`)."},
	{"rule-workflow-inputs", "No two inputs of a workflow have one name."},
	{"rule-workflow-choices", "An input of type `choice` has choices, no other has; its default is one of them."},
	{"rule-workflow-default", "The default of an input of type `number` is a number as JSON writes it, of type `boolean` `true` or `false`."},
	{"rule-workflow-required", "An input that is `required` has no default."},
	{"rule-workflow-placeholder", "Each `{{NAME}}` in a workflow's prompt is the name of an input. Braces around anything else are text (`{{.Version}}`, `{{ x }}` with blanks), but not `{{ NAME }}` around the name of an input."},
	{"rule-hook-matcher", "The `matcher` of a hook is `*` but at `PreToolUse`, `PostToolUse` and `PermissionRequest`, the events that are about a tool."},
	{"rule-hook-async", "A hook that can refuse (at `PreToolUse`, `UserPromptSubmit`, `PermissionRequest`) is not `async`."},
	{"rule-subagent-tools", "A subagent is offered no tool that the Pod, or `delegation.ceiling.tools` in its place, does not offer: each of its `allow` is covered there and not denied; its default is not wider, and what is denied there it denies too where its `allow` or default would bring it back."},
	{"rule-subagent-permissions", "A subagent's `mode` and `default` are not above the Pod's, or those of `delegation.ceiling.permissions` in their place (`plan < ask < acceptEdits < auto < bypass`, `deny < ask < allow`), and each of its rules that allows more than that default is covered by a rule there that allows as much."},
	{"rule-subagent-names", "The `mcpServers` and `skills` of a subagent are names that the profile has."},
	{"rule-subagent-effort", "A subagent has `effort` only without a `model` of its own."},
	{"rule-subagent-limits", "The limits of a subagent are not above the Pod's."},
	{"rule-subagent-sandbox", "The sandbox of a subagent is not wider than the Pod's: `filesystem` and `network` are not above it, each writable root is within one of the Pod's, each domain among the Pod's; it has roots only where the filesystem is `workspace-write`, and domains only where the network is `allowlist`. Where the Pod's `sandbox.nix` is true, a network of its own is `full`, or `allowlist` with `@nix`."},
	{"rule-manifest-size", "At most 8 MiB in all."},
}

// forms names the patterns and describes in words what they allow, to keep the
// reference and the messages readable. lib/validate/forms.nix is generated from it.
var forms = []formRow{
	{"name", "coder", "lowercase letters, digits and hyphens", manifest.ProfileName("").Constraint()},
	{"profile reference", "builtin:coder", "the source, a colon, and the profile", manifest.ProfileRef("").Constraint()},
	{"skill name", "release-notes", "lowercase letters and digits, in words with a hyphen or an underscore between them", manifest.SkillName("").Constraint()},
	{"server name", "github", "letters, digits, hyphens, and single dots or underscores between them", manifest.ServerName("").Constraint()},
	{"tool name", "mcp__github__*", "letters, digits and _ - . :", manifest.ToolName("").Constraint()},
	{"matcher", "edit|write", "tool names with | between them", manifest.Matcher("").Constraint()},
	{"input name", "area", "letters, digits, - and _, a letter first", manifest.InputName("").Constraint()},
	{"model reference", "anthropic/claude-sonnet-4-5", "the provider, a slash, and the model", manifest.ModelRef("").Constraint()},
	{"provider name", "anthropic", "letters, digits and _ - .", manifest.ProviderName("").Constraint()},
	{"model id", "claude-sonnet-4-5", "as the provider's API names the model", manifest.ModelID("").Constraint()},
	{"address", "https://api.example.org/v1", "https or http, without a user or a password", manifest.URL("").Constraint()},
	{"host", "api.example.org:8443", "lowercase, with a port where it has its own", manifest.ServiceHost("").Constraint()},
	{"request path", "/repos/**", "from /, with * for a part and ** for any", manifest.ServicePath("").Constraint()},
	{"relative path", "docs/style.md", "below the workspace, without ..", manifest.RelativePath("").Constraint()},
	{"variable name", "LOG_LEVEL", "letters, digits and _", manifest.EnvName("").Constraint()},
	{"header name", "X-Team", "letters, digits, - and _", manifest.HeaderName("").Constraint()},
	{"pointer", "/mcpServers/github/args/1", "a JSON pointer", manifest.Pointer("").Constraint()},
	{"language tag", "en-GB", "a language as a BCP 47 tag", manifest.LanguageTag("").Constraint()},
	{"secret name", "brave.search.default", "lowercase letters, digits and hyphens, in up to eight parts with dots between them", manifest.SecretName("").Constraint()},
	{"retention", "30d", "none, forever or a number of days", manifest.Retention("").Constraint()},
}

type formRow struct {
	name, example string
	of            string // the characters, and what else must hold
	constraint    manifest.Constraint
}

// formOf is the name of a pattern, an example and its characters; empty when it has none.
func formOf(pattern string) (name, example, of string) {
	for _, form := range forms {
		if form.constraint.Pattern == pattern {
			return form.name, form.example, form.of
		}
	}
	return "", "", ""
}

// formsFile is forms for the Nix library.
func formsFile() []byte {
	var out strings.Builder
	out.WriteString("# Written by schemagen from go/manifest/internal/schemagen/docs.go: what a string of a pattern is\n# called, an example of it, and the characters it may have, for messages.\n{\n")
	rows := slices.Clone(forms)
	slices.SortFunc(rows, func(a, b formRow) int { return strings.Compare(a.constraint.Pattern, b.constraint.Pattern) })
	for _, form := range rows {
		fmt.Fprintf(&out, "  %s = {\n    form = %s;\n    example = %s;\n    of = %s;\n  };\n",
			nixString(form.constraint.Pattern), nixString(article(form.name)), nixString(form.example), nixString(form.of))
	}
	out.WriteString("}\n")
	return []byte(out.String())
}

func article(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

// nixString writes a text without control characters as a Nix string.
func nixString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "\\${").Replace(text) + `"`
}

// advisory prints which fields nothing enforces, and why they are there.
func (p *page) advisory() {
	p.print("\n## Advisory fields\n\n")
	p.print("Fields that protect are enforced, or a launch is refused. These are advisory: where a runtime has no such setting, the\n")
	p.print("launch says so and goes on without it. So are the settings below `runtimes`. [What each runtime enforces](enforcement.md)\n")
	p.print("lists all fields.\n\n")
	paths := strings.NewReplacer("Compaction.", "context.compaction.", "Pruning.", "context.pruning.", "Memory.", "memory.",
		"WebSearch.", "web.search.", "WebFetch.", "web.fetch.", "Model.", "model.", "Skill.", "skills.NAME.")
	p.print("| fields | what becomes of them |\n|---|---|\n")
	for _, row := range advisory {
		names := make([]string, len(row.fields))
		for i, field := range row.fields {
			names[i] = "`" + paths.Replace(field) + "`"
		}
		p.print("| %s | %s |\n", strings.Join(names, " "), cell(row.why))
	}
}

func (p *page) forms() {
	p.print("| form | example | pattern | characters |\n|---|---|---|---|\n")
	for _, form := range forms {
		if form.name != "retention" {
			p.print("| %s | `%s` | `%s` | at most %d |\n", form.name, form.example, cell(form.constraint.Pattern), form.constraint.MaxLength)
		}
	}
}

const generated = "<!-- Generated from the Go types in go/manifest; run `go generate ./go/manifest` after a change. -->\n\n"

// ManifestPage is the reference of the manifest, in Markdown.
func ManifestPage(data []byte) ([]byte, error) {
	schema, err := Load(data)
	if err != nil {
		return nil, err
	}
	p := page{schema: schema, defaults: true}
	p.print("# The Pod manifest\n\n" + generated)
	p.print("What a profile resolves to, and all that a Pod needs to run: one JSON object of the format `insomnia.pod/v1`.\n")
	p.print("Unknown fields are refused. A field without a default must be given, unless it is marked optional.\n")
	p.print("Text travels by value: a path of the Nix store in it is refused. `insomnia schema manifest` prints the JSON Schema.\n\n")
	p.print("In the paths below, `NAME` is any name, and `[]` is an element of a list. A *set* is a list without order:\n")
	p.print("in the canonical form it is sorted and has no duplicates. Where layers of a profile meet, lists concatenate,\n")
	p.print("and what is marked *one value* replaces.\n")
	root := schema.Definitions[schema.Root]
	for _, property := range root.Properties {
		p.section(property)
	}
	p.advisory()
	p.print("\n## Secrets\n\n")
	p.print("A secret is always written as a reference, never as a value:\n\n")
	p.print("    { \"_type\": \"insomnia.secret-ref/v1\", \"name\": \"brave.search.default\" }\n\n")
	p.print("made in Nix by `secrets.ref \"brave.search.default\"`. A name has at most eight segments of `[a-z0-9-]` with dots between them.\n")
	p.print("In `env` and `headers`, a value that is not a secret is written `{ \"value\": \"…\" }`. No message shows these values.\n\n")
	p.print("A secret in the middle of text is written\n\n")
	p.print("    { \"_type\": \"insomnia.secret-format/v1\", \"template\": \"Bearer {}\", \"refs\": [ { \"_type\": \"insomnia.secret-ref/v1\", \"name\": \"team.api\" } ] }\n\n")
	p.print("made in Nix by `secrets.format \"Bearer {}\" (secrets.ref \"team.api\")`: `{}` stands for a secret, `{{` and `}}` for a brace.\n\n")
	p.print("## Forms of text\n\n")
	p.forms()
	p.print("\n## Rules across fields\n\n")
	p.print("| code | what must hold |\n|---|---|\n")
	for _, rule := range Rules {
		p.print("| `%s` | %s |\n", rule.Code, strings.ReplaceAll(rule.Text, "|", "\\|"))
	}
	p.print("\nA tool name covers another when they are equal, or when it ends in `*` and the other begins with the rest.\n")
	p.print("A permission rule covers another when its tool does and its pattern is `*`, or when both have the same tool and its pattern\n")
	p.print("is certain to match all that the other matches:\n\n")
	p.print("- each pattern covers itself;\n")
	p.print("- a command: `PROGRAM …*` covers what begins so and is not a pipeline, such as `git push*` for `git push -f`, but not `git*`;\n")
	p.print("- a path: `DIR/**` covers the directory and what is in it;\n")
	p.print("- an address: a host covers its ports and paths, `*.DOMAIN` the hosts below the domain, `ADDRESS/**` what is below the address;\n")
	p.print("- a subagent or a skill: `NAME*` covers what begins so.\n")
	return []byte(p.out.String()), nil
}

// ProfilePage is the reference of the options of a profile, in Markdown.
func ProfilePage(data []byte) ([]byte, error) {
	schema, err := Load(data)
	if err != nil {
		return nil, err
	}
	p := page{schema: schema}
	p.print("# The options of a profile\n\n" + generated)
	p.print("What an author may write in a layer of a profile. Every option is optional; null takes away what an imported layer set,\n")
	p.print("where the manifest can do without. `insomnia schema profile` prints the JSON Schema.\n\n")
	p.print("## Identity and presets\n\n")
	p.print("A preset derives fields of the manifest, with a lower priority than what a layer says itself.\n\n")
	p.print("| option | kind | value | what it is |\n|---|---|---|---|\n")
	var sections []Property
	root := schema.Definitions[schema.Root]
	for _, property := range root.Properties {
		node := schema.Follow(property.Schema)
		if len(node.Types()) == 1 && node.Types()[0] == "object" || property.Name == "hooks" {
			sections = append(sections, property)
			p.presets(property.Name, node)
			continue
		}
		p.option(property.Name, property.Schema)
	}
	p.print("\nRetention is `none`, `forever` or a number of days such as `30d`.\n\n## Sections\n\n")
	p.print("These have the fields of the [manifest](manifest.md) under the same names and within the same bounds; a section may be partial.\n\n")
	p.print("| option | what it is |\n|---|---|\n")
	for _, property := range sections {
		link := "manifest.md#" + strings.ToLower(property.Name)
		if property.Name == "overrides" {
			link = "manifest.md"
		}
		p.print("| [`%s`](%s) | %s |\n", property.Name, link, cell(property.Schema.Text("description")))
	}
	p.print("\n`overrides` reaches every field of the manifest, `context` too. It is laid over what everything else gives, and needs no `mkForce`.\n")
	return []byte(p.out.String()), nil
}

type page struct {
	schema   *Schema
	out      strings.Builder
	defaults bool
}

func (p *page) print(text string, args ...any) { fmt.Fprintf(&p.out, text, args...) }

func (p *page) section(property Property) {
	node := p.schema.Follow(property.Schema)
	p.print("\n## %s\n\n%s\n\n", property.Name, property.Schema.Text("description"))
	p.print("| field | type | default | what it is |\n|---|---|---|---|\n")
	switch {
	case len(node.Properties) > 0:
		p.rows(property.Name, node)
	case node.Additional != nil:
		p.rows(property.Name+".NAME", p.schema.Follow(node.Additional))
		p.print("\n`NAME`: %s. %s.\n", p.typeOf(node.PropertyNames), sentence(sizes(node, "entries")))
	case node.Items != nil && p.schema.Follow(node.Items).Closed:
		p.rows(property.Name+"[]", p.schema.Follow(node.Items))
		p.print("\n%s.\n", sentence(sizes(node, "elements")))
	default:
		p.row(property.Name, property)
	}
}

func (p *page) rows(path string, node *Node) {
	for _, property := range node.Properties {
		p.row(path+"."+property.Name, property)
	}
}

func (p *page) row(path string, property Property) {
	node := p.schema.Follow(property.Schema)
	if node.Closed && node.Text("x-merge") == "" {
		if !property.Required {
			p.print("| `%s` | section | optional | %s |\n", path, cell(property.Schema.Text("description")))
		}
		p.rows(path, node)
		return
	}
	p.print("| `%s` | %s | %s | %s |\n", path, p.typeOf(node), defaultOf(property, node), cell(property.Schema.Text("description")))
	if node.Items != nil {
		if item := p.schema.Follow(node.Items); item.Closed {
			p.rows(path+"[]", item)
		}
	}
}

func (p *page) presets(path string, node *Node) {
	for _, property := range node.Properties {
		inner := p.schema.Follow(property.Schema)
		if _, isPreset := inner.Keywords["x-preset"]; isPreset {
			p.option(path+"."+property.Name, property.Schema)
		}
	}
}

func (p *page) option(path string, node *Node) {
	kind := "identity"
	if _, isPreset := node.Keywords["x-preset"]; isPreset {
		kind = "preset"
	}
	p.print("| `%s` | %s | %s | %s |\n", path, kind, p.typeOf(p.schema.Follow(node)), cell(node.Text("description")))
}

func defaultOf(property Property, node *Node) string {
	v, ok := property.Schema.Keywords["default"]
	if !ok {
		v, ok = node.Keywords["default"]
	}
	switch {
	case ok:
		short := v.Clone()
		if short.Compact() != nil {
			return "`" + string(v) + "`"
		}
		return "`" + string(short) + "`"
	case property.Required:
		return "none"
	}
	return "optional"
}

// typeOf describes the type of a field in words.
func (p *page) typeOf(n *Node) string {
	n = p.schema.Follow(n)
	switch {
	case len(n.AnyOf) > 0:
		return p.unionType(n)
	case n.Keywords["enum"] != nil:
		return "one of " + values(n)
	case n.Text("const") != "":
		return "`" + n.Text("const") + "`"
	case n.Items != nil:
		return p.listType(n)
	case n.Additional != nil:
		return fmt.Sprintf("map from %s to %s; %s", p.typeOf(n.PropertyNames), p.typeOf(n.Additional), sizes(n, "entries"))
	case n.Closed:
		return "object"
	}
	switch types := n.Types(); types[0] {
	case "integer":
		text := fmt.Sprintf("integer, %s to %s", n.Keywords["minimum"], n.Keywords["maximum"])
		if slices.Contains(types, "null") {
			text += ", or null"
		}
		return text
	case "number":
		return fmt.Sprintf("number, %s to %s, at most %s decimals", n.Keywords["minimum"], n.Keywords["maximum"], n.Keywords["x-decimals"])
	case "boolean":
		return "boolean"
	}
	if pattern := n.Text("pattern"); pattern != "" {
		name, _, _ := formOf(pattern)
		return name
	}
	kind := "text"
	if _, line := n.Keywords["x-singleLine"]; line {
		kind = "a line"
	}
	return kind + " of at most " + bytesOf(string(n.Keywords["x-maxBytes"]))
}

func (p *page) unionType(n *Node) string {
	var kinds []string
	for _, alternative := range n.AnyOf {
		switch {
		case alternative.Definition == "SecretRef":
			kinds = append(kinds, "[secret reference](#secrets)")
		case alternative.Definition == "SecretFormat":
			kinds = append(kinds, "[text with secrets](#secrets)")
		case alternative.Definition != "":
			var fields []string
			for _, property := range p.schema.Follow(alternative).Properties {
				fields = append(fields, property.Name)
			}
			kinds = append(kinds, "`{ "+strings.Join(fields, ", ")+" }`")
		case alternative.Text("type") == "null":
			kinds = append(kinds, "null")
		default:
			kinds = append(kinds, p.typeOf(alternative))
		}
	}
	last := len(kinds) - 1
	return strings.Join(kinds[:last], ", ") + " or " + kinds[last]
}

func (p *page) listType(n *Node) string {
	kind := "list"
	if n.Text("x-merge") == "set" {
		kind = "set"
	}
	item := p.schema.Follow(n.Items)
	of := ": " + p.typeOf(item)
	if item.Closed {
		of = ""
	}
	suffix := ""
	if n.Text("x-merge") == "replace" {
		suffix = "; one value"
	}
	return fmt.Sprintf("%s of %s%s%s", kind, sizes(n, "elements"), suffix, of)
}

func values(n *Node) string {
	var names []string
	if json.Unmarshal(n.Keywords["enum"], &names) != nil {
		return ""
	}
	return "`" + strings.Join(names, "` `") + "`"
}

func sizes(n *Node, what string) string {
	least, most := string(n.Keywords["minItems"]), string(n.Keywords["maxItems"])
	if most == "" {
		most = string(n.Keywords["maxProperties"])
	}
	if least != "" {
		return fmt.Sprintf("%s to %s %s", least, most, what)
	}
	return fmt.Sprintf("at most %s %s", most, what)
}

func bytesOf(text string) string {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return text
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return text + " bytes"
}

// cell makes text fit for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
