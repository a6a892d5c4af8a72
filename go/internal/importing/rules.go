package importing

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// maxRules is how many rules a manifest has.
const maxRules = 512

// written is a rule as Claude Code has it, and where.
type written struct {
	text, action string
	at           diag.Position
	field        string
	user         bool // of the user's own settings
}

// rule makes rules of one of Claude Code: TOOL or TOOL(PATTERN).
func (f *Found) rule(a *Access, w written) {
	text := strings.TrimSpace(w.text)
	hold := holds(w.action)
	lose := func(reason string) { f.note(Lost, w.at, w.field, quote(text)+": "+reason) }
	if strings.ContainsAny(text, "\x00") || text == "" {
		lose("is not a rule")
		return
	}
	name, pattern, hasPattern := text, "", false
	if before, rest, ok := strings.Cut(text, "("); ok {
		inner, closed := strings.CutSuffix(rest, ")")
		if !closed {
			lose("has no closing parenthesis, and the program ignores it")
			return
		}
		name, pattern, hasPattern = strings.TrimSpace(before), inner, true
	}
	if mayHold(text) && !hold {
		lose("may have a key in it; write a rule without it")
		return
	}
	if mayHold(text) {
		f.note(Stricter, w.at, w.field, quote(text)+": may have a key in it; the rule holds back all that begins as it does")
		if pattern = keyless(pattern); mayHold(pattern) || name != "Bash" {
			pattern = "*"
		}
		w.text = name + "(" + pattern + ")"
		text = w.text
	}
	if strings.HasPrefix(name, "mcp__") {
		f.mcpRule(a, w, name, lose)
		return
	}
	tool, known := claudeTools()[name]
	if !known {
		ours, listed := grammar.Foreign(name)
		switch {
		case listed && ours == "":
			lose("rules do not govern this tool")
			return
		case !hold:
			lose("the program has no tool of this name, or another one is meant; nothing is allowed for it")
			return
		case !listed:
			lose("the program has no tool of this name")
			return
		}
		f.note(Stricter, w.at, w.field, quote(text)+": the program ignores this name; taken for "+diag.Quote(ours))
		tool = ours
	}
	add := func(tools []string, patterns ...string) {
		for _, tool := range tools {
			for _, p := range patterns {
				a.add(Rule{tool, p, w.action})
			}
		}
	}
	if pattern == "" {
		hasPattern = false
	}
	switch tool {
	case grammar.ToolBash:
		if !hasPattern {
			pattern = "*"
		}
		if name == "BashOutput" || name == "KillShell" || name == "KillBash" {
			lose("a profile has no tool for this alone")
			return
		}
		patterns, exact := commandPatterns(pattern, w.action)
		f.judge(w, text, len(patterns) > 0, exact, "quotes, variables, redirections and several commands are not part of a pattern")
		add([]string{tool}, patterns...)
	case grammar.ToolRead, grammar.ToolEdit, grammar.ToolWrite, grammar.ToolGlob, grammar.ToolGrep:
		f.pathRule(a, w, name, tool, pattern, hasPattern, lose)
	case grammar.ToolWebFetch:
		f.fetchRule(a, w, pattern, hasPattern, lose)
	case grammar.ToolWebSearch:
		if hasPattern && pattern != "*" && !hold {
			lose("queries are not matched, so nothing is allowed for it")
			return
		}
		add([]string{tool}, "*")
	case grammar.ToolAgent, grammar.ToolSkill:
		if !hasPattern {
			pattern = "*"
		}
		pattern = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(pattern, ":*"), " *"), "/")
		if _, err := grammar.ParsePattern(tool, pattern); err != nil {
			if !hold {
				lose("is not the name of a subagent or a skill")
				return
			}
			f.note(Stricter, w.at, w.field, quote(text)+": is not a name; all calls of the tool are meant")
			pattern = "*"
		}
		patterns := []string{pattern}
		if own := slug(pattern); own != pattern && own != "" && !strings.ContainsAny(pattern, "*") {
			patterns = append(patterns, own)
		}
		add([]string{tool}, patterns...)
	default:
		if !hold {
			lose("a profile has no tool for this alone")
			return
		}
		lose("rules do not govern this tool")
	}
}

