package agenttest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// Single runtimes.
var (
	claude = []string{"claude-code"}
	codex  = []string{"codex"}
)

// ofPrograms are flips of fields that the settings of the programs hold: they are tried with
// the real ones. One start shows many fields.
var ofPrograms = slices.Concat([]flip{
	{
		name:   "what all programs offer",
		values: [2]string{offered("one", "1"), offered("two", "2")},
		script: look,
		before: func(d *desk) { d.git("init", "-q") },
		effects: map[string]effect{
			"mcpServers.*.type":          {seen("over_mixed"), [2]string{"", "over_mixed"}},
			"mcpServers.*.command":       {seen("files__from_claude", "files__from_codex"), [2]string{"files__from_claude", "files__from_codex"}},
			"mcpServers.*.cwd":           {seen("Works in @WORK/one", "Works in @WORK/two"), [2]string{"Works in @WORK/one", "Works in @WORK/two"}},
			"mcpServers.*.url":           {seen("over_one", "over_two"), [2]string{"over_one", "over_two"}},
			"mcpServers.*.headers":       {func(e *evidence) string { return holds(all(&e.paths), "header one", "header two") }, [2]string{"header one", "header two"}},
			"skills.*.description":       {inBody("A skill of one", "A skill of two"), [2]string{"A skill of one", "A skill of two"}},
			"skills.*.files":             {inLog("The text of one", "The text of two"), [2]string{"The text of one", "The text of two"}},
			"subagents.*.description":    {inBody("Scouts for one", "Scouts for two"), [2]string{"Scouts for one", "Scouts for two"}},
			"subagents.*.prompts.append": {ofScout("Appended one", "Appended two"), [2]string{"Appended one", "Appended two"}},
			"hooks[].command":            {hooked("command-one", "command-two"), [2]string{"command-one", "command-two"}},
			"hooks[].event":              {hooked(`"PreToolUse"`, `"PostToolUse"`), [2]string{`"PreToolUse"`, `"PostToolUse"`}},
			"hooks[].matcher":            {made("matched"), [2]string{"made", "absent"}},
		},
		own: map[string]map[string]effect{
			"claude-code": {
				"model.maxOutputTokens":                       {field("max_tokens"), [2]string{"10000", "20000"}},
				"model.effort":                                {field("output_config", "effort"), [2]string{"low", "high"}},
				"web.search.mode":                             {offers("WebSearch"), [2]string{"", "WebSearch"}},
				"web.fetch.enabled":                           {offers("WebFetch"), [2]string{"", "WebFetch"}},
				"workflows.*.description":                     {inFiles("A workflow of one", "A workflow of two"), [2]string{"A workflow of one", "A workflow of two"}},
				"workflows.*.prompt":                          {inFiles("Sort for one", "Sort for two"), [2]string{"Sort for one", "Sort for two"}},
				"subagents.*.effort":                          {scoutField("output_config", "effort"), [2]string{"low", "high"}},
				"subagents.*.prompts.system":                  {ofScout("You scout for one.", "You scout for two."), [2]string{"You scout for one.", "You scout for two."}},
				"runtimes.claude-code.commitAttribution":      {inBody("Commit by one", "Commit by two"), [2]string{"Commit by one", "Commit by two"}},
				"runtimes.claude-code.pullRequestAttribution": {inBody("Pull by one", "Pull by two"), [2]string{"Pull by one", "Pull by two"}},
				"runtimes.claude-code.bundledSkills":          {inBody("- simplify"), [2]string{"", "- simplify"}},
			},
			"codex": {
				"model.effort":                    {field("reasoning", "effort"), [2]string{"low", "high"}},
				"prompts.system":                  {inSystem("The system prompt of one.", "The system prompt of two."), [2]string{"The system prompt of one.", "The system prompt of two."}},
				"web.search.mode":                 {inFiles("web_search = 'disabled'", "web_search = 'live'"), [2]string{"web_search = 'disabled'", "web_search = 'live'"}},
				"subagents.*.effort":              {scoutField("reasoning", "effort"), [2]string{"low", "high"}},
				"runtimes.codex.verbosity":        {field("text", "verbosity"), [2]string{"low", "high"}},
				"runtimes.codex.reasoningSummary": {field("reasoning", "summary"), [2]string{"concise", "detailed"}},
				"runtimes.codex.goals":            {seen("create_goal"), [2]string{"", "create_goal"}},
			},
			"opencode": {
				"model.maxOutputTokens":      {field("max_tokens"), [2]string{"10000", "20000"}},
				"tools.maxOutputBytes":       {func(e *evidence) string { return fmt.Sprint(len(strings.Join(e.results(), "")) > 20000) }, [2]string{"false", "true"}},
				"web.search.mode":            {offers("websearch"), [2]string{"", "websearch"}},
				"web.fetch.enabled":          {offers("webfetch"), [2]string{"", "webfetch"}},
				"workflows.*.description":    {inFiles("A workflow of one", "A workflow of two"), [2]string{"A workflow of one", "A workflow of two"}},
				"workflows.*.prompt":         {inFiles("Sort for one", "Sort for two"), [2]string{"Sort for one", "Sort for two"}},
				"subagents.*.prompts.system": {ofScout("You scout for one.", "You scout for two."), [2]string{"You scout for one.", "You scout for two."}},
				"runtimes.opencode.snapshots": {func(e *evidence) string {
					found, _ := filepath.Glob(e.pod() + "/agent/data/opencode/snapshot/*")
					return fmt.Sprint(len(found) > 0)
				}, [2]string{"false", "true"}},
				"context.pruning.enabled": {inFiles(`"prune": false`, `"prune": true`), [2]string{`"prune": false`, `"prune": true`}},
			},
		},
	},
	{
		name: "times of hooks",
		values: [2]string{
			timed("1", "false"),
			timed("60", "true"),
		},
		script: func(d *desk, n int, _ modelmock.Request) modelmock.Turn {
			commands := []string{"true", "touch second"}
			if n < len(commands) {
				return modelmock.Turn{Calls: []modelmock.Call{d.shell(commands[n])}}
			}
			return modelmock.Turn{Text: "The end."}
		},
		effects: map[string]effect{
			"hooks[].timeoutSeconds": {made("slept"), [2]string{"absent", "made"}},
			"hooks[].async":          {made("overlapped"), [2]string{"absent", "made"}},
		},
	},
}, ofClaude, ofCodex)

