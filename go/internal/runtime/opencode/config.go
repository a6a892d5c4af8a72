package opencode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// provider is the program's name for the gateway as a provider of models.
const provider = "pod"

// npm maps dialects to the packages that are bundled with the program.
var npm = map[manifest.WireAPI]string{
	"anthropic":        "@ai-sdk/anthropic",
	"openai-chat":      "@ai-sdk/openai-compatible",
	"openai-responses": "@ai-sdk/openai",
}

// builtinAgents are bundled with the program and offered unless they are switched off.
// hiddenAgents write titles and summaries, and are needed.
var (
	builtinAgents = []string{"build", "plan", "general", "explore"}
	hiddenAgents  = []string{"title", "summary", "compaction"}
)

// mainAgent returns the name of the Pod's own agent: that of the profile, unless it is
// taken.
func mainAgent(m *manifest.Manifest) string {
	name := string(m.Profile.Name)
	for taken(m, name) {
		name = "pod-" + name
	}
	return name
}

func taken(m *manifest.Manifest, name string) bool {
	_, subagent := m.Subagents[manifest.SkillName(name)]
	return subagent || name == "" || slices.Contains(hiddenAgents, name)
}

// modelKey returns the program's name for a model of the gateway.
func modelKey(id manifest.ModelID) string { return provider + "/" + string(id) }

// config returns the only config file of the program. Later files and the user's own are
// not read.
func config(l runtime.Launch) ([]byte, error) {
	m := l.Manifest
	small := m.Model.ID
	if id, ok := sameProvider(m, m.Model.Small); ok {
		small = id
	}
	c := object{
		{"$schema", "https://opencode.ai/config.json"},
		{"autoupdate", false}, {"share", "disabled"},
		{"shell", "bash"}, // because the guard parses bash
		// Both start programs in the workspace without a tool call.
		{"formatter", false}, {"lsp", false},
		{"enabled_providers", []string{provider}},
		{"model", modelKey(m.Model.ID)}, {"small_model", modelKey(small)},
		{"default_agent", mainAgent(m)},
		{"provider", object{{provider, providerOf(l)}}},
		{"agent", agents(l)},
		{"plugin", []string{"file://" + pluginPath(l)}},
		{"tool_output", object{{"max_bytes", m.Tools.MaxOutputBytes}}},
		{"compaction", object{
			{"auto", m.Context.Compaction.Strategy != "off"},
			{"prune", m.Context.Pruning.Enabled},
			{"reserved", m.Context.Compaction.ReservedTokens},
		}},
		{"subagent_depth", m.Limits.MaxDepth},
	}
	if s := m.Runtimes; s != nil && s.OpenCode != nil && s.OpenCode.Snapshots != nil {
		c = append(c, member{"snapshot", *s.OpenCode.Snapshots})
	}
	if len(m.Skills) > 0 {
		c = append(c, member{"skills", object{{"paths", []string{skillsPath(l)}}}})
	}
	if len(m.Workflows) > 0 {
		c = append(c, member{"command", commands(m)})
	}
	if len(m.MCPServers) > 0 {
		c = append(c, member{"mcp", servers(m)})
	}
	return encode(c)
}

// encode writes JSON without anything that the program would expand. It expands
// {env:NAME} and {file:PATH} anywhere in the text of a config.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("cannot write the config of opencode: %w", err)
	}
	data := bytes.ReplaceAll(out.Bytes(), []byte("{env:"), []byte(`\u007benv:`))
	return bytes.ReplaceAll(data, []byte("{file:"), []byte(`\u007bfile:`)), nil
}

// sameProvider returns the ID of a model that the gateway can reach because it has the
// Pod's provider.
func sameProvider(m *manifest.Manifest, ref *manifest.ModelRef) (manifest.ModelID, bool) {
	if ref == nil {
		return "", false
	}
	of, id, ok := strings.Cut(string(*ref), "/")
	return manifest.ModelID(id), ok && of == string(m.Model.Provider)
}

// providerOf declares the gateway as a provider of models. The plugin fills in the key.
func providerOf(l runtime.Launch) object {
	m := l.Manifest
	var models object
	if id, ok := sameProvider(m, m.Model.Small); ok {
		models = append(models, member{string(id), modelOf(m, &manifest.Model{
			ID: id, ContextWindowTokens: m.Model.ContextWindowTokens, MaxOutputTokens: m.Model.MaxOutputTokens})})
	}
	if id, ok := sameProvider(m, m.Context.Compaction.Model); ok {
		models = append(models, member{string(id), modelOf(m, &manifest.Model{
			ID: id, ContextWindowTokens: m.Model.ContextWindowTokens, MaxOutputTokens: m.Model.MaxOutputTokens})})
	}
	for _, name := range sorted(m.Subagents) {
		if own := m.Subagents[name].Model; own != nil {
			models = append(models, member{string(own.ID), modelOf(m, own)})
		}
	}
	models = append(models, member{string(m.Model.ID), modelOf(m, &m.Model)})
	return object{
		{"npm", npm[m.Model.WireAPI]}, {"name", "Insomnia"},
		{"options", object{{"baseURL", l.Gateway + "/v1"}, {"apiKey", ""}}},
		{"models", models.last()},
	}
}

