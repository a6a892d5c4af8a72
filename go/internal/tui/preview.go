package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// preview shows what a new Pod will be allowed to do, and saves it. It saves exactly what
// was shown: the profile is not evaluated again.
type preview struct {
	*shared
	pager
	ref       string
	inputs    manifest.Inputs
	resolving *question
	saving    *question
	resolved  *Resolved
	grants    bool // whether all grants are shown, with their texts
	err       error
}

func newPreview(sh *shared, ref string, in manifest.Inputs) *preview {
	return &preview{shared: sh, ref: ref, inputs: in}
}

func (p *preview) title() string { return "Preview" }

func (p *preview) start() tea.Cmd {
	p.err, p.resolved, p.grants = nil, nil, false
	var cmd tea.Cmd
	p.resolving, cmd = ask(p.ctx, p.work, func(ctx context.Context) (*Resolved, error) { return p.Resolve(ctx, p.ref, p.inputs) })
	return cmd
}

// close ends the evaluation, but not the saving of a Pod.
func (p *preview) close() { p.resolving.stop() }

func (p *preview) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case answer[*Resolved]:
		if msg.to != p.resolving {
			return nil
		}
		p.resolving, p.resolved, p.err = nil, msg.value, msg.err
	case answer[*Created]:
		if msg.to != p.saving {
			return nil
		}
		p.saving = nil
		if msg.err != nil {
			p.err = msg.err
			return nil
		}
		return p.move(saved(*msg.value))
	case tea.KeyPressMsg:
		return p.key(msg.String())
	}
	return nil
}

func (p *preview) key(key string) tea.Cmd {
	if p.saving != nil {
		return nil
	}
	switch key {
	case "esc", "q":
		if p.grants {
			p.grants, p.pager = false, pager{}
			return nil
		}
		return p.back()
	case "t":
		if p.resolved != nil && p.resolved.Grants != nil && p.err == nil {
			p.grants, p.pager = !p.grants, pager{}
		}
		return nil
	case "enter":
		switch {
		case p.resolving != nil:
			return nil
		case p.resolved != nil && p.err == nil:
			return p.save()
		}
		return p.start()
	}
	p.press(key)
	return nil
}

func (p *preview) save() tea.Cmd {
	var cmd tea.Cmd
	p.saving, cmd = ask(p.ctx, p.work, func(ctx context.Context) (*Created, error) { return p.Create(ctx, p.resolved) })
	return cmd
}

func (p *preview) draw(width, height int) ([]string, int) {
	if p.err != nil {
		lines := []string{p.styles.broken.Render("This Pod cannot be created."), ""}
		return p.pager.draw(append(lines, wrapped(report(p.err), width)...), height), 0
	}
	if p.resolved == nil {
		return nil, 0
	}
	if p.grants {
		return p.pager.draw(grantsPage(p.resolved.Grants, width), height), 0
	}
	return p.pager.draw(p.styles.page(p.resolved.sections(), width), height), 0
}

// sections returns the page about a Pod that could be created.
func (r *Resolved) sections() []section {
	facts := []words.Fact{{Name: "profile", Text: r.Summary.Name}, {Name: "reference", Text: r.Ref}}
	in := r.Inputs
	for _, f := range []words.Fact{
		{Name: "workspace", Text: in.Workspace}, {Name: "name", Text: in.Name}, {Name: "runtime", Text: in.Runtime},
		{Name: "first prompt", Text: in.Prompt}, {Name: "digest", Text: r.Digest},
	} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	facts = append(facts, words.HostFacts(in.Hosts)...)
	return append([]section{{"The Pod", facts}}, granted(r.Manifest, r.Summary)...)
}

func (p *preview) status() status {
	switch {
	case p.resolving != nil:
		return status{text: "evaluating " + clean(p.ref), busy: true}
	case p.saving != nil:
		return status{text: "saving the Pod", busy: true}
	}
	return status{text: p.where(), look: p.styles.dim}
}

func (p *preview) hints() []hint {
	switch {
	case p.resolving != nil:
		return []hint{{"esc", "stop"}}
	case p.saving != nil:
		return nil
	case p.err != nil:
		return []hint{{"enter", "try again"}, {"↑↓", "scroll"}, {"esc", "back"}}
	}
	return []hint{{"enter", "create the Pod"}, {"↑↓", "scroll"}, {"space", "next page"}, {"t", textsHint(p.grants)}, {"esc", "back"}}
}
