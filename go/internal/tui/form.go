package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The fields of the form, from top to bottom.
const (
	fieldProfile = iota
	fieldWorkspace
	fieldName
	fieldRuntime
	fieldPrompt
	fieldPreview
	fieldCount
)

var fieldLabels = [fieldCount]string{"profile:", "workspace:", "name:", "runtime:", "first prompt:", ""}

const labelWidth = 14

// maxPrompt limits the first prompt, like any text in a manifest.
const maxPrompt = 1 << 20

// form is the screen that asks for the properties of a new Pod.
type form struct {
	*shared
	at        int
	list      app.Profiles
	listing   *question
	profile   *app.Profile // the chosen one; nil for the default
	workspace textinput.Model
	name      textinput.Model
	runtime   textinput.Model
	prompt    textarea.Model
	problems  [fieldCount]string
}

func newForm(sh *shared) *form {
	f := &form{shared: sh, workspace: newInput(clean(sh.Dir)), name: newInput("from the profile's name"),
		runtime: newInput("none is installed yet"), prompt: newText("none", maxPrompt)}
	if clean(sh.Dir) == sh.Dir {
		f.workspace.SetValue(sh.Dir)
	}
	return f
}

func (f *form) title() string { return "New Pod" }

func (f *form) start() tea.Cmd {
	q, cmd := follow(f.ctx, f.work, func(ctx context.Context, show func(app.Profiles)) { f.Profiles(ctx, show) })
	f.listing = q
	return cmd
}

func (f *form) close() { f.listing.stop() }

func (f *form) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case news[app.Profiles]:
		if msg.to != f.listing {
			return nil
		}
		if msg.done {
			f.listing = nil
			return nil
		}
		f.list = msg.value
		return msg.next
	case chosen:
		p := app.Profile(msg)
		f.profile = &p
		f.problems[fieldProfile] = ""
		return f.focus(fieldWorkspace)
	case failedMsg:
		f.problems[msg.field] = msg.says
		return f.focus(msg.field)
	case tea.KeyPressMsg:
		return f.press(msg)
	case tea.PasteMsg:
		return f.typed(msg)
	}
	return nil
}

// failedMsg reports that a field has to be changed.
type failedMsg struct {
	field int
	says  string
}

func (f *form) press(msg tea.KeyPressMsg) tea.Cmd {
	switch key := msg.String(); key {
	case "esc":
		return f.back()
	case "tab":
		return f.focus(f.at + 1)
	case "shift+tab":
		return f.focus(f.at - 1)
	case "down", "up":
		if f.at == fieldPrompt && f.movesWithin(key) {
			return f.typed(msg)
		}
		if key == "up" {
			return f.focus(f.at - 1)
		}
		return f.focus(f.at + 1)
	case "ctrl+s":
		return f.preview()
	case "enter":
		switch f.at {
		case fieldProfile:
			return f.open(newPicker(f.shared, f))
		case fieldPreview:
			return f.preview()
		}
		f.check(f.at)
		return f.focus(f.at + 1)
	}
	if f.at == fieldProfile && (msg.Text != "" || msg.String() == "right") {
		p := newPicker(f.shared, f)
		if msg.Text != "" && msg.Text != " " {
			p.filter.SetValue(msg.Text)
		}
		return f.open(p)
	}
	return f.typed(msg)
}

// movesWithin reports whether the prompt has a line above or below the cursor.
func (f *form) movesWithin(key string) bool {
	if key == "up" {
		return f.prompt.Line() > 0
	}
	return f.prompt.Line() < f.prompt.LineCount()-1
}

// typed passes a key to the active field.
func (f *form) typed(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch f.at {
	case fieldWorkspace:
		f.workspace, cmd = f.workspace.Update(msg)
	case fieldName:
		f.name, cmd = f.name.Update(msg)
	case fieldRuntime:
		f.runtime, cmd = f.runtime.Update(msg)
	case fieldPrompt:
		f.prompt, cmd = f.prompt.Update(msg)
	}
	f.problems[f.at] = ""
	return cmd
}

func (f *form) focus(at int) tea.Cmd {
	if at < 0 || at >= fieldCount {
		return nil
	}
	if f.at != at {
		f.check(f.at)
	}
	f.at = at
	f.workspace.Blur()
	f.name.Blur()
	f.runtime.Blur()
	f.prompt.Blur()
	switch at {
	case fieldWorkspace:
		f.workspace.Focus()
	case fieldName:
		f.name.Focus()
	case fieldRuntime:
		f.runtime.Focus()
	case fieldPrompt:
		f.prompt.Focus()
	}
	return nil
}

// check validates the text of a field.
func (f *form) check(field int) {
	switch field {
	case fieldWorkspace:
		_, err := app.Workspace(f.Dir, strings.TrimSpace(f.workspace.Value()))
		f.problems[field] = firstOf(err)
	case fieldName:
		f.problems[field] = ""
		if name := strings.TrimSpace(f.name.Value()); name != "" {
			f.problems[field] = firstOf(pod.CheckName(name))
		}
	}
}