// modelOf returns a model with its limits. The program compacts at input - reserved.
func modelOf(m *manifest.Manifest, model *manifest.Model) object {
	c := m.Context.Compaction
	input := min(c.ThresholdTokens+c.ReservedTokens, model.ContextWindowTokens)
	kinds := []string{"text", "image", "pdf"}
	if m.Model.WireAPI == "openai-chat" { // models of many vendors use it
		kinds = kinds[:1]
	}
	return object{
		{"name", string(model.ID)}, {"tool_call", true}, {"reasoning", true}, {"attachment", len(kinds) > 1},
		{"modalities", object{{"input", kinds}, {"output", []string{"text"}}}},
		{"temperature", model.Temperature != nil},
		{"limit", object{{"context", model.ContextWindowTokens}, {"input", input}, {"output", model.MaxOutputTokens}}},
	}
}

// agents returns the Pod's own agent and its subagents, and nothing else.
func agents(l runtime.Launch) object {
	m := l.Manifest
	var out object
	for _, name := range builtinAgents {
		if name != mainAgent(m) && !taken(m, name) {
			out = append(out, member{name, object{{"disable", true}}})
		}
	}
	if id, ok := sameProvider(m, m.Context.Compaction.Model); ok {
		out = append(out, member{"compaction", object{{"model", modelKey(id)}}})
	}
	own := object{
		{"mode", "primary"}, {"description", string(m.Profile.Description)}, {"prompt", system(l.System)},
		{"model", modelKey(m.Model.ID)},
	}
	own = append(own, thinking(&m.Model, m.Model.Effort)...)
	main := podAgent(m)
	out = append(out, member{mainAgent(m), append(own, member{"permission", main.permissions(m, l.Headless)})})
	for _, name := range sorted(m.Subagents) {
		s := m.Subagents[name]
		model, effort := &m.Model, s.Effort
		if s.Model != nil {
			model, effort = s.Model, s.Model.Effort
		}
		if effort == "" {
			effort = model.Effort
		}
		texts := []string{string(s.Prompts.System)}
		for _, text := range s.Prompts.Append {
			texts = append(texts, string(text))
		}
		one := object{
			{"mode", "subagent"}, {"description", string(s.Description)}, {"prompt", system(strings.Join(texts, "\n\n"))},
			{"model", modelKey(model.ID)},
		}
		if s.Limits != nil && s.Limits.MaxTurns != nil {
			one = append(one, member{"steps", *s.Limits.MaxTurns})
		}
		one = append(one, thinking(model, effort)...)
		a := subagent(m, name)
		out = append(out, member{string(name), append(one, member{"permission", a.permissions(m, l.Headless)})})
	}
	return out
}

// system returns a system prompt that is not empty, because the program replaces an empty
// one by its own.
func system(text string) string {
	if strings.TrimSpace(text) == "" {
		return "Do what the user asks."
	}
	return text
}

// podAgent returns the Pod's own agent.
func podAgent(m *manifest.Manifest) agent {
	a := agent{main: true, tools: m.Tools.Lists(), rules: m.Permissions.Rules,
		servers: sorted(m.MCPServers), skills: sorted(m.Skills)}
	if m.Limits.MaxSubagents > 0 && m.Limits.MaxDepth > 0 {
		a.subagents = sorted(m.Subagents)
	}
	return a
}

// subagent returns a subagent of the Pod.
func subagent(m *manifest.Manifest, name manifest.SkillName) agent {
	s := m.Subagents[name]
	a := agent{tools: s.Tools, rules: s.Permissions.Rules,
		servers: s.MCPServers, skills: s.Skills}
	if a.servers == nil {
		a.servers = sorted(m.MCPServers)
	}
	if a.skills == nil {
		a.skills = sorted(m.Skills)
	}
	if m.Limits.MaxSubagents > 0 && m.Limits.MaxDepth > 1 {
		a.subagents = sorted(m.Subagents)
	}
	return a
}

// thinking returns the reasoning options of a model. Variants are the program's own names
// of efforts, per model.
func thinking(model *manifest.Model, effort manifest.Effort) object {
	var out object
	if model.Temperature != nil {
		out = append(out, member{"temperature", model.Temperature})
	}
	if model.TopP != nil {
		out = append(out, member{"top_p", model.TopP})
	}
	switch {
	case model.WireAPI == "anthropic" && model.ThinkingBudgetTokens != nil && effort != "none":
		return append(out, member{"options", object{{"thinking", object{{"type", "enabled"}, {"budgetTokens", *model.ThinkingBudgetTokens}}}}})
	case model.WireAPI == "anthropic" && effort == "none":
		return append(out, member{"options", object{{"thinking", object{{"type", "disabled"}}}}})
	case model.WireAPI == "anthropic":
		return append(out, member{"options", object{{"effort", string(effort)}}})
	case effort == "":
		return out
	}
	return append(out, member{"options", object{{"reasoningEffort", string(effort)}}})
}

