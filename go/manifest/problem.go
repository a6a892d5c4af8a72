package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
)

// Problem is one thing that is wrong with a manifest or a profile. The Nix
// library makes problems of the same shape.
type Problem struct {
	// Code is a stable identifier in kebab case, such as "unknown-field".
	Code string `json:"code"`
	// Path is the place as an author writes it: web.search.provider, hooks[0].
	Path string `json:"path"`
	// Pointer is the place as a JSON pointer (RFC 6901).
	Pointer string `json:"pointer"`
	// Message describes the problem. It never contains a value from a secret slot, or
	// control characters.
	Message string `json:"message"`
	// Expected describes what was expected instead.
	Expected string `json:"expected,omitempty"`
	// Hint suggests what to do.
	Hint string `json:"hint,omitempty"`
	// Positions are the places in files, where they are known.
	Positions []Position `json:"positions"`
}

// Position is a place in a file; lines and columns begin at 1, columns count bytes.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Note   string `json:"note,omitempty"`
}

// Problems is a list of problems as an error.
type Problems []Problem

// Error returns a line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		place := problem.Path
		if place == "" {
			place = "manifest"
		}
		lines[i] = place + ": " + problem.Message
	}
	return strings.Join(lines, "\n")
}

// location is a place in a value, linked to the place that holds it. The
// strings are made only when a problem is reported.
type location struct {
	parent *location
	key    string
	index  int // of a list's element; -1 for a key
}

func (l *location) field(key string) *location  { return &location{parent: l, key: key, index: -1} }
func (l *location) element(index int) *location { return &location{parent: l, index: index} }

func (l *location) pointer() string {
	if l == nil {
		return ""
	}
	if l.index >= 0 {
		return l.parent.pointer() + "/" + strconv.Itoa(l.index)
	}
	return l.parent.pointer() + "/" + strings.ReplaceAll(strings.ReplaceAll(l.key, "~", "~0"), "/", "~1")
}

func (l *location) path() string {
	if l == nil {
		return ""
	}
	before := l.parent.path()
	if l.index >= 0 {
		return before + "[" + strconv.Itoa(l.index) + "]"
	}
	key := l.key
	if !plainKey(key) {
		key = strconv.Quote(key)
	}
	if before == "" {
		return key
	}
	return before + "." + key
}

func plainKey(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return key != ""
}

func (l *location) problem(code, message string) Problem {
	return Problem{Code: code, Path: l.path(), Pointer: l.pointer(), Message: message, Positions: []Position{}}
}

// maxShown is how many bytes of a value a message shows.
const maxShown = 60

// shown quotes text for a message: on one line, escaped, without keys, and cut when it is long.
func shown(text string) string {
	text = keyform.Mask(text)
	if len(text) <= maxShown {
		return strconv.Quote(text)
	}
	cut := maxShown
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}

// named quotes a name for a message.
func named(name string) string {
	if len(name) <= maxShown && plainKey(name) {
		return "`" + name + "`"
	}
	return shown(name)
}
