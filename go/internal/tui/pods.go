package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// pods is the first screen: New Pod, and the existing Pods.
type pods struct {
	*shared
	at      int // 0 is New Pod
	wanted  string
	list    Pods
	reading *question
	notice  status
}

func newPods(sh *shared) *pods { return &pods{shared: sh} }

func (p *pods) title() string { return "Pods" }

func (p *pods) start() tea.Cmd { return p.read() }

func (p *pods) read() tea.Cmd {
	p.reading.stop()
	q, cmd := follow(p.ctx, p.work, func(ctx context.Context, show func(Pods)) { p.Pods(ctx, show) })
	p.reading = q
	return cmd
}

func (p *pods) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case news[Pods]:
		if msg.to != p.reading {
			return nil
		}
		if msg.done {
			p.reading = nil
			return nil
		}
		p.show(msg.value)
		return msg.next
	case saved:
		p.notice, p.wanted = status{text: clean(msg.Says), look: p.styles.good}, msg.ID
		return p.read()
	case tea.KeyPressMsg:
		return p.press(msg.String())
	}
	return nil
}

// show replaces the list and keeps the selected Pod.
func (p *pods) show(list Pods) {
	id := p.wanted
	if id == "" && p.at > 0 && p.at <= len(p.list.Rows) {
		id = p.list.Rows[p.at-1].ID
	}
	p.list = list
	p.at = min(p.at, len(list.Rows))
	for i, row := range list.Rows {
		if id != "" && row.ID == id {
			p.at, p.wanted = i+1, ""
		}
	}
}

func (p *pods) press(key string) tea.Cmd {
	p.notice = status{}
	p.wanted = ""
	switch key {
	case "n":
		return p.open(newForm(p.shared))
	case "r":
		return p.read()
	case "q", "esc":
		return p.back()
	case "enter":
		if p.at == 0 {
			return p.open(newForm(p.shared))
		}
		pod := p.list.Rows[p.at-1]
		if pod.Damage != "" {
			p.notice = status{text: "this Pod is damaged: it can be looked at, not opened", look: p.styles.broken}
			return nil
		}
		return p.open(newDetails(p.shared, pod))
	}
	p.at = moved(key, p.at, len(p.list.Rows)+1)
	return nil
}

// moved returns the new position of a list's pointer.
func moved(key string, at, count int) int {
	switch key {
	case "up", "k", "ctrl+p":
		at--
	case "down", "j", "ctrl+n":
		at++
	case "pgup":
		at -= 10
	case "pgdown":
		at += 10
	case "home", "g":
		at = 0
	case "end", "G":
		at = count - 1
	}
	return max(0, min(at, count-1))
}

var podColumns = []column{
	{"NAME", 8, 0}, {"PROFILE", 8, 2}, {"MODEL", 12, 4}, {"STATE", 5, 3}, {"AGE", 3, 1}, {"DRIFT", 10, 1},
}

func (p *pods) draw(width, height int) ([]string, int) {
	pane := p.pane(width)
	if height < 2*len(pane)+4 {
		pane = nil
	}
	room := height - len(pane)
	rows := make([][]string, len(p.list.Rows))
	for i, pod := range p.list.Rows {
		if pod.Damage != "" {
			rows[i] = []string{short(pod.ID), "", "", "", "", ""}
			continue
		}
		rows[i] = []string{clean(pod.Name), clean(pod.Profile), clean(pod.Model), clean(pod.State), clean(pod.Age), clean(pod.Now)}
	}
	widths := widths(podColumns, rows, width-len(beside))
	lines := []string{p.styles.mark("New Pod", p.at == 0, p.styles.title), ""}
	switch {
	case p.list.Err != nil:
		lines = append(lines, wrapped(report(p.list.Err), width)...)
	case len(rows) == 0 && p.reading == nil:
		for _, text := range wrapped("There are no Pods yet. A Pod is a session of an agent: it keeps the profile as it was when the Pod was created.", min(width, 64)-len(beside)) {
			lines = append(lines, p.styles.dim.Render(beside+text))
		}
	case len(rows) > 0:
		lines = append(lines, p.styles.dim.Render(beside+line(titles(podColumns), widths)))
	}
	// Only visible rows are drawn: there may be thousands.
	first := firstLine(len(rows), p.at-1, max(1, room-len(lines)))
	for i := first; i < len(rows) && len(lines) < room; i++ {
		text, style := line(rows[i], widths), p.styles.plain
		switch pod := p.list.Rows[i]; {
		case pod.Damage != "":
			text, style = cut(fill(rows[i][0], widths[0])+"  ✗ damaged: "+clean(pod.Damage), width-len(beside)), p.styles.broken
		case pod.Drifted:
			style = p.styles.warn
		}
		lines = append(lines, p.styles.mark(text, p.at == i+1, style))
	}
	for len(pane) > 0 && len(lines) < room {
		lines = append(lines, "")
	}
	return append(lines, pane...), 0
}

// pane describes the selected Pod in more detail.
func (p *pods) pane(width int) []string {
	if p.at == 0 || p.at > len(p.list.Rows) {
		return nil
	}
	pod := p.list.Rows[p.at-1]
	var text []string
	if pod.Damage != "" {
		text = wrapped(clean(pod.ID)+": "+clean(pod.Damage), width-len(beside))
	} else {
		text = wrapped(clean(pod.Ref)+", "+clean(pod.Model)+", in "+clean(pod.Workspace), width-len(beside))
		if pod.Drifted {
			text = append(text, wrapped("profile "+clean(pod.Now)+": "+clean(pod.Detail), width-len(beside))...)
		}
	}
	lines := []string{p.styles.rule(width)}
	for _, t := range text[:min(len(text), 4)] {
		lines = append(lines, beside+t)
	}
	return lines
}

// short returns the start of an ID, enough to distinguish Pods.
func short(id string) string { return cut(clean(id), 9) }

func (p *pods) status() status {
	switch {
	case p.notice.text != "":
		return p.notice
	case p.reading != nil:
		return status{text: "reading the Pods", busy: true}
	case len(p.list.Rows) > 0:
		return status{text: p.counts(), look: p.styles.dim}
	}
	return status{}
}

func (p *pods) counts() string {
	damaged, drifted := 0, 0
	for _, pod := range p.list.Rows {
		if pod.Damage != "" {
			damaged++
		} else if pod.Drifted {
			drifted++
		}
	}
	text := count(len(p.list.Rows), "Pod")
	if drifted > 0 {
		text += fmt.Sprintf(", %d with a changed profile", drifted)
	}
	if damaged > 0 {
		text += fmt.Sprintf(", %d damaged", damaged)
	}
	return text
}

func (p *pods) hints() []hint {
	open := "new Pod"
	if p.at > 0 {
		open = "show"
	}
	return []hint{{"↑↓", "move"}, {"enter", open}, {"n", "new Pod"}, {"r", "refresh"}, {"q", "quit"}}
}

func (p *pods) close() { p.reading.stop() }
