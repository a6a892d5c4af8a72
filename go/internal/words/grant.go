package words

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// entries words a set for people. What the changes name, which is what has not
// been consented to, and what was held back and no longer is, has the effect that
// is given for it.
func entries(now grant.Set, changes []grant.Change, effect func(grant.Change) Effect) []Entry {
	var entries []Entry
	add := func(g grant.Grant, gone bool, was string, effect Effect) {
		group, text, item := worded{g}.words(gone)
		if g.Kind == grant.Price && was != "" {
			was = Dollars(was)
		}
		if inner, ok := strings.CutSuffix(text, ")"); was != "" && ok {
			text = inner + "; consented: " + code(was) + ")"
		} else if was != "" {
			text += " (consented: " + code(was) + ")"
		}
		for i, e := range entries {
			if item != "" && e.Group == group && e.Text == text && e.Effect == effect {
				entries[i].Items = append(e.Items, item)
				entries[i].Pointers = append(e.Pointers, g.Pointer)
				return
			}
		}
		e := Entry{Group: group, Effect: effect, Text: text, Pointers: []string{g.Pointer}}
		if item != "" {
			e.Items = []string{item}
		}
		entries = append(entries, e)
	}
	fresh := map[grant.Grant]grant.Change{}
	for _, c := range changes {
		if !c.Gone {
			fresh[c.Grant] = c
		}
	}
	for _, g := range now {
		change, isNew := fresh[g]
		switch {
		case g.Kind == grant.Guard, g.Kind == grant.Text && g.Value == "" && change.Was == "":
			// The hook says it; and that there is no text, when none was taken away, says nothing.
		case isNew:
			add(g, false, change.Was, effect(change))
		default:
			add(g, false, "", Neutral)
		}
	}
	for _, c := range changes {
		// What is not of the manifest is what it left out, and so granted again.
		if c.Gone || !slices.Contains(now, c.Grant) {
			add(c.Grant, c.Gone, c.Was, effect(c))
		}
	}
	Sort(entries)
	return entries
}

func code(s string) string { return diag.Quote(s) }

// worded is a grant that has words.
type worded struct{ grant.Grant }

// groupsOfKinds maps kinds of grants to the groups that show them.
var groupsOfKinds = sync.OnceValue(func() map[grant.Kind]Group {
	return map[grant.Kind]Group{
		grant.Mode: Permissions, grant.Rule: Permissions, grant.Tool: Tools,
		grant.Files: Sandbox, grant.Reads: Sandbox, grant.Hosts: Sandbox, grant.Variable: Sandbox,
		grant.Setting: Sandbox, grant.Masked: Sandbox, grant.HostPort: Sandbox, grant.Published: Sandbox, grant.Daemon: Sandbox,
		grant.Service: Sandbox, grant.Method: Sandbox, grant.Requests: Sandbox, grant.HostCommand: Sandbox,
		grant.Secret: Secrets, grant.Command: Servers, grant.Server: Servers, grant.ServerTool: Servers,
		grant.Required: Servers, grant.Hook: Hooks, grant.Guard: Hooks, grant.SkillTool: Skills,
		grant.Search: Web, grant.Searcher: Web, grant.SearchHost: Web, grant.Fetch: Web, grant.Private: Web,
		grant.Provider: Model, grant.Address: Model, grant.Text: Prompts, grant.ContextFile: Prompts,
		grant.Memory: Memory, grant.Limit: Limits, grant.Price: Limits, grant.OfRuntime: Settings, grant.Offer: Subagents, grant.Pod: Subagents,
	}
})

// Grant is a grant in a sentence by itself.
func Grant(g grant.Grant, gone bool) string {
	_, text, item := worded{g}.words(gone)
	if item != "" {
		text += " " + item
	}
	return text
}

// words returns what a grant allows or forbids: a sentence without its subject, and the
// item that it is about, if it can be about several. gone marks a grant that restricted
// the agent.
func (g worded) words(gone bool) (group Group, text, item string) {
	text, item = g.sentence(gone)
	group = groupsOfKinds()[g.Kind]
	parts := strings.Split(g.Pointer, "/")
	switch {
	case len(parts) > 3 && parts[1] == "subagents" && g.Kind != grant.Secret:
		group, text = Subagents, "the subagent "+code(parts[2])+" "+text
	case len(parts) > 2 && parts[1] == "delegation" && parts[2] == "ceiling":
		// What subagents may be given counts as what the Pod may do.
		text = anySubagent + " " + text
	case g.Kind == grant.Text:
		group = textGroup(parts[1])
	}
	return group, text, item
}

