package permission_test

import (
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// permissions are a mode, a default and rules such as `deny bash rm *`.
func permissions(mode, otherwise string, rules ...string) manifest.Permissions {
	p := manifest.Permissions{Mode: manifest.PermissionMode(mode), Default: manifest.Action(otherwise)}
	for _, rule := range rules {
		parts := strings.SplitN(rule, " ", 3)
		p.Rules = append(p.Rules, manifest.Rule{Action: manifest.Action(parts[0]), Tool: manifest.ToolName(parts[1]), Pattern: manifest.Pattern(parts[2])})
	}
	return p
}

func guardOf(t *testing.T, p manifest.Permissions) *permission.Guard {
	t.Helper()
	m := &manifest.Manifest{Permissions: p}
	m.Tools.Default = "allow"
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

func call(tool, value string) permission.Call {
	c := permission.Call{Tool: tool, Workspace: "/srv/app", Home: "/home/ada"}
	switch grammar.KindOf(tool) {
	case grammar.KindCommand:
		c.Command = value
	case grammar.KindPath:
		c.Paths = strings.Fields(value)
	case grammar.KindAddress:
		c.URL = value
	default:
		c.Argument = value
	}
	return c
}

// What no rule decides is decided by the mode and the default.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode, otherwise, tool, value, want string
	}{
		{"ask", "ask", "bash", "make", "ask"},
		{"ask", "allow", "bash", "make", "allow"},
		{"ask", "deny", "bash", "make", "deny"},
		{"ask", "ask", "edit", "/srv/app/x", "ask"},
		{"ask", "ask", "read", "/srv/app/x", "ask"},
		{"plan", "allow", "bash", "make", "ask"},
		{"plan", "ask", "bash", "make", "ask"},
		{"plan", "deny", "bash", "make", "deny"},
		{"plan", "allow", "edit", "/srv/app/x", "deny"},
		{"plan", "ask", "write", "/srv/app/x", "deny"},
		{"plan", "allow", "read", "/srv/app/x", "allow"},
		{"plan", "allow", "bash", "true > x", "deny"},
		{"acceptEdits", "ask", "edit", "/srv/app/x", "allow"},
		{"acceptEdits", "ask", "write", "/srv/app/a/x", "allow"},
		{"acceptEdits", "ask", "write", "/etc/x", "ask"},
		{"acceptEdits", "ask", "write", "/srv/apple", "ask"},
		{"acceptEdits", "ask", "write", "/srv/app/x /etc/x", "ask"},
		{"acceptEdits", "deny", "write", "/srv/app/x", "deny"},
		{"acceptEdits", "ask", "bash", "make", "ask"},
		{"acceptEdits", "ask", "bash", "true > x", "allow"},
		{"acceptEdits", "ask", "bash", "true > ../x", "ask"},
		{"acceptEdits", "ask", "bash", "true > ~/x", "ask"},
		{"auto", "allow", "bash", "make", "allow"},
		{"auto", "ask", "bash", "make", "ask"},
		{"auto", "allow", "bash", `eval "$x"`, "ask"},
		{"bypass", "allow", "bash", "make", "allow"},
		{"bypass", "ask", "bash", "make", "allow"},
		{"bypass", "deny", "bash", "make", "deny"},
		// Nothing is denied or asked about: it does not matter what a command changes,
		// but what cannot be read is asked about.
		{"bypass", "allow", "bash", "PATH=x make", "allow"},
		{"bypass", "allow", "bash", "rm $x", "allow"},
		{"bypass", "allow", "bash", `eval "$x"`, "ask"},
		{"bypass", "ask", "bash", `eval "$x"`, "ask"},
		{"bypass", "allow", "bash", "$x", "ask"},
		{"bypass", "allow", "bash", "echo x | sh", "ask"},
		{"bypass", "allow", "bash", "if", "ask"},
		{"bypass", "deny", "bash", `eval "$x"`, "deny"},
		{"bypass", "deny", "bash", "if", "deny"},
		{"ask", "deny", "bash", "if", "deny"},
		{"ask", "ask", "skill", "review", "ask"},
		{"ask", "allow", "mcp__linear__get", "", "allow"},
		{"ask", "allow", "webfetch", "https://example.org/", "allow"},
		{"ask", "allow", "webfetch", "no address", "deny"},
		{"ask", "allow", "read", "", "deny"},
		{"ask", "allow", "read", "/srv/app/../x", "deny"},
		{"ask", "allow", "bash", "cat < /proc/self/root/srv/app/.env", "ask"},
	} {
		if d := guardOf(t, permissions(c.mode, c.otherwise)).Decide(call(c.tool, c.value)); string(d.Action) != c.want || d.Rule != nil {
			t.Errorf("mode %s, default %s, %s %q: %s (%s), must be %s", c.mode, c.otherwise, c.tool, c.value, d.Action, d.Reason, c.want)
		}
	}
}

