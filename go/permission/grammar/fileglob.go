package grammar

import (
	"slices"
	"strings"
)

// FileGlob is a glob of files that the sandbox makes unreadable. It is written as a
// path pattern of a rule, with two additional forms: [a-z] matches one character, and
// {a,b} for either of two texts. A name without a slash is in the workspace. The zero
// value matches nothing.
type FileGlob struct {
	text     string
	patterns []Pattern
}

// MaxAlternatives bounds how many globs without braces one with braces stands for.
const MaxAlternatives = 32

// ParseFileGlob parses a glob of files. The error is a [*Problem] with a code of
// [ParsePattern] or
//
//	pattern-class   brackets that name no characters, or not plainly
//	pattern-braces  braces that are not closed, nested, or hold no choice
func ParseFileGlob(text string) (FileGlob, error) {
	g, problem := parseFileGlob(text)
	if problem != nil {
		return FileGlob{}, problem
	}
	return g, nil
}

func parseFileGlob(text string) (FileGlob, *Problem) {
	if problem := checkPlace("glob", text); problem != nil {
		return FileGlob{}, problem
	}
	if rest, ok := strings.CutPrefix(text, "!"); ok {
		return FileGlob{}, problemf("pattern-foreign", "glob `%s`: a glob cannot be negated", text).hintf("remove it, and write globs that do not match `%s`", rest)
	}
	if tool, inner, ok := toolWithPattern(text); ok {
		if known, listed := foreignTool(normalize(tool)); listed && known != "" {
			return FileGlob{}, problemf("pattern-foreign", "glob `%s`: this is the form of another program", text).hintf("write `%s`", inner)
		}
	}
	texts, problem := alternatives(text)
	if problem != nil {
		return FileGlob{}, problem
	}
	g := FileGlob{text: text, patterns: make([]Pattern, len(texts))}
	for i, single := range texts {
		single = placed(single)
		p := Pattern{kind: KindPath, text: single}
		if p.root, p.segments, problem = parsePath(single, fileGlobSyntax); problem != nil {
			return FileGlob{}, problem
		}
		g.patterns[i] = p
	}
	return g, nil
}

// String returns the glob as it was written.
func (g FileGlob) String() string { return g.text }

// MatchPath reports whether the glob matches a real path.
func (g FileGlob) MatchPath(path Path, at Places) bool {
	for _, p := range g.patterns {
		if p.MatchPath(path, at) {
			return true
		}
	}
	return false
}

// MatchName reports whether the glob can match a path that ends in a name. It is fast,
// and rejects most other names.
func (g FileGlob) MatchName(name string) bool {
	value := symbols(name)
	return slices.ContainsFunc(g.patterns, func(p Pattern) bool {
		if len(p.segments) == 0 {
			return true
		}
		last := p.segments[len(p.segments)-1]
		return slices.Contains(last, anyDeep) || matchGlob(last, value)
	})
}

// MatchBelow reports whether the glob matches a real path or may match something
// below it.
func (g FileGlob) MatchBelow(path Path, at Places) bool {
	for _, p := range g.patterns {
		if p.MatchBelow(path, at) {
			return true
		}
	}
	return false
}

// Starts are the paths that all matches of the glob are at or below, one for each form
// that braces stand for: the names up to the first with a wildcard, at the directory
// that the glob begins at. Both directories are absolute.
func (g FileGlob) Starts(workspaceDir, homeDir string) []string {
	starts := make([]string, len(g.patterns))
	for i, p := range g.patterns {
		start := ""
		switch p.root {
		case workspace:
			start = strings.TrimSuffix(workspaceDir, "/")
		case home:
			start = strings.TrimSuffix(homeDir, "/")
		}
		for _, segment := range p.segments {
			if slices.ContainsFunc(segment, func(r rune) bool { return r < 0 }) {
				break
			}
			start += "/" + string(segment)
		}
		if start == "" {
			start = "/"
		}
		starts[i] = start
	}
	return starts
}

// Covers reports whether the glob is certain to match everything that a path pattern
// matches.
func (g FileGlob) Covers(pattern Pattern) bool {
	for _, p := range g.patterns {
		if p.Covers(pattern) {
			return true
		}
	}
	return false
}

// placed is a glob with the place where it begins: a name alone is in the workspace.
func placed(glob string) string {
	if glob == "" || glob == "**" || glob == "." || glob == ".." || glob[0] == '~' || glob[0] == '$' || strings.Contains(glob, "/") {
		return glob
	}
	return "./" + glob
}

// alternatives are the texts that a text with braces stands for.
func alternatives(text string) ([]string, *Problem) {
	bad := func(what, hint string) ([]string, *Problem) {
		return nil, problemf("pattern-braces", "pattern `%s`: %s", text, what).hintf("%s", hint)
	}
	texts := []string{""}
	add := func(more ...string) {
		longer := make([]string, 0, len(texts)*len(more))
		for _, start := range texts {
			for _, end := range more {
				longer = append(longer, start+end)
			}
		}
		texts = longer
	}
	for {
		open := unescaped(text, "{}")
		if open < 0 {
			add(text)
			return texts, nil
		}
		if text[open] == '}' {
			return bad("a brace is not opened", "write `\\}` for the character itself")
		}
		add(text[:open])
		inner := text[open+1:]
		end := unescaped(inner, "{}")
		switch {
		case end < 0:
			return bad("a brace is not closed", "write `\\{` for the character itself")
		case inner[end] == '{':
			return bad("braces within braces have no meaning", "write one glob for each")
		}
		choices := strings.Split(inner[:end], ",")
		switch {
		case len(choices) < 2:
			return bad("braces without a comma choose nothing", "write the choices, such as `{pem,key}`; a brace itself is `\\{`")
		case len(texts)*len(choices) > MaxAlternatives:
			return bad("the braces expand to too many globs", "write several globs, each for 32 at most")
		}
		add(choices...)
		text = inner[end+1:]
	}
}

// unescaped is the place of the first of some characters that has no backslash, or -1.
func unescaped(text, characters string) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case strings.IndexByte(characters, text[i]) >= 0:
			return i
		}
	}
	return -1
}