// anySubagent does what the ceiling lets subagents do.
const anySubagent = "a subagent"

// textGroup is the group of the texts in a section of the manifest.
func textGroup(section string) Group {
	switch section {
	case "skills":
		return Skills
	case "workflows":
		return Workflows
	}
	return Prompts
}

func (g worded) sentence(gone bool) (text, item string) {
	named := g.Pointer[strings.LastIndexByte(g.Pointer, '/')+1:]
	switch g.Kind {
	case grant.Mode:
		return ModeWords[g.Value] + " (" + code(g.Value) + ")", ""
	case grant.Rule:
		return g.rule(gone)
	case grant.Tool:
		return g.offered("", gone)
	case grant.ServerTool:
		return g.offered("the MCP server "+code(named)+" ", gone)
	case grant.SkillTool:
		return "the skill " + code(strings.Split(g.Pointer, "/")[2]) + " may use without asking", code(g.Value)
	case grant.Files:
		return g.files(), ""
	case grant.Reads:
		switch {
		case gone:
			return "may now read", code(g.Value)
		case g.Value == "" && strings.HasPrefix(g.Pointer, "/subagents/"):
			return "may read what the Pod may read", ""
		case g.Value == "":
			return "may read the files that its user may read", ""
		case g.Action == "allow" && g.Value == grant.Below("."):
			return "may read the workspace", ""
		case g.Action == "allow":
			return "may read outside the workspace, below", code(strings.TrimSuffix(g.Value, grant.Below("")))
		}
		return "may not read", code(g.Value)
	case grant.Hosts:
		switch {
		case g.Value == "" && g.Action == "deny":
			return "may reach no other hosts with commands", ""
		case g.Value == "":
			return NetworkWords["full"], ""
		}
		return "may reach with commands", code(g.Value)
	case grant.Variable:
		return "commands see the environment variables", code(g.Value)
	case grant.Setting:
		return "commands have the environment variables", code(g.Value)
	case grant.Masked:
		if gone {
			return "may now see the values in", code(g.Value)
		}
		return "sees placeholders for the values in", code(g.Value)
	case grant.HostPort:
		return "may reach with commands the ports of this machine", code(g.Value)
	case grant.Published:
		return "offers to this machine the ports", code(g.Value)
	case grant.Daemon:
		return nixWords, ""
	case grant.Secret:
		return fmt.Sprintf("uses the secret %s %s; it goes to %s", code(g.Value), Purpose(g.Pointer), g.to()), ""
	case grant.Service:
		return g.service(named), ""
	case grant.Method:
		return "the service " + code(strings.Split(g.Pointer, "/")[3]) + " passes on requests by", code(g.Value)
	case grant.Requests:
		return "the service " + code(strings.Split(g.Pointer, "/")[3]) + " passes on requests to", code(g.Value)
	case grant.HostCommand:
		return g.hostCommand(named), ""
	case grant.Command, grant.Server:
		return g.server(named), ""
	case grant.Required:
		name := strings.Split(g.Pointer, "/")[2]
		if gone {
			return "may start without the MCP server " + code(name), ""
		}
		return "does not start without the MCP server " + code(name), ""
	case grant.Hook, grant.Guard:
		return g.hook(gone), ""
	case grant.Search:
		return SearchWords[g.Value] + " (" + code(g.Value) + ")", ""
	case grant.Searcher:
		if g.Value == "" {
			return "searches with the provider of its model", ""
		}
		return "searches with " + code(g.Value), ""
	case grant.SearchHost:
		if g.Value == "" {
			return "may find pages of all hosts", ""
		}
		return "may find pages of", code(g.Value)
	case grant.Fetch:
		return "may fetch pages from the web", ""
	case grant.Private:
		return "may fetch from private networks", ""
	case grant.Provider:
		return "sends the conversation to the provider", code(g.Value)
	case grant.Address:
		return "calls the model at " + modelAddress(g.Value), ""
	case grant.Text:
		return g.prompt(named), ""
	case grant.ContextFile:
		return "reads at its start the files", code(g.Value)
	case grant.Memory:
		return MemoryWords[g.Value] + " (" + code(g.Value) + ")", ""
	case grant.Limit:
		return g.limit(named), ""
	case grant.Offer:
		return g.offer(named)
	case grant.Pod:
		return "may start Pods of the profiles", code(g.Value)
	case grant.Price:
		if gone {
			return "counts a million tokens of " + PricedWords[named] + " at no known price", ""
		}
		return "counts a million tokens of " + PricedWords[named] + " as " + Dollars(g.Value), ""
	case grant.OfRuntime:
		runtime := strings.Split(g.Pointer, "/")[2]
		if gone {
			return "leaves " + code(named) + " of the runtime " + code(runtime) + " as it is there", ""
		}
		return "sets " + code(named) + " of the runtime " + code(runtime) + " to " + code(g.Value), ""
	}
	return string(g.Kind) + " " + code(g.Value), ""
}