// The strictest rule decides, and the answer names it.
func TestRules(t *testing.T) {
	guard := guardOf(t, permissions("bypass", "allow",
		"allow edit **", "deny write secrets/**", "ask edit go.mod/x", "deny read **/.env", "ask mcp__linear__delete_* *",
		"deny skill deploy*", "deny webfetch evil.example", "allow bash *", "deny bash rm *"))
	for _, c := range []struct {
		tool, value, want string
		rule              int
	}{
		{"edit", "/srv/app/x", "allow", 0},
		{"edit", "/srv/app/secrets/x", "deny", 1},
		{"write", "/srv/app/secrets/x", "deny", 1},
		{"write", "/srv/app/go.mod/x", "ask", 2},
		{"read", "/srv/app/a/.env", "deny", 3},
		{"grep", "/srv/app/.env", "deny", 3},
		{"read", "/srv/app/a /srv/app/.env", "deny", 3},
		{"mcp__linear__delete_issue", "", "ask", 4},
		{"mcp__linear__get_issue", "", "allow", -1},
		{"skill", "deploy-now", "deny", 5},
		{"skill", "review", "allow", -1},
		{"webfetch", "https://evil.example/", "deny", 6},
		{"bash", "make", "allow", 7},
		{"bash", "make; rm x", "deny", 8},
		{"bash", "cat < .env", "deny", 3},
		{"bash", "./git x", "allow", 7},
	} {
		d := guard.Decide(call(c.tool, c.value))
		rule := -1
		if d.Rule != nil {
			rule = d.Rule.Index
		}
		if string(d.Action) != c.want || rule != c.rule {
			t.Errorf("%s %q: %s by rule %d (%s), must be %s by rule %d", c.tool, c.value, d.Action, rule, d.Reason, c.want, c.rule)
		}
	}
}

// A link is judged as it is written and as it really is.
func TestRealPaths(t *testing.T) {
	guard := guardOf(t, permissions("ask", "allow", "deny write secrets/**", "deny write link/**"))
	c := call("bash", "true > out/f")
	c.Real = func(path string) string {
		if path != "/srv/app/out/f" {
			t.Errorf("asked for %s", path)
		}
		return "/srv/app/secrets/f"
	}
	if d := guard.Decide(c); d.Action != "deny" {
		t.Errorf("a link to what is denied: %s (%s)", d.Action, d.Reason)
	}
	c = call("bash", "true > link/f")
	c.Real = func(string) string { return "/srv/app/x" }
	if d := guard.Decide(c); d.Action != "deny" {
		t.Errorf("a link that is denied: %s (%s)", d.Action, d.Reason)
	}
}

// What is behind a link begins where the link leads, also for `..`.
func TestDotsBehindLinks(t *testing.T) {
	guard := guardOf(t, permissions("ask", "allow", "deny write /etc/**"))
	for command, asked := range map[string]string{
		"true > link/../f":                  "/srv/app/link/../f",
		"cd link && true > ../f":            "/srv/app/link/../f",
		"cd src; cd link && true > ../../f": "/srv/app/src/link/../../f",
		"true > /srv/app/link/../f":         "/srv/app/link/../f",
		"true > ~/link/../f":                "/home/ada/link/../f",
		"cd ~/link && true > ../f":          "/home/ada/link/../f",
		"cd /srv/app/link && true > ../f":   "/srv/app/link/../f",
	} {
		c := call("bash", command)
		c.Real = func(path string) string {
			if path == asked {
				return "/etc/f"
			}
			return "/srv/app/other"
		}
		if d := guard.Decide(c); d.Action != "deny" {
			t.Errorf("%s: %s (%s)", command, d.Action, d.Reason)
		}
	}
	// Where cd follows links first, the directory is not known.
	guard = guardOf(t, permissions("ask", "ask", "allow write **", "allow bash true"))
	for command, want := range map[string]string{"cd src && true > f": "allow", "cd -P link; cd .. && true > f": "ask", "cd -L -P link && true > f": "ask", "cd -eP link && true > f": "ask"} {
		if d := guard.Decide(call("bash", command)); string(d.Action) != want {
			t.Errorf("%s: %s (%s), must be %s", command, d.Action, d.Reason, want)
		}
	}
}

