// Package look holds the styles of the command line and the TUI. Its colors are the 16 of
// the terminal's theme, so that light and dark themes both work. Color never has a meaning
// of its own: each painted text also has a word or a mark.
package look

import "strconv"

// Color is a color of the terminal's theme.
type Color int

// The colors that are used. The default color is that of other text.
const (
	Default Color = iota
	Red
	Green
	Yellow
	Cyan
)

// ANSI returns the number of the color, from 0 to 15; -1 for the default.
func (c Color) ANSI() int {
	switch c {
	case Red:
		return 1
	case Green:
		return 2
	case Yellow:
		return 3
	case Cyan:
		return 6
	}
	return -1
}

// Style is how a text is shown.
type Style struct {
	Bold, Faint bool
	Color       Color
}

// The styles.
var (
	Plain   = Style{}
	Title   = Style{Bold: true}
	Key     = Style{Bold: true}
	Dim     = Style{Faint: true}
	Chosen  = Style{Bold: true, Color: Cyan} // the default, the selected row
	Failure = Style{Bold: true, Color: Red}  // `error:`
	Broken  = Style{Color: Red}
	Caution = Style{Bold: true, Color: Yellow} // `warning:`, `!`
	Warn    = Style{Color: Yellow}
	Good    = Style{Color: Green}
	Hint    = Style{Color: Cyan}
	Added   = Style{Color: Green}
	Removed = Style{Color: Red}
)

// Paint colors texts if it is true.
type Paint bool

// Text returns a text in a style. It must not contain escape sequences or line ends.
func (p Paint) Text(s Style, text string) string {
	if !p || s == Plain || text == "" {
		return text
	}
	codes := ""
	add := func(code int) {
		if codes != "" {
			codes += ";"
		}
		codes += strconv.Itoa(code)
	}
	if s.Bold {
		add(1)
	}
	if s.Faint {
		add(2)
	}
	if s.Color != Default {
		add(30 + s.Color.ANSI())
	}
	return "\x1b[" + codes + "m" + text + "\x1b[0m"
}

// Modes are the values of --color.
const (
	Auto   = "auto"
	Always = "always"
	Never  = "never"
)

// Choose decides whether a stream is painted. In mode auto it is if it is a terminal that
// knows colors and the user has not set NO_COLOR.
func Choose(mode string, terminal bool, getenv func(string) string) Paint {
	switch mode {
	case Always:
		return true
	case Never:
		return false
	}
	kind := getenv("TERM")
	return Paint(terminal && getenv("NO_COLOR") == "" && kind != "" && kind != "dumb")
}
