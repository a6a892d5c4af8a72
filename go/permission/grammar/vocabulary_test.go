package grammar

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// named returns the name in the hint for a refused tool name, or "" for
// a name that has no counterpart.
func named(t *testing.T, name string, servers ...string) string {
	t.Helper()
	err := CheckTool(name, servers)
	var problem *Problem
	if !errors.As(err, &problem) {
		t.Fatalf("%s: got %v, not a problem", name, err)
	}
	if problem.Code == "" || problem.Message == "" || problem.Hint == "" {
		t.Errorf("%s: incomplete: %+v", name, problem)
	}
	if meant, ok := strings.CutPrefix(problem.Hint, "did you mean `"); ok {
		return strings.TrimSuffix(meant, "`?")
	}
	if !strings.HasPrefix(problem.Hint, "remove it") {
		return "?"
	}
	return ""
}

// The names that the tools of other programs have, and ours for them.
var foreign = map[string]map[string]string{
	"Claude Code": {
		"Agent": "agent", "Task": "agent", "Bash": "bash", "BashOutput": "bash", "KillBash": "bash", "KillShell": "bash",
		"PowerShell": "bash", "Monitor": "bash", "TaskOutput": "bash", "TaskStop": "bash", "Edit": "edit", "MultiEdit": "edit",
		"NotebookEdit": "edit", "NotebookRead": "read", "Read": "read", "LSP": "read", "LS": "glob", "Glob": "glob", "Grep": "grep",
		"ListMcpResourcesTool": "mcp__*", "ReadMcpResourceTool": "mcp__*", "SendMessage": "agent", "TeamCreate": "agent",
		"TeamDelete": "agent", "Skill": "skill", "SlashCommand": "skill", "WebFetch": "webfetch", "WebSearch": "websearch",
		"Write": "write", "TodoWrite": "", "TodoRead": "", "TaskCreate": "", "TaskGet": "", "TaskList": "", "TaskUpdate": "",
		"AskUserQuestion": "", "EnterPlanMode": "", "ExitPlanMode": "", "EnterWorktree": "", "ExitWorktree": "",
		"CronCreate": "", "CronDelete": "", "CronList": "", "ToolSearch": "", "StructuredOutput": "", "SendUserFile": "",
	},
	"Codex": {
		"shell": "bash", "local_shell": "bash", "shell_command": "bash", "exec_command": "bash", "write_stdin": "bash",
		"unified_exec": "bash", "container.exec": "bash", "exec": "bash", "js_repl": "bash", "js_repl_reset": "bash",
		"apply_patch": "edit", "read_file": "read", "view_image": "read", "list_dir": "glob", "grep_files": "grep",
		"web_search": "websearch", "spawn_agent": "agent", "spawn_agents_on_csv": "agent", "send_input": "agent",
		"wait": "agent", "wait_agent": "agent", "close_agent": "agent", "resume_agent": "agent", "list_agents": "agent",
		"list_mcp_resources": "mcp__*", "list_mcp_resource_templates": "mcp__*", "read_mcp_resource": "mcp__*",
		"update_plan": "", "request_user_input": "", "request_permissions": "", "image_generation": "", "tool_search": "",
		"tool_suggest": "", "test_sync_tool": "", "get_context_remaining": "",
	},
	"opencode": {
		"multiedit": "edit", "patch": "edit", "apply_patch": "edit", "list": "glob", "task": "agent", "codesearch": "websearch",
		"lsp": "read", "todowrite": "", "todoread": "", "question": "", "batch": "", "invalid": "", "plan_enter": "", "plan_exit": "",
	},
	"Gemini CLI": {
		"read_file": "read", "read_many_files": "read", "write_file": "write", "replace": "edit", "run_shell_command": "bash",
		"search_file_content": "grep", "list_directory": "glob", "google_web_search": "websearch", "web_fetch": "webfetch",
		"activate_skill": "skill", "delegate_to_agent": "agent", "save_memory": "",
	},
	"Copilot CLI": {"view": "read", "create": "write", "str_replace_editor": "edit", "url": "webfetch", "ask_user": "", "report_intent": ""},
	"misspelt": {
		"bsh": "bash", "BASH": "bash", "baash": "bash", "raed": "read", "Editt": "edit", "web-fetch": "webfetch", "Web Search": "websearch",
		"writ": "write", "agents": "agent", "skills": "skill", "Bash Tool": "bash",
	},
}

func TestNamesOfOtherPrograms(t *testing.T) {
	for program, names := range foreign {
		for name, ours := range names {
			for _, spelling := range []string{name, strings.ToUpper(name), strings.ReplaceAll(name, "_", "-")} {
				if got := named(t, spelling); got != ours {
					t.Errorf("%s: %s: got %q, want %q", program, spelling, got, ours)
				}
				if PowerOf(spelling) != PowerAll {
					t.Errorf("%s: %s is not in the vocabulary and may not do everything", program, spelling)
				}
			}
		}
	}
}