// A link may lead out of the workspace.
func TestDirectoryLinks(t *testing.T) {
	guard := guardOf(t, permissions("ask", "ask", "allow bash make"))
	for command, want := range map[string]string{"cd src && make": "allow", "cd link && make": "ask", "cd src/link && make": "ask", "cd src/../link && make": "ask"} {
		c := call("bash", command)
		c.Real = func(path string) string {
			if strings.HasSuffix(path, "/link") {
				return "/etc"
			}
			return path
		}
		if d := guard.Decide(c); string(d.Action) != want {
			t.Errorf("%s: %s (%s), must be %s", command, d.Action, d.Reason, want)
		}
	}
}

// Which of two rules comes first does not matter.
func TestOrderOfAllowing(t *testing.T) {
	for _, c := range []struct{ one, other, command string }{
		{"allow bash *", "allow bash docker run*", "docker run alpine"},
		{"allow bash *", "allow bash sudo *", "sudo make"},
		{"allow bash echo $x", "allow bash echo *", "echo $x"},
	} {
		for _, rules := range [][]string{{c.one, c.other}, {c.other, c.one}} {
			if d := guardOf(t, permissions("ask", "ask", rules...)).Decide(call("bash", c.command)); d.Action != "allow" {
				t.Errorf("%v: %s: %s (%s)", rules, c.command, d.Action, d.Reason)
			}
		}
	}
}

// A rule about every command holds for what runs no program and what cannot be read.
func TestEveryCommand(t *testing.T) {
	for _, command := range []string{"make", "", "X=1", "true", "> out", "if", "# note", "( )", "cd", strings.Repeat("x", permission.MaxCommand+1)} {
		for _, c := range []struct{ rule, want string }{{"deny bash *", "deny"}, {"ask bash *", "ask"}, {"deny * *", "deny"}} {
			if d := guardOf(t, permissions("bypass", "allow", "allow write **", c.rule)).Decide(call("bash", command)); string(d.Action) != c.want || d.Rule == nil {
				t.Errorf("%s, %.20q: %s (%s), must be %s by the rule", c.rule, command, d.Action, d.Reason, c.want)
			}
		}
	}
}

// A search reaches all that is below its directory.
func TestSearches(t *testing.T) {
	rules := []string{"deny read **/.env", "ask read logs/**", "deny grep /srv/app/keys/*", "deny glob vault/**", "allow grep **"}
	for _, c := range []struct {
		tool, path string
		single     bool
		denyRead   manifest.PathGlob
		want       string
	}{
		{tool: "grep", path: "/srv/app", want: "ask"},
		{tool: "grep", path: "/srv", want: "ask"},
		{tool: "grep", path: "/", want: "ask"},
		{tool: "grep", path: "/srv/app/src", want: "ask"},
		{tool: "grep", path: "/srv/app/src/main.go", want: "ask"},
		{tool: "grep", path: "/srv/app/src/main.go", single: true, want: "allow"},
		{tool: "grep", path: "/srv/app/src/.env", single: true, want: "deny"},
		{tool: "grep", path: "/srv/app/keys", denyRead: "**/.env", want: "ask"},
		{tool: "grep", path: "/srv/app/src", denyRead: "**/.env", want: "allow"},
		{tool: "grep", path: "/srv/app/src", denyRead: "**", want: "deny"},
		{tool: "grep", path: "/srv/app/src", denyRead: "/**", want: "deny"},
		{tool: "grep", path: "/srv/app/src", denyRead: ".env", want: "ask"},
		{tool: "grep", path: "/srv/app", denyRead: "**/.env", want: "ask"},
		{tool: "grep", path: "/srv/other", want: "allow"},
		// A list of names has no contents.
		{tool: "glob", path: "/srv/app/src", want: "allow"},
		{tool: "glob", path: "/srv/app", want: "ask"},
		{tool: "glob", path: "/srv/app/vault", want: "deny"},
	} {
		m := &manifest.Manifest{Permissions: permissions("ask", "allow", rules...)}
		m.Tools.Default = "allow"
		if c.denyRead != "" {
			m.Sandbox.DenyRead = []manifest.PathGlob{c.denyRead}
		}
		guard, err := permission.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		called := call(c.tool, c.path)
		called.Single = c.single
		if d := guard.Decide(called); string(d.Action) != c.want {
			t.Errorf("%s %s (a file: %v), denyRead %q: %s (%s), must be %s", c.tool, c.path, c.single, c.denyRead, d.Action, d.Reason, c.want)
		}
	}
}

