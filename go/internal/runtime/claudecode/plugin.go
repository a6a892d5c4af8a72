package claudecode

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// pluginFiles returns the files of the plugin: skills, workflows as commands, and
// subagents.
func pluginFiles(m *manifest.Manifest, dir string) ([]runtime.File, error) {
	files := []runtime.File{text(filepath.Join(dir, ".claude-plugin", "plugin.json"), `{"name":"`+plugin+`","version":"1.0.0"}`+"\n")}
	for _, name := range slices.Sorted(maps.Keys(m.Skills)) {
		more, err := skillFiles(name, m.Skills[name], filepath.Join(dir, "skills", string(name)))
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Workflows)) {
		files = append(files, text(filepath.Join(dir, "commands", commandName(m, name)+".md"), command(m.Workflows[name])))
	}
	files = append(files, text(filepath.Join(dir, "agents", own+".md"), ownAgent(m)))
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		files = append(files, text(filepath.Join(dir, "agents", string(name)+".md"), agent(m, name)))
	}
	return files, nil
}

func text(path, content string) runtime.File {
	return runtime.File{Path: path, Mode: 0o400, Content: []byte(content)}
}

// skillFiles returns the files of a skill with a new frontmatter, since the program also
// reads keys that a profile cannot set, such as tools allowed without a question.
func skillFiles(name manifest.SkillName, s manifest.Skill, dir string) ([]runtime.File, error) {
	var files []runtime.File
	for _, path := range slices.Sorted(maps.Keys(s.Files)) {
		f := s.Files[path]
		content, err := f.Bytes()
		if err != nil {
			return nil, fmt.Errorf("skills.%s.files: %s: %w", name, path, err)
		}
		mode := fs.FileMode(0o400)
		if f.Executable() {
			mode = 0o500
		}
		if path == "SKILL.md" {
			content = frontmatter.Replace(string(name), string(s.Description), content)
		}
		files = append(files, runtime.File{Path: filepath.Join(dir, filepath.FromSlash(string(path))), Mode: mode, Content: content})
	}
	return files, nil
}

// commandName returns the name of a workflow in the program, in which skills and commands
// share one namespace.
func commandName(m *manifest.Manifest, name manifest.SkillName) string {
	free := string(name)
	taken := func() bool {
		_, skill := m.Skills[manifest.SkillName(free)]
		_, workflow := m.Workflows[manifest.SkillName(free)]
		return skill || workflow && free != string(name)
	}
	for taken() {
		free += "-workflow"
	}
	return free
}

// command returns the file of a workflow. Only the user can start it; its inputs are the
// words after its name.
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
		old = append(old, "{{"+string(in.Name)+"}}", "$ARGUMENTS["+strconv.Itoa(i)+"]")
	}
	head := frontmatter.Field("description", string(w.Description))
	if len(hints) > 0 {
		head += frontmatter.Field("argument-hint", strings.Join(hints, " "))
	}
	return "---\n" + head + "disable-model-invocation: true\n---\n" + strings.NewReplacer(old...).Replace(strings.ReplaceAll(string(w.Prompt), "$", `\$`)) + "\n"
}

// agent returns the file of a subagent.
func agent(m *manifest.Manifest, name manifest.SkillName) string {
	s := m.Subagents[name]
	head := frontmatter.Field("name", string(name)) + frontmatter.Field("description", string(s.Description))
	head += frontmatter.Field("tools", strings.Join(toolNames(m, s.Tools, func(n manifest.ServerName) bool { return s.MCPServers == nil || slices.Contains(s.MCPServers, n) }), ", "))
	model, level := "inherit", s.Effort
	if s.Model != nil {
		model, level = string(s.Model.ID), s.Model.Effort
	}
	head += frontmatter.Field("model", model)
	if level != "" {
		head += frontmatter.Field("effort", effort(level))
	}
	if s.Limits != nil && s.Limits.MaxTurns != nil {
		head += "maxTurns: " + strconv.FormatInt(*s.Limits.MaxTurns, 10) + "\n"
	}
	parts := []string{string(s.Prompts.System)}
	for _, a := range s.Prompts.Append {
		parts = append(parts, string(a))
	}
	return "---\n" + head + "---\n" + strings.Join(parts, "\n\n") + "\n"
}

// ownAgent returns the file that limits the Pod's own agent to its tools; its prompt is
// in another file.
func ownAgent(m *manifest.Manifest) string {
	tools := toolNames(m, m.Tools.Lists(), func(manifest.ServerName) bool { return true })
	for i, name := range tools {
		if name == "Agent" {
			var names []string
			for _, s := range slices.Sorted(maps.Keys(m.Subagents)) {
				names = append(names, plugin+":"+string(s))
			}
			tools[i] = "Agent(" + strings.Join(names, ", ") + ")"
		}
	}
	return "---\n" + frontmatter.Field("name", own) + frontmatter.Field("description", "The agent of this Pod.") + frontmatter.Field("tools", strings.Join(tools, ", ")) + "---\n"
}
