package importing

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

var imported = pattern.Lazy{Text: `(?m)(^|[\s(])@[~./A-Za-z0-9_-]+`}

// context reads CLAUDE.md: that of a project is a context file, that of the user is text.
func (c *claude) context() {
	if c.user {
		if text, ok := c.own.text(c.prefix + "CLAUDE.md"); ok && strings.TrimSpace(text) != "" {
			at := diag.Position{File: c.own.shown(c.prefix + "CLAUDE.md"), Line: 1}
			c.Append = append(c.Append, Prompt{"CLAUDE.md", c.clean(text, at, "the text")})
			c.imports(text, at)
		}
		for _, file := range c.own.markdown(c.prefix + "rules") {
			if doc, ok := c.own.document(file); ok && strings.TrimSpace(doc.Body) != "" {
				at := diag.Position{File: c.own.shown(file), Line: 1}
				c.Append = append(c.Append, Prompt{slug(strings.TrimPrefix(file, c.prefix)) + ".md", c.clean(doc.Body, at, "the text")})
			}
		}
		return
	}
	for _, name := range []string{"CLAUDE.md", "CLAUDE.local.md", ".claude/CLAUDE.md", "AGENTS.md"} {
		if !c.own.has(name) {
			continue
		}
		c.Context = append(c.Context, name)
		if text, ok := c.own.text(name); ok {
			at := diag.Position{File: c.own.shown(name), Line: 1}
			c.imports(text, at)
			c.hiddenIn(text, c.own.shown(name))
		}
	}
	rules := c.own.markdown(".claude/rules")
	for _, file := range rules {
		if doc, ok := c.own.document(file); ok && doc.Front.Get("paths") != nil {
			c.note(Changed, diag.Position{File: c.own.shown(file), Line: 2}, "paths", "the rule is read at the start, whatever files are worked on")
		}
	}
	if len(rules) > 0 {
		c.Context = append(c.Context, ".claude/rules/**/*.md")
	}
}

// imports notes the files that a context file names by an at sign.
func (f *Found) imports(text string, at diag.Position) {
	if imported.Get().MatchString(text) {
		f.note(Lost, at, "@", "files that the text names with an at sign are not read into it; add them to prompts.contextFiles")
	}
}