// What the sandbox keeps from every program no rule allows to read.
func TestDenyRead(t *testing.T) {
	m := &manifest.Manifest{Permissions: permissions("bypass", "allow", "allow read **", "allow bash cat *")}
	m.Tools.Default = "allow"
	m.Sandbox.DenyRead = []manifest.PathGlob{".env", "**/*.{pem,key}", "~/.ssh/**", "/etc/shadow", "My Secrets/[a-c]*", "gehälter/**"}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"a": {Permissions: m.Permissions, Tools: manifest.SubagentTools{Default: "allow"}}}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ tool, value, want string }{
		{"read", "/srv/app/.env", "deny"},
		{"read", "/srv/app/sub/.env", "allow"},
		{"read", "/srv/app/a/b.pem", "deny"},
		{"read", "/srv/app/a/b.key", "deny"},
		{"read", "/srv/app/a/b.crt", "allow"},
		{"read", "/srv/app/gehälter/a/b", "deny"},
		{"bash", "cat < 'My Secrets/abc'", "deny"},
		{"read", "/home/ada/.ssh/id_rsa", "deny"},
		{"read", "/etc/shadow", "deny"},
		{"grep", "/home/ada/.ssh", "deny"},
		{"glob", "/home/ada/.ssh", "allow"},
		{"edit", "/srv/app/.env", "allow"},
		{"bash", "cat < .env", "deny"},
		{"bash", "cd sub && cat < ../.env", "deny"},
		{"bash", "cat < ~/.ssh/id_rsa", "deny"},
		{"bash", "cat < sub/.env", "allow"},
		{"bash", "echo x > .env", "allow"},
	} {
		for _, subagent := range []string{"", "a"} {
			called := call(c.tool, c.value)
			called.Subagent = subagent
			d := guard.Decide(called)
			if string(d.Action) != c.want || (c.want == "deny") != (d.Pointer == "/sandbox/denyRead") {
				t.Errorf("%s %s: %s by %q (%s), must be %s", c.tool, c.value, d.Action, d.Pointer, d.Reason, c.want)
			}
		}
	}
}

// A glob that protects nothing is refused, rather than passed over.
func TestUselessDenyRead(t *testing.T) {
	for _, glob := range []manifest.PathGlob{"../x", "a/../b", "a**b", "$HOME/.ssh", "{a,b", "[a", "~ada/x", ""} {
		m := &manifest.Manifest{Permissions: permissions("ask", "ask")}
		m.Sandbox.DenyRead = []manifest.PathGlob{".env", glob}
		if _, err := permission.Parse(m); err == nil || !strings.Contains(err.Error(), "/sandbox/denyRead/1") {
			t.Errorf("%q: %v", glob, err)
		}
	}
}

