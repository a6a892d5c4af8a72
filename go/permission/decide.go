package permission

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Guard decides the calls of a Pod. It is immutable and safe for concurrent use.
type Guard struct {
	pod       *policy
	subagents map[string]*policy
	// above holds the subagents: the ceiling as far as there is one, else the Pod, whose
	// own tools do not bind a subagent here.
	above *policy
	// ceiling is the most that a subagent may do; nil without a ceiling.
	ceiling *policy
}

// policy is the permissions of one agent.
type policy struct {
	permissions *manifest.Permissions
	offered     manifest.SubagentTools
	// pointer is the JSON Pointer of the object that contains the permissions, toolsAt of the
	// one that contains the tools.
	pointer, toolsAt string
	// servers and skills are those that may be used; nil for all.
	servers []manifest.ServerName
	skills  []manifest.SkillName
	// mcp are the servers of the Pod, each with the tools of it that are offered.
	mcp      map[manifest.ServerName]manifest.MCPServer
	services services
	// unreadable are the paths that the sandbox hides from every program.
	unreadable []grammar.FileGlob
	rules      []*parsedRule
	// bash are the rules that are about bash.
	bash []*parsedRule
}

type parsedRule struct {
	rule    manifest.Rule
	action  manifest.Action
	ref     *RuleRef
	pattern grammar.Pattern
	// commands are those of the pattern, of a rule about bash.
	commands []grammar.Command
}

// Parse prepares the permissions of a manifest. The manifest must not be changed
// afterwards. The error names every rule with an invalid action, tool or pattern, and
// every invalid glob of sandbox.denyRead: a rule that protects nothing must not seem
// to.
func Parse(m *manifest.Manifest) (*Guard, error) {
	if m == nil {
		return nil, errors.New("cannot decide without a manifest")
	}
	var problems []error
	unreadableAt := func(pointer string, globs []manifest.PathGlob) []grammar.FileGlob {
		var unreadable []grammar.FileGlob
		for i, text := range globs {
			glob, err := grammar.ParseFileGlob(string(text))
			if err != nil {
				problems = append(problems, fmt.Errorf("%s/sandbox/denyRead/%d: %w", pointer, i, err))
				continue
			}
			unreadable = append(unreadable, glob)
		}
		return unreadable
	}
	services := servicesOf(m)
	unreadable := unreadableAt("", m.Sandbox.DenyRead)
	parse := func(permissions *manifest.Permissions, tools manifest.SubagentTools, pointer string) *policy {
		p := &policy{permissions: permissions, offered: tools, pointer: pointer, toolsAt: pointer, mcp: m.MCPServers, services: services, unreadable: unreadable}
		for i, rule := range permissions.Rules {
			at := pointer + "/permissions/rules/" + strconv.Itoa(i)
			if rule.Action != allow && rule.Action != ask && rule.Action != deny {
				problems = append(problems, fmt.Errorf("%s/action: must be one of: allow, ask, deny, got %q", at, string(rule.Action)))
				continue
			}
			pattern, err := grammar.ParsePattern(string(rule.Tool), string(rule.Pattern))
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", at, err))
				continue
			}
			parsed := &parsedRule{pattern: pattern, rule: rule, action: rule.Action, ref: &RuleRef{Index: i, Pointer: at, Rule: rule}}
			p.rules = append(p.rules, parsed)
			if grammar.MatchTool(string(rule.Tool), grammar.ToolBash) {
				parsed.commands = pattern.Commands()
				p.bash = append(p.bash, parsed)
			}
		}
		return p
	}
	guard := &Guard{
		pod:       parse(&m.Permissions, m.Tools.Lists(), ""),
		subagents: map[string]*policy{},
	}
	above := *guard.pod
	above.offered = manifest.SubagentTools{Default: "allow"}
	guard.above = &above
	if m.Delegation != nil && m.Delegation.Ceiling != nil {
		const at = "/delegation/ceiling"
		if own := m.Delegation.Ceiling.Permissions; own != nil {
			guard.above = parse(own, guard.above.offered, at)
		}
		if own := m.Delegation.Ceiling.Tools; own != nil {
			guard.above.offered, guard.above.toolsAt = *own, at
		}
		ceiling := *guard.above
		if m.Delegation.Ceiling.Tools == nil {
			ceiling.offered, ceiling.toolsAt = guard.pod.offered, guard.pod.toolsAt
		}
		guard.ceiling = &ceiling
	}
	for name, subagent := range m.Subagents {
		at := "/subagents/" + escapePointer(string(name))
		p := parse(&subagent.Permissions, subagent.Tools, at)
		p.servers, p.skills = subagent.MCPServers, subagent.Skills
		if subagent.Sandbox != nil && len(subagent.Sandbox.DenyRead) > 0 {
			p.unreadable = slices.Concat(unreadable, unreadableAt(at, subagent.Sandbox.DenyRead))
		}
		guard.subagents[string(name)] = p
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return guard, nil
}

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// Decide decides a call: deny beats ask, ask beats allow, and the order of rules
// never matters. What no rule decides is decided by the mode and the default. A
// call of a subagent needs to pass the subagent's own permissions and the Pod's, or
// those of the subagent ceiling in their place.
func (g *Guard) Decide(call Call) Decision {
	if call.Subagent == "" {
		return g.pod.decide(call)
	}
	own, ok := g.subagents[call.Subagent]
	if !ok {
		return Decision{Action: deny, Reason: fmt.Sprintf("subagent %q not found in the manifest", call.Subagent)}
	}
	return stricter(own.decide(call), g.above.decide(call))
}

