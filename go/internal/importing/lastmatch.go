package importing

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// lastMatch is a rule of opencode, where the last one that matches decides.
type lastMatch struct {
	tool, pattern, action string
	at                    diag.Position
	field                 string
}

// opencodeTools are the tools of opencode, and ours.
var opencodeTools = []struct {
	theirs string
	ours   []string
}{
	{"bash", []string{"bash"}}, {"read", []string{"read"}}, {"edit", []string{"edit", "write"}}, {"write", []string{"write"}}, {"patch", []string{"edit"}}, {"multiedit", []string{"edit"}},
	{"glob", []string{"glob"}}, {"list", []string{"glob"}}, {"grep", []string{"grep"}}, {"webfetch", []string{"webfetch"}}, {"websearch", []string{"websearch"}}, {"codesearch", []string{"websearch"}},
	{"task", []string{"agent"}}, {"skill", []string{"skill"}},
}

// ungoverned are keys of permission that no tool of ours has.
func ungoverned() map[string]string {
	return map[string]string{
		"external_directory": "paths outside of the workspace are asked about unless a rule allows them", "doom_loop": "see limits.maxTurns", "todowrite": "rules do not govern this tool", "todoread": "rules do not govern this tool",
		"question": "rules do not govern this tool", "lsp": "rules do not govern this tool", "plan_enter": "rules do not govern this tool", "plan_exit": "rules do not govern this tool", "invalid": "rules do not govern this tool",
	}
}

// read makes a list of what `permission` says, in its order.
func (o *openCode) read(n *doctree.Node) []lastMatch {
	var out []lastMatch
	action := func(v *doctree.Node) string {
		if text := v.Or(""); text == "allow" || text == "ask" || text == "deny" {
			return text
		}
		o.note(Stricter, v.At, v.Path, "is not one of allow, ask, deny; the profile denies")
		return "deny"
	}
	if n.Is(doctree.Text) {
		return []lastMatch{{"*", "*", action(n), n.At, n.Path}}
	}
	for _, tool := range n.Names() {
		v := n.Get(tool)
		if !v.Is(doctree.Map) {
			out = append(out, lastMatch{tool, "*", action(v), v.At, v.Path})
			continue
		}
		for _, pattern := range v.Keys {
			one := v.Get(pattern)
			out = append(out, lastMatch{tool, pattern, action(one), one.At, one.Path})
		}
	}
	return out
}

// matches reports whether a rule is about a tool of ours; mcp is the server of one.
func (l lastMatch) matches(tool string) bool {
	if l.tool == "*" {
		return true
	}
	for _, t := range opencodeTools {
		if t.theirs == l.tool {
			return slices.Contains(t.ours, tool)
		}
	}
	return false
}

var governed = []string{"bash", "read", "edit", "write", "glob", "grep", "webfetch", "websearch", "agent", "skill"}

// base returns the action for a tool if no pattern matches, and the rules after that.
func base(list []lastMatch, tool, start string) (action string, rest []lastMatch, said bool) {
	action = start
	for _, l := range list {
		if !l.matches(tool) {
			continue
		}
		if l.pattern == "*" || l.pattern == "**" {
			action, rest, said = l.action, nil, true
			continue
		}
		rest = append(rest, l)
	}
	return action, rest, said
}

func strictness(action string) int { return slices.Index([]string{"allow", "ask", "deny"}, action) }