// What decided is a place in the manifest.
func TestPointers(t *testing.T) {
	m := &manifest.Manifest{Permissions: permissions("acceptEdits", "ask", "deny bash rm *")}
	m.Tools.Default, m.Tools.Deny = "allow", []manifest.ToolName{"webfetch"}
	own := manifest.Subagent{Permissions: permissions("plan", "ask")}
	own.Tools.Default = "allow"
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"a/b": own}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ subagent, tool, value, pointer string }{
		{"", "bash", "rm x", "/permissions/rules/0"},
		{"", "bash", "make", "/permissions/default"},
		{"", "edit", "/srv/app/x", "/permissions/mode"},
		{"", "webfetch", "https://example.org", "/tools/deny"},
		{"", "bash", `eval "$x"`, ""},
		{"a/b", "edit", "/srv/app/x", "/subagents/a~1b/permissions/mode"},
		{"a/b", "bash", "rm x", "/permissions/rules/0"},
		{"a/b", "skill", "x", "/subagents/a~1b/permissions/default"},
	} {
		called := call(c.tool, c.value)
		called.Subagent = c.subagent
		if d := guard.Decide(called); d.Pointer != c.pointer {
			t.Errorf("%q: %s %q: decided by %q (%s), must be %q", c.subagent, c.tool, c.value, d.Pointer, d.Reason, c.pointer)
		}
	}
}

// A command depends on the directory that it begins in.
func TestDirectories(t *testing.T) {
	guard := guardOf(t, permissions("ask", "ask", "allow bash git status", "allow bash look", "allow bash ./run.sh", "allow write out/**", "deny write secrets/**"))
	for _, c := range []struct{ directory, command, want string }{
		// Git reads the settings of the directory that it runs in.
		{"", "git status", "allow"},
		{".", "git status", "allow"},
		{"/srv/app", "git status", "allow"},
		{"src", "git status", "ask"},
		{"/srv/app/src", "git status", "ask"},
		{"", "look", "allow"},
		{"src", "look", "allow"},
		{"/srv/app/src", "look", "allow"},
		{"/srv/app", "./run.sh", "allow"},
		{"src", "./run.sh", "ask"},
		{"/etc", "look", "ask"},
		{"..", "look", "ask"},
		{"/srv/apple", "look", "ask"},
		{"out", "look > f", "allow"},
		{"/srv/app/out", "look > f", "allow"},
		{"out", "look > out/../f", "allow"},
		{"out", "look > ../f", "ask"},
		{"out", "look > ../secrets/f", "deny"},
		{"secrets", "look > f", "deny"},
		{"src", "look > /srv/app/out/f", "allow"},
		{"src", "look > /srv/app/secrets/f", "deny"},
	} {
		called := call("bash", c.command)
		called.Directory = c.directory
		if d := guard.Decide(called); string(d.Action) != c.want {
			t.Errorf("in %q: %s: %s (%s), must be %s", c.directory, c.command, d.Action, d.Reason, c.want)
		}
	}
}

// A subagent has its own permissions within those of the Pod.
func TestSubagents(t *testing.T) {
	m := &manifest.Manifest{Permissions: permissions("ask", "ask", "allow bash make*", "deny bash rm *")}
	m.Tools.Default = "deny"
	m.Tools.Allow = []manifest.ToolName{"bash"}
	own := manifest.Subagent{Permissions: permissions("ask", "ask", "allow bash make*", "deny bash make deploy")}
	own.Tools.Default = "deny"
	own.Tools.Allow = []manifest.ToolName{"bash", "read"}
	own.Tools.Deny = []manifest.ToolName{"mcp__*"}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"builder": own}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ subagent, tool, value, want, pointer string }{
		{"", "bash", "make", "allow", "/permissions/rules/0"},
		{"", "bash", "make deploy", "allow", "/permissions/rules/0"},
		{"", "read", "/srv/app/x", "deny", ""},
		{"builder", "bash", "make", "allow", "/subagents/builder/permissions/rules/0"},
		{"builder", "bash", "make deploy", "deny", "/subagents/builder/permissions/rules/1"},
		{"builder", "bash", "rm x", "deny", "/permissions/rules/1"},
		{"builder", "read", "/srv/app/x", "ask", ""},
		{"builder", "mcp__x__y", "", "deny", ""},
		{"other", "bash", "make", "deny", ""},
	} {
		called := call(c.tool, c.value)
		called.Subagent = c.subagent
		d := guard.Decide(called)
		pointer := ""
		if d.Rule != nil {
			pointer = d.Rule.Pointer
		}
		if string(d.Action) != c.want || pointer != c.pointer {
			t.Errorf("%q: %s %q: %s by %q (%s), must be %s by %q", c.subagent, c.tool, c.value, d.Action, pointer, d.Reason, c.want, c.pointer)
		}
	}
}

