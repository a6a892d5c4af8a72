package legacy

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// translated returns the rules that say in the grammar of permissions what a legacy
// rule said, and none where that cannot be said, which is reported. The legacy
// pattern is a glob over the whole argument. A rule that denies or asks may become
// one about more calls, and one that allows one about fewer.
func (c *converter) translated(r rule) []rule {
	var out []rule
	for _, tool := range c.toolsOf(r) {
		patterns := patternsOf(tool, r.pattern, r.action != "allow")
		for _, pattern := range patterns {
			if _, err := grammar.ParsePattern(tool, pattern); err != nil {
				c.leaveOut(r.origin+"/pattern", err)
				return nil
			}
			out = append(out, rule{tool: tool, pattern: pattern, action: r.action, origin: r.origin})
		}
	}
	if len(out) == 0 || len(out) == 1 && out[0] == r {
		return out
	}
	var texts []string
	for _, now := range out {
		texts = append(texts, now.tool+" "+now.pattern)
	}
	c.note("kept-as", r.origin, "is kept as "+strings.Join(diag.QuoteAll(texts), ", "), "")
	return out
}

// leaveOut reports a rule that cannot be said.
func (c *converter) leaveOut(at string, err error) {
	d := c.lost(at, "the rule is left out: "+err.Error())
	if problem, ok := err.(*grammar.Problem); ok {
		d.Hint = problem.Hint
	}
}

// toolsOf are the tools that a legacy rule is about. What another program calls a
// tool, or a misspelt name, counts as ours where a rule holds calls back.
func (c *converter) toolsOf(r rule) []string {
	err := grammar.CheckTool(r.tool, nil)
	if err == nil {
		return []string{r.tool}
	}
	if start, ok := strings.CutSuffix(r.tool, "*"); ok {
		var tools []string
		for _, tool := range append(grammar.Tools(), "mcp__*") {
			if strings.HasPrefix(tool, start) {
				tools = append(tools, tool)
			}
		}
		if len(tools) > 0 {
			return tools
		}
	} else if near := grammar.Nearest(r.tool); near != "" && r.action != "allow" {
		return []string{near}
	}
	c.leaveOut(r.origin+"/tool", err)
	return nil
}

// patternsOf are patterns that match what a legacy pattern matched: together at least
// that where they are to be wider, else at most.
func patternsOf(tool, pattern string, wider bool) []string {
	if wider {
		pattern = withoutClasses(pattern)
	} else if slices.ContainsFunc(parseGlob(pattern), func(p part) bool { return p.kind == class }) {
		return []string{pattern}
	}
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	if pattern == "*" {
		return []string{"*"}
	}
	switch grammar.KindOf(tool) {
	case grammar.KindCommand:
		return []string{commandPattern(pattern)}
	case grammar.KindPath:
		return pathPatterns(pattern, wider)
	case grammar.KindAddress:
		if start, ok := strings.CutSuffix(pattern, "/*"); ok {
			if strings.Contains(strings.TrimPrefix(strings.TrimPrefix(start, "https://"), "http://"), "/") {
				start += "/**"
			}
			return []string{start}
		}
	case grammar.KindCall:
		if wider && tool != grammar.ToolAny {
			return []string{"*"}
		}
	}
	return []string{pattern}
}

// withoutClasses puts a star for each part of a glob that matches one character.
func withoutClasses(pattern string) string {
	var b strings.Builder
	for _, p := range parseGlob(pattern) {
		if p.kind == exactly {
			b.WriteRune(p.char)
		} else {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// commandPattern escapes the characters of a legacy pattern that had no meaning and
// would have one. What a shell gives a meaning is left as it is, and refused.
func commandPattern(pattern string) string {
	if start, ok := strings.CutSuffix(pattern, ":*"); ok {
		pattern = start + `\:*`
	}
	return strings.NewReplacer("{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`).Replace(pattern)
}

// mostForms bounds the patterns that one legacy pattern becomes.
const mostForms = 8

// pathPatterns: a legacy star crossed slashes, so that one within a name becomes two
// forms where a rule is to be wider. A directory and a star is all that is below it.
func pathPatterns(pattern string, wider bool) []string {
	names := strings.Split(pattern, "/")
	forms := []string{""}
	for i, name := range names {
		var next []string
		for _, form := range nameForms(name, wider || i > 0 && i == len(names)-1 && name == "*") {
			for _, before := range forms {
				if i > 0 {
					before += "/"
				}
				next = append(next, before+form)
			}
		}
		if forms = next; len(forms) > mostForms {
			return []string{pattern}
		}
	}
	for i, form := range forms {
		if !strings.Contains(form, "/") && form != "**" {
			forms[i] = "./" + form
		}
	}
	return forms
}

// nameForms are the forms of a name between slashes whose stars may cross slashes.
func nameForms(name string, cross bool) []string {
	parts := strings.Split(name, "*")
	switch {
	case !cross || len(parts) == 1:
		return []string{name}
	case name == "*":
		return []string{"**"}
	}
	forms := []string{parts[0]}
	for i, part := range parts[1:] {
		stars := []string{"*", "*/**/*"}
		switch {
		case i == 0 && parts[0] == "":
			stars = []string{"**/*"}
		case i == len(parts)-2 && part == "":
			stars = []string{"*/**"}
		}
		var next []string
		for _, form := range forms {
			for _, star := range stars {
				next = append(next, form+star+part)
			}
		}
		forms = next
		if len(forms) > mostForms {
			return []string{name}
		}
	}
	return slices.Compact(forms)
}
