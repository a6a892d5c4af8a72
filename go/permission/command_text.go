package permission

import "strings"

// readable returns why a text is not given to the parser; empty if it is.
func readable(text string) string {
	if len(text) > MaxCommand {
		return "the command is too long"
	}
	depth, deepest, keywords := 0, 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '(' || c == '{' || c == '`' || c == '"':
			depth++
			deepest = max(deepest, depth)
			if c == '`' || c == '"' {
				depth--
			}
		case c == ')' || c == '}':
			depth--
		case c == '\n' && i > 0 && text[i-1] == '\\' && !plainContinuation(text, i):
			return "a line is continued where shells differ in what it says"
		case c < ' ' && c != '\t' && c != '\n', c == 0x7f:
			return "the command has a control character"
		case c >= 0x80:
			// bash and the parser agree on characters outside ASCII: they are parts of words.
		}
	}
	for _, field := range strings.Fields(text) {
		switch field {
		case "if", "while", "until", "for", "case", "select", "!", "time", "coproc", "function", "[[", "elif", "do", "then":
			keywords++
		}
	}
	if deepest > maxNesting || keywords > 4*maxNesting {
		return "the command is nested too deeply"
	}
	return ""
}

// plainContinuation reports whether a backslash and the line break at i are where
// the parser is certain to read the text as bash does: not in an operator, an
// expansion or a comment.
func plainContinuation(text string, i int) bool {
	if i < 2 || strings.IndexByte(" \t\n", text[i-2]) >= 0 {
		return true
	}
	if strings.IndexByte("$#\\", text[i-2]) >= 0 {
		return false
	}
	return i+1 >= len(text) || strings.IndexByte("$`'\"\\&|;<>(){}[]!#", text[i+1]) < 0
}
