package diag

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
)

// veiled is a copy without what no report may print: keys of known forms, and in
// texts also what is masked in the lines at the positions.
func (d Diagnostic) veiled() Diagnostic {
	for _, name := range []*string{&d.Profile, &d.Path, &d.Pointer} {
		*name = keyform.Mask(*name)
	}
	for _, text := range []*string{&d.Message, &d.Expected, &d.Hint} {
		*text = keyform.Mask(veilQuoted(*text, d.Positions))
	}
	positions := make([]Position, len(d.Positions))
	for i, p := range d.Positions {
		p.File, p.Note = keyform.Mask(p.File), keyform.Mask(veilQuoted(p.Note, d.Positions))
		positions[i] = p
	}
	d.Positions = positions
	return d
}

// MarshalJSON writes the diagnostic without keys, wherever it is in a report.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	type plain Diagnostic
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(plain(d.veiled()))
	return b.Bytes(), err
}

// veil masks in a source line, of Nix, JSON or TOML, what may be a secret: the
// strings that are assigned to a name of a secret, and keys of known forms. The
// columns stay.
func veil(line string) string {
	out := []byte(line)
	for _, s := range secretStrings(line) {
		for k := s.start; k < s.end; k++ {
			out[k] = '*'
		}
	}
	return keyform.Mask(string(out))
}

// veilQuoted masks in a message the strings that veil masks in the lines at the
// positions, since an evaluation quotes the value that it fails on. Where only the
// file is known, as some errors of Nix have it, every line of it counts.
func veilQuoted(message string, positions []Position) string {
	if !strings.Contains(message, `"`) {
		return message
	}
	for _, p := range positions {
		line, ok := p.Source.line(p.Line)
		if p.Line == 0 {
			line, ok = p.Source.whole()
		}
		if !ok {
			continue
		}
		for line := range strings.Lines(line) {
			for _, s := range secretStrings(line) {
				if text := line[s.start:s.end]; text != "" {
					message = strings.ReplaceAll(message, `"`+text+`"`, `"`+strings.Repeat("*", len(text))+`"`)
				}
			}
		}
	}
	return message
}

// span is a part of a line, in bytes.
type span struct{ start, end int }

// assignment is the attribute set around a position of a line, as far as the scan of
// that line shows it.
type assignment struct {
	secret bool // below the name of a secret
	value  bool // behind = or :
	lists  int  // that are open
}

// secretStrings returns the contents of the strings of a line that are assigned to a name
// of a secret, or to something below one: `auth = "…"`, `env.A = { value = "…"; }`. The
// name in `secrets.ref "NAME"` is not a secret.
func secretStrings(line string) (found []span) {
	var outer []assignment
	var now assignment
	next := func() { // the next assignment of the same set
		now = assignment{secret: len(outer) > 0 && outer[len(outer)-1].secret}
	}
	name := func(text string) { now.secret = now.secret || !now.value && isSecretName(text) }
	last := ""
	for i := 0; i < len(line); {
		if line[i] == '"' || strings.HasPrefix(line[i:], "''") {
			content, end := stringAt(line, i)
			if colon := strings.TrimLeft(line[end:], " "); !now.value && (colon == "" || strings.IndexByte(".=:", colon[0]) >= 0) {
				name(line[content.start:content.end])
			} else if now.secret && last != "ref" {
				found = append(found, content)
			}
			i, last = end, ""
			continue
		}
		if isNameByte(line[i]) {
			start := i
			for i < len(line) && isNameByte(line[i]) {
				i++
			}
			last = line[start:i]
			name(last)
			continue
		}
		switch line[i] {
		case '=', ':':
			now.value = true
		case '[':
			now.lists++
		case ']':
			now.lists--
		case '{':
			outer = append(outer, now)
			next()
		case '}':
			if len(outer) > 0 {
				now = outer[len(outer)-1]
				outer = outer[:len(outer)-1]
			}
		case ';':
			next()
		case ',':
			if now.lists <= 0 {
				next()
			}
		}
		i++
	}
	return found
}

// stringAt returns the content of the string that begins at an offset, and where
// it ends; one that is not closed ends with the line.
func stringAt(line string, at int) (content span, end int) {
	quote := `"`
	if line[at] != '"' {
		quote = "''"
	}
	start := at + len(quote)
	for i := start; i < len(line); i++ {
		switch {
		case quote == `"` && line[i] == '\\':
			i++
		case strings.HasPrefix(line[i:], quote):
			return span{start, i}, i + len(quote)
		}
	}
	return span{start, len(line)}, len(line)
}

func isNameByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '-'
}

// secretNames end the names of what is secret; lower case.
var secretNames = [...]string{"auth", "authorization", "token", "secret", "password", "passwd", "credential", "credentials", "apikey", "api_key", "api-key", "_key"}

// isSecretName reports whether a name suggests that its value is a secret: env and
// headers of a server are places of secrets.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return name == "env" || name == "headers" ||
		slices.ContainsFunc(secretNames[:], func(end string) bool { return strings.HasSuffix(name, end) })
}
