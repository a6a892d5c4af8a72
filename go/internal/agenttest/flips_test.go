package agenttest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// flips are of fields that Insomnia holds itself.
var flips = slices.Concat(ofTheProfile, ofTheModel, ofTools, ofSubagents, ofTheSandbox, ofTheSession)

var ofTheProfile = []flip{
	{
		name: "profile", once: true,
		values: [2]string{
			`name = "name-one"; role = "coder"; variant = "cheap"; tags = [ "tag-one" ]; description = "Describes one.";`,
			`name = "name-two"; role = "reviewer"; variant = "fast"; tags = [ "tag-two" ]; description = "Describes two.";`,
		},
		effects: map[string]effect{
			"profile.name":        {shown("name-one", "name-two"), [2]string{"name-one", "name-two"}},
			"profile.description": {shown("Describes one.", "Describes two."), [2]string{"Describes one.", "Describes two."}},
			"profile.role":        {shown(`"coder"`, `"reviewer"`), [2]string{`"coder"`, `"reviewer"`}},
			"profile.variant":     {shown(`"cheap"`, `"fast"`), [2]string{`"cheap"`, `"fast"`}},
			"profile.tags":        {kept("tag-one", "tag-two"), [2]string{"tag-one", "tag-two"}},
		},
	},
	{
		name: "prompts",
		values: [2]string{
			`prompts = { append = [ "Appended one." ]; contextFiles = [ "one.md" ]; contextMaxBytes = 20; initial = "First one."; };`,
			`prompts = { append = [ "Appended two." ]; contextFiles = [ "two.md" ]; contextMaxBytes = 30; initial = "First two."; };`,
		},
		prompts: [2]string{"none", "none"},
		before: func(d *desk) {
			d.write(d.work+"/one.md", "file one\n"+strings.Repeat("~", 40))
			d.write(d.work+"/two.md", "file two\n"+strings.Repeat("~", 40))
		},
		effects: map[string]effect{
			"prompts.append":          {inSystem("Appended one.", "Appended two."), [2]string{"Appended one.", "Appended two."}},
			"prompts.contextFiles":    {inSystem("file one", "file two"), [2]string{"file one", "file two"}},
			"prompts.contextMaxBytes": {func(e *evidence) string { return fmt.Sprint(strings.Count(e.first().System, "~")) }, [2]string{"11", "21"}},
			"prompts.initial": {func(e *evidence) string {
				return holds(strings.Join(e.first().Messages, "\n"), "First one.", "First two.")
			}, [2]string{"First one.", "First two."}},
		},
	},
}

// shown are those of some texts that `pod show` has of the manifest.
func shown(some ...string) func(e *evidence) string {
	return func(e *evidence) string { return holds(e.insomnia("pod", "show", "tried", "--json").stdout, some...) }
}

// kept are those of some texts that the snapshot of the Pod has.
func kept(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var all strings.Builder
		for _, text := range tree(e, e.xdg+"/state") {
			all.WriteString(text)
		}
		return holds(all.String(), some...)
	}
}

