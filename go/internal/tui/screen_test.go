package tui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// keys by the names that are printed in the help lines.
var keys = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "pgdown": {Code: tea.KeyPgDown}, "space": {Code: tea.KeySpace, Text: " "},
	"end": {Code: tea.KeyEnd}, "backspace": {Code: tea.KeyBackspace},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+s": {Code: 's', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
}

// settle runs commands, and those that result from them, until none is left. It reports
// whether one of them was the command to quit.
func settle(t testing.TB, a *model, cmd tea.Cmd) (quit bool) {
	t.Helper()
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case nil, spinner.TickMsg:
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		for _, c := range msg {
			quit = settle(t, a, c) || quit
		}
	default:
		_, next := a.Update(msg)
		return settle(t, a, next)
	}
	return quit
}

// press types keys, by name or as text.
func press(t testing.TB, a *model, typed ...string) (quit bool) {
	t.Helper()
	for _, k := range typed {
		if key, ok := keys[k]; ok {
			_, cmd := a.Update(key)
			quit = settle(t, a, cmd) || quit
			a.View() // as the program does after each message
			continue
		}
		for _, r := range k {
			_, cmd := a.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
			quit = settle(t, a, cmd) || quit
		}
	}
	return quit
}

func begin(t testing.TB, b *Backend, width, height int) *model {
	t.Helper()
	a := newModel(t.Context(), b)
	settle(t, a, a.Init())
	a.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return a
}

func text(a *model) string {
	lines := a.lines()
	for i, line := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(line), " ")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n") + "\n"
}

// Every screen in three sizes. A person reviewed the golden files; update them with
// checks/update.
func TestScreens(t *testing.T) {
	for _, test := range []struct {
		name  string
		typed []string
	}{
		{"pods", nil},
		{"pods-pointed", []string{"down", "down"}},
		{"pods-damaged", []string{"down", "down", "down", "enter"}},
		{"details", []string{"down", "enter"}},
		{"form", []string{"n"}},
		{"form-problems", []string{"n", "tab", "ctrl+u", "/nowhere", "tab", "Bad Name", "tab"}},
		{"picker", []string{"n", "enter"}},
		{"picker-broken", []string{"n", "enter", "up", "enter"}},
		{"picker-filter", []string{"n", "enter", "rev"}},
		{"picker-nothing", []string{"n", "enter", "zzz"}},
		{"picker-path", []string{"n", "enter", "./own.nix"}},
		{"chosen", []string{"n", "enter", "rev", "enter"}},
		{"typed", []string{"n", "enter", "./own.nix", "enter"}},
		{"reference", []string{"n", "enter", "tab", "enter"}},
		{"reference-missing", []string{"n", "enter", "./none.nix", "enter"}},
		{"preview", []string{"n", "ctrl+s"}},
		{"preview-end", []string{"n", "ctrl+s", "end"}},
		{"preview-grants", []string{"n", "ctrl+s", "t"}},
		{"preview-texts", []string{"n", "ctrl+s", "t", "down", "end"}},
		{"details-grants", []string{"down", "enter", "t", "space"}},
		{"created", []string{"n", "ctrl+s", "enter"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			for _, size := range [][2]int{{80, 24}, {40, 15}, {120, 40}} {
				a := begin(t, fake(t), size[0], size[1])
				press(t, a, test.typed...)
				fmt.Fprintf(&got, "-- %dx%d --\n%s", size[0], size[1], text(a))
			}
			file := filepath.Join("testdata", "screens", test.name+".txt")
			golden.Check(t, file, []byte(got.String()))
		})
	}
}