func firstOf(err error) string {
	if err == nil {
		return ""
	}
	d := diag.From(err).Diagnostics[0]
	if d.Expected != "" {
		return d.Message + "; " + d.Expected
	}
	return d.Message
}

// selected returns the profile of the new Pod; nil while it is unknown.
func (f *form) selected() *app.Profile {
	if f.profile != nil {
		return f.profile
	}
	return f.list.Default
}

func (f *form) preview() tea.Cmd {
	p := f.selected()
	if p == nil {
		if f.listing == nil {
			f.problems[fieldProfile] = "choose a profile"
		}
		return f.focus(fieldProfile)
	}
	workspace, err := app.Workspace(f.Dir, strings.TrimSpace(f.workspace.Value()))
	if err != nil {
		f.problems[fieldWorkspace] = firstOf(err)
		return f.focus(fieldWorkspace)
	}
	if f.check(fieldName); f.problems[fieldName] != "" {
		return f.focus(fieldName)
	}
	return f.open(newPreview(f.shared, p.Ref, manifest.Inputs{
		Name: strings.TrimSpace(f.name.Value()), Workspace: workspace,
		Runtime: strings.TrimSpace(f.runtime.Value()), Prompt: f.prompt.Value(),
	}))
}

func (f *form) draw(width, height int) ([]string, int) {
	room := max(8, width-len(beside)-labelWidth)
	for _, in := range []*textinput.Model{&f.workspace, &f.name, &f.runtime} {
		in.SetWidth(room - 1)
	}
	f.prompt.SetWidth(room)
	f.prompt.SetHeight(max(1, min(3, f.prompt.LineCount())))

	fields := [fieldCount][]string{
		fieldProfile:   {f.profileText()},
		fieldWorkspace: {shown(f.workspace.View())},
		fieldName:      {shown(f.name.View())},
		fieldRuntime:   {shown(f.runtime.View())},
		fieldPrompt:    strings.Split(shown(f.prompt.View()), "\n"),
	}
	if about := f.about(); about != "" {
		for i, text := range wrapped(about, room) {
			if i == 2 {
				break
			}
			fields[fieldProfile] = append(fields[fieldProfile], f.styles.dim.Render(text))
		}
	}
	var lines []string
	at := 0
	for field := range fieldCount {
		if field == f.at {
			at = len(lines)
		}
		if field == fieldPreview {
			lines = append(lines, "", f.styles.mark("[ Preview and create ]", f.at == field, f.styles.title))
			if field == f.at {
				at = len(lines) - 1
			}
			continue
		}
		for i, text := range fields[field] {
			label := ""
			if i == 0 {
				label = fieldLabels[field]
			}
			lines = append(lines, f.styles.mark(fill(label, labelWidth), i == 0 && f.at == field, f.styles.dim)+text)
		}
		if says := f.problems[field]; says != "" {
			for _, text := range wrapped(clean(says), room) {
				lines = append(lines, strings.Repeat(" ", len(beside)+labelWidth)+f.styles.broken.Render(text))
			}
		}
	}
	return lines, at
}

// profileText returns the value of the field, such as "coder (default)".
func (f *form) profileText() string {
	p := f.selected()
	switch {
	case p == nil && f.listing != nil:
		return "…"
	case p == nil:
		return f.styles.broken.Render("none: there is no default that can be used")
	}
	name := clean(p.Name)
	if name == "" {
		name = clean(p.Ref)
	}
	if p.Default || f.profile == nil {
		return f.styles.title.Render(name) + " (default)"
	}
	return f.styles.title.Render(name)
}

// about names the selected profile and describes what it may do.
func (f *form) about() string {
	p := f.selected()
	if p == nil {
		if f.listing == nil && len(f.list.Problems) > 0 {
			return clean(f.list.Problems[0].Message)
		}
		return ""
	}
	for _, row := range f.list.Rows {
		if row.Ref == p.Ref && row.Known {
			p = &row
		}
	}
	text := clean(p.Ref)
	switch {
	case p.Broken != "":
		text += " · " + clean(p.Broken)
	case p.Summary != nil:
		text += " · " + clean(p.Summary.Words)
	}
	return text
}

func (f *form) status() status {
	if f.listing != nil && f.selected() == nil {
		return status{text: "finding the default profile", busy: true}
	}
	return status{}
}

func (f *form) hints() []hint {
	var hints []hint
	switch f.at {
	case fieldProfile:
		hints = []hint{{"enter", "choose another"}, {"tab", "next field"}}
	case fieldPrompt:
		hints = []hint{{"enter", "next field"}, {"ctrl-j", "new line"}}
	case fieldPreview:
		hints = []hint{{"enter", "preview"}}
	case fieldWorkspace:
		hints = []hint{{"enter", "next field"}, {"ctrl-u", "clear"}}
	default:
		hints = []hint{{"enter", "next field"}}
	}
	if f.at != fieldProfile {
		hints = append(hints, hint{"shift-tab", "field before"})
	}
	if f.at != fieldPreview {
		hints = append(hints, hint{"ctrl-s", "preview"})
	}
	return append(hints, hint{"esc", "back"})
}
