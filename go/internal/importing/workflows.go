package importing

import (
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

var (
	placeholder = pattern.Lazy{Text: `\{\{( *[A-Za-z][A-Za-z0-9_-]* *)\}\}`}
	positional  = pattern.Lazy{Text: `\$(?:ARGUMENTS(?:\[([0-9])\])?|([1-9])\b|\{ARGUMENTS\})`}
	runs        = pattern.Lazy{Text: "!`[^`\n]+`"}
)

// commands reads slash commands: a Markdown file each, in directories that are part of the
// name.
func (c *claude) commands() { c.commandsOf(c.own, c.prefix+"commands") }

func (f *Found) commandsOf(s *source, dir string) {
	for _, file := range s.markdown(dir) {
		doc, ok := s.document(file)
		if !ok {
			continue
		}
		at := diag.Position{File: s.shown(file), Line: 1}
		rel := strings.TrimSuffix(strings.TrimPrefix(file, dir+"/"), path.Ext(file))
		f.workflow(strings.ReplaceAll(rel, "/", "-"), doc.Front.Get("description").Or(""), doc.Body, at)
		f.others(doc.Front, "description argument-hint name", map[string]string{
			"allowed-tools": "the tools of a workflow ask as all others do", "model": "a workflow runs with the model of the Pod",
			"agent": "a workflow runs with the agent of the Pod", "subtask": "a workflow runs with the agent of the Pod",
		})
	}
}

// workflow adds a prompt, whose arguments become inputs.
func (f *Found) workflow(written, description, prompt string, at diag.Position) {
	name := slug(written)
	switch {
	case name == "" || slices.ContainsFunc(f.Workflows, func(w Workflow) bool { return w.Name == name }):
		f.note(Lost, at, "", "the name is not one that a workflow can have, or is there twice")
		return
	case len(f.Workflows) == 128:
		f.note(Lost, at, "", "a profile has at most 128 workflows")
		return
	case strings.TrimSpace(prompt) == "":
		f.note(Lost, at, "", "the prompt is empty")
		return
	}
	prompt = f.clean(prompt, at, "the prompt")
	if runs.Get().MatchString(prompt) {
		f.note(Lost, at, "the prompt", "commands in it (!`…`) are not run, and stay in the text")
	}
	w := Workflow{Name: name}
	// What reads like an input of ours in the text is not one.
	if placeholder.Get().MatchString(prompt) {
		prompt = placeholder.Get().ReplaceAllString(prompt, "{ {$1} }")
		f.note(Changed, at, "the prompt", "braces in it are written `{ {…} }`: two of them would be an input")
	}
	input := func(name string) string {
		if !slices.Contains(w.Inputs, Input{name}) {
			w.Inputs = append(w.Inputs, Input{name})
		}
		return "{{" + name + "}}"
	}
	re := positional.Get()
	prompt = re.ReplaceAllStringFunc(prompt, func(found string) string {
		m := re.FindStringSubmatch(found)
		switch {
		case m[1] != "":
			return input("argument" + string(m[1][0]+1))
		case m[2] != "":
			return input("argument" + m[2])
		}
		return input("arguments")
	})
	slices.SortFunc(w.Inputs, func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	w.Prompt = prompt
	if w.Description = line(f.clean(description, at, "description"), 1024); w.Description == "" {
		w.Description = line(firstLine(prompt), 200)
	}
	if w.Description == "" {
		w.Description = name
	}
	f.Workflows = append(f.Workflows, w)
}