// offered returns a profile with one thing of every kind.
func offered(word, number string) string {
	type pair = map[string]string
	pick := func(one, two string) string { return pair{"one": one, "two": two}[word] }
	return `model.effort = "` + pick("low", "high") + `"; model.maxOutputTokens = ` + number + `0000; model.temperature = 0.` + number + `; model.topP = 0.` + number + `1;
  prompts.system = insomnia.lib.mkForce "The system prompt of ` + word + `.";
  sandbox.hostPorts = [ @PORT ];
  mcpServers = {
    files = { command = "` + pick("@PROGRAMS/claude", "@PROGRAMS/codex") + `"; args = [ "mcp" "0s" "0s" ]; cwd = "` + word + `"; };
    web = { url = "http://127.0.0.1:@PORT/mcp/` + word + `"; headers.X-Team.value = "` + word + `"; };
    mixed = ` + pick(`{ command = "@PROGRAMS/claude"; args = [ "mcp" "0s" "0s" ]; }`, `{ url = "http://127.0.0.1:@PORT/mcp/mixed"; }`) + `;
  };
  skills.proverbs = { description = "A skill of ` + word + `"; files."SKILL.md" = "The text of ` + word + `"; };
  workflows.sort = { description = "A workflow of ` + word + `"; prompt = "Sort for ` + word + `"; };
  limits = { maxSubagents = 1; maxDepth = 1; };
  subagents.scout = { description = "Scouts for ` + word + `"; effort = "` + pick("low", "high") + `"; prompts = { system = "You scout for ` + word + `."; append = [ "Appended ` + word + `" ]; }; ` + may + `tools.default = "allow"; };
  web = { search.mode = "` + pick("disabled", "live") + `"; fetch.enabled = ` + pick("false", "true") + `; };
  tools.maxOutputBytes = ` + pick("2048", "40000") + `;
  overrides.context.pruning.enabled = ` + pick("false", "true") + `;
  runtimes.claude-code = { commitAttribution = "Commit by ` + word + `"; pullRequestAttribution = "Pull by ` + word + `"; bundledSkills = ` + pick("false", "true") + `; };
  runtimes.codex = { verbosity = "` + pick("low", "high") + `"; reasoningSummary = "` + pick("concise", "detailed") + `"; goals = ` + pick("false", "true") + `; };
  runtimes.opencode.snapshots = ` + pick("false", "true") + `;
  hooks = [
    { event = "` + pick("PreToolUse", "PostToolUse") + `"; matcher = "` + pick("bash", "webfetch") + `"; command = [ "sh" "-c" "echo matched >> matched" ]; }
    { event = "` + pick("PreToolUse", "PostToolUse") + `"; command = [ "sh" "-c" "(echo command-` + word + `; cat; echo) >> hook.log" ]; }
  ];`
}