var (
	// shellText begins a shell command that the program runs before it sends the text of a
	// command.
	shellText = pattern.Lazy{Text: "!`"}
	argument  = pattern.Lazy{Text: `\$([0-9]|ARGUMENTS)`}
)

// commands returns the workflows as slash commands. Their inputs are positional
// arguments; the last one takes the rest.
func commands(m *manifest.Manifest) object {
	var out object
	for _, name := range sorted(m.Workflows) {
		w := m.Workflows[name]
		text := argument.Get().ReplaceAllString(shellText.Get().ReplaceAllString(string(w.Prompt), "! `"), "$$ $1")
		text = quoteFiles(text)
		for i, in := range w.Inputs {
			text = strings.ReplaceAll(text, "{{"+string(in.Name)+"}}", fmt.Sprintf("$%d", i+1))
		}
		out = append(out, member{string(name), object{{"description", string(w.Description)}, {"template", text}}})
	}
	return out
}

// quoteFiles puts backticks around @NAME. Otherwise the program would attach that file
// without a tool call.
func quoteFiles(text string) string {
	var out strings.Builder
	last := byte(' ')
	for i := 0; i < len(text); i++ {
		c := text[i]
		end := i + 1
		if c == '@' && !wordOrTick(last) {
			for end < len(text) && !strings.ContainsRune(" \t\r\n`,", rune(text[end])) {
				end++
			}
		}
		if end > i+1 {
			out.WriteString("`" + text[i:end] + "`")
			last, i = '`', end-1
			continue
		}
		out.WriteByte(c)
		last = c
	}
	return out.String()
}

func wordOrTick(c byte) bool {
	return c == '`' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// servers returns the MCP servers. The plugin fills in their secrets.
func servers(m *manifest.Manifest) object {
	var out object
	for _, name := range sorted(m.MCPServers) {
		s := m.MCPServers[name]
		one := object{}
		if s.Type == "stdio" {
			argv := []string{}
			if s.Cwd != nil {
				argv = append(argv, "/bin/sh", "-c", inDirectory, string(*s.Cwd))
			}
			if s.Command != nil {
				argv = append(argv, string(*s.Command))
			}
			for _, a := range s.Args {
				argv = append(argv, string(a.Text))
			}
			one = append(one, member{"type", "local"}, member{"command", argv}, member{"environment", literals(s.Env)})
		} else {
			url := ""
			if s.URL != nil {
				url = string(s.URL.Text)
			}
			one = append(one, member{"type", "remote"}, member{"url", url}, member{"headers", literals(s.Headers)}, member{"oauth", false})
		}
		one = append(one, member{"enabled", true}, member{"timeout", 1000 * max(s.StartupTimeoutSeconds, s.ToolTimeoutSeconds)})
		out = append(out, member{serverKey(name), one})
	}
	return out
}

// inDirectory starts a program in another directory, for which opencode has no setting.
const inDirectory = `case $0 in "~"|"~/"*) cd -- "$HOME${0#"~"}";; *) cd -- "$0";; esac && exec "$@"`

func literals[K ~string](values map[K]manifest.EnvValue) object {
	out := object{}
	for _, name := range sorted(values) {
		if v := values[name]; v.Value != nil {
			out = append(out, member{string(name), *v.Value})
		}
	}
	return out
}

// skillFiles returns the files of the skills, with a directory for each skill.
func skillFiles(l runtime.Launch) []runtime.File {
	var out []runtime.File
	for _, name := range sorted(l.Manifest.Skills) {
		s := l.Manifest.Skills[name]
		for _, file := range sorted(s.Files) {
			content, _ := s.Files[file].Bytes() // validated with the manifest
			f := runtime.File{Path: filepath.Join(skillsPath(l), string(name), filepath.FromSlash(string(file))), Mode: 0o444, Content: content}
			if s.Files[file].Executable() {
				f.Mode = 0o555
			}
			if file == "SKILL.md" {
				f.Content = frontmatter.Complete(string(name), string(s.Description), f.Content)
			}
			out = append(out, f)
		}
	}
	return out
}

// offered reports whether the Pod or a subagent has a tool.
func offered(m *manifest.Manifest, tool string) bool {
	a := podAgent(m)
	if a.may(tool) {
		return true
	}
	for name := range m.Subagents {
		if s := subagent(m, name); s.may(tool) {
			return true
		}
	}
	return false
}

// off returns the tools that the program's permissions cannot switch off for an agent:
// edit and write share one permission.
func off(a agent) []string {
	out := slices.Clone(resourceTools)
	if !a.may(grammar.ToolWrite) {
		out = append(out, "write")
	}
	if !a.may(grammar.ToolEdit) {
		out = append(out, "edit", "apply_patch")
	}
	return out
}