// modelAddress words the value of a [grant.Address].
func modelAddress(value string) string {
	var e grant.Endpoint
	if strings.HasPrefix(value, "{") && json.Unmarshal([]byte(value), &e) == nil {
		own := ""
		if e.URL != nil {
			own = e.URL.String()
		}
		return modelAddress(own) + given(e.Headers, "the headers")
	}
	if value == "" {
		return "the provider's own address"
	}
	return code(value)
}

// Dollars words a price in millionths of a dollar, with cents at least: $0.075.
func Dollars(micros string) string {
	n, _ := strconv.ParseInt(micros, 10, 64)
	text := strings.TrimRight(fmt.Sprintf("%d.%06d", n/1000000, n%1000000), "0")
	for len(text)-strings.IndexByte(text, '.') < 3 {
		text += "0"
	}
	return "$" + text
}

func (g worded) to() string {
	if command, ok := strings.CutPrefix(g.To, commandPrefix); ok {
		return commandPrefix + code(command)
	}
	if g.To == (secret.Destination{}).String() {
		return g.To
	}
	return code(g.To)
}

// commandPrefix is the prefix of a command in [secret.Destination].
const commandPrefix = "the command "

func (g worded) rule(gone bool) (text, item string) {
	if g.Value == "" {
		return DefaultWords[g.Action] + " (" + code(g.Action) + ")", ""
	}
	verb, object, item := Verb(g.Value)
	if object != "" {
		item = object
	} else {
		item = code(item)
	}
	switch {
	case g.Action == "deny" && gone:
		return "is no longer forbidden to " + verb, item
	case gone:
		return "no longer has to ask to " + verb, item
	case g.Action == "deny":
		return "may not " + verb, item
	case g.Action == "ask":
		return "must ask to " + verb, item
	}
	return "may " + verb + " without asking", item
}

// offered words the tools of the agent, or of a server.
func (g worded) offered(by string, gone bool) (text, item string) {
	verb := map[bool]string{true: "may use", false: "may not use"}
	if by != "" {
		verb = map[bool]string{true: by + "offers", false: by + "does not offer"}
	}
	switch {
	case g.Value == "" && g.Action == "deny":
		return "may use no other tools", ""
	case g.Value == "" && by != "":
		return by + "offers all its tools", ""
	case g.Value == "":
		return "may use every tool that no list names", ""
	case gone && by != "":
		return by + "offers again", code(g.Value)
	case gone:
		return "is no longer forbidden the tools", code(g.Value)
	}
	return verb[g.Action == "allow"], code(g.Value)
}

func (g worded) files() string {
	folder, inside := strings.CutPrefix(strings.TrimSuffix(g.Value, "*"), "./")
	switch {
	case g.Value == "" && g.Action == "deny":
		return "may write no other files"
	case g.Value == "":
		return FilesystemWords["full"]
	case inside && folder == "":
		return FilesystemWords["workspace-write"]
	case inside:
		return "may write in the workspace below " + code(strings.TrimSuffix(folder, "/"))
	}
	return "may write outside the workspace, below " + code(strings.TrimSuffix(folder, "/"))
}

func (g worded) service(name string) string {
	var u grant.Upstream
	if json.Unmarshal([]byte(g.Value), &u) != nil {
		return "has the service " + code(name)
	}
	text := "reaches " + code(string(u.Host)) + " by the service " + code(name)
	if u.For != nil {
		text += " for " + code(string(*u.For))
	}
	if u.Auth != nil {
		text += ", which adds the header " + code(string(u.Auth.Header)+": "+u.Auth.Value.String())
	}
	return text
}