var ofTheModel = []flip{
	{
		name: "model",
		values: [2]string{
			`model.auth = insomnia.lib.secrets.ref "@PROVIDER.api.default"; model.headers.X-Team.value = "one";`,
			`model.ref = insomnia.lib.mkForce "@OTHER"; model.baseUrl = insomnia.lib.mkForce "@HOST/elsewhere@V1"; model.auth = insomnia.lib.secrets.ref "other.key"; model.headers.X-Team.value = "two";`,
		},
		effects: map[string]effect{
			"model.ref":     {theModel, [2]string{"the first", "the second"}},
			"model.id":      {theModel, [2]string{"the first", "the second"}},
			"model.baseUrl": {func(e *evidence) string { return holds(all(&e.paths), "/elsewhere") }, [2]string{"", "/elsewhere"}},
			"model.auth":    {func(e *evidence) string { return all(&e.keys) }, [2]string{canary, otherKey}},
			"model.headers": {func(e *evidence) string { return e.first().Header.Get("X-Team") }, [2]string{"one", "two"}},
		},
	},
	{
		name:    "the provider",
		values:  [2]string{`model.small = "@PROVIDER/small-1";`, `model.small = "another/small-1";`},
		prompts: [2]string{order{Model: "small-1"}.String(), order{Model: "small-1"}.String()},
		effects: map[string]effect{"model.provider": {requests, [2]string{"1", "0"}}},
	},
	{
		name:    "the dialect",
		values:  [2]string{"", `model.wireApi = "@OTHERAPI";`},
		effects: map[string]effect{"model.wireApi": {requests, [2]string{"1", "0"}}},
	},
	{
		name: "prices", once: true,
		values: [2]string{
			`model.prices = { input = 1; output = 10; cacheRead = 100; cacheWrite = 1000; };`,
			`model.prices = { input = 2; output = 30; cacheRead = 400; cacheWrite = 5000; };`,
		},
		effects: map[string]effect{
			"model.prices.input":      {costs(4), [2]string{"1", "2"}},
			"model.prices.output":     {costs(3), [2]string{"1", "3"}},
			"model.prices.cacheRead":  {costs(2), [2]string{"1", "4"}},
			"model.prices.cacheWrite": {costs(1), [2]string{"1", "5"}},
		},
	},
}

// theModel is the model of the first request.
func theModel(e *evidence) string {
	switch e.first().Model {
	case e.models()[0]:
		return "the first"
	case e.models()[1]:
		return "the second"
	}
	return e.first().Model
}

// requests returns how many requests reached the model.
func requests(e *evidence) string { return fmt.Sprint(len(e.model.Log())) }

// costs is a digit of the cost that is recorded of a turn with one token of each kind.
func costs(digit int) func(e *evidence) string {
	return func(e *evidence) string {
		var usage struct{ Cost int }
		data, err := os.ReadFile(filepath.Join(e.pod(), "usage"))
		if err == nil {
			err = json.Unmarshal(data, &usage)
		}
		if text := fmt.Sprintf("%04d", usage.Cost); err == nil && len(text) == 4 {
			return text[digit-1 : digit]
		}
		return fmt.Sprint(usage.Cost, err)
	}
}

const server = `mcpServers.files = { command = "true"; %s };`