// Under a ceiling, a subagent has its own permissions within those of the ceiling, and
// those of the Pod only where the ceiling has none.
func TestCeiling(t *testing.T) {
	tools := func(allow, deny string) *manifest.SubagentTools {
		list := func(text string) (names []manifest.ToolName) {
			for _, name := range strings.Fields(text) {
				names = append(names, manifest.ToolName(name))
			}
			return names
		}
		return &manifest.SubagentTools{Default: "deny", Allow: list(allow), Deny: list(deny)}
	}
	own := permissions("acceptEdits", "ask", "allow bash make*", "allow skill *", "allow mcp__* *")
	above := permissions("acceptEdits", "ask", "allow bash make*", "deny bash make deploy", "ask edit docs/**", "allow skill *", "allow mcp__* *")
	for _, c := range []struct {
		name          string
		ceiling       manifest.Ceiling
		tool, value   string
		want, pointer string
		atCeiling     string
	}{
		{name: "what the lead is denied", ceiling: manifest.Ceiling{Permissions: &above}, tool: "bash", value: "make test", want: "allow", pointer: "/subagents/builder/permissions/rules/0", atCeiling: "deny"},
		{name: "what the ceiling denies", ceiling: manifest.Ceiling{Permissions: &above}, tool: "bash", value: "make deploy", want: "deny", pointer: "/delegation/ceiling/permissions/rules/1", atCeiling: "deny"},
		{name: "what the ceiling asks about", ceiling: manifest.Ceiling{Tools: tools("*", ""), Permissions: &above}, tool: "edit", value: "/srv/app/docs/a", want: "ask", pointer: "/delegation/ceiling/permissions/rules/2", atCeiling: "ask"},
		{name: "tools alone leave the rules of the lead", ceiling: manifest.Ceiling{Tools: tools("*", "")}, tool: "bash", value: "make test", want: "deny", pointer: "/permissions/rules/0", atCeiling: "deny"},
		{name: "tools that the ceiling lacks", ceiling: manifest.Ceiling{Tools: tools("read", ""), Permissions: &above}, tool: "bash", value: "make test", want: "deny", pointer: "/delegation/ceiling/tools/default", atCeiling: "deny"},
		{name: "tools that the ceiling denies", ceiling: manifest.Ceiling{Tools: tools("*", "bash"), Permissions: &above}, tool: "bash", value: "make test", want: "deny", pointer: "/delegation/ceiling/tools/deny", atCeiling: "deny"},
		{name: "all that the ceiling offers", ceiling: manifest.Ceiling{Tools: tools("*", ""), Permissions: &above}, tool: "bash", value: "make test", want: "allow", pointer: "/subagents/builder/permissions/rules/0", atCeiling: "allow"},
		{name: "a server", ceiling: manifest.Ceiling{Permissions: &above}, tool: "mcp__docs__find", want: "allow", pointer: "/subagents/builder/permissions/rules/2", atCeiling: "deny"},
		{name: "another server", ceiling: manifest.Ceiling{Permissions: &above}, tool: "mcp__tracker__find", want: "deny", pointer: "/subagents/builder/mcpServers", atCeiling: "deny"},
		{name: "a server whose name begins alike", ceiling: manifest.Ceiling{Permissions: &above}, tool: "mcp__docs-2__find", want: "deny", pointer: "/subagents/builder/mcpServers", atCeiling: "deny"},
		{name: "a server without a tool", ceiling: manifest.Ceiling{Permissions: &above}, tool: "mcp__docs", want: "deny", pointer: "/subagents/builder/mcpServers", atCeiling: "deny"},
		{name: "a skill", ceiling: manifest.Ceiling{Permissions: &above}, tool: "skill", value: "notes", want: "allow", pointer: "/subagents/builder/permissions/rules/1", atCeiling: "deny"},
		{name: "another skill", ceiling: manifest.Ceiling{Permissions: &above}, tool: "skill", value: "deploy", want: "deny", pointer: "/subagents/builder/skills", atCeiling: "deny"},
		{name: "a file that it is kept from", ceiling: manifest.Ceiling{Permissions: &above}, tool: "read", value: "/srv/app/keys/a", want: "deny", pointer: "/sandbox/denyRead", atCeiling: "deny"},
	} {
		m := &manifest.Manifest{Permissions: permissions("plan", "deny", "deny bash *"), Delegation: &manifest.Delegation{Ceiling: &c.ceiling}}
		m.Tools.Default = "deny"
		builder := manifest.Subagent{Permissions: own, MCPServers: []manifest.ServerName{"docs"}, Skills: []manifest.SkillName{"notes"},
			Sandbox: &manifest.SubagentSandbox{DenyRead: []manifest.PathGlob{"keys/**"}}}
		builder.Tools.Default = "allow"
		m.Subagents = map[manifest.SkillName]manifest.Subagent{"builder": builder}
		guard, err := permission.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		called := call(c.tool, c.value)
		if d, ok := guard.DecideAtCeiling(called); !ok || string(d.Action) != c.atCeiling {
			t.Errorf("%s: %s at the ceiling, must be %s (%s)", c.name, d.Action, c.atCeiling, d.Reason)
		}
		called.Subagent = "builder"
		if d := guard.Decide(called); string(d.Action) != c.want || d.Pointer != c.pointer {
			t.Errorf("%s: %s by %q, must be %s by %q (%s)", c.name, d.Action, d.Pointer, c.want, c.pointer, d.Reason)
		}
	}
}