// DecideAtCeiling decides a call of a subagent that has all permissions of the ceiling;
// ok is false without a ceiling.
func (g *Guard) DecideAtCeiling(call Call) (d Decision, ok bool) {
	if g.ceiling == nil {
		return Decision{}, false
	}
	return g.ceiling.decide(call), true
}

func (p *policy) decide(call Call) Decision {
	if d, ok := p.notOffered(call.Tool); ok {
		return d
	}
	if d, ok := p.keptFrom(call); ok {
		return d
	}
	if call.Tool == grammar.ToolBash {
		return p.command(call)
	}
	arguments, err := argumentsOf(call)
	if err != nil {
		return Decision{Action: deny, Reason: err.Error()}
	}
	decision := p.argument(call, arguments[0])
	for _, argument := range arguments[1:] {
		decision = stricter(decision, p.argument(call, argument))
	}
	return decision
}

func (p *policy) notOffered(tool string) (Decision, bool) {
	offered, field := p.offered.Offers(tool)
	pointer := p.toolsAt + "/tools/" + field
	if offered {
		if pointer = p.keptByServer(tool); pointer == "" {
			return Decision{}, false
		}
	}
	return Decision{Action: deny, Pointer: pointer, Reason: "the tool `" + tool + "` is not offered"}, true
}

// keptByServer is the JSON Pointer of the field of an MCP server that keeps one of its
// tools from being offered; empty for none.
func (p *policy) keptByServer(tool string) string {
	server, name, _ := grammar.SplitMCP(tool)
	of, known := p.mcp[manifest.ServerName(server)]
	if !known {
		return ""
	}
	if offered, field := of.Offers(name); !offered {
		return "/mcpServers/" + escapePointer(server) + "/" + field
	}
	return ""
}

// keptFrom decides a call of a server or a skill that a subagent may not use.
func (p *policy) keptFrom(call Call) (Decision, bool) {
	if p.servers != nil {
		if server, _, ok := grammar.SplitMCP(call.Tool); strings.HasPrefix(call.Tool, "mcp__") && (!ok || !slices.Contains(p.servers, manifest.ServerName(server))) {
			return Decision{Action: deny, Pointer: p.pointer + "/mcpServers", Reason: "the MCP server `" + server + "` is not offered"}, true
		}
	}
	if p.skills != nil && call.Tool == grammar.ToolSkill && !slices.Contains(p.skills, manifest.SkillName(call.Argument)) {
		return Decision{Action: deny, Pointer: p.pointer + "/skills", Reason: "the skill `" + call.Argument + "` is not offered"}, true
	}
	return Decision{}, false
}

// argument decides a call of any tool but bash.
func (p *policy) argument(call Call, value argument) Decision {
	tool := call.Tool
	if d, ok := p.kept(tool, value); ok {
		return d
	}
	decision, ok := p.byRules([]string{tool}, []string{tool}, value)
	switch {
	case ok:
	case (tool == grammar.ToolEdit || tool == grammar.ToolWrite) && p.acceptsEdit(value):
		decision = p.acceptedEdit()
	default:
		decision = p.undecided(tool, "the call of `"+tool+"`")
	}
	var akin string
	switch tool {
	case grammar.ToolEdit:
		akin = grammar.ToolWrite
	case grammar.ToolWrite:
		akin = grammar.ToolEdit
	case grammar.ToolGrep, grammar.ToolGlob:
		akin = grammar.ToolRead
	default:
		return decision
	}
	// Both change a file, or read it: a denial for one applies to the other. A rule about
	// the other never allows more.
	switch d, ok := p.byRules(nil, []string{akin}, value); {
	case !ok:
	case decision.Rule == nil:
		decision = stricter(d, decision)
	default:
		decision = stricter(decision, d)
	}
	if (tool == grammar.ToolGrep || tool == grammar.ToolGlob) && !call.Single {
		decision = stricter(decision, p.below(tool, value, decision))
	}
	return decision
}