var ofTools = []flip{
	{
		name:    "tools not named",
		values:  [2]string{fmt.Sprintf(server, ``), fmt.Sprintf(server, ``) + ` tools.default = insomnia.lib.mkForce "deny"; tools.allow = [ "bash" ];`},
		calls:   calls("mcp__files__list", ""),
		prompts: [2]string{nothing, nothing},
		effects: map[string]effect{"tools.default": {verdict, [2]string{"ran", "denied"}}},
	},
	{
		name:    "tools named",
		values:  [2]string{`tools.default = insomnia.lib.mkForce "deny"; tools.allow = [ "bash" ];`, `tools.default = insomnia.lib.mkForce "deny"; tools.allow = [ "write" ];`},
		calls:   runs("echo r'a'n"),
		prompts: [2]string{nothing, nothing},
		effects: map[string]effect{"tools.allow": {verdict, [2]string{"ran", "denied"}}},
	},
	{
		name:    "tools denied",
		values:  [2]string{`tools.deny = [ "grep" ];`, `tools.deny = [ "read" ];`},
		calls:   calls("read", "x.png"),
		effects: map[string]effect{"tools.deny": {verdict, [2]string{"ran", "denied"}}},
	},
	{
		name:    "tools on offer",
		values:  [2]string{`tools.deny = [ "grep" ];`, `tools.deny = [ "read" ];`},
		prompts: [2]string{"offer bash read", "offer bash read"},
		effects: map[string]effect{"tools.deny": {asked, [2]string{"1 requests, exit 0", "0 requests, exit 7"}}},
	},
	{
		name:    "permissions.mode",
		values:  [2]string{``, `permissions.mode = insomnia.lib.mkForce "plan";`},
		calls:   runs("touch made"),
		effects: map[string]effect{"permissions.mode": {made("made"), [2]string{"made", "absent"}}},
	},
	{
		name:    "permissions.default",
		values:  [2]string{``, `permissions.default = insomnia.lib.mkForce "deny";`},
		calls:   runs("touch made"),
		effects: map[string]effect{"permissions.default": {made("made"), [2]string{"made", "absent"}}},
	},
	{
		name: "rules",
		values: [2]string{
			`permissions.rules = [ { tool = "bash"; pattern = "touch first"; action = "allow"; } { tool = "bash"; pattern = "touch two"; action = "deny"; reason = "Reason one."; } { tool = "bash"; pattern = "touch three"; action = "deny"; } ];`,
			`permissions.rules = [ { tool = "bash"; pattern = "touch first"; action = "deny"; } { tool = "bash"; pattern = "touch two"; action = "deny"; reason = "Reason two."; } { tool = "bash"; pattern = "touch 3"; action = "deny"; } ];`,
		},
		calls: runs("touch first", "touch two", "touch three"),
		effects: map[string]effect{
			"permissions.rules[].action":  {made("first"), [2]string{"made", "absent"}},
			"permissions.rules[].reason":  {inResults("Reason one.", "Reason two."), [2]string{"Reason one.", "Reason two."}},
			"permissions.rules[].pattern": {made("three"), [2]string{"absent", "made"}},
		},
	},
	{
		name:    "the tool of a rule",
		values:  [2]string{`permissions.rules = [ { tool = "write"; action = "deny"; } ];`, `permissions.rules = [ { tool = "bash"; action = "deny"; } ];`},
		calls:   runs("touch made"),
		effects: map[string]effect{"permissions.rules[].tool": {made("made"), [2]string{"made", "absent"}}},
	},
	{
		name:    "tools of a server, enabled",
		values:  [2]string{fmt.Sprintf(server, `enabledTools = [ "list" ];`), fmt.Sprintf(server, `enabledTools = [ "remove" ];`)},
		calls:   calls("mcp__files__list", ""),
		effects: map[string]effect{"mcpServers.*.enabledTools": {verdict, [2]string{"ran", "denied"}}},
	},
	{
		name:    "tools of a server, disabled",
		values:  [2]string{fmt.Sprintf(server, `disabledTools = [ "remove" ];`), fmt.Sprintf(server, `disabledTools = [ "list" ];`)},
		calls:   calls("mcp__files__list", ""),
		effects: map[string]effect{"mcpServers.*.disabledTools": {verdict, [2]string{"ran", "denied"}}},
	},
}

// scout is a subagent that may do all, but for what follows.
func scout(fields string) string {
	return `limits = { maxSubagents = 1; maxDepth = 1; };
  skills = { one = { description = "One"; files."SKILL.md" = "One"; }; two = { description = "Two"; files."SKILL.md" = "Two"; }; };
  mcpServers = { files.command = "true"; others.command = "true"; };
  subagents.scout = { description = "Scouts"; prompts.system = "You scout."; ` + fields + ` };`
}

func limited(limits string) string {
	return scout(may + `tools.default = "allow"; limits = { ` + limits + ` };`)
}

const may = `permissions = { mode = "auto"; default = "allow"; }; `

// asScout is a flip of a subagent that calls a tool.
func asScout(field, tool, value, one, two string) flip {
	return flip{
		name:    field,
		values:  [2]string{scout(one), scout(two)},
		calls:   calls("agent", "scout"),
		sub:     calls(tool, value),
		effects: map[string]effect{field: {verdictInSub, [2]string{"ran", "denied"}}},
	}
}

// verdict reports whether the tool call of the model ran.
func verdict(e *evidence) string { return verdictOf(strings.Join(e.results(), "\n")) }

func verdictInSub(e *evidence) string { return verdictOf(inSub("denied", "ran")(e)) }

func verdictOf(text string) string {
	switch {
	case strings.Contains(text, "denied"):
		return "denied"
	case strings.Contains(text, "ran"):
		return "ran"
	}
	return text
}

// inSub are those of some texts that the results of the subagents' tool calls have.
func inSub(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var all []string
		own := e.from(e.first()).Session
		for _, r := range e.model.Log() {
			if from := e.from(r); from.Subagent != "" || from.Session != own {
				for _, result := range r.Results {
					all = append(all, result.Text)
				}
			}
		}
		return holds(strings.Join(all, "\n"), some...)
	}
}