// timed returns a hook that takes three seconds, and one that waits for the second call
// of the model.
func timed(seconds, async string) string {
	return `hooks = [
    { event = "PostToolUse"; timeoutSeconds = ` + seconds + `; command = [ "sh" "-c" "sleep 3; touch slept" ]; }
    { event = "PostToolUse"; async = ` + async + `; command = [ "sh" "-c" "[ ! -e begun ] || exit 0; touch begun; for i in $(seq 50); do sleep 0.1; [ ! -e second ] || exec touch overlapped; done" ]; }
  ];`
}

// look is a model that runs a command, reads the skill, and calls the subagent.
func look(d *desk, n int, r modelmock.Request) modelmock.Turn {
	turn := func(c modelmock.Call) modelmock.Turn { return modelmock.Turn{Calls: []modelmock.Call{c}} }
	if d.scout(r) {
		return modelmock.Turn{Text: "The scout is back."}
	}
	switch n {
	case 0:
		return turn(d.shell("head -c 30000 /dev/zero | tr '\\0' z"))
	case 1:
		if d.runtime == "codex" {
			if path := regexp.MustCompile(`/[^\s"'` + "`" + `\\()]*/proverbs/SKILL\.md`).FindString(string(r.Body)); path != "" {
				return turn(d.shell("cat " + path))
			}
		} else {
			return turn(d.tool("skill", "proverbs"))
		}
	case 2:
		if d.runtime == "codex" {
			// What servers offer is not in the request of a model that runs JavaScript.
			return turn(modelmock.Call{Tool: "exec", Input: `for (const name of ["files__from_claude", "files__from_codex", "web__over_one", "web__over_two", "mixed__over_mixed"]) {
				try { const r = await tools["mcp__" + name]({}); text(name + JSON.stringify(r)) } catch (e) { text("none") }
			}`})
		}
		return turn(d.tool("agent", "scout"))
	case 3:
		if d.runtime == "codex" {
			return turn(modelmock.Call{Tool: ending(r, "/spawn_agent"), Input: map[string]any{"agent_type": "scout", "message": "Scout.", "task_name": "one", "fork_turns": "none"}})
		}
		fallthrough
	case 4, 5, 6:
		if name := ending(r, "/wait_agent"); name != "" {
			return turn(modelmock.Call{Tool: name, Input: map[string]any{"timeout_ms": 10000}})
		}
	}
	return modelmock.Turn{Text: "The end."}
}

