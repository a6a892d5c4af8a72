package importing

import (
	"slices"
	"strings"
	"unicode"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// holds reports whether an action keeps calls back, so that its rule may become wider and
// never narrower.
func holds(action string) bool { return action != "allow" }

// commandPatterns makes patterns of ours of one in which a star is any characters. exact
// is false where they match more, or less where the rule allows; none are returned where
// nothing can be allowed with certainty.
func commandPatterns(text, action string) (patterns []string, exact bool) {
	hold := holds(action)
	if text == "*" || text == ":*" || hold && strings.Trim(text, "* :") == "" {
		return []string{"*"}, true
	}
	forms, exact := []string{text}, true
	if base, ok := strings.CutSuffix(text, ":*"); ok {
		forms = []string{base, base + " *"}
		if strings.Contains(base, "*") && !hold {
			return nil, false // whether its stars are wildcards is not certain
		}
	} else if base, ok := strings.CutSuffix(text, " *"); ok {
		switch {
		case !strings.Contains(base, "*") || hold:
			forms = []string{base, base + " *"}
		default:
			forms, exact = []string{text}, false // whether it matches without an argument is not certain
		}
	}
	for _, form := range forms {
		ours, same := commandPattern(form)
		if hold && !same {
			if line, ok := pipeline(form); ok {
				patterns = appendNew(patterns, line)
				continue
			}
		}
		exact = exact && same
		if ours == "" || !same && !hold {
			if !hold {
				continue
			}
			ours = wider(form)
			exact = false
		} else if !same {
			ours = wider(form)
		}
		if _, err := grammar.ParsePattern(grammar.ToolBash, ours); err != nil {
			exact = false
			if !hold {
				continue
			}
			ours = wider(form)
		}
		patterns = appendNew(patterns, ours)
	}
	if slices.Contains(patterns, "*") {
		return []string{"*"}, false
	}
	return patterns, exact
}

// pipeline writes a pattern with bars between its commands.
func pipeline(text string) (string, bool) {
	parts := strings.Split(text, "|")
	if len(parts) < 2 {
		return "", false
	}
	for i, part := range parts {
		ours, ok := commandPattern(part)
		if !ok {
			return "", false
		}
		parts[i] = ours
	}
	text = strings.Join(parts, " | ")
	_, err := grammar.ParsePattern(grammar.ToolBash, text)
	return text, err == nil
}

// commandPattern writes a pattern in our form; same is false where it cannot be said, or
// has what the guard reads differently: quotes, several commands, redirections, variables.
func commandPattern(text string) (ours string, same bool) {
	if strings.ContainsAny(text, "'\"`\n\r;&|<>$()#") || strings.Contains(text, "**") {
		return "", false
	}
	if first, _, _ := strings.Cut(text, " "); strings.Contains(first, "=") {
		return "", false // the guard looks at variables by itself
	}
	var b strings.Builder
	blank := false
	for _, r := range strings.TrimSpace(text) {
		if unicode.IsSpace(r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		switch {
		case strings.ContainsRune(`?[]{}\`, r):
			b.WriteByte('\\')
		case r == ':':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	ours = b.String()
	return ours, ours != ""
}

// wider is a pattern that matches all that a pattern does: the words in front that can be
// said, and anything.
func wider(text string) string {
	text = strings.TrimSpace(text)
	// What a variable in front is set to does not matter to the guard.
	for {
		first, rest, _ := strings.Cut(text, " ")
		if name, _, ok := strings.Cut(first, "="); !ok || !variable.Get().MatchString(name) {
			break
		}
		text = strings.TrimSpace(rest)
	}
	end := strings.IndexAny(text, "'\"`\n\r;&|<>$()#*")
	whole := end < 0
	if whole {
		end = len(text)
	}
	start := text[:end]
	if !whole {
		// The last word may go on behind what cannot be said.
		if at := strings.LastIndexByte(start, ' '); at >= 0 && !strings.HasSuffix(start, " ") {
			start = start[:at]
		} else if at < 0 && !strings.HasSuffix(start, " ") && start != "" {
			if ours, ok := commandPattern(start); ok {
				return fit(ours + "*")
			}
			return "*"
		}
	}
	ours, ok := commandPattern(start)
	if !ok {
		return "*"
	}
	return fit(ours + "*")
}

func fit(pattern string) string {
	if _, err := grammar.ParsePattern(grammar.ToolBash, pattern); err != nil {
		return "*"
	}
	return pattern
}

// keyless is a pattern that holds back at least as much as one that may have a key in it:
// the words before the key, and anything.
func keyless(text string) string {
	masked := hideAssignments(keyform.Mask(text))
	end := 0
	for end < min(len(text), len(masked)) && text[end] == masked[end] {
		end++
	}
	start := text[:end]
	at := strings.LastIndexByte(start, ' ')
	if at <= 0 {
		return "*"
	}
	return strings.TrimRight(start[:at], " ") + " *"
}
