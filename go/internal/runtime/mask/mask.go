// Package mask makes of a file with settings one that has the same keys and a placeholder
// in the place of each value.
//
// What it does not know for a key, it leaves out: comments, the elements of lists that are
// no tables, the lines of a value with several. So nothing of a value is left when a file
// is not written as its name promises.
package mask

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/tomlread"
)

const (
	// Most is how large a file may be that has a masked form, in bytes.
	Most = 1 << 20
	// Placeholder takes the place of each value.
	Placeholder = "masked"

	maxKey = 64
)

// File returns the masked form of a file, by its name: JSON and TOML as such, everything
// else as lines of KEY=VALUE, `KEY = VALUE`, `KEY: VALUE` and [section]. ok is false for
// one that has none: too large, no text, or not written as its name says; YAML.
func File(name string, data []byte) (masked []byte, ok bool) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > Most || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, false
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return object(data)
	case ".toml":
		return table(data)
	case ".yaml", ".yml":
		return nil, false
	}
	return lines(string(data)), true
}

// object masks JSON. Numbers become 0 and booleans false, so that each value keeps its type.
func object(data []byte) ([]byte, bool) {
	var out bytes.Buffer
	in := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	to := jsontext.NewEncoder(&out, jsontext.AllowDuplicateNames(true), jsontext.WithIndent("  "))
	for {
		token, err := in.ReadToken()
		if err != nil {
			return nil, false
		}
		depth := in.StackDepth()
		kind, length := in.StackIndex(depth)
		isName := kind == '{' && length%2 == 1
		switch token.Kind() {
		case '"':
			if !isName || !plausible(token.String()) {
				token = jsontext.String(Placeholder)
			}
		case '0':
			token = jsontext.Int(0)
		case 't':
			token = jsontext.False
		}
		if to.WriteToken(token) != nil {
			return nil, false
		}
		if depth == 0 {
			break
		}
	}
	_, err := in.ReadToken()
	return out.Bytes(), errors.Is(err, io.EOF)
}

// table masks TOML.
func table(data []byte) ([]byte, bool) {
	var content map[string]any
	if err := tomlread.Check(data); err != nil {
		return nil, false
	}
	if err := toml.Unmarshal(data, &content); err != nil {
		return nil, false
	}
	out, err := toml.Marshal(value(content))
	return out, err == nil
}

func value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		masked := make(map[string]any, len(v))
		for key, below := range v {
			if plausible(key) {
				masked[key] = value(below)
			}
		}
		return masked
	case []any:
		masked := make([]any, len(v))
		for i, below := range v {
			masked[i] = value(below)
		}
		return masked
	case int64, uint64, float64:
		return 0
	case bool:
		return false
	}
	return Placeholder
}

// lines masks settings that have a line each.
func lines(text string) []byte {
	var out strings.Builder
	end := "" // what the value of several lines ends with
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case end != "":
			if closes(line, end) {
				end = ""
			}
		default:
			masked, rest := one(line)
			out.WriteString(masked)
			end = opens(rest)
		}
		out.WriteByte('\n')
	}
	return []byte(out.String())
}

// one masks a line, and returns what follows its key, or all of it where it has none.
func one(line string) (masked, value string) {
	text := strings.TrimSpace(line)
	if name, ok := strings.CutPrefix(text, "["); ok {
		if name, rest, ok := strings.Cut(name, "]"); ok && rest == "" && plausible(name) && !strings.ContainsAny(name, `"'`) {
			return "[" + name + "]", ""
		}
	}
	if strings.HasPrefix(text, "#") || strings.HasPrefix(text, ";") {
		return text[:1], ""
	}
	export := ""
	if rest, ok := strings.CutPrefix(text, "export "); ok {
		export, text = "export ", strings.TrimSpace(rest)
	}
	i := strings.IndexFunc(text, func(r rune) bool { return !inKey(r) })
	if i <= 0 || !plausible(text[:i]) {
		return "", text
	}
	key, rest := text[:i], text[i:]
	spaces := len(rest) - len(strings.TrimLeft(rest, " \t"))
	mark, value := rest[:min(len(rest), spaces+1)], rest[min(len(rest), spaces+1):]
	switch strings.TrimSpace(mark) {
	case "=":
	case ":":
		if value != "" && value[0] != ' ' && value[0] != '\t' {
			return "", text
		}
	default:
		return "", text
	}
	// The last line of a key in base64 ends so.
	if strings.Trim(value, "= \t") == "" && random(key) {
		return "", text
	}
	if spaces > 0 || strings.HasPrefix(value, " ") || strings.HasSuffix(mark, ":") {
		mark += " "
	}
	return export + key + mark + Placeholder, value
}

// opens returns what ends a value that does not end with its line; empty for one that does.
func opens(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"""`, "'''", `"`, "'", "`"} {
		if rest, ok := strings.CutPrefix(value, quote); ok {
			if closes(rest, quote) {
				return ""
			}
			return quote
		}
	}
	if strings.Contains(value, "-----BEGIN ") && !strings.Contains(value, "-----END ") {
		return "-----END "
	}
	if strings.HasSuffix(value, `\`) {
		return `\`
	}
	return ""
}

// closes reports whether a line ends a value of several lines.
func closes(line, end string) bool {
	switch end {
	case `\`:
		return !strings.HasSuffix(strings.TrimSpace(line), `\`)
	case `"`:
		line = strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\"`, "")
	}
	return strings.Contains(line, end)
}

func inKey(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.'
}

// plausible reports whether a text is the name of a setting, and not a value that stands
// where names do.
func plausible(key string) bool {
	return key != "" && len(key) <= maxKey && keyform.In(key) == "" && !(len(key) >= 20 && random(key))
}

// random reports whether a text looks like one that a program has made up.
func random(key string) bool {
	var lower, upper, digit bool
	for _, r := range key {
		lower = lower || r >= 'a' && r <= 'z'
		upper = upper || r >= 'A' && r <= 'Z'
		digit = digit || r >= '0' && r <= '9'
	}
	return len(key) >= 16 && lower && upper && (digit || len(key) >= 40)
}