// What comes from outside cannot reach the terminal but as text, and no line is
// longer than the screen, whatever it holds.
func TestNothingGetsOut(t *testing.T) {
	hostile := rapid.OneOf(
		rapid.SampledFrom([]string{"a\u3164\u200b  b", "x` y `z", "\x1b[2J", "\x1b]52;c;aGk=\a", "\x9b31m", "a\nb\r\nc", "‮right", "\xff\xfe", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", "日本語のとても長い名前", "👩‍👩‍👧‍👦", "e" + strings.Repeat("\u0301", 50), strings.Repeat("long", 300)}),
		rapid.String(),
	)
	typed := strings.NewReplacer("\u3164", "", "\u200b", "") // the user's own typing is shown unchanged
	visited := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(what string) string { return hostile.Draw(rt, what) }
		b := fake(t)
		// The backend is called elsewhere: what it gives is drawn before.
		pods := []Pod{
			{ID: draw("id"), Name: draw("name"), Profile: draw("profile"), Ref: draw("ref"), Model: draw("model"), State: draw("state"), Age: draw("age"), Now: draw("now"), Detail: draw("detail"), Drifted: true},
			{ID: draw("id"), Damage: "x" + draw("damage")},
		}
		b.Pods = func(ctx context.Context, show func(Pods)) { show(Pods{Rows: pods}) }
		rows := []app.Profile{
			{Name: draw("name"), Source: draw("source"), Ref: draw("ref"), Known: true, Broken: draw("broken")},
			{Name: draw("name"), Source: draw("source"), Ref: draw("ref")},
		}
		problem, busy := draw("problem"), draw("busy")
		b.Profiles = func(ctx context.Context, show func(app.Profiles)) {
			show(app.Profiles{Rows: rows, Default: &rows[1], Problems: []diag.Diagnostic{{Message: problem}}, Busy: busy})
		}
		m, summary := sample()
		summary.Name, summary.Description, summary.Model, summary.Words = draw("summary"), draw("description"), draw("model"), draw("words")
		rows = append(rows, app.Profile{Name: draw("name"), Source: draw("source"), Ref: draw("ref"), Known: true, Summary: &summary})
		fact := words.Fact{Name: draw("fact"), Text: draw("text")}
		message, hint, resolved, says := draw("message"), draw("hint"), draw("resolved"), draw("says")
		b.Details = func(ctx context.Context, id string) (*Details, error) {
			return &Details{Manifest: m, Summary: summary, Facts: []words.Fact{fact}}, nil
		}
		resolve := b.Resolve
		b.Resolve = func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error) {
			if strings.HasPrefix(ref, "./") {
				return nil, diag.Errorf(diag.ExitInvalid, "x", "%s", message).Hintf("%s", hint)
			}
			r, err := resolve(ctx, resolved, in)
			r.Summary = summary
			return r, err
		}
		b.Create = func(ctx context.Context, r *Resolved) (*Created, error) { return &Created{Says: says}, nil }
		a := begin(t, b, rapid.IntRange(1, 130).Draw(rt, "width"), rapid.IntRange(1, 50).Draw(rt, "height"))
		// With something pasted wherever one can type.
		tour := rapid.SampledFrom([]string{
			"down enter end", "down down enter", "n enter up up enter", "n enter paste down tab", "n enter tab enter paste enter",
			"n enter tab enter ./x.nix enter", "n tab ctrl+u paste tab paste tab paste tab paste tab enter", "n ctrl+s end enter", "n ctrl+s t end esc enter", "down enter t end t",
		}).Draw(rt, "tour")
		for key := range strings.FieldsSeq(tour) {
			if key == "paste" {
				_, cmd := a.Update(tea.PasteMsg{Content: typed.Replace(draw("pasted"))})
				settle(t, a, cmd)
			} else {
				press(t, a, key)
			}
			visited[fmt.Sprintf("%T", a.top())]++
			check(rt, a)
		}
	})
	if len(visited) != 6 {
		t.Errorf("not every screen was seen: %v", visited)
	}
}

func check(t *rapid.T, a *model) {
	lines := a.lines()
	if len(lines) != a.height {
		t.Fatalf("%d lines on a screen of %d", len(lines), a.height)
	}
	for _, line := range lines {
		if w := ansi.StringWidth(line); w > a.width {
			t.Fatalf("%d cells on a screen of %d: %q", w, a.width, line)
		}
		if rest := colours(line); strings.ContainsFunc(rest, func(r rune) bool {
			return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x3164 || r == 0x200b
		}) {
			t.Fatalf("something hidden gets out: %q", line)
		}
	}
}

// colours removes SGR, the only sequences that the screens may contain.
func colours(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		end := strings.IndexFunc(after, func(r rune) bool { return (r < '0' || r > '9') && r != ';' })
		if end < 0 || after[end] != 'm' {
			b.WriteString("\x1b")
			s = after
			continue
		}
		s = after[end+1:]
	}
}

func TestWrapped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-z日本é-]{1,30}`)).Draw(t, "words")
		width := rapid.IntRange(2, 60).Draw(t, "width")
		lines := wrapped(strings.Join(words, " "), width)
		for _, line := range lines {
			if ansi.StringWidth(line) > width {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.Join(words, ""); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}