func (p *policy) acceptedEdit() Decision {
	return Decision{Action: allow, Pointer: p.pointer + "/permissions/mode", Reason: "the mode `acceptEdits` allows changes in the workspace"}
}

// acceptsEdit reports whether the mode allows to change a file that no rule is about.
func (p *policy) acceptsEdit(value argument) bool {
	return p.permissions.Mode == "acceptEdits" && p.permissions.Default != deny && value.inWorkspace
}

// byRules finds the rule that decides: any of the tools in allowing may allow, any
// in restricting may deny or ask.
func (p *policy) byRules(allowing, restricting []string, value argument) (Decision, bool) {
	var found *parsedRule
	for _, rule := range p.rules {
		if found != nil && strictness(found.action) >= strictness(rule.action) {
			continue
		}
		tools := restricting
		if rule.action == allow {
			tools = allowing
		}
		for _, tool := range tools {
			if grammar.MatchTool(string(rule.rule.Tool), tool) && matchArgument(rule.pattern, value) {
				found = rule
				break
			}
		}
	}
	if found == nil {
		return Decision{}, false
	}
	return p.ruled(found), true
}

// fileUse decides a redirection: a write passes if edit or write may, a read if read
// may. The path is judged as it is written and as it really is.
func (p *policy) fileUse(file fileUse, call Call) Decision {
	tools, verb := []string{grammar.ToolRead}, "reads"
	if file.write {
		tools, verb = []string{grammar.ToolWrite, grammar.ToolEdit}, "writes"
	}
	if file.unknownName {
		return p.atMostAsk("it " + verb + " a file whose name is not known")
	}
	decide := func(name string) Decision {
		value, err := pathOf(name, call)
		if err != nil {
			return p.atMostAsk("it " + verb + " a file that rules cannot be held against: " + err.Error())
		}
		if d, ok := p.kept(tools[0], value); ok {
			return d
		}
		if d, ok := p.byRules(tools, tools, value); ok {
			return d
		}
		if file.write && p.acceptsEdit(value) {
			return p.acceptedEdit()
		}
		return p.undecided(tools[0], "a redirection that "+verb+" `"+strings.ReplaceAll(file.name, "`", "'")+"`")
	}
	d := decide(absolute(file.name, call))
	if call.Real != nil {
		d = stricter(d, decide(call.Real(file.written)))
	}
	return d
}

// undecided decides a call that no rule decides.
func (p *policy) undecided(tool, subject string) Decision {
	byMode := func(action manifest.Action, why string) Decision {
		return Decision{Action: action, Pointer: p.pointer + "/permissions/mode", Reason: "no rule decides " + subject + "; the mode " + why}
	}
	action := p.permissions.Default
	switch p.permissions.Mode {
	case "plan":
		switch tool {
		case grammar.ToolEdit, grammar.ToolWrite:
			return byMode(deny, "`plan` changes no file")
		case grammar.ToolBash:
			if action == allow {
				return byMode(ask, "`plan` asks before commands")
			}
		}
	case "bypass":
		if action == ask {
			return byMode(allow, "`bypass` does not ask")
		}
	}
	d := Decision{Action: action, Pointer: p.pointer + "/permissions/default", Reason: "no rule decides " + subject + "; the default is `" + string(action) + "`"}
	if action != allow && action != ask {
		d.Action = deny
	}
	return d
}

// open reports whether everything is allowed, so that changes by a command do not
// matter.
func (p *policy) open() bool {
	for _, rule := range p.rules {
		if rule.action != allow {
			return false
		}
	}
	return p.permissions.Mode == "bypass" && p.permissions.Default != deny
}

// atMostAsk is the decision about what cannot be allowed.
func (p *policy) atMostAsk(why string) Decision {
	if p.open() {
		return Decision{Action: allow, Reason: "nothing is denied or asked about"}
	}
	return Decision{Action: ask, Reason: why}
}

// ruled is the decision of a rule.
func (p *policy) ruled(rule *parsedRule) Decision {
	reason := "rule `" + string(rule.rule.Tool) + " " + string(rule.rule.Pattern) + "` " + acts(rule.action) + " it"
	return Decision{Action: rule.action, Rule: rule.ref, Pointer: rule.ref.Pointer, Reason: reason + authorReason(rule.rule)}
}

func authorReason(rule manifest.Rule) string {
	if rule.Reason == nil {
		return ""
	}
	return ": " + string(*rule.Reason)
}
