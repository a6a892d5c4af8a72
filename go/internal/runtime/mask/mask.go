// Package mask converts a settings file to one with the same keys and a placeholder for
// each value.
//
// It leaves out everything that it does not recognize as a key: comments, elements of
// lists other than tables, the further lines of a value. So no part of a value remains
// even if a file is not in the format that its name promises.
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
	// Most limits the size of a file that can be masked, in bytes.
	Most = 1 << 20
	// Placeholder replaces each value.
	Placeholder = "masked"

	maxKey = 64
)

// File returns the masked form of a file. It parses JSON and TOML by the file's name, and
// everything else as lines of KEY=VALUE, `KEY = VALUE`, `KEY: VALUE` and [section]. ok is
// false if the file is too large, is not text, does not have the format of its name, or
// is YAML.
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

// object masks JSON. Numbers become 0 and booleans false, so each value keeps its type.
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

// lines masks settings with one line each.
func lines(text string) []byte {
	var out strings.Builder
	end := "" // the end of a value with several lines
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

// one masks a line. It returns the text after the key, or the whole line if it has no
// key.
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
	// This is how the last line of a base64 key ends.
	if strings.Trim(value, "= \t") == "" && random(key) {
		return "", text
	}
	if spaces > 0 || strings.HasPrefix(value, " ") || strings.HasSuffix(mark, ":") {
		mark += " "
	}
	return export + key + mark + Placeholder, value
}

// opens returns the end marker of a value that continues on the next line; empty if it
// does not.
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

// closes reports whether a line ends a value with several lines.
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

// plausible reports whether text is the name of a setting, not a value in the position of
// a name.
func plausible(key string) bool {
	return key != "" && len(key) <= maxKey && keyform.In(key) == "" && !(len(key) >= 20 && random(key))
}

// random reports whether text looks randomly generated.
func random(key string) bool {
	var lower, upper, digit bool
	for _, r := range key {
		lower = lower || r >= 'a' && r <= 'z'
		upper = upper || r >= 'A' && r <= 'Z'
		digit = digit || r >= '0' && r <= '9'
	}
	return len(key) >= 16 && lower && upper && (digit || len(key) >= 40)
}