// permissions makes the rules of the main profile. Everything is allowed in the program
// that nothing is said about.
func (o *openCode) permissions() {
	fallback, _, _ := base(o.list, "?", "allow")
	for _, tool := range governed {
		action, rest, _ := base(o.list, tool, "allow")
		for _, l := range rest {
			// An exception that allows more needs the default; others are rules.
			if strictness(l.action) < strictness(action) && strictness(action) > strictness(fallback) {
				fallback = action
			}
		}
	}
	o.Access.Default = fallback
	o.Access.Mode = map[string]string{"allow": "auto", "ask": "ask", "deny": "ask"}[fallback]
	for _, tool := range governed {
		action, rest, _ := base(o.list, tool, "allow")
		if tool == "read" && action != "deny" {
			for _, p := range []string{"**/*.env/**", "**/*.env.*/**"} {
				rest = append([]lastMatch{{"read", p, "ask", diag.Position{}, "permission.read"}}, rest...)
			}
		}
		looser := slices.ContainsFunc(rest, func(l lastMatch) bool { return strictness(l.action) < strictness(action) })
		switch {
		case action == fallback:
		case looser:
			o.note(Stricter, rest[0].at, rest[0].field, "a profile has one default for all tools: what no rule names is as for the strictest of them")
		case tool == "edit" && action == "deny":
			o.Access.Denied = append(o.Access.Denied, "edit", "write")
		case action == "deny" && tool != "write":
			o.Access.Denied = appendNew(o.Access.Denied, tool)
		case tool == "read" || tool == "glob" || tool == "grep":
			// The program asks about paths outside of the workspace.
			o.Access.add(Rule{tool, map[bool]string{true: "**", false: "*"}[action == "allow"], action})
		default:
			o.Access.add(Rule{tool, "*", action})
		}
		o.rules(&o.Access, tool, action, rest)
	}
	if fallback == "allow" {
		// Outside of the workspace the program asks: the sandbox writes nothing there.
		o.note(Changed, diag.Position{}, "permission.external_directory", "files outside of the workspace can be read, and not be written")
	}
	o.mcp(&o.Access, o.list, fallback)
	for _, l := range o.list {
		if reason := ungoverned()[l.tool]; reason != "" {
			o.note(Lost, l.at, l.field, reason)
		}
	}
}

// over makes the rules of an agent, over those of the main profile.
func (o *openCode) over(a *Access, own []lastMatch) {
	for _, tool := range governed {
		was, before, _ := base(o.list, tool, "allow")
		now, rest, said := base(own, tool, was)
		looser := func(list []lastMatch) bool {
			return slices.ContainsFunc(list, func(l lastMatch) bool { return strictness(l.action) < strictness(now) })
		}
		switch {
		case !said:
		case now == "deny" && !looser(rest):
			a.Denied = appendNew(a.Denied, tool)
		case strictness(now) > strictness(was) || looser(before):
			if looser(rest) {
				o.note(Stricter, rest[0].at, rest[0].field, "the strictest rule that matches decides, not the last")
			}
			a.add(Rule{tool, "*", now})
		case strictness(now) < strictness(was):
			o.note(Stricter, own[0].at, own[0].field, "the agent is allowed more than the main profile, whose rules hold for all: "+diag.Quote(tool))
		}
		o.rules(a, tool, now, rest)
	}
	o.mcp(a, own, o.Access.Default)
}

// rules makes the rules with patterns of a tool. The strictest that matches decides, so
// that none allows more than the last one did.
func (o *openCode) rules(a *Access, tool, action string, list []lastMatch) {
	for i, l := range list {
		for _, later := range list[i+1:] {
			if strictness(later.action) < strictness(l.action) {
				o.note(Stricter, later.at, later.field, "the strictest rule that matches decides, not the last")
				break
			}
		}
		// An exception to what is stricter must not become wider.
		as := l.action
		if strictness(as) < strictness(action) {
			as = "allow"
		}
		if mayHold(l.pattern) && !holds(as) {
			o.note(Lost, l.at, l.field, "may have a key in it; write a rule without it")
			continue
		}
		if mayHold(l.pattern) {
			o.note(Stricter, l.at, "permission."+l.tool, "a pattern may have a key in it; the rule holds back all that begins as it does")
			l.at, l.field = diag.Position{}, "permission."+l.tool
			if l.pattern = keyless(l.pattern); mayHold(l.pattern) || tool != grammar.ToolBash {
				l.pattern = "*"
			}
		}
		w := written{l.pattern, as, l.at, l.field, false}
		var patterns []string
		exact := true
		switch grammar.KindOf(tool) {
		case grammar.KindCommand:
			patterns, exact = commandPatterns(l.pattern, as)
		case grammar.KindPath:
			patterns, exact = crossing(l.pattern, as)
		case grammar.KindName, grammar.KindAddress:
			if _, err := grammar.ParsePattern(tool, l.pattern); err == nil {
				patterns = []string{l.pattern}
			} else if exact = false; holds(as) {
				patterns = []string{"*"}
			}
		default:
			if exact = false; holds(as) {
				patterns = []string{"*"}
			}
		}
		o.judge(w, l.pattern, len(patterns) > 0, exact, "the pattern cannot be written with the same meaning")
		for _, p := range patterns {
			a.add(Rule{tool, p, l.action})
		}
	}
}

