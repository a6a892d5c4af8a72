package codex

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// skillFile is a file below the directory of skills.
type skillFile struct {
	name    string
	content []byte
	mode    fs.FileMode
}

// skillFiles returns the files of the skills and the workflows. In Codex, a workflow is a
// skill that the user calls with $NAME.
func skillFiles(m *manifest.Manifest) ([]skillFile, error) {
	var all []skillFile
	for _, name := range slices.Sorted(maps.Keys(m.Skills)) {
		skill := m.Skills[name]
		for _, path := range slices.Sorted(maps.Keys(skill.Files)) {
			f := skillFile{name: string(name) + "/" + string(path), mode: readOnly}
			var err error
			if f.content, err = skill.Files[path].Bytes(); err != nil {
				return nil, fmt.Errorf("cannot read the file %s of the skill %s: %w", path, name, err)
			}
			if skill.Files[path].Executable() {
				f.mode = program
			}
			if path == "SKILL.md" {
				f.content = frontmatter.Complete(string(name), string(skill.Description), f.content)
			}
			all = append(all, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Workflows)) {
		w := m.Workflows[name]
		title := workflowName(m, name)
		head, err := marshal(string(w.Description)) // JSON is YAML
		if err != nil {
			return nil, err
		}
		text := "---\nname: " + title + "\ndescription: " + string(head) + "\n---\n\n" + string(w.Prompt) + "\n"
		all = append(all, skillFile{title + "/SKILL.md", []byte(text), readOnly})
	}
	return all, nil
}

// workflowName returns the name of the skill for a workflow.
func workflowName(m *manifest.Manifest, name manifest.SkillName) string {
	title := string(name)
	for {
		if _, taken := m.Skills[manifest.SkillName(title)]; !taken {
			return title
		}
		title += "-workflow"
	}
}

// systemPrompt returns the prompt with the list of skills.
func systemPrompt(l runtime.Launch, at places) string {
	names := slices.Sorted(maps.Keys(l.Manifest.Skills))
	if !l.Manifest.Tools.Offers(grammar.ToolSkill) {
		names = nil
	}
	return l.System + skillList(l.Manifest, at, names)
}

// skillList describes skills to the model.
func skillList(m *manifest.Manifest, at places, names []manifest.SkillName) string {
	var b strings.Builder
	for _, name := range names {
		skill, ok := m.Skills[name]
		if !ok {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("\n\n# Skills\n\nA skill is a file with instructions. Read it before you do what it is for; paths in it begin at its directory.\n\n")
		}
		fmt.Fprintf(&b, "- %s: %s (%s)\n", name, skill.Description, at.file("skills/"+string(name)+"/SKILL.md"))
	}
	return b.String()
}

// agents returns the sorted names of the subagents that the Pod may start.
func agents(m *manifest.Manifest) []string {
	if m.Limits.MaxSubagents == 0 || m.Limits.MaxDepth == 0 || !m.Tools.Offers(grammar.ToolAgent) {
		return nil
	}
	return agentNames(m)
}

func agentNames(m *manifest.Manifest) []string {
	names := make([]string, 0, len(m.Subagents))
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		names = append(names, string(name))
	}
	return names
}

// agentTables declares the subagents to Codex.
func agentTables(m *manifest.Manifest, at places) table {
	names := agents(m)
	t := table{"enabled": len(names) > 0}
	if len(names) > 0 {
		t["max_threads"], t["max_depth"] = m.Limits.MaxSubagents, m.Limits.MaxDepth
	}
	for _, name := range names {
		t[name] = table{
			"description": string(m.Subagents[manifest.SkillName(name)].Description),
			"config_file": at.file("agents/" + name + ".toml"),
		}
	}
	return t
}

// agentSettings returns the settings in which a subagent differs from the Pod.
func agentSettings(l runtime.Launch, at places, name string) ([]byte, error) {
	agent := l.Manifest.Subagents[manifest.SkillName(name)]
	// A subagent keeps the prompt of the Pod, followed by its own.
	t := table{"developer_instructions": agentPrompt(l, at, name)}
	if agent.Model != nil {
		t["model"], t["model_reasoning_effort"] = string(agent.Model.ID), string(agent.Model.Effort)
	}
	if agent.Effort != "" {
		t["model_reasoning_effort"] = string(agent.Effort)
	}
	text, err := toml.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("cannot write the settings of the subagent %s: %w", name, err)
	}
	return text, nil
}

// agentPrompt returns the system prompt of a subagent.
func agentPrompt(l runtime.Launch, at places, name string) string {
	agent := l.Manifest.Subagents[manifest.SkillName(name)]
	text := string(agent.Prompts.System)
	for _, more := range agent.Prompts.Append {
		text += "\n\n" + string(more)
	}
	names := agent.Skills
	if names == nil {
		names = slices.Sorted(maps.Keys(l.Manifest.Skills))
	}
	if offered, _ := agent.Tools.Offers(grammar.ToolSkill); !offered {
		names = nil
	}
	return text + skillList(l.Manifest, at, names)
}