func (g worded) hostCommand(name string) string {
	var c manifest.HostCommand
	if json.Unmarshal([]byte(g.Value), &c) != nil {
		return "has the host command " + code(name)
	}
	argv := make([]string, len(c.Command))
	for i, arg := range c.Command {
		argv[i] = string(arg)
	}
	text := "may ask to run outside the sandbox, as " + code(name) + ": " + code(secret.JoinWords(argv))
	if c.Reason != nil {
		text += " (" + diag.QuoteProse(string(*c.Reason)) + ")"
	}
	return text
}

func (g worded) server(name string) string {
	var e grant.Endpoint
	if json.Unmarshal([]byte(g.Value), &e) != nil {
		return "has the MCP server " + code(name)
	}
	var text string
	if e.Command != nil {
		argv := []string{string(*e.Command)}
		for _, arg := range e.Args {
			argv = append(argv, arg.String())
		}
		text = "starts the MCP server " + code(name) + ": " + code(secret.JoinWords(argv))
	} else {
		text = "connects to the MCP server " + code(name)
	}
	if e.URL != nil {
		text += " at " + code(e.URL.String())
	}
	if e.Cwd != nil {
		text += ", in " + code(string(*e.Cwd))
	}
	return text + given(e.Env, "the variables") + given(e.Headers, "the headers")
}

// given lists literal values and text with secrets whole: one of them can decide what a
// server does. Secrets are grants of their own.
func given[K ~string](values map[K]manifest.ArgValue, what string) string {
	var names []string
	for name, value := range values {
		names = append(names, code(secret.JoinWords([]string{string(name) + "=" + value.String()})))
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return ", with " + what + " " + strings.Join(names, ", ")
}

func (g worded) hook(gone bool) string {
	var h manifest.Hook
	if json.Unmarshal([]byte(g.Value), &h) != nil {
		return "has a hook"
	}
	argv := make([]string, len(h.Command))
	for i, arg := range h.Command {
		argv[i] = string(arg)
	}
	at := string(h.Event)
	if h.Matcher != "*" {
		at += " of " + code(string(h.Matcher))
	}
	command := code(secret.JoinWords(argv))
	switch {
	case gone:
		return fmt.Sprintf("is no longer held back by %s at %s", command, at)
	}
	return fmt.Sprintf("runs %s at %s, for at most %d seconds%s", command, at, h.TimeoutSeconds, unwaited(h.Async != nil && *h.Async))
}

func (g worded) prompt(named string) string {
	digest := ", " + code(g.Value)
	switch section := strings.Split(g.Pointer, "/")[1]; {
	case section == "skills":
		return "has the skill " + code(named) + digest
	case section == "workflows":
		return "has the workflow " + code(named) + digest
	case named == "description":
		return "may be delegated to" + digest
	case named == "initial":
		return "begins with a first message of the profile" + digest
	case g.Value == "" && named == "append":
		return "has no text after its system prompt"
	case g.Value == "":
		return "has no system prompt of the profile"
	case named == "append":
		return "has prompts after its system prompt" + digest
	}
	return "has the system prompt" + digest
}

// offer words the MCP servers and the skills that a subagent is offered.
func (g worded) offer(named string) (text, item string) {
	things := map[string]string{"mcpServers": "MCP servers", "skills": "skills"}[named]
	switch {
	case g.Value != "":
		return "may use the " + things, code(g.Value)
	case g.Action == "deny":
		return "may use no other " + things, ""
	}
	return "may use all " + things + " of the profile", ""
}

func (g worded) limit(named string) string {
	if words, ok := endingOf(named); ok {
		n, err := strconv.ParseInt(g.Value, 10, 64)
		switch {
		case err == nil:
			return fmt.Sprintf(words.format, words.show(n))
		case strings.HasPrefix(g.Pointer, "/subagents/"):
			return "has no limit of " + words.of + " of its own"
		}
		return "has no limit of " + words.of
	}
	switch named {
	case "maxSubagents":
		return "may have " + g.Value + " subagents at a time"
	case "maxDepth":
		return "may nest subagents " + g.Value + " deep"
	}
	return g.Value
}