// ending is the tool on offer whose name ends so.
func ending(r modelmock.Request, end string) string {
	for _, name := range r.Tools {
		if strings.HasSuffix(name, end) {
			return name
		}
	}
	return ""
}

// scout reports whether a request is from the subagent.
func (d *desk) scout(r modelmock.Request) bool {
	return strings.Contains(r.System, "You scout") || strings.Contains(r.System, "Appended")
}

// inBody are those of some texts that the first request has.
func inBody(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var found []string
		for _, s := range some {
			if strings.Contains(string(e.first().Body), strings.ReplaceAll(s, "@WORK", e.work)) {
				found = append(found, s)
			}
		}
		return strings.Join(found, " ")
	}
}

// seen are those of some texts that the first request or a result of a tool has.
func seen(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		text := string(e.first().Body) + strings.Join(e.results(), "\n")
		var found []string
		for _, s := range some {
			if strings.Contains(text, strings.ReplaceAll(s, "@WORK", e.work)) {
				found = append(found, s)
			}
		}
		return strings.Join(found, " ")
	}
}

// offers are those of some tools that the first request offers.
func offers(names ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var found []string
		for _, name := range names {
			if slices.Contains(e.first().Tools, name) {
				found = append(found, name)
			}
		}
		return strings.Join(found, " ")
	}
}

// inFiles are those of some texts that the files have which the program is given.
func inFiles(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var all strings.Builder
		for _, text := range tree(e, e.pod()+"/files") {
			all.WriteString(text)
		}
		return holds(all.String(), some...)
	}
}

// scoutField is a member of the body of the subagent's request.
func scoutField(path ...string) func(e *evidence) string {
	return func(e *evidence) string {
		for _, r := range e.model.Log() {
			if e.scout(r) {
				return member(r, path...)
			}
		}
		return "no request of a subagent"
	}
}

// inLog are those of some texts that any request has.
func inLog(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		var bodies strings.Builder
		for _, r := range e.model.Log() {
			bodies.Write(r.Body)
		}
		return holds(bodies.String(), some...)
	}
}

// ofScout are those of some texts that the system prompt of the subagent has.
func ofScout(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		for _, r := range e.model.Log() {
			if e.scout(r) {
				return holds(r.System, some...)
			}
		}
		return "no request of a subagent"
	}
}

// hooked are those of some texts that the command of a hook has written.
func hooked(some ...string) func(e *evidence) string {
	return func(e *evidence) string {
		data, _ := os.ReadFile(filepath.Join(e.work, "hook.log"))
		return holds(string(data), some...)
	}
}

// field is a member of the body of the first request, by its path.
func field(path ...string) func(e *evidence) string {
	return func(e *evidence) string { return member(e.first(), path...) }
}

func member(r modelmock.Request, path ...string) string {
	var value any
	_ = json.Unmarshal(r.Body, &value)
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return fmt.Sprint(value)
}

// grown is a model that says, after the second call, that the conversation has so many
// tokens.
func grown(tokens int64) func(d *desk, n int, r modelmock.Request) modelmock.Turn {
	return func(d *desk, n int, _ modelmock.Request) modelmock.Turn {
		t := modelmock.Turn{Calls: []modelmock.Call{d.shell("true")}}
		switch n {
		case 0, 1:
		case 2:
			t.InputTokens = tokens
		default:
			t = modelmock.Turn{Text: "The end."}
		}
		return t
	}
}

// summarized reports whether the model was asked for a summary.
func summarized(e *evidence) string {
	for _, r := range e.model.Log() {
		if len(r.Tools) == 0 || strings.Contains(strings.Join(r.Messages, ""), "CRITICAL: Respond with TEXT ONLY") {
			return "summarized"
		}
	}
	switch n := len(e.model.Log()); n {
	case 4:
		return "whole"
	case 5: // Codex asks for a summary in the conversation itself
		return "summarized"
	default:
		return fmt.Sprintf("%d requests", n)
	}
}