// judge notes that a rule means more or less now.
func (f *Found) judge(w written, text string, some, exact bool, why string) {
	switch {
	case exact:
	case !some:
		f.note(Lost, w.at, w.field, quote(text)+": cannot be allowed with certainty: "+why)
	case holds(w.action):
		f.note(Stricter, w.at, w.field, quote(text)+": the rule holds back more: "+why)
	default:
		f.note(Stricter, w.at, w.field, quote(text)+": the rule allows less: "+why)
	}
}

// claudeTools are the tools of Claude Code whose rules have a counterpart.
func claudeTools() map[string]string {
	return map[string]string{
		"Bash": "bash", "BashOutput": "bash", "KillShell": "bash", "KillBash": "bash", "Read": "read", "Edit": "edit", "MultiEdit": "edit", "Write": "write", "NotebookEdit": "edit",
		"NotebookRead": "read", "Glob": "glob", "LS": "glob", "Grep": "grep", "WebFetch": "webfetch", "WebSearch": "websearch", "Task": "agent", "Agent": "agent", "Skill": "skill", "SlashCommand": "skill",
	}
}

func (f *Found) pathRule(a *Access, w written, name, tool, pattern string, hasPattern bool, lose func(string)) {
	hold := holds(w.action)
	// What is read is found and listed too; what is edited is written.
	tools := map[string][]string{"Read": {"read", "grep", "glob"}, "Edit": {"edit", "write"}}[name]
	if tools == nil {
		tools = []string{tool}
	}
	if hold && tool == grammar.ToolRead {
		tools = []string{"read"} // it counts for grep and glob
		if hasPattern && name == "Read" {
			tools = []string{"read", "edit"} // what may not be read is not changed either
		}
	}
	if hold && tool == grammar.ToolEdit {
		tools = []string{"edit"}
	}
	if name == "NotebookEdit" || name == "NotebookRead" {
		if !hold {
			lose("a profile has no tool for notebooks alone")
			return
		}
		f.note(Changed, w.at, w.field, quote(w.text)+": notebooks are files that end in .ipynb")
		for _, p := range []string{"**/*.ipynb", "/**/*.ipynb"} {
			a.add(Rule{tool, p, w.action})
		}
		return
	}
	if !hasPattern {
		if name == "Read" && !hold {
			tools = []string{"read"} // the others have names of their own
		}
		if name == "Edit" && !hold {
			tools = []string{"edit"}
		}
		for _, t := range tools {
			a.add(Rule{t, "*", w.action})
		}
		return
	}
	if name != "Read" && name != "Edit" {
		if !hold {
			lose("the program reads paths in rules about Read and Edit alone, and never allows anything for this one")
			return
		}
		f.note(Stricter, w.at, w.field, quote(w.text)+": the program ignores paths here; the profile holds to them")
	}
	if strings.HasPrefix(pattern, "!") {
		// An exception to what is allowed must hold; one to what is held back is left out.
		if hold {
			f.note(Stricter, w.at, w.field, quote(w.text)+": a rule that holds back has no exceptions")
			return
		}
		patterns, _ := pathPatterns(pattern[1:], "ask", w.user)
		f.note(Stricter, w.at, w.field, quote(w.text)+": an exception is a rule that asks")
		for _, p := range patterns {
			a.add(Rule{tool, p, "ask"})
		}
		return
	}
	patterns, exact := pathPatterns(pattern, w.action, w.user)
	f.judge(w, w.text, len(patterns) > 0, exact, "the path can be read in several ways, or has what a pattern does not have")
	for _, t := range tools {
		for _, p := range patterns {
			a.add(Rule{t, p, w.action})
		}
	}
}

func (f *Found) fetchRule(a *Access, w written, pattern string, hasPattern bool, lose func(string)) {
	hold := holds(w.action)
	host, isDomain := strings.CutPrefix(pattern, "domain:")
	host = strings.ToLower(strings.TrimSpace(host))
	switch {
	case !hasPattern || pattern == "*" || isDomain && host == "*":
		a.add(Rule{"webfetch", "*", w.action})
		return
	case !isDomain && !hold:
		lose("the program knows `domain:HOST` alone, and allows nothing for it")
		return
	case !isDomain:
		if _, rest, ok := strings.Cut(host, "://"); ok {
			host = rest
		}
		host, _, _ = strings.Cut(host, "/")
		f.note(Stricter, w.at, w.field, quote(w.text)+": the program ignores it; the profile holds to the host")
	}
	if _, err := grammar.ParsePattern("webfetch", host); err != nil || strings.ContainsAny(host, "/:") {
		if !hold {
			lose("is not a host")
			return
		}
		f.note(Stricter, w.at, w.field, quote(w.text)+": is not a host; every address is meant")
		host = "*"
	}
	a.add(Rule{"webfetch", host, w.action})
}

