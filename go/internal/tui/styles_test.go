package tui

import (
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// The TUI has the styles of the command line, and without colors keeps the others.
func TestStyles(t *testing.T) {
	for _, style := range []look.Style{look.Plain, look.Title, look.Dim, look.Broken, look.Warn, look.Good} {
		want := strings.Replace(look.Paint(true).Text(style, "a"), "\x1b[0m", "\x1b[m", 1) // lipgloss resets so
		if got := styled(style, true).Render("a"); got != want {
			t.Errorf("%v: %q, not %q", style, got, want)
		}
	}
	if got := newStyles(false).broken.Render("a"); got != "a" {
		t.Errorf("without colors: %q", got)
	}
	if got := newStyles(false).chosen.Render("a"); got == "a" {
		t.Error("without colors, the selected row is not bold")
	}
}
