package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// details is the screen that shows everything about one Pod.
type details struct {
	*shared
	pager
	pod     Pod
	reading *question
	found   *Details
	grants  bool // whether all grants are shown, with their texts
	err     error
}

func newDetails(sh *shared, pod Pod) *details { return &details{shared: sh, pod: pod} }

func (d *details) title() string { return clean(d.pod.Name) }

func (d *details) start() tea.Cmd {
	var cmd tea.Cmd
	d.reading, cmd = ask(d.ctx, d.work, func(ctx context.Context) (*Details, error) { return d.Details(ctx, d.pod.ID) })
	return cmd
}

func (d *details) close() { d.reading.stop() }

func (d *details) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case answer[*Details]:
		if msg.to == d.reading {
			d.reading, d.found, d.err = nil, msg.value, msg.err
		}
	case tea.KeyPressMsg:
		switch key := msg.String(); key {
		case "esc", "q", "left":
			if d.grants {
				d.grants, d.pager = false, pager{}
				return nil
			}
			return d.back()
		case "t":
			if d.found != nil && d.found.Grants != nil {
				d.grants, d.pager = !d.grants, pager{}
			}
		default:
			d.press(key)
		}
	}
	return nil
}

func (d *details) draw(width, height int) ([]string, int) {
	if d.err != nil {
		return d.pager.draw(wrapped(report(d.err), width), height), 0
	}
	if d.found == nil {
		return nil, 0
	}
	if d.grants {
		return d.pager.draw(grantsPage(d.found.Grants, width), height), 0
	}
	return d.pager.draw(d.styles.page(d.found.sections(), width), height), 0
}

// sections returns the page about an existing Pod.
func (d *Details) sections() []section {
	sections := append([]section{{"The Pod", d.Facts}}, granted(d.Manifest, d.Summary)...)
	if len(d.Events) > 0 {
		sections = append(sections, section{"What happened to it", d.Events})
	}
	return sections
}

func (d *details) status() status {
	if d.reading != nil {
		return status{text: "reading " + clean(d.pod.Name), busy: true}
	}
	return status{text: d.where(), look: d.styles.dim}
}

// textsHint describes the action of the key for the page of grants.
func textsHint(shown bool) string {
	if shown {
		return "summary"
	}
	return "grants and prompts"
}

func (d *details) hints() []hint {
	return []hint{{"↑↓", "scroll"}, {"space", "next page"}, {"t", textsHint(d.grants)}, {"esc", "back"}}
}
