package tui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	parse "github.com/insomnia-pods/insomnia/go/internal/reference"
)

// picker is the screen for choosing a profile. The form owns the list and keeps filling
// it.
type picker struct {
	*shared
	form   *form
	filter textinput.Model
	at     int
	wanted string // reference of the selected row
	notice string
}

func newPicker(sh *shared, f *form) *picker {
	p := &picker{shared: sh, form: f, filter: newInput("type to filter")}
	p.filter.Focus()
	if current := f.selected(); current != nil {
		p.wanted = current.Ref
	}
	return p
}

func (p *picker) title() string  { return "Profile" }
func (p *picker) start() tea.Cmd { return nil }
func (p *picker) close()         {}

// found returns the profiles that match the filter. Those whose reference matches come
// first, then those with the text in another of their words.
func found(rows []app.Profile, filter string) []app.Profile {
	filter = strings.ToLower(strings.TrimSpace(filter))
	if filter == "" {
		return rows
	}
	refs := make([]string, len(rows))
	for i, row := range rows {
		refs[i] = strings.ToLower(row.Ref)
	}
	matches := fuzzy.Find(filter, refs)
	slices.SortStableFunc(matches, func(a, b fuzzy.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Index, b.Index))
	})
	var out []app.Profile
	taken := map[int]bool{}
	for _, m := range matches {
		out = append(out, rows[m.Index])
		taken[m.Index] = true
	}
	for i, row := range rows {
		if !taken[i] && strings.Contains(strings.ToLower(spoken(row)), filter) {
			out = append(out, row)
		}
	}
	return out
}

// spoken returns the searchable words of a row.
func spoken(p app.Profile) string {
	if p.Summary == nil {
		return p.Source + " " + p.Broken
	}
	return strings.Join([]string{p.Source, p.Summary.Model, p.Summary.Description}, " ")
}

// rows returns the profiles in the list. The pointer can also move to a last entry for
// typing a reference.
func (p *picker) rows() []app.Profile { return found(p.form.list.Rows, p.filter.Value()) }

func (p *picker) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return p.press(msg)
	case tea.PasteMsg:
		return p.edit(msg)
	}
	return nil
}

func (p *picker) press(msg tea.KeyPressMsg) tea.Cmd {
	p.notice = ""
	rows := p.rows()
	at := p.position(rows)
	switch key := msg.String(); key {
	case "esc":
		if p.filter.Value() != "" {
			p.filter.SetValue("")
			p.at = 0
			return nil
		}
		return p.back()
	case "enter":
		if at == len(rows) {
			return p.open(newReference(p.shared, p.typed()))
		}
		row := rows[at]
		if row.Broken != "" {
			p.notice = "this profile is broken and cannot be chosen"
			return nil
		}
		return p.move(chosen(row))
	case "up", "down", "pgup", "pgdown", "ctrl+n", "ctrl+p":
		p.point(rows, moved(key, at, len(rows)+1))
		return nil
	case "tab":
		p.point(rows, len(rows))
		return nil
	}
	return p.edit(msg)
}

func (p *picker) edit(msg tea.Msg) tea.Cmd {
	before := p.filter.Value()
	var cmd tea.Cmd
	p.filter, cmd = p.filter.Update(msg)
	if p.filter.Value() != before {
		p.at, p.wanted = 0, ""
		if parse.ByForm(strings.TrimSpace(p.filter.Value())) && len(p.rows()) > 0 {
			p.point(p.rows(), len(p.rows()))
		}
	}
	return cmd
}

// typed returns the initial text of the entry for references.
func (p *picker) typed() string {
	if parse.ByForm(strings.TrimSpace(p.filter.Value())) {
		return strings.TrimSpace(p.filter.Value())
	}
	return ""
}

// point selects a row, which stays selected when other rows arrive.
func (p *picker) point(rows []app.Profile, at int) {
	p.at, p.wanted = at, ""
	if at < len(rows) {
		p.wanted = rows[at].Ref
	} else {
		p.at = len(rows)
		p.wanted = byHand
	}
}

// byHand marks the last entry, since a reference is never blank.
const byHand = " "

func (p *picker) position(rows []app.Profile) int {
	if p.wanted == byHand {
		return len(rows)
	}
	for i, row := range rows {
		if row.Ref == p.wanted {
			return i
		}
	}
	return max(0, min(p.at, len(rows)))
}

var profileColumns = []column{{"", 26, 0}, {"", 6, 2}, {"", 14, 1}}