var ofSubagents = []flip{
	asScout("subagents.*.tools.default", "bash", "echo r'a'n", may+`tools.default = "allow";`, may+`tools.default = "deny";`),
	asScout("subagents.*.tools.allow", "bash", "echo r'a'n", may+`tools = { default = "deny"; allow = [ "bash" ]; };`, may+`tools = { default = "deny"; allow = [ "write" ]; };`),
	asScout("subagents.*.tools.deny", "bash", "echo r'a'n", may+`tools = { default = "allow"; deny = [ "write" ]; };`, may+`tools = { default = "allow"; deny = [ "bash" ]; };`),
	asScout("subagents.*.mcpServers", "mcp__files__list", "", may+`tools.default = "allow"; mcpServers = [ "files" ];`, may+`tools.default = "allow"; mcpServers = [ "others" ];`),
	asScout("subagents.*.permissions", "bash", "echo r'a'n", may+`tools.default = "allow";`, `permissions = { mode = "auto"; default = "deny"; }; tools.default = "allow";`),
	{
		name: "skills of a subagent", runtimes: []string{"claude-code", "opencode"},
		values:  [2]string{scout(may + `tools.default = "allow"; skills = [ "one" ];`), scout(may + `tools.default = "allow"; skills = [ "two" ];`)},
		calls:   calls("agent", "scout"),
		sub:     calls("skill", "one"),
		effects: map[string]effect{"subagents.*.skills": {verdictInSub, [2]string{"ran", "denied"}}},
	},
	{
		name:    "turns of a subagent",
		values:  [2]string{limited("maxTurns = 5;"), limited("maxTurns = 1;")},
		calls:   calls("agent", "scout"),
		sub:     runs("true", "touch by-scout"),
		effects: map[string]effect{"subagents.*.limits.maxTurns": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:    "tokens of a subagent",
		values:  [2]string{limited("maxTokens = 100000;"), limited("maxTokens = 100;")},
		calls:   calls("agent", "scout"),
		sub:     runs("true", "touch by-scout"),
		effects: map[string]effect{"subagents.*.limits.maxTokens": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:    "time of a subagent",
		values:  [2]string{limited("maxWallSeconds = 600;"), limited("maxWallSeconds = 1;")},
		calls:   calls("agent", "scout"),
		sub:     runs("sleep 1", "touch by-scout"),
		effects: map[string]effect{"subagents.*.limits.maxWallSeconds": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:    "the model of a subagent",
		values:  [2]string{scout(may + `tools.default = "allow"; model.ref = "@OTHER";`), scout(may + `tools.default = "allow";`)},
		prompts: [2]string{"", ""},
		calls: func(a agent) []modelmock.Call {
			return []modelmock.Call{a.spawning(order{Offer: []string{}, Model: a.models()[1]})}
		},
		sub:     runs("touch by-scout"),
		effects: map[string]effect{"subagents.*.model": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:   "the prompt of a subagent",
		values: [2]string{scout(may + `tools.default = "allow";`), strings.Replace(scout(may+`tools.default = "allow";`), "You scout.", "You do not scout.", 1)},
		calls: func(a agent) []modelmock.Call {
			return []modelmock.Call{a.spawning(order{Offer: []string{}, System: "You scout."})}
		},
		sub:     runs("touch by-scout"),
		effects: map[string]effect{"subagents.*.prompts.system": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:    "how many subagents",
		values:  [2]string{scout(may + `tools.default = "allow";`), strings.Replace(scout(may+`tools.default = "allow";`), "maxSubagents = 1", "maxSubagents = 0", 1)},
		calls:   calls("agent", "scout"),
		sub:     runs("touch by-scout"),
		effects: map[string]effect{"limits.maxSubagents": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name:    "how deep subagents",
		values:  [2]string{strings.Replace(scout(may+`tools.default = "allow";`), "maxSubagents = 1; maxDepth = 1", "maxSubagents = 2; maxDepth = 2", 1), strings.Replace(scout(may+`tools.default = "allow";`), "maxSubagents = 1", "maxSubagents = 2", 1)},
		calls:   calls("agent", "scout"),
		sub:     calls("agent", "scout"),
		effects: map[string]effect{"limits.maxDepth": {inSub("denied"), [2]string{"", "denied"}}},
	},
	{
		name: "the ceiling of tools",
		values: [2]string{
			`tools.default = insomnia.lib.mkForce "deny"; tools.allow = [ "agent" ]; delegation.ceiling.tools.default = "allow"; ` + scout(may+`tools.default = "allow";`),
			`tools.default = insomnia.lib.mkForce "deny"; tools.allow = [ "agent" ]; delegation.ceiling.tools.allow = [ "read" ]; ` + scout(may+`tools.default = "allow";`),
		},
		calls:   calls("agent", "scout"),
		sub:     runs("touch by-scout"),
		prompts: [2]string{"offer agent", "offer agent"},
		effects: map[string]effect{"delegation.ceiling.tools": {made("by-scout"), [2]string{"made", "absent"}}},
	},
	{
		name: "the ceiling of permissions",
		values: [2]string{
			`permissions = { default = insomnia.lib.mkForce "deny"; rules = [ { tool = "agent"; action = "allow"; } ]; }; delegation.ceiling.permissions = { mode = "auto"; default = "allow"; }; ` + scout(may+`tools.default = "allow";`),
			`permissions = { default = insomnia.lib.mkForce "deny"; rules = [ { tool = "agent"; action = "allow"; } ]; }; delegation.ceiling.permissions = { mode = "auto"; default = "deny"; }; ` + scout(may+`tools.default = "allow";`),
		},
		calls:   calls("agent", "scout"),
		sub:     runs("touch by-scout"),
		effects: map[string]effect{"delegation.ceiling.permissions": {made("by-scout"), [2]string{"made", "absent"}}},
	},
}

const connects = `@PROGRAM connect 127.0.0.1:@PORT`

var ofTheSandbox = []flip{
	{
		name: "the file system", once: true,
		values:  [2]string{``, `sandbox.filesystem = insomnia.lib.mkForce "read-only";`},
		calls:   runs("touch made"),
		effects: map[string]effect{"sandbox.filesystem": {made("made"), [2]string{"made", "absent"}}},
	},
	{
		name: "writable roots", once: true,
		values:  [2]string{`sandbox.writableRoots = [ "one" ];`, `sandbox.writableRoots = [ "two" ];`},
		before:  func(d *desk) { d.write(d.work+"/one/x", ""); d.write(d.work+"/two/x", "") },
		calls:   runs("touch one/made", "touch two/made"),
		effects: map[string]effect{"sandbox.writableRoots": {func(e *evidence) string { return "one " + made("one/made")(e) + ", two " + made("two/made")(e) }, [2]string{"one made, two absent", "one absent, two made"}}},
	},
	{
		name: "readable roots and variables", once: true,
		values: [2]string{`sandbox = { readableRoots = [ "~/docs" ]; env.WORD = "one"; };`, `sandbox = { readableRoots = [ "~/music" ]; env.WORD = "two"; };`},
		before: func(d *desk) { d.write(d.home+"/docs/x", "of docs"); d.write(d.home+"/music/x", "of music") },
		calls:  runs("cat ~/docs/x ~/music/x", "echo word $WORD"),
		effects: map[string]effect{
			"sandbox.readableRoots": {inResults("of docs", "of music"), [2]string{"of docs", "of music"}},
			"sandbox.env":           {inResults("word one", "word two"), [2]string{"word one", "word two"}},
		},
	},
	{
		name: "the network", once: true,
		values:  [2]string{`sandbox.network = "full";`, `sandbox.network = "none";`},
		calls:   runs(connects),
		effects: map[string]effect{"sandbox.network": {inResults("reached"), [2]string{"reached", ""}}},
	},
	{
		name: "hosts", once: true,
		values:  [2]string{`sandbox = { network = "allowlist"; allowedDomains = [ "127.0.0.1:@PORT" ]; };`, `sandbox = { network = "allowlist"; allowedDomains = [ "127.0.0.2:@PORT" ]; };`},
		calls:   runs(`@PROGRAM through 127.0.0.1:@PORT`),
		effects: map[string]effect{"sandbox.allowedDomains": {inResults(" 200 ", " 403 "), [2]string{" 200 ", " 403 "}}},
	},
	{
		name: "ports of the host", once: true,
		values:  [2]string{`sandbox.hostPorts = [ @PORT ];`, ``},
		calls:   runs(connects),
		effects: map[string]effect{"sandbox.hostPorts": {inResults("reached"), [2]string{"reached", ""}}},
	},
	{
		name: "published ports", once: true,
		values:  [2]string{`sandbox.publishedPorts = [ @FREE ];`, ``},
		calls:   runs(`timeout 5 @PROGRAM listen @FREE`),
		before:  func(d *desk) { go d.dial() },
		effects: map[string]effect{"sandbox.publishedPorts": {inResults("was called"), [2]string{"was called", ""}}},
	},
	{
		name: "the Nix daemon", once: true,
		values: [2]string{`sandbox.network = "full";`, `sandbox = { network = "full"; nix = true; };`},
		calls:  runs(`[ -e /nix/var/nix/daemon-socket/socket ] && echo seen`),
		effects: map[string]effect{"sandbox.nix": {func(e *evidence) string {
			if _, err := os.Stat("/nix/var/nix/daemon-socket/socket"); err != nil && os.Getuid() != 0 {
				e.Skip("there is no Nix daemon here")
			}
			return holds(e.stderr+inResults("seen")(e), "sandbox.nix: cannot be enforced", "seen")
		}, [2]string{"", nixSeen()}}},
	},
}

// nixSeen returns the expected effect of sandbox.nix, which root cannot use.
func nixSeen() string {
	if os.Getuid() == 0 {
		return "sandbox.nix: cannot be enforced"
	}
	return "seen"
}

var ofTheSession = []flip{
	{
		name:    "turns",
		values:  [2]string{`limits.maxTurns = 5;`, `limits.maxTurns = 1;`},
		calls:   runs("true", "true"),
		effects: map[string]effect{"limits.maxTurns": {asked, [2]string{"3 requests, exit 0", "1 requests, exit 7"}}},
	},
	{
		name:    "tokens",
		values:  [2]string{`limits.maxTokens = 100000;`, `limits.maxTokens = 150;`},
		calls:   runs("true", "true"),
		effects: map[string]effect{"limits.maxTokens": {func(e *evidence) string { return fmt.Sprint(len(e.model.Log()) < 3, e.exit) }, [2]string{"false 0", "true 7"}}},
	},
	{
		name: "time", once: true,
		values:  [2]string{`limits.maxWallSeconds = 600;`, `limits.maxWallSeconds = 1;`},
		calls:   runs("sleep 3; touch late"),
		effects: map[string]effect{"limits.maxWallSeconds": {made("late"), [2]string{"made", "absent"}}},
	},
	{
		name: "the trace", once: true,
		values:  [2]string{`session.recordTrace = true;`, `session.recordTrace = false;`},
		effects: map[string]effect{"session.recordTrace": {func(e *evidence) string { return holds(e.file("trace"), "insomnia.events/v1") }, [2]string{"insomnia.events/v1", ""}}},
	},
	{
		name: "what only looks like a key", once: true,
		values:  [2]string{keyed + `plain = [ "/model/headers/X-Key/value" ];`, keyed},
		effects: map[string]effect{"plain": {asked, [2]string{"1 requests, exit 0", "0 requests, exit 3"}}},
	},
	{
		name: "the schema", once: true,
		edit:    [2]func(string) string{func(s string) string { return s }, func(s string) string { return strings.Replace(s, "insomnia.pod/v1", "insomnia.pod/v9", 1) }},
		effects: map[string]effect{"schema": {func(e *evidence) string { return holds(e.insomnia("pod", "list").stdout, "tried") }, [2]string{"tried", ""}}},
	},
}

// keyed is a header with what has the form of a key.
var keyed = `model.headers.X-Key.value = "ghp_` + strings.Repeat("a1B2c3D4e5", 4)[:36] + `"; `