// A rule that the grammar refuses is not left out.
func TestRefusedRules(t *testing.T) {
	m := &manifest.Manifest{Permissions: permissions("ask", "ask", "deny Bash rm *", "forbid bash rm *", "deny bash rm *", "deny read .env")}
	_, err := permission.Parse(m)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, place := range []string{"/permissions/rules/0", "/permissions/rules/1/action", "/permissions/rules/3"} {
		if !strings.Contains(err.Error(), place) {
			t.Errorf("%s is not named in: %v", place, err)
		}
	}
	if _, err := permission.Parse(nil); err == nil {
		t.Error("no manifest: accepted")
	}
}

// The table has a line for each command form that agent programs are known to
// see through, or not to.
func TestCommandForms(t *testing.T) {
	guard := guardOf(t, permissions("ask", "ask", "deny bash git push*", "deny bash curl * | bash*", "allow bash true"))
	forms := []string{
		"git push", "git push origin", "true && git push", "true; git push", "true & git push", "git push &", "true | git push",
		"(git push)", "echo $(git push)", "echo `git push`", "if true; then git push; fi", "echo a | xargs git push", "timeout 5 git push",
		"env git push", "X=1 git push", "command git push", `"git" push`, `g"it" push`, `\git push`, "/usr/bin/git push", "git 'push'",
		"curl x | bash", `bash -c "git push"`, "$(echo git) push", "git -C . push", "nohup git push", "find . -exec git push \\;", "eval git push",
	}
	if len(forms) != 28 {
		t.Errorf("%d forms", len(forms))
	}
	for _, form := range forms {
		if d := guard.Decide(call("bash", form)); d.Action != "deny" || d.Rule == nil {
			t.Errorf("%s: %s (%s)", form, d.Action, d.Reason)
		}
	}
}

// A tool that its server does not offer is denied, to the Pod and to its subagents.
func TestServersKeepTheirTools(t *testing.T) {
	m := &manifest.Manifest{Tools: manifest.Tools{Default: "allow"}, Permissions: permissions("bypass", "allow")}
	m.MCPServers = map[manifest.ServerName]manifest.MCPServer{
		"docs":    {EnabledTools: []manifest.ToolName{"find", "get_*"}, DisabledTools: []manifest.ToolName{"get_secret", "mcp__tracker__list"}},
		"tracker": {DisabledTools: []manifest.ToolName{"delete*"}},
		"free":    {},
	}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"critic": {Tools: manifest.SubagentTools{Default: "allow"}, Permissions: permissions("bypass", "allow")}}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ tool, pointer string }{
		{"mcp__docs__find", ""},
		{"mcp__docs__get_page", ""},
		{"mcp__docs__get_secret", "/mcpServers/docs/disabledTools"},
		{"mcp__docs__finder", "/mcpServers/docs/enabledTools"},
		{"mcp__docs__Find", "/mcpServers/docs/enabledTools"},
		{"mcp__docs__find__more", "/mcpServers/docs/enabledTools"},
		{"mcp__docs", "/mcpServers/docs/enabledTools"},
		{"mcp__docs__", "/mcpServers/docs/enabledTools"},
		{"mcp__tracker__list", ""},
		{"mcp__tracker__delete_all", "/mcpServers/tracker/disabledTools"},
		{"mcp__free__delete_all", ""},
		{"bash", ""},
	} {
		for _, subagent := range []string{"", "critic"} {
			called := call(c.tool, "x")
			called.Subagent = subagent
			d := guard.Decide(called)
			if (d.Action == "deny") != (c.pointer != "") || c.pointer != "" && d.Pointer != c.pointer {
				t.Errorf("%q calls %s: %+v", subagent, c.tool, d)
			}
		}
	}
}

