// Package agentsdir renders a profile as the files that several agent programs read from
// a project: AGENTS.md, and skills, agents and commands below .agents.
//
// Nothing enforces these files. A profile rendered this way is only advice to the program
// that reads them, and cannot be started as a Pod.
package agentsdir

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Driver describes the convention.
var Driver = runtime.Driver{
	Name:     "agents-dir",
	Title:    "the .agents directory",
	WireAPIs: []manifest.WireAPI{"anthropic", "openai-chat", "openai-responses", "gemini", "bedrock", "vertex", "azure-openai"},
	Leaves:   leaves,
	Tree:     tree,
}

// dir is the directory of the convention.
const dir = ".agents"

// tree returns the files, with names relative to the project.
func tree(m *manifest.Manifest) ([]runtime.File, error) {
	files := []runtime.File{text("AGENTS.md", agentsMD(m))}
	for _, name := range slices.Sorted(maps.Keys(m.Skills)) {
		skill := m.Skills[name]
		for _, file := range slices.Sorted(maps.Keys(skill.Files)) {
			content, err := skill.Files[file].Bytes()
			if err != nil {
				return nil, fmt.Errorf("skills.%s.files: %s: %w", name, file, err)
			}
			mode := fs.FileMode(0o600)
			if skill.Files[file].Executable() {
				mode = 0o700
			}
			if file == "SKILL.md" {
				content = frontmatter.Replace(string(name), string(skill.Description), content)
			}
			files = append(files, runtime.File{Path: path.Join(dir, "skills", string(name), string(file)), Mode: mode, Content: content})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		files = append(files, text(path.Join(dir, "agents", string(name)+".md"), agent(name, m.Subagents[name])))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Workflows)) {
		files = append(files, text(path.Join(dir, "commands", string(name)+".md"), command(m.Workflows[name])))
	}
	return files, nil
}

func text(name, content string) runtime.File {
	return runtime.File{Path: name, Mode: 0o600, Content: []byte(content)}
}

// agentsMD returns the prompt of the profile, with its rules in words.
func agentsMD(m *manifest.Manifest) string {
	parts := []string{string(m.Prompts.System)}
	for _, more := range m.Prompts.Append {
		parts = append(parts, string(more))
	}
	if m.Prompts.Language != nil {
		parts = append(parts, "Answer in the language with the BCP 47 tag "+string(*m.Prompts.Language)+".")
	}
	if names := others(m.Prompts.ContextFiles); names != "" {
		parts = append(parts, "Read these files before you begin, where they exist: "+names+".")
	}
	said := rules(m.Tools.Lists(), m.Permissions)
	if len(m.Sandbox.DenyRead) > 0 {
		names := make([]string, len(m.Sandbox.DenyRead))
		for i, glob := range m.Sandbox.DenyRead {
			names[i] = code(string(glob))
		}
		said = append(said, "Do not read these files, not by a command either: "+strings.Join(names, ", ")+".")
	}
	said = append(said, map[manifest.SearchMode]string{
		"disabled": "Do not search the web.", "cached": "Search the web only in what the search engine has stored.", "live": "You may search the web.",
	}[m.Web.Search.Mode])
	if m.Web.Fetch.Enabled {
		said = append(said, "You may load web pages.")
	} else {
		said = append(said, "Do not load web pages.")
	}
	return joined(append(parts, "## Rules\n\n- "+strings.Join(said, "\n- ")))
}

// others returns the context files other than AGENTS.md, which programs read by
// themselves.
func others(globs []manifest.ContextFile) string {
	var names []string
	for _, glob := range globs {
		if glob != "AGENTS.md" {
			names = append(names, code(string(glob)))
		}
	}
	return strings.Join(names, ", ")
}

// agent returns the file of a subagent.
func agent(name manifest.SkillName, s manifest.Subagent) string {
	parts := []string{string(s.Prompts.System)}
	for _, more := range s.Prompts.Append {
		parts = append(parts, string(more))
	}
	parts = append(parts, "## Rules\n\n- "+strings.Join(rules(s.Tools, s.Permissions), "\n- "))
	return "---\n" + frontmatter.Field("name", string(name)) + frontmatter.Field("description", string(s.Description)) + "---\n" + joined(parts)
}

// rules describes what an agent may do; it returns at least one rule.
func rules(tools manifest.SubagentTools, p manifest.Permissions) []string {
	var said []string
	if tools.Default == "deny" {
		said = append(said, "Use only these tools: "+list(tools.Allow)+".")
	} else {
		said = append(said, "Use any tool that you are offered.")
		if len(tools.Allow) > 0 {
			said = append(said, "Among them are "+list(tools.Allow)+".")
		}
	}
	if len(tools.Deny) > 0 {
		said = append(said, "Do not use these tools: "+list(tools.Deny)+".")
	}
	said = append(said, map[manifest.PermissionMode]string{
		"plan":        "Plan only: change no file, and ask before each command.",
		"ask":         "Keep to what the rules below allow.",
		"acceptEdits": "You may change files in the workspace without asking.",
		"auto":        "Work on your own, within the rules below.",
		"bypass":      "Do not ask; what the rules below deny stays denied.",
	}[p.Mode])
	said = append(said, map[manifest.Action]string{
		"allow": "What no rule below names needs no question.",
		"ask":   "Ask before you do what no rule below names.",
		"deny":  "Do not do what no rule below names.",
	}[p.Default])
	for _, action := range []manifest.Action{"deny", "ask", "allow"} {
		for _, r := range p.Rules {
			if r.Action != action {
				continue
			}
			what := "any call of " + code(string(r.Tool))
			if r.Pattern != "*" {
				what = code(string(r.Tool)) + " with " + code(string(r.Pattern))
				if grammar.KindOf(string(r.Tool)) == grammar.KindCommand {
					what = "the command " + code(string(r.Pattern))
				}
			}
			line := map[manifest.Action]string{"deny": "Never: ", "ask": "Ask first: ", "allow": "Needs no question: "}[action] + what
			if r.Reason != nil {
				line += " (" + string(*r.Reason) + ")"
			}
			said = append(said, line+".")
		}
	}
	return said
}

func list(tools []manifest.ToolName) string {
	if len(tools) == 0 {
		return "none"
	}
	names := make([]string, len(tools))
	for i, name := range tools {
		names[i] = code(string(name))
	}
	return strings.Join(names, ", ")
}

// code formats a string as inline code in Markdown.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// command returns the file of a workflow; its inputs are the words after its name.
func command(w manifest.Workflow) string {
	var hints, old []string
	for i, in := range w.Inputs {
		hint := string(in.Name)
		if in.Default != nil {
			hint += "=" + string(*in.Default)
		}
		if !in.Required {
			hint = "[" + hint + "]"
		}
		hints = append(hints, hint)
		old = append(old, "{{"+string(in.Name)+"}}", "$"+strconv.Itoa(i+1))
	}
	head := frontmatter.Field("description", string(w.Description))
	if len(hints) > 0 {
		head += frontmatter.Field("argument-hint", strings.Join(hints, " "))
	}
	return "---\n" + head + "---\n" + joined([]string{strings.NewReplacer(old...).Replace(string(w.Prompt))})
}

// joined joins texts with blank lines.
func joined(parts []string) string {
	var some []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			some = append(some, part)
		}
	}
	return strings.Join(some, "\n\n") + "\n"
}
