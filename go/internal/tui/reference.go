package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// reference is the screen for typing a path or flake reference. It checks that a profile
// is there.
type reference struct {
	*shared
	input   textinput.Model
	asked   string
	trying  *question
	problem string
}

func newReference(sh *shared, text string) *reference {
	r := &reference{shared: sh, input: newInput("./coder.nix or .#coder")}
	r.input.SetValue(text)
	r.input.Focus()
	return r
}

func (r *reference) title() string { return "Reference" }

func (r *reference) start() tea.Cmd {
	if r.input.Value() == "" {
		return nil
	}
	return r.try()
}

func (r *reference) close() { r.trying.stop() }

// try evaluates what was typed.
func (r *reference) try() tea.Cmd {
	r.asked, r.problem = strings.TrimSpace(r.input.Value()), ""
	if r.asked == "" {
		r.problem = "type a path or a flake reference"
		return nil
	}
	var cmd tea.Cmd
	r.trying, cmd = ask(r.ctx, r.work, func(ctx context.Context) (*Resolved, error) { return r.Resolve(ctx, r.asked, manifest.Inputs{}) })
	return cmd
}

func (r *reference) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case answer[*Resolved]:
		if msg.to != r.trying {
			return nil
		}
		r.trying = nil
		if msg.err != nil {
			r.problem = report(msg.err)
			return nil
		}
		p := app.Profile{Name: msg.value.Summary.Name, Ref: r.asked, Known: true, Summary: &msg.value.Summary}
		return r.move(chosen(p))
	case tea.KeyPressMsg:
		switch msg.String() {
		case "esc":
			if r.trying != nil {
				r.trying.stop()
				r.trying = nil
				return nil
			}
			return r.back()
		case "enter":
			if r.trying == nil {
				return r.try()
			}
			return nil
		}
		return r.edit(msg)
	case tea.PasteMsg:
		return r.edit(msg)
	}
	return nil
}

func (r *reference) edit(msg tea.Msg) tea.Cmd {
	if r.trying != nil {
		return nil
	}
	var cmd tea.Cmd
	r.input, cmd = r.input.Update(msg)
	r.problem = ""
	return cmd
}

func (r *reference) draw(width, height int) ([]string, int) {
	r.input.SetWidth(max(4, width-len(beside)-1))
	lines := []string{"A path or a flake reference, as any command takes it:", "", r.styles.chosen.Render(pointer) + shown(r.input.View()), ""}
	if r.problem != "" {
		for _, text := range wrapped(r.problem, width-len(beside)) {
			lines = append(lines, beside+r.styles.broken.Render(text))
		}
		return lines, 0
	}
	for _, text := range wrapped("Nothing is downloaded here: what is not on this machine is fetched by insomnia pod new REF.", width-len(beside)) {
		lines = append(lines, beside+r.styles.dim.Render(text))
	}
	return lines, 0
}

func (r *reference) status() status {
	if r.trying != nil {
		return status{text: "evaluating " + clean(r.asked), busy: true}
	}
	return status{}
}

func (r *reference) hints() []hint {
	if r.trying != nil {
		return []hint{{"esc", "stop"}}
	}
	return []hint{{"enter", "use it"}, {"esc", "back"}}
}
