package permission

import (
	"path"
	"strconv"
	"strings"

	sh "mvdan.cc/sh/v3/syntax"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

const separator, unknown = grammar.Separator, grammar.Unknown

// word is one word of a command as the program gets it.
type word struct {
	// text contains unknown where the result of an expansion is unknown.
	text string
	// written is text with the patterns of file names as they are written; empty if it
	// has no patterns.
	written string
	// named is text with the addresses of services by the names of their variables, such as
	// $INSOMNIA_SERVICE_CODE/team; empty where there are none.
	named string
	// services are these variables.
	services []string
	// whole marks a word that the shell cannot split or drop.
	whole bool
}

// Placeholders in a text until the whole word is known: for the patterns of file names,
// and for the values of HOME and PWD.
const (
	globStar = '\x01'
	globOne  = '\x02'
	globSet  = '\x03'
	homeSign = '\x04'
	hereSign = '\x05'
	// serviceSign is before and after the name of the variable of a service.
	serviceSign = '\x06'
)

func literal(text string) word { return word{text: text, whole: true} }

func (w word) dynamic() bool { return strings.ContainsRune(w.text, unknown) }

// base is the name of a program without its directories.
func (w word) base() string { return programName(w.text) }

func programName(text string) string {
	// zsh replaces =NAME by the path of NAME.
	text = strings.TrimPrefix(text, "=")
	if i := strings.LastIndexByte(text, '/'); i >= 0 {
		return text[i+1:]
	}
	return text
}

// joinedWords is the text that patterns are matched with.
func joinedWords(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(separator)
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// looseWords is joinedWords where a word that may expand to nothing, or to several
// words, also matches the separators around it.
func looseWords(words []word) string {
	const gap = string(rune(separator)) + string(rune(unknown))
	text := joinedWords(words)
	text = strings.ReplaceAll(text, gap, string(rune(unknown)))
	return strings.ReplaceAll(text, string(rune(unknown))+string(rune(separator)), string(rune(unknown)))
}

// literalWord returns a word after expansion by the shell.
func literalWord(w *sh.Word) word {
	if w == nil {
		return literal("")
	}
	var b strings.Builder
	split := addParts(&b, w.Parts, false)
	if braces(w) {
		return word{text: string(rune(unknown))}
	}
	text := atHome(b.String())
	if strings.ContainsRune(text, serviceSign) {
		text, named, services := atServices(text)
		if split || strings.ContainsRune(named, unknown) {
			return word{text: globsAs(text, "\x00\x00\x00")}
		}
		return word{text: text, named: named, services: services}
	}
	if !strings.ContainsAny(text, string([]rune{globStar, globOne, globSet})) {
		return word{text: text, whole: !split}
	}
	return word{text: globsAs(text, "\x00\x00\x00"), written: globsAs(text, "*?[")}
}

// globsAs replaces globStar, globOne and globSet by these characters.
func globsAs(text, characters string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= globStar && c <= globSet {
			b[i] = characters[c-globStar]
		}
	}
	return string(b)
}

// atHome replaces $HOME and $PWD by ~ and . at the beginning of a path, and by unknown
// elsewhere.
func atHome(text string) string {
	if !strings.ContainsAny(text, string([]rune{homeSign, hereSign})) {
		return text
	}
	begin := ""
	if len(text) == 1 || text[1] == '/' {
		switch text[0] {
		case homeSign:
			begin, text = "~", text[1:]
		case hereSign:
			begin, text = ".", text[1:]
		}
	}
	text = strings.ReplaceAll(text, string(rune(homeSign)), string(rune(unknown)))
	return begin + strings.ReplaceAll(text, string(rune(hereSign)), string(rune(unknown)))
}

// placeSign is the sign of a plain expansion of HOME or PWD; zero of every other.
func placeSign(p *sh.ParamExp) byte {
	if !plainExpansion(p) {
		return 0
	}
	switch p.Param.Value {
	case "HOME":
		return homeSign
	case "PWD":
		return hereSign
	}
	return 0
}

// plainExpansion reports whether an expansion is the value of a variable and nothing else.
func plainExpansion(p *sh.ParamExp) bool {
	return p.Param != nil && !p.Excl && !p.Length && !p.Width && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Names == 0 && p.Exp == nil && p.NestedParam == nil && p.Flags == nil && len(p.Modifiers) == 0
}

func addParts(b *strings.Builder, parts []sh.WordPart, quoted bool) (split bool) {
	for _, part := range parts {
		switch part := part.(type) {
		case *sh.Lit:
			if addLiteral(b, part.Value, quoted) {
				split = true
			}
		case *sh.SglQuoted:
			if !part.Dollar {
				b.WriteString(part.Value)
				break
			}
			text, ok := ansiC(part.Value)
			if !ok {
				text = string(rune(unknown))
			}
			b.WriteString(text)
		case *sh.DblQuoted:
			addParts(b, part.Parts, true)
		default:
			if p, ok := part.(*sh.ParamExp); ok {
				if sign := placeSign(p); sign != 0 {
					b.WriteByte(sign)
					break
				}
				if plainExpansion(p) && strings.HasPrefix(p.Param.Value, servicePrefix) {
					b.WriteString(string(rune(serviceSign)) + p.Param.Value + string(rune(serviceSign)))
					break
				}
			}
			b.WriteByte(unknown)
			split = split || !quoted
		}
	}
	return split
}

// addLiteral writes a text without its backslashes; split reports whether it has a
// pattern of file names.
func addLiteral(b *strings.Builder, text string, quoted bool) (split bool) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			switch next := text[i]; {
			case next == '\n':
			case quoted && !strings.ContainsRune("$`\"\\", rune(next)):
				b.WriteByte(c)
				b.WriteByte(next)
			default:
				b.WriteByte(next)
			}
		case !quoted && strings.IndexByte("*?[", c) >= 0 && text != "[":
			b.WriteByte(globStar + byte(strings.IndexByte("*?[", c)))
			split = true
		default:
			b.WriteByte(c)
		}
	}
	return split
}