func TestVocabulary(t *testing.T) {
	for _, name := range append(Tools(), "*", "mcp__*", "mcp__linear__*", "mcp__linear__delete_*", "mcp__linear__get.issue-1", "mcp__linear___x") {
		if err := CheckTool(name, []string{"git", "linear"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(Tools()) != 10 {
		t.Errorf("%d tools", len(Tools()))
	}
	Tools()[0] = "changed"
	if Tools()[0] != "read" {
		t.Error("a caller can change the vocabulary")
	}
}

func TestRefusedNames(t *testing.T) {
	for _, c := range []struct{ name, code, hint string }{
		{"", "tool-form", "`*` for every tool"},
		{"zzzz", "tool-unknown", "`read`, `edit`"},
		{"ba*", "tool-form", "a rule for each of `bash`"},
		{"web*", "tool-form", "`webfetch`, `websearch`"},
		{"**", "tool-form", "`*` for every tool"},
		{"b*sh", "tool-form", "`*` for every tool"},
		{"Bash(git push:*)", "tool-form", "tool = `bash` and pattern = `git push*`"},
		{"shell(rm)", "tool-form", "tool = `bash` and pattern = `rm`"},
		{"WebFetch(domain:x.example)", "tool-form", "tool = `webfetch` and pattern = `x.example`"},
		{"mcp__linear", "tool-form", "`mcp__linear__*`"},
		{"mcp__linear__", "tool-form", "`mcp__linear__*`"},
		{"mcp__", "tool-form", "`mcp__*`"},
		{"mcp__lin*", "tool-form", "`mcp__linear__*`"},
		{"mcp__*__delete", "tool-form", "a rule for each server"},
		{"mcp__linear__*_issue", "tool-form", "`mcp__linear__*`"},
		{"mcp__linear__a/b", "tool-form", "as the server lists it"},
		{"mcp__linaer__x", "tool-server", "`mcp__linear__x`"},
		{"mcp__LINEAR__x", "tool-server", "`mcp__linear__x`"},
		{"mcp__other__x", "tool-server", "`mcpServers`"},
		{"MCP__linear__x", "tool-unknown", "mcp__SERVER__TOOL"},
		{"linear_search", "tool-unknown", "`mcp__linear__search`"},
		{"linear/search", "tool-unknown", "`mcp__linear__search`"},
		{"linear-docs_search", "tool-unknown", "`mcp__linear-docs__search`"},
		{"b\u0430sh", "tool-unknown", "`bash`"}, // a Cyrillic letter
		{"bash ", "tool-unknown", "`bash`"},
		{"bash\n", "tool-unknown", "`bash`"},
		{"bash\u200b", "tool-unknown", "`bash`"},
		{strings.Repeat("bash", 40), "tool-form", "`read`"},
	} {
		err := CheckTool(c.name, []string{"linear", "linear-docs"})
		var problem *Problem
		if !errors.As(err, &problem) {
			t.Errorf("%q is accepted", c.name)
			continue
		}
		if problem.Code != c.code || !strings.Contains(problem.Hint, c.hint) {
			t.Errorf("%q: got %s, %q; want %s, %q", c.name, problem.Code, problem.Hint, c.code, c.hint)
		}
		if strings.ContainsAny(problem.Message+problem.Hint, "\n\u200b") {
			t.Errorf("%q: the message is not escaped: %q", c.name, problem.Message)
		}
	}
}

func TestMatchTool(t *testing.T) {
	for _, c := range []struct {
		rule, called string
		want         bool
	}{
		{"*", "bash", true}, {"*", "mcp__linear__x", true}, {"bash", "bash", true}, {"bash", "Bash", false},
		{"bash", "bashx", false}, {"mcp__*", "mcp__linear__x", true}, {"mcp__*", "bash", false},
		{"mcp__linear__*", "mcp__linear__x", true}, {"mcp__linear__*", "mcp__linear-docs__x", false},
		{"mcp__linear__get_*", "mcp__linear__get_issue", true}, {"mcp__linear__get_*", "mcp__linear__set", false},
	} {
		if got := MatchTool(c.rule, c.called); got != c.want {
			t.Errorf("%s, %s: got %v", c.rule, c.called, got)
		}
	}
}

// Whatever a server and its tool are called, their names come apart as they were put together.
func TestSplitMCPIsCertain(t *testing.T) {
	servers := rapid.StringMatching(`[A-Za-z0-9]{1,3}((-{1,2}|[._])[A-Za-z0-9]{1,2}){0,3}`)
	tools := rapid.StringMatching(`[A-Za-z0-9_.:-]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		server, tool := servers.Draw(t, "server"), tools.Draw(t, "tool")
		name := mcpPrefix + server + "__" + tool
		if s, got, ok := SplitMCP(name); !ok || s != server || got != tool {
			t.Errorf("%s of %s is taken for %s of %s", tool, server, got, s)
		}
		if err := CheckTool(name, []string{server}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
}

func TestCoversToolIsCertain(t *testing.T) {
	names := rapid.SampledFrom([]string{"*", "bash", "read", "mcp__*", "mcp__a__*", "mcp__a__x", "mcp__a__x*", "mcp__ab__x", "mcp__a__xy"})
	rapid.Check(t, func(t *rapid.T) {
		wide, narrow, called := names.Draw(t, "wide"), names.Draw(t, "narrow"), strings.TrimSuffix(names.Draw(t, "called"), "*")
		if CoversTool(wide, narrow) && MatchTool(narrow, called) && !MatchTool(wide, called) {
			t.Errorf("%s covers %s, which alone is about %s", wide, narrow, called)
		}
		if !CoversTool(wide, wide) {
			t.Errorf("%s does not cover itself", wide)
		}
	})
}

func TestPowers(t *testing.T) {
	for tool, want := range map[string]Power{
		"read": PowerRead, "grep": PowerRead, "glob": PowerRead, "skill": PowerRead, "edit": PowerWrite, "write": PowerWrite,
		"bash": PowerRun, "webfetch": PowerWeb, "websearch": PowerWeb, "agent": PowerDelegate,
		"*": PowerAll, "mcp__linear__get": PowerAll, "mcp__*": PowerAll, "Read": PowerAll, "": PowerAll, "read ": PowerAll,
	} {
		if got := PowerOf(tool); got != want {
			t.Errorf("%q: got %b, want %b", tool, got, want)
		}
	}
}