// crossing makes path patterns of one whose stars cross directories, from the workspace.
func crossing(text, action string) (patterns []string, exact bool) {
	hold := holds(action)
	text = strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(text, "${HOME}", "~"), "$HOME", "~"), "./")
	if strings.HasSuffix(text, "/**") && strings.HasPrefix(text, "**/") && strings.Count(text, "*") >= 4 {
		if _, err := grammar.ParsePattern(grammar.ToolRead, text); err == nil {
			return []string{text}, true // ours
		}
	}
	ok := true
	if !hold {
		text = strings.ReplaceAll(text, "**/", "*/**/") // a slash must be there
	}
	if first := strings.IndexByte(text, '*'); first >= 0 {
		switch rest := text[first:]; {
		case rest == "*" && strings.HasSuffix(text[:first], "/"), rest == "**" && strings.HasSuffix(text[:first], "/"):
			text = text[:first] + "**"
		case first == 0 && strings.HasPrefix(rest, "*") && !strings.HasPrefix(rest, "**") && !strings.Contains(rest[1:], "*") && !strings.Contains(rest, "/"):
			text = "**/" + text
		case strings.HasPrefix(rest, "**/") && (first == 0 || text[first-1] == '/') && !strings.Contains(rest[3:], "*"):
		case strings.HasPrefix(rest, "**/*") && (first == 0 || text[first-1] == '/') && !strings.Contains(rest[4:], "*") && !strings.Contains(rest[4:], "/"):
		case hold:
			// All that is in the directory before the star.
			ok = false
			text = text[:strings.LastIndexByte(text[:first], '/')+1] + "**"
		default:
			ok = false // a star within a name is narrower
		}
	}
	if text == "**" || text == "" {
		if hold {
			return []string{"*"}, false
		}
		return []string{"**"}, true
	}
	if !strings.HasPrefix(text, "~") && !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "**") {
		text = "./" + text
	}
	same := true
	ours, valid := pathPattern(text, hold, false, &same)
	if !valid {
		return everyPath(hold)
	}
	return []string{ours}, ok && same
}

// mcp makes the rules about tools of servers: SERVER_TOOL, with stars.
func (o *openCode) mcp(a *Access, list []lastMatch, fallback string) {
	generic, _, _ := base(o.list, "?", "allow")
	if generic != fallback && len(o.Servers) > 0 && a == &o.Access {
		a.add(Rule{"mcp__*", "*", generic})
	}
	for _, l := range list {
		if l.tool == "*" || ungoverned()[l.tool] != "" || slices.ContainsFunc(opencodeTools, func(t struct {
			theirs string
			ours   []string
		}) bool {
			return t.theirs == l.tool
		}) {
			continue
		}
		name := ""
		for _, s := range o.Servers {
			if rest, ok := strings.CutPrefix(l.tool, strings.ReplaceAll(s.Name, "-", "_")+"_"); ok {
				name = "mcp__" + s.Name + "__" + rest
			} else if rest, ok := strings.CutPrefix(l.tool, s.Name+"_"); ok {
				name = "mcp__" + s.Name + "__" + rest
			} else if l.tool == s.Name+"*" || l.tool == s.Name {
				name = "mcp__" + s.Name + "__*"
			}
		}
		if name == "" {
			o.note(Lost, l.at, l.field, "no tool of the program, and of none of the servers that were found")
			continue
		}
		if _, err := grammar.ParsePattern(name, "*"); err != nil {
			o.note(Lost, l.at, l.field, "is not the name of a tool, with a star at its end at most")
			continue
		}
		if l.action == "deny" {
			a.Denied = appendNew(a.Denied, name)
			continue
		}
		if strictness(l.action) < strictness(fallback) || strictness(l.action) > strictness(generic) {
			a.add(Rule{name, "*", l.action})
		}
	}
}