// The variable of a service is one known word, which rules name as it is written. It is
// held to the other rules by its address, and no command may change it.
func TestServices(t *testing.T) {
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "ask", Rules: []manifest.Rule{
		{Tool: "bash", Pattern: "curl -s $INSOMNIA_SERVICE_MY_CODE/*", Action: "allow"},
		{Tool: "bash", Pattern: "read *", Action: "allow"}, {Tool: "bash", Pattern: "unset *", Action: "allow"}, {Tool: "bash", Pattern: "printf *", Action: "allow"},
		{Tool: "bash", Pattern: "curl *secret*", Action: "deny"},
		{Tool: "bash", Pattern: "wget http\\://127.0.0.1*", Action: "deny"},
		{Tool: "bash", Pattern: "wget *", Action: "allow"},
		{Tool: "bash", Pattern: "curl * | bash*", Action: "deny"},
	}}}
	m.Tools.Default = "allow"
	m.Sandbox.Services = map[manifest.ProfileName]manifest.Service{"my-code": {}}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]manifest.Action{
		`curl -s $INSOMNIA_SERVICE_MY_CODE/team/x`:                                        "allow",
		`curl -s "$INSOMNIA_SERVICE_MY_CODE/team/x"`:                                      "allow",
		`curl -s ${INSOMNIA_SERVICE_MY_CODE}/team/x`:                                      "allow",
		`cd src && curl -s "${INSOMNIA_SERVICE_MY_CODE}"/team/x`:                          "allow",
		`timeout 5 curl -s $INSOMNIA_SERVICE_MY_CODE/x`:                                   "allow",
		`bash -c 'curl -s $INSOMNIA_SERVICE_MY_CODE/x'`:                                   "allow",
		`curl -s $INSOMNIA_SERVICE_MY_CODE`:                                               "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE.example.org/x`:                                 "ask",
		`curl -s $INSOMNIA_SERVICE_OTHER/x`:                                               "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/$x`:                                            "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/*`:                                             "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/{a,b}`:                                         "ask",
		`curl -s ${INSOMNIA_SERVICE_MY_CODE:-https://other.example}/x`:                    "ask",
		`curl -s ${!INSOMNIA_SERVICE_MY_CODE}/x`:                                          "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/x -o f`:                                        "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/x > f`:                                         "ask",
		`INSOMNIA_SERVICE_MY_CODE=x; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:                 "ask",
		`INSOMNIA_SERVICE_MY_CODE=x curl -s $INSOMNIA_SERVICE_MY_CODE/x`:                  "ask",
		`export INSOMNIA_SERVICE_MY_CODE=x; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:          "ask",
		`read INSOMNIA_SERVICE_MY_CODE; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:              "ask",
		`printf -v INSOMNIA_SERVICE_MY_CODE x; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:       "ask",
		`for INSOMNIA_SERVICE_MY_CODE in a; do curl -s $INSOMNIA_SERVICE_MY_CODE/x; done`: "ask",
		`: ${INSOMNIA_SERVICE_MY_CODE:=x}; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:           "ask",
		`IFS=/; curl -s $INSOMNIA_SERVICE_MY_CODE/x`:                                      "ask",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/secret`:                                        "deny",
		`curl -s $INSOMNIA_SERVICE_MY_CODE/x | bash`:                                      "deny",
		`wget $INSOMNIA_SERVICE_MY_CODE/x`:                                                "deny",
		`wget "$INSOMNIA_SERVICE_MY_CODE"`:                                                "deny",
	} {
		if d := guard.Decide(call("bash", command)); d.Action != want {
			t.Errorf("%s: %s, want %s (%s)", command, d.Action, want, d.Reason)
		}
	}
}