// mcpRule makes a rule about an MCP tool; the server is looked up when all are known.
func (f *Found) mcpRule(a *Access, w written, name string, lose func(string)) {
	name, _, _ = strings.Cut(name, "(")
	if name != "mcp__*" {
		server, tool, ok := strings.Cut(strings.TrimPrefix(name, "mcp__"), "__")
		if !ok || tool == "" {
			tool = "*"
		}
		found := f.serverNamed(server)
		if found == "" {
			if strings.Contains(server, "*") && holds(w.action) {
				f.note(Stricter, w.at, w.field, quote(w.text)+": every server is meant")
				a.add(Rule{"mcp__*", "*", w.action})
				return
			}
			lose("none of the servers that were found has this name")
			return
		}
		name = "mcp__" + found + "__" + tool
	}
	if _, err := grammar.ParsePattern(name, "*"); err != nil {
		if !holds(w.action) {
			lose("is not the name of a tool, with a star at its end at most")
			return
		}
		server, _, _ := strings.Cut(strings.TrimPrefix(name, "mcp__"), "__")
		f.note(Stricter, w.at, w.field, quote(w.text)+": every tool of the server is meant")
		name = "mcp__" + server + "__*"
	}
	a.add(Rule{name, "*", w.action})
}

// serverNamed finds a server by the name that Claude Code gives it in the names of tools;
// empty where there is none.
func (f *Found) serverNamed(name string) string {
	for _, s := range f.Servers {
		if s.Name == name || mangled(s.Name) == mangled(name) {
			return s.Name
		}
	}
	return ""
}

func mangled(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, name)
}

// tidy removes rules that never decide: another one about the same tool is as strict, and
// is certain to match all that they match.
func (a *Access) tidy() {
	parsed := make([]grammar.Pattern, len(a.Rules))
	byTool := map[string][]int{}
	for i, r := range a.Rules {
		parsed[i], _ = grammar.ParsePattern(r.Tool, r.Pattern)
		byTool[r.Tool] = append(byTool[r.Tool], i)
	}
	gone := make([]bool, len(a.Rules))
	for _, same := range byTool {
		if len(same) > 1000 {
			continue
		}
		for _, i := range same {
			for _, j := range same {
				if i != j && !gone[j] && order(a.Rules[j]) <= order(a.Rules[i]) && parsed[j].Covers(parsed[i]) {
					gone[i] = true
					break
				}
			}
		}
	}
	var kept []Rule
	for i, r := range a.Rules {
		if !gone[i] {
			kept = append(kept, r)
		}
	}
	a.Rules = kept
}

// limitRules keeps what holds back, and as much of the rest as there is room for.
func (f *Found) limitRules(a *Access) {
	a.tidy()
	slices.SortStableFunc(a.Rules, func(x, y Rule) int { return strings.Compare(order(x), order(y)) })
	if len(a.Rules) <= maxRules {
		return
	}
	if holds(a.Rules[maxRules].Action) {
		// Too many to keep: nothing is allowed by rules at all.
		a.Rules = slices.DeleteFunc(a.Rules, func(r Rule) bool { return !holds(r.Action) })[:maxRules]
		a.Mode, a.Default = "plan", "deny"
		f.note(Stricter, diag.Position{}, "permissions", "a profile has at most 512 rules; more hold back, so that everything that they do not name is denied")
		return
	}
	f.note(Stricter, diag.Position{}, "permissions", "a profile has at most 512 rules; the last "+number(len(a.Rules)-maxRules)+" that allow are left out")
	a.Rules = a.Rules[:maxRules]
}

func order(r Rule) string { return map[string]string{"deny": "0", "ask": "1", "allow": "2"}[r.Action] }