// braces reports whether bash may expand braces in a word.
func braces(w *sh.Word) bool {
	var open, list, end bool
	last := byte(0)
	for _, part := range w.Parts {
		lit, ok := part.(*sh.Lit)
		if !ok {
			continue
		}
		for i := 0; i < len(lit.Value); i++ {
			c := lit.Value[i]
			switch c {
			case '\\':
				i++
			case '{':
				open = true
			case ',':
				list = list || open
			case '.':
				list = list || open && last == '.'
			case '}':
				end = end || list
			}
			last = c
		}
	}
	return end
}

// ansiC decodes the inside of $'…'. It fails where bash would end the text early
// or where the meaning differs between shells.
func ansiC(text string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		number := func(digits, base, from int) bool {
			end := from
			for end < len(text) && end < from+digits && isDigit(text[end], base) {
				end++
			}
			value, err := strconv.ParseUint(text[from:end], base, 32)
			if err != nil || value == 0 {
				return false
			}
			if base == 16 && digits > 2 {
				b.WriteRune(rune(value))
			} else {
				b.WriteByte(byte(value))
			}
			i = end - 1
			return byte(value) != 0 || digits > 3
		}
		ok := true
		switch c := text[i]; c {
		case 'a':
			b.WriteByte('\a')
		case 'b':
			b.WriteByte('\b')
		case 'e', 'E':
			b.WriteByte('\x1b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'v':
			b.WriteByte('\v')
		case '\\', '\'', '"', '?':
			b.WriteByte(c)
		case 'x':
			ok = number(2, 16, i+1)
		case 'u':
			ok = number(4, 16, i+1)
		case 'U':
			ok = number(8, 16, i+1)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			ok = number(3, 8, i)
		default:
			ok = false
		}
		if !ok {
			return "", false
		}
	}
	return b.String(), !strings.ContainsAny(b.String(), "\x00\x01\x02\x03\x04\x05\x1f")
}

func isDigit(c byte, base int) bool {
	switch {
	case c >= '0' && c <= '7':
		return true
	case c == '8', c == '9':
		return base == 16
	}
	return base == 16 && (c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')
}

// place returns where a path leads from a directory, both as the shell writes
// them: relative to the workspace where it is in it, else absolute or with ".." or
// "~" in front.
func place(dir, name, workspace string) string {
	if strings.HasPrefix(name, "~") {
		return path.Clean(name)
	}
	if !path.IsAbs(name) {
		name = path.Join(dir, name)
	}
	name = path.Clean(name)
	if workspace != "" && path.IsAbs(name) {
		if name == path.Clean(workspace) {
			return "."
		}
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(path.Clean(workspace), "/")+"/"); ok {
			return rest
		}
	}
	return name
}

// inWorkspace reports whether a result of place is in the workspace.
func inWorkspace(name string) bool {
	return !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") && !strings.HasPrefix(name, "~")
}
