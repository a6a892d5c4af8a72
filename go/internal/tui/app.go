package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/insomnia-pods/insomnia/go/internal/app"
)

// screen is one page of the interface. Its methods are called by the program's
// one loop and never at the same time.
type screen interface {
	// title returns the name of the page for the top line.
	title() string
	// start is called once, when the screen is opened.
	start() tea.Cmd
	// update handles a message: keys only for the top screen, results always.
	update(msg tea.Msg) tea.Cmd
	// draw returns the lines of the page; at is a line that must be visible.
	draw(width, height int) (lines []string, at int)
	// status returns what is in progress, or what has just happened.
	status() status
	// hints lists the active keys, the most useful first.
	hints() []hint
	// close ends the work of the screen.
	close()
}

// status is a text of a line or two; busy is set while work is in progress.
type status struct {
	text string // safe to show on the screen
	look lipgloss.Style
	busy bool
}

// hint is a key and its action.
type hint struct{ key, does string }

// shared holds what all screens use.
type shared struct {
	*Backend
	ctx    context.Context
	work   *worker
	styles styles
	moves  []any // requests of the top screen, to apply before the next key
}

// The moves between screens. They are applied before the next message, so that no key
// reaches a screen that was left.
type (
	opened struct{ screen screen }
	left   struct{}
	chosen app.Profile // from the picker, for the form
	saved  Created     // from the preview, for the list
)

func (sh *shared) move(to any) tea.Cmd {
	sh.moves = append(sh.moves, to)
	return nil
}

func (sh *shared) open(s screen) tea.Cmd { return sh.move(opened{s}) }
func (sh *shared) back() tea.Cmd         { return sh.move(left{}) }

// model is the whole interface: screens on a stack.
type model struct {
	*shared
	screens       []screen
	width, height int
	spinner       spinner.Model
	spinning      bool
	interrupted   bool
	quit          func() // ends the loop from outside
}

func newModel(ctx context.Context, b *Backend) *model {
	sh := &shared{Backend: b, ctx: ctx, work: &worker{}, styles: newStyles(true)}
	a := &model{shared: sh, width: 80, height: 24}
	a.spinner = spinner.New(spinner.WithSpinner(spinner.Spinner{Frames: spinner.MiniDot.Frames, FPS: 120 * time.Millisecond}))
	a.screens = []screen{newPods(sh)}
	return a
}

func (a *model) top() screen { return a.screens[len(a.screens)-1] }

func (a *model) Init() tea.Cmd { return a.spin(a.top().start()) }

func (a *model) Update(msg tea.Msg) (model tea.Model, command tea.Cmd) {
	model, command = a, tea.Quit // after a panic
	defer a.work.panicked.Take()
	if _, ended := msg.(crashed); ended {
		return a, tea.Quit
	}
	commands := []tea.Cmd{a.handle(msg)}
	for len(a.moves) > 0 && len(a.screens) > 0 {
		to := a.moves[0]
		a.moves = a.moves[1:]
		commands = append(commands, a.follow(to))
	}
	return a, a.spin(tea.Batch(commands...))
}

// follow applies a move.
func (a *model) follow(to any) tea.Cmd {
	switch to := to.(type) {
	case opened:
		a.screens = append(a.screens, to.screen)
		return to.screen.start()
	case left:
		a.pop()
		if len(a.screens) == 0 {
			return tea.Quit
		}
		return nil
	case chosen: // back to the form
		for len(a.screens) > 1 {
			if _, ok := a.top().(*form); ok {
				break
			}
			a.pop()
		}
	case saved: // back to the list
		for len(a.screens) > 1 {
			a.pop()
		}
	}
	return a.top().update(to)
}

func (a *model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		return nil
	case spinner.TickMsg:
		var next tea.Cmd
		a.spinner, next = a.spinner.Update(msg)
		if a.spinning = a.top().status().busy; !a.spinning {
			return nil
		}
		return next
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+c":
			a.interrupted = true
			return tea.Quit
		case "ctrl+z":
			return tea.Suspend
		}
		return a.top().update(msg)
	case tea.PasteMsg:
		return a.top().update(msg)
	}
	var commands []tea.Cmd
	for _, s := range a.screens {
		commands = append(commands, s.update(msg))
	}
	return tea.Batch(commands...)
}

func (a *model) pop() {
	a.top().close()
	a.screens = a.screens[:len(a.screens)-1]
}

// spin keeps the spinner turning while the top screen is busy.
func (a *model) spin(cmd tea.Cmd) tea.Cmd {
	if a.spinning || len(a.screens) == 0 {
		return cmd
	}
	if !a.top().status().busy {
		return cmd
	}
	a.spinning = true
	return tea.Batch(cmd, a.spinner.Tick)
}

func (a *model) View() (view tea.View) {
	defer func() {
		if a.work.panicked.Any() && a.quit != nil {
			go a.quit()
		}
	}()
	defer a.work.panicked.Take()
	view = tea.NewView(strings.Join(a.lines(), "\n"))
	view.AltScreen = true
	view.WindowTitle = "insomnia"
	return view
}

// lines returns the whole screen: a title, the page, the status, the keys.
func (a *model) lines() []string {
	if len(a.screens) == 0 || a.width < 1 || a.height < 1 {
		return nil
	}
	help := a.help()
	if len(help) > max(1, a.height/4) {
		help = help[:max(1, a.height/4)]
	}
	var head []string
	if a.height >= 8 {
		head = []string{a.heading(), ""}
	}
	says := a.says()
	room := max(0, a.height-len(head)-len(help)-len(says))
	page, at := a.top().draw(a.width, room)
	page = window(page, at, room)
	lines := append(head, page...)
	for len(lines) < len(head)+room {
		lines = append(lines, "")
	}
	// While drawing, the page has learned which part of it is visible.
	if again := a.says(); len(again) == len(says) {
		says = again
	}
	lines = append(append(lines, says...), help...)
	if len(lines) > a.height {
		lines = lines[len(lines)-a.height:]
	}
	for i, line := range lines {
		lines[i] = cut(line, a.width)
	}
	return lines
}

func (a *model) heading() string {
	names := []string{"Insomnia"}
	for _, s := range a.screens {
		names = append(names, s.title())
	}
	text := strings.Join(names, " › ")
	if ansi.StringWidth(text) > a.width {
		text = names[len(names)-1]
	}
	return a.styles.title.Render(cut(text, a.width))
}

// says returns the lines of the status: one, or two if it is long.
func (a *model) says() []string {
	now := a.top().status()
	if now.busy {
		return []string{a.spinner.View() + " " + now.text}
	}
	lines := wrapped(now.text, a.width)
	lines = lines[:min(len(lines), 1+a.height/12)]
	for i, line := range lines {
		lines[i] = now.look.Render(line)
	}
	return lines
}

// help returns the keys, on as many lines as they need.
func (a *model) help() []string {
	hints := a.top().hints()
	quit := hint{"ctrl-c", "quit"}
	if !slices.ContainsFunc(hints, func(h hint) bool { return h.does == quit.does }) {
		hints = append(hints[:len(hints):len(hints)], quit)
	}
	var lines []string
	row, used := "", 0
	for _, h := range hints {
		w := ansi.StringWidth(h.key) + 1 + ansi.StringWidth(h.does)
		if used > 0 && used+3+w > a.width {
			lines = append(lines, row)
			row, used = "", 0
		}
		if used > 0 {
			row += a.styles.dim.Render(" · ")
			used += 3
		}
		row += a.styles.key.Render(h.key) + " " + a.styles.dim.Render(h.does)
		used += w
	}
	return append(lines, row)
}
