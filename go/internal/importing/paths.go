package importing

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// pathPatterns makes patterns of ours of one as gitignore has them: a name alone is one in
// any directory, a name that matches a directory is all below it. user says that the file
// is the user's own, so that a slash in front is not the workspace. exact is false where
// they match more, or less where the rule allows.
func pathPatterns(text, action string, user bool) (patterns []string, exact bool) {
	hold := holds(action)
	exact = true
	text = strings.ReplaceAll(strings.ReplaceAll(text, "${HOME}", "~"), "$HOME", "~")
	if strings.HasPrefix(text, "~~") || text == "" || strings.ContainsAny(text, "\x00\n\r") {
		return everyPath(hold)
	}
	if text == "*" || text == "**" || text == "./**" || text == "./*" {
		if hold {
			return []string{"*"}, text == "*"
		}
		return []string{"**"}, true
	}
	var starts []string // where the pattern may begin
	switch {
	case strings.HasPrefix(text, "//"):
		starts = []string{"/" + strings.TrimLeft(text, "/")}
	case strings.HasPrefix(text, "~/"):
		starts = []string{text}
	case strings.HasPrefix(text, "/") && user:
		starts = []string{"~/.claude" + text}
		if hold {
			starts, exact = append(starts, "."+text, text), false
		}
	case strings.HasPrefix(text, "/"):
		starts = []string{"." + text}
		if hold {
			starts, exact = append(starts, text), false
		}
	default:
		name := strings.TrimPrefix(text, "./")
		alone := !strings.Contains(strings.TrimSuffix(name, "/"), "/")
		switch {
		case alone && name != text && !hold: // one reading is the workspace, the other any directory
			starts, exact = []string{"./" + name}, false
		case alone:
			starts = []string{"**/" + name}
		default:
			starts = []string{"./" + name}
		}
	}
	for _, start := range starts {
		for _, one := range alternatives(start, hold, &exact) {
			ours, ok := pathPattern(one, hold, true, &exact)
			if !ok {
				if hold {
					return everyPath(hold)
				}
				exact = false
				continue
			}
			patterns = appendNew(patterns, ours)
		}
	}
	return patterns, exact && len(patterns) > 0
}

func everyPath(hold bool) ([]string, bool) {
	if hold {
		return []string{"*"}, false
	}
	return nil, false
}

// alternatives writes out braces where a rule holds back: some programs read them so, and
// some as they are.
func alternatives(text string, hold bool, exact *bool) []string {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return []string{text}
	}
	end := strings.IndexByte(text[open:], '}')
	if !hold || end < 0 {
		*exact = false
		if !hold {
			return nil
		}
		return []string{strings.NewReplacer("{", "?", "}", "?").Replace(text)}
	}
	*exact = false
	inner, rest := text[open+1:open+end], text[open+end+1:]
	out := []string{text[:open] + "?" + strings.NewReplacer("{", "?", "}", "?").Replace(inner) + "?" + rest}
	choices := strings.Split(inner, ",")
	if len(choices) > 16 || strings.Contains(rest, "{") {
		return []string{text[:open] + "*" + strings.NewReplacer("{", "*", "}", "*").Replace(rest)}
	}
	for _, choice := range choices {
		out = append(out, text[:open]+choice+rest)
	}
	return out
}

// pathPattern writes one in our form; below says that all below it is meant too.
func pathPattern(text string, hold, below bool, exact *bool) (string, bool) {
	text = strings.ReplaceAll(text, "//", "/")
	root := ""
	switch {
	case strings.HasPrefix(text, "./"):
		root, text = "./", text[2:]
	case strings.HasPrefix(text, "~/"):
		root, text = "~/", text[2:]
	case strings.HasPrefix(text, "/"):
		root, text = "/", text[1:]
	}
	text = strings.TrimSuffix(text, "/")
	var out []string
	for part := range strings.SplitSeq(text, "/") {
		switch {
		case part == "" || part == ".":
			continue
		case part == ".." || strings.ContainsAny(part, "$"):
			*exact = false
			if !hold {
				return "", false
			}
			// From anywhere: what comes behind it.
			root, out = "/", []string{"**"}
			continue
		case part == "**":
			if len(out) == 0 || out[len(out)-1] != "**" {
				out = append(out, "**")
			}
			continue
		}
		name, ok := segment(part, hold, exact)
		if !ok {
			return "", false
		}
		out = append(out, name)
	}
	if len(out) == 0 {
		out = []string{"**"}
	}
	if last := out[len(out)-1]; below && last != "**" && (hold || !file(last)) {
		out = append(out, "**")
	}
	ours := root + strings.Join(out, "/")
	if root == "./" && (len(out) > 1 || ours == "./**") {
		ours = ours[2:]
	}
	_, err := grammar.ParsePattern(grammar.ToolRead, ours)
	return ours, err == nil
}

// file reports whether the last part of a path names a file for certain enough to allow
// that alone: which is never more than was allowed.
func file(part string) bool {
	return strings.LastIndexByte(part, '.') > 0 && !strings.HasSuffix(part, "*")
}

// segment writes a part of a path in our form.
func segment(part string, hold bool, exact *bool) (string, bool) {
	var b strings.Builder
	runes := []rune(part)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '*':
			if i > 0 && runes[i-1] == '*' {
				continue // within a name two stars are one
			}
			b.WriteByte('*')
		case '[', ']':
			end := -1
			for j := i + 2; r == '[' && j < len(runes); j++ {
				if runes[j] == ']' {
					end = j
					break
				}
			}
			*exact = false
			if !hold {
				return "", false
			}
			if b.WriteByte('?'); end > 0 {
				i = end
			}
		case '\\':
			if i+1 == len(runes) {
				return "", false
			}
			i++
			if strings.ContainsRune(`*?[]{}\`, runes[i]) {
				b.WriteByte('\\')
			}
			b.WriteRune(runes[i])
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), b.Len() > 0
}
