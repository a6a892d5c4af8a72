// Package foreignrules decides tool calls as Claude Code, Codex and opencode do by rules of
// their own, for tests of what reads such rules and of what writes them.
package foreignrules

import (
	"regexp"
	"slices"
	"strings"
)

// Where the calls are made.
const (
	Workspace = "/srv/app"
	Home      = "/home/ada"
)

// Call is a call of a tool in the names of Claude Code: a path is below the workspace, from
// ~/ or absolute.
type Call struct{ Tool, Value string }

// Claude are the lists of rules and the mode in a file of Claude Code.
type Claude struct {
	Allow []string `json:"allow,omitempty"`
	Ask   []string `json:"ask,omitempty"`
	Deny  []string `json:"deny,omitempty"`
	Mode  string   `json:"defaultMode,omitempty"`
}

// Decide decides as Claude Code does: it follows observations and the documentation, and shares no code
// with anything that reads or writes such rules. If they are ambiguous, the strictest reading counts.
func (s Claude) Decide(c Call) string {
	for _, list := range []struct {
		action string
		rules  []string
	}{{"deny", s.Deny}, {"ask", s.Ask}, {"allow", s.Allow}} {
		for _, rule := range list.rules {
			if !claudeMatches(rule, c, list.action != "allow") {
				continue
			}
			if s.Mode == "dontAsk" && list.action == "ask" || s.Mode == "plan" && (c.Tool == "Edit" || c.Tool == "Write") {
				return "deny"
			}
			return list.action
		}
	}
	inside := !strings.HasPrefix(c.Value, "/") && !strings.HasPrefix(c.Value, "~")
	switch {
	case c.Tool == "Agent", slices.Contains([]string{"Read", "Grep", "Glob"}, c.Tool) && inside:
		return "allow"
	case s.Mode == "bypassPermissions":
		return "allow"
	case s.Mode == "acceptEdits" && (c.Tool == "Edit" || c.Tool == "Write") && inside:
		return "allow"
	case s.Mode == "plan" && (c.Tool == "Edit" || c.Tool == "Write"), s.Mode == "dontAsk":
		return "deny"
	}
	return "ask"
}

func claudeMatches(rule string, c Call, hold bool) bool {
	name, pattern, _ := strings.Cut(strings.TrimSuffix(rule, ")"), "(")
	if strings.HasPrefix(rule, "mcp__") {
		return c.Tool == rule || strings.HasPrefix(c.Tool, rule+"__") || strings.HasSuffix(rule, "__*") && strings.HasPrefix(c.Tool, strings.TrimSuffix(rule, "*"))
	}
	covered := map[string][]string{"Read": {"Read", "Grep", "Glob"}, "Edit": {"Edit", "Write"}}[name]
	switch {
	case pattern == "":
		return name == c.Tool || hold && name == "Edit" && c.Tool == "Write"
	case name == "Bash" && c.Tool == "Bash":
		return claudeCommand(pattern, c.Value, hold)
	case covered != nil:
		// What may not be read may not be edited either.
		return (slices.Contains(covered, c.Tool) || name == "Read" && hold && (c.Tool == "Edit" || c.Tool == "Write")) && ignored(pattern, c.Value, hold)
	case name == "WebFetch" && c.Tool == "WebFetch":
		return pattern == "domain:"+c.Value
	case (name == "Agent" || name == "Skill") && name == c.Tool:
		return pattern == c.Value
	}
	return false
}

func claudeCommand(pattern, command string, hold bool) bool {
	if pattern == "*" {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, ":*"); ok {
		return command == base || strings.HasPrefix(command, base+" ")
	}
	text := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	if base, ok := strings.CutSuffix(text, " .*"); ok && (hold || strings.Count(pattern, "*") == 1) {
		text = base + "( .*)?"
	}
	return compiled(`^(?s:` + text + `)$`).MatchString(command)
}

var cache = map[string]*regexp.Regexp{}