func (p *picker) draw(width, height int) ([]string, int) {
	p.filter.SetWidth(max(4, width-10))
	rows := p.rows()
	at := p.position(rows)
	pane := p.pane(rows, at, width)
	pane = pane[:max(0, min(len(pane), height-6))]

	cells := make([][]string, len(rows))
	for i, row := range rows {
		mark := "  "
		switch {
		case row.Broken != "":
			mark = "✗ "
		case row.Default:
			mark = "* "
		}
		cells[i] = []string{mark + diag.Name(row.Ref), diag.Name(row.Source), p.says(row)}
	}
	widths := widths(profileColumns, cells, width-len(beside))
	lines := []string{p.styles.dim.Render("filter: ") + shown(p.filter.View()), ""}
	room := height - len(pane) - len(lines)
	var entries []string
	for i, row := range rows {
		style := p.styles.plain
		if row.Broken != "" || !row.Known {
			style = p.styles.dim
		}
		entries = append(entries, p.styles.mark(line(cells[i], widths), i == at, style))
	}
	if len(rows) == 0 && p.form.listing == nil {
		entries = append(entries, p.styles.dim.Render(beside+"  no profile matches"))
	}
	last := "  Type a path or flake reference"
	if text := p.typed(); text != "" {
		last = "  Use " + clean(text)
	}
	entries = append(entries, p.styles.mark(last, at == len(rows), p.styles.plain))
	pointed := at
	if at == len(rows) {
		pointed = len(entries) - 1
	}
	lines = append(lines, window(entries, pointed, room)...)
	for len(lines) < height-len(pane) {
		lines = append(lines, "")
	}
	return append(lines, pane...), 0
}

// says returns the summary of a row, or why the profile is broken.
func (p *picker) says(row app.Profile) string {
	switch {
	case row.Broken != "":
		return clean(row.Broken)
	case row.Summary != nil:
		return clean(row.Summary.Words)
	}
	return "…"
}

// pane describes the selected profile in full.
func (p *picker) pane(rows []app.Profile, at, width int) []string {
	lines := []string{p.styles.rule(width)}
	if at == len(rows) {
		return append(lines, beside+"A file (./coder.nix), a flake (.#coder), or what any command takes.", "", "", "")
	}
	row := rows[at]
	room := width - len(beside)
	var text []string
	if row.Summary != nil && row.Summary.Description != "" {
		text = append(text, wrapped(clean(row.Summary.Description), room)...)
	}
	if row.Summary != nil {
		text = append(text, wrapped(clean(row.Summary.Model)+", "+clean(row.Summary.Words), room)...)
	}
	if row.Broken != "" {
		for _, t := range wrapped("broken: "+clean(row.Broken), room) {
			text = append(text, p.styles.broken.Render(t))
		}
	}
	if others := p.sameName(row); len(others) > 0 {
		text = append(text, p.styles.warn.Render(cut(diag.Quote(row.Name)+" alone is ambiguous: also "+clean(strings.Join(others, ", ")), room)))
	}
	for len(text) < 4 {
		text = append(text, "")
	}
	for _, t := range text[:4] {
		lines = append(lines, beside+t)
	}
	return lines
}

// sameName returns the references of other profiles with the same name.
func (p *picker) sameName(row app.Profile) []string {
	var refs []string
	for _, other := range p.form.list.Rows {
		if other.Name == row.Name && other.Ref != row.Ref {
			refs = append(refs, other.Ref)
		}
	}
	return refs
}

func (p *picker) status() status {
	switch {
	case p.notice != "":
		return status{text: p.notice, look: p.styles.broken}
	case p.form.listing != nil:
		known := 0
		for _, row := range p.form.list.Rows {
			if row.Known {
				known++
			}
		}
		busy := clean(p.form.list.Busy)
		if busy == "" {
			busy = "looking for profiles"
		}
		return status{text: busy + " · " + count(known, "profile") + " known", busy: true}
	case len(p.form.list.Problems) > 0:
		return status{text: clean(p.form.list.Problems[0].Message), look: p.styles.warn}
	}
	return status{text: count(len(p.form.list.Rows), "profile") + ": * is the default, ✗ is broken", look: p.styles.dim}
}

func (p *picker) hints() []hint {
	escape := "back"
	if p.filter.Value() != "" {
		escape = "no filter"
	}
	return []hint{{"type", "to filter"}, {"↑↓", "move"}, {"enter", "choose"}, {"tab", "path or flake"}, {"esc", escape}}
}