// compacting is a flip of fields about the length of a conversation.
func compacting(field string, runtimes []string, tokens int64, one, two string) flip {
	return flip{name: field, runtimes: runtimes, values: [2]string{one, two}, script: grown(tokens),
		effects: map[string]effect{field: {summarized, [2]string{"summarized", "whole"}}}}
}

const window = `model.contextWindowTokens = insomnia.lib.mkForce 400000; `

func threshold(tokens, more string) string {
	return `overrides.context.compaction = { strategy = "summarize"; thresholdTokens = ` + tokens + `; ` + more + ` };`
}

// failing is a model that is broken.
func failing(*desk, int, modelmock.Request) modelmock.Turn {
	return modelmock.Turn{Status: 500, Text: "broken"}
}

var ofClaude = []flip{
	compacting("context.compaction.thresholdTokens", nil, 150_000, window+threshold("100000", ""), window+threshold("200000", "")),
	compacting("context.compaction.strategy", nil, 150_000, window+threshold("100000", ""), window+`overrides.context.compaction = { strategy = "off"; thresholdTokens = 100000; };`),
	{
		name: "retries of Claude Code", runtimes: claude, script: failing,
		values:  [2]string{`runtimes.claude-code.maxRetries = 0;`, `runtimes.claude-code.maxRetries = 2;`},
		effects: map[string]effect{"runtimes.claude-code.maxRetries": {requests, [2]string{"1", "3"}}},
	},
}

// slow is a server of Codex that takes its time.
func slow(start, call, fields string) string {
	return `mcpServers.files = { command = "@PROGRAMS/claude"; args = [ "mcp" "` + start + `" "` + call + `" ]; ` + fields + ` };`
}

var ofCodex = []flip{
	// Codex compacts at nine tenths of the window at the latest.
	compacting("model.contextWindowTokens", codex, 165_000,
		`model.contextWindowTokens = insomnia.lib.mkForce 180000; `+threshold("170000", "reservedTokens = 1000;"), window+threshold("170000", "reservedTokens = 1000;")),
	{
		name: "retries of Codex", runtimes: codex, script: failing,
		values:  [2]string{`runtimes.codex.maxRetries = 0;`, `runtimes.codex.maxRetries = 2;`},
		effects: map[string]effect{"runtimes.codex.maxRetries": {requests, [2]string{"1", "3"}}},
	},
	{
		name: "the start of a server", runtimes: codex,
		values:  [2]string{slow("4s", "0s", "required = true; startupTimeoutSeconds = 60;"), slow("4s", "0s", "required = true; startupTimeoutSeconds = 1;")},
		effects: map[string]effect{"mcpServers.*.startupTimeoutSeconds": {requests, [2]string{"1", "0"}}},
	},
	{
		name: "a server that is missing", runtimes: codex,
		values:  [2]string{`mcpServers.files = { command = "false"; required = false; };`, `mcpServers.files = { command = "false"; required = true; };`},
		effects: map[string]effect{"mcpServers.*.required": {requests, [2]string{"1", "0"}}},
	},
	{
		name: "the time of a call", runtimes: codex,
		values: [2]string{slow("0s", "4s", "required = true; toolTimeoutSeconds = 60;"), slow("0s", "4s", "required = true; toolTimeoutSeconds = 1;")},
		script: func(_ *desk, n int, _ modelmock.Request) modelmock.Turn {
			if n > 0 {
				return modelmock.Turn{Text: "The end."}
			}
			return modelmock.Turn{Calls: []modelmock.Call{{Tool: "exec", Input: `try { text(JSON.stringify(await tools["mcp__files__from_claude"]({}))) } catch (e) { text("none") }`}}}
		},
		effects: map[string]effect{"mcpServers.*.toolTimeoutSeconds": {inResults("from_claude: Works"), [2]string{"from_claude: Works", ""}}},
	},
}
