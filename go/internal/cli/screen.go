package cli

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// readEarly reads the flags that also apply to errors of the command line.
func (p *program) readEarly(args []string) {
	p.json, p.wide = wantsJSON(args), wants(args, "wide")
	color := ""
	for i, arg := range args {
		if arg == "--" {
			break
		}
		value, joined := strings.CutPrefix(strings.TrimLeft(arg, "-"), "color=")
		switch {
		case arg == "" || arg[0] != '-':
		case joined:
			color = value
		case strings.TrimLeft(arg, "-") == "color" && i+1 < len(args):
			color = args[i+1]
		}
	}
	p.out = look.Choose(color, p.toTerminal(), os.Getenv)
	p.err = look.Choose(color, p.terminal, os.Getenv)
}

// refuseColor refuses unknown values of --color.
func (l *commandLine) refuseColor() error {
	for _, flag := range l.flags {
		value, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "color=")
		if ok && value != look.Auto && value != look.Always && value != look.Never {
			return diag.Errorf(diag.ExitUsage, "usage", "--color: must be auto, always or never, got %s", diag.Quote(value))
		}
	}
	return nil
}

// text renders diagnostics for standard error.
func (p *program) text() *diag.Text {
	text := diag.NewText()
	text.Paint = p.err
	return text
}

// width returns the width of the terminal that standard output goes to, in cells; 0 if
// lines can have any length. As in other programs, COLUMNS has precedence.
func (p *program) width() int {
	if p.wide || !p.toTerminal() {
		return 0
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	out, _ := p.stdout.(*os.File)
	width, _, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return 0
	}
	return width
}