func compiled(text string) *regexp.Regexp {
	if cache[text] == nil {
		cache[text] = regexp.MustCompile(text)
	}
	return cache[text]
}

// ignored matches as gitignore does, from the workspace.
func ignored(pattern, path string, hold bool) bool {
	full := path
	switch {
	case strings.HasPrefix(path, "~/"):
		full = Home + path[1:]
	case !strings.HasPrefix(path, "/"):
		full = Workspace + "/" + path
	}
	root := Workspace
	switch {
	case strings.HasPrefix(pattern, "//"):
		root, pattern = "", pattern[1:]
	case strings.HasPrefix(pattern, "~/"):
		root, pattern = Home, pattern[1:]
	}
	rel, below := strings.CutPrefix(full, root+"/")
	if !below {
		return false
	}
	dotted := strings.HasPrefix(pattern, "./")
	pattern = strings.TrimPrefix(pattern, "./")
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/") || root != Workspace || dotted && !hold
	pattern = strings.TrimPrefix(strings.TrimSuffix(pattern, "/"), "/")
	var b strings.Builder
	if !anchored {
		b.WriteString(`(?:.*/)?`)
	}
	for i, part := range strings.Split(pattern, "/") {
		if part == "**" {
			if i == strings.Count(pattern, "/") {
				// The directory itself is neither read nor edited: whether it matches does not matter.
				text := strings.TrimSuffix(b.String(), "/")
				b.Reset()
				b.WriteString(text + `(?:/.*)?`)
				if text == "" || strings.HasSuffix(text, "?") {
					b.Reset()
					b.WriteString(text + `.*`)
				}
			} else {
				b.WriteString(`(?:.*/)?`)
			}
			continue
		}
		quoted := regexp.QuoteMeta(part)
		quoted = compiled(`(\\\*)+`).ReplaceAllString(quoted, `[^/]*`)
		quoted = strings.ReplaceAll(quoted, `\?`, `[^/]`)
		quoted = compiled(`\\\[([a-z0-9.]+(-[a-z0-9])?)\\\]`).ReplaceAllString(quoted, `[$1]`)
		b.WriteString(quoted)
		if i < strings.Count(pattern, "/") {
			b.WriteString(`/`)
		}
	}
	re := compiled(`^(?s:` + b.String() + `)(/.*)?$`)
	return re.MatchString(rel)
}

// Entry is one line of the permission object of opencode.
type Entry struct{ Tool, Pattern, Action string }

// LastMatching decides as opencode does, where everything is allowed that nothing is said
// about: a star is any characters, slashes too, and one at the end behind a blank may be
// missing with the blank.
func LastMatching(list []Entry, tool, value string) string {
	action := "allow"
	for _, e := range list {
		text := strings.ReplaceAll(strings.ReplaceAll(compiled(`[.+^$()|\[\]{}\\]`).ReplaceAllString(e.Pattern, `\$0`), "*", ".*"), "?", ".")
		if base, ok := strings.CutSuffix(text, " .*"); ok {
			text = base + "( .*)?"
		}
		if compiled("^"+strings.ReplaceAll(regexp.QuoteMeta(e.Tool), `\*`, ".*")+"$").MatchString(tool) && compiled("^(?s:"+text+")$").MatchString(value) {
			action = e.Action
		}
	}
	return action
}

// Prefix is a rule of Codex: the first words of a command, and allow, prompt or forbidden.
type Prefix struct {
	Words    []string
	Decision string
}

// FirstWords decides as Codex does: the strictest rule counts that the words of a command
// begin with; none is empty.
func FirstWords(rules []Prefix, command string) string {
	words, order, found := strings.Fields(command), []string{"", "allow", "prompt", "forbidden"}, 0
	for _, r := range rules {
		if len(words) >= len(r.Words) && slices.Equal(words[:len(r.Words)], r.Words) {
			found = max(found, slices.Index(order, r.Decision))
		}
	}
	return order[found]
}
