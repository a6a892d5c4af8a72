package checks

import (
	"encoding/json"
	"math/rand/v2"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// decided is a manifest, as far as decisions go, with calls.
type decided struct {
	Manifest struct {
		Tools       toolLists            `json:"tools"`
		Permissions manifest.Permissions `json:"permissions"`
		Sandbox     sandboxLists         `json:"sandbox"`
	} `json:"manifest"`
	Calls []map[string]string `json:"calls"`
}

type sandboxLists struct {
	DenyRead []manifest.PathGlob `json:"denyRead"`
}

type toolLists struct {
	Default manifest.ToolDefault `json:"default"`
	Allow   []manifest.ToolName  `json:"allow"`
	Deny    []manifest.ToolName  `json:"deny"`
}

// What policy.decides is certain of in Nix, the guard decides as well: over rules and
// calls put together from words that matter to one of them.
func TestDecidesAgreesWithTheGuard(t *testing.T) {
	const manifests, calls = 500, 40
	random := rand.New(rand.NewPCG(1, 2))
	var places map[string]string
	fromLibrary(t, `lib: _: import (lib + "/policy/decides/places.nix")`, nil, &places)
	var plain []string
	fromLibrary(t, `lib: _: (import (lib + "/policy/decides/command.nix")).programs`, nil, &plain)
	programs := append(plain, special...)
	cases := make([]decided, manifests)
	guards := make([]*permission.Guard, manifests)
	for i := range cases {
		cases[i], guards[i] = randomCase(t, random, programs, calls)
	}
	var answers [][]*string
	fromLibrary(t, `lib: map ({ manifest, calls }: map (import (lib + "/policy/decides/decide.nix") manifest) calls)`, cases, &answers)

	certain := map[string]int{}
	wrong := 0
	for i, c := range cases {
		for j, call := range c.Calls {
			tool := call["tool"]
			got := answers[i][j]
			if got == nil {
				certain[tool+" undecided"]++
				continue
			}
			certain[tool+" "+*got]++
			want := guards[i].Decide(callOf(call, places["workspace"], places["home"]))
			if *got != string(want.Action) && wrong < 20 {
				wrong++
				t.Errorf("%v: Nix decides %s, the guard %s: %s\n\tmode %s, default %s, rules %v", call, *got, want.Action, want.Reason,
					c.Manifest.Permissions.Mode, c.Manifest.Permissions.Default, c.Manifest.Permissions.Rules)
			}
		}
	}
	for _, tool := range []string{"bash", "read", "write", "grep", "webfetch", "agent", "mcp__linear__get"} {
		for _, verdict := range []string{"allow", "ask", "deny"} {
			if certain[tool+" "+verdict] < 10 {
				t.Errorf("%d calls of %s were decided as %s: the test is too small", certain[tool+" "+verdict], tool, verdict)
			}
		}
	}
	t.Log(certain)
}

// callOf is a call as `insomnia verify` decides it.
func callOf(call map[string]string, workspace, home string) permission.Call {
	c := permission.Call{Tool: call["tool"], Command: call["command"], URL: call["url"], Argument: call["name"], Workspace: workspace, Home: home}
	if name, ok := call["path"]; ok {
		switch {
		case name == "~":
			name = home
		case strings.HasPrefix(name, "~/"):
			name = path.Join(home, name[2:])
		case !path.IsAbs(name):
			name = path.Join(workspace, name)
		}
		c.Paths = []string{name}
	}
	return c
}

func randomCase(t *testing.T, random *rand.Rand, programs []string, calls int) (decided, *permission.Guard) {
	t.Helper()
	var c decided
	for range calls {
		c.Calls = append(c.Calls, randomCall(random, programs))
	}
	p := &c.Manifest.Permissions
	p.Mode = manifest.PermissionMode(pick(random, "plan", "ask", "ask", "acceptEdits", "auto", "bypass"))
	p.Default = manifest.Action(pick(random, "allow", "ask", "deny"))
	p.Rules = []manifest.Rule{}
	for range random.IntN(6) {
		rule := randomRule(random, c.Calls[random.IntN(len(c.Calls))])
		if grammar.CheckTool(string(rule.Tool), []string{"linear"}) == nil {
			if _, err := grammar.ParsePattern(string(rule.Tool), string(rule.Pattern)); err == nil {
				p.Rules = append(p.Rules, rule)
			}
		}
	}
	c.Manifest.Tools = toolLists{Default: "allow", Allow: []manifest.ToolName{}, Deny: []manifest.ToolName{}}
	switch random.IntN(8) {
	case 0:
		c.Manifest.Tools.Default = "deny"
		c.Manifest.Tools.Allow = []manifest.ToolName{"bash", "read", "write", "mcp__linear__*"}
	case 1:
		c.Manifest.Tools.Deny = []manifest.ToolName{manifest.ToolName(pick(random, "bash", "edit", "mcp__*", "mcp__linear__g*", "webfetch"))}
	}
	c.Manifest.Sandbox.DenyRead = []manifest.PathGlob{}
	for range random.IntN(4) - 1 {
		c.Manifest.Sandbox.DenyRead = append(c.Manifest.Sandbox.DenyRead, manifest.PathGlob(pick(random, ".env", "**/.env", "src/**", "*.{md,go}", "**/*.[a-m]*", "~/.ssh/**",
			"/etc/{passwd,shadow}", "src/{a,b}.go", "**/{.env,key}", "gehälter/**")))
	}
	m := &manifest.Manifest{Permissions: *p}
	m.Sandbox.DenyRead = c.Manifest.Sandbox.DenyRead
	m.Tools.Default, m.Tools.Allow, m.Tools.Deny = c.Manifest.Tools.Default, c.Manifest.Tools.Allow, c.Manifest.Tools.Deny
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return c, guard
}

func pick(random *rand.Rand, from ...string) string { return from[random.IntN(len(from))] }

func randomCall(random *rand.Rand, programs []string) map[string]string {
	switch random.IntN(10) {
	case 0:
		return map[string]string{"tool": pick(random, "read", "grep", "glob"), "path": randomPath(random)}
	case 1:
		return map[string]string{"tool": pick(random, "edit", "write"), "path": randomPath(random)}
	case 2:
		host := pick(random, "example.com", "docs.example.com", "a.b.example.com", "example.org", "127.0.0.1", "localhost", "0x7f.1", "evil-example.com", "EXAMPLE.com")
		return map[string]string{"tool": "webfetch", "url": pick(random, "http://", "https://", "ftp://") + host + pick(random, "", "/", "/docs", "/docs/a.html", ":8080/", "/a//b", "/../x", "?q=1")}
	case 3:
		return map[string]string{"tool": pick(random, "agent", "skill"), "name": pick(random, "reviewer", "coder-fast", "coder", "Coder", "db-migrate", "a b")}
	case 4:
		return map[string]string{"tool": pick(random, "mcp__linear__get", "websearch", "mcp__linear__delete")}
	}
	return map[string]string{"tool": "bash", "command": randomCommand(random, programs)}
}

func randomPath(random *rand.Rand) string {
	parts := make([]string, 1+random.IntN(3))
	for i := range parts {
		parts[i] = pick(random, "src", "main.go", ".env", "secrets", "key", "a", "..", ".", "test", "x*y", "B C")
		if random.IntN(3) > 0 {
			parts[i] = pick(random, "src", "main.go", ".env", "secrets", "key")
		}
	}
	return pick(random, "", "", "", "./", "/", "~/", "/workspace/", "/home/agent/", "/etc/") + strings.Join(parts, "/") + pick(random, "", "", "", "", "/")
}

// special are names that the guard or the shell does not take for a program as any other.
var special = strings.Fields("sudo env time if exec eval nohup xargs find bash sh timeout command builtin true pwd cd test let export declare select function coproc " +
	"trap source alias ssh npx nix-shell strace less Git ./git /usr/bin/git pushd kill printf read set unset type wait jobs then do")

func randomCommand(random *rand.Rand, programs []string) string {
	words := []string{programs[random.IntN(len(programs))]}
	for range random.IntN(4) {
		word := pick(random, "push", "status", "origin", "main", "build", "run", "exec", "foreach", "src/a.go", "rm", "git", "x", "test", "./a", "/etc/passwd",
			"config", "diff", "clone", "stash", "log", "bisect", "difftool", "shell", "develop", "dlx", "create", "o", "a/../b", "a/..", "cat", ".env", "checkout", "sudo", "bin/rm", "build:web", ":main")
		switch random.IntN(12) {
		case 0, 1:
			word = pick(random, "-f", "--force", "-rf", "-c", "-C", "--", "-x", "-n", "-S", "--exec", "-", "-I", "-e")
		case 2:
			word = pick(random, "a=b", "PATH=x", "$x", "*.go", "a;b", "'a b'", "&&", "|", ">", "ext::sh", "http://example.com", "build:web", "@{u}", "#x", "~", "!", "+x")
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// randomRule is a rule that may be about a call.
func randomRule(random *rand.Rand, call map[string]string) manifest.Rule {
	rule := manifest.Rule{Tool: manifest.ToolName(call["tool"]), Pattern: "*", Action: manifest.Action(pick(random, "allow", "ask", "deny"))}
	if random.IntN(12) == 0 {
		rule.Tool = manifest.ToolName(pick(random, "*", "mcp__*", "mcp__linear__*"))
		return rule
	}
	value := call["command"] + call["path"] + call["url"] + call["name"]
	if value == "" || random.IntN(8) == 0 {
		return rule
	}
	pattern := value
	switch random.IntN(5) {
	case 0:
		pattern = value[:random.IntN(len(value)+1)] + "*"
	case 1:
		words := strings.Split(value, " ")
		pattern = strings.Join(words[:1+random.IntN(len(words))], " ") + pick(random, "*", " *")
	case 2:
		parts := strings.Split(value, "/")
		pattern = strings.Join(parts[:random.IntN(len(parts)+1)], "/") + pick(random, "/**", "/*", "", "/**/*.go")
	case 3:
		if _, ok := call["path"]; ok {
			pattern = pick(random, "**/.env", "**", "src/**", "/**", "~/**", "/**/.env", "secrets/*", "**/key", "./.env", "~", "**/src/**/key", "log/?.txt", `a\*b`)
		} else if _, ok := call["url"]; ok {
			pattern = pick(random, "example.com", "*.example.com", "https://example.com", "example.com:8080", "example.com/docs/**", "localhost", "127.0.0.1")
		} else {
			pattern = pick(random, "*push*", "git * origin*", "*/git push", "/usr/bin/git push*", "rm *", "rm*", "* main", "curl * | bash*", `git \*`, "*", "sudo *", "* rm*", "bash*", "rm a*", `git push* \:*`, `* \:x`, `npm run build\:*`, `rm* \* *`, `git \|*`, "rm /workspace/*", "cat src/*", "git checkout *", "test*", "p*", "build", "/bin/rm*")
		}
	}
	rule.Pattern = manifest.Pattern(pattern)
	return rule
}

// fromLibrary evaluates a function with `lib`, a path, and an argument, and decodes
// its result.
func fromLibrary(t testing.TB, function string, argument, result any) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount("/repository", dir)
	ev := eval.New(eval.Options{Sources: sources})
	text, err := json.Marshal(argument)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ev.EvalExpr("text: ("+function+") /repository/lib (builtins.fromJSON text)", "«test»", "/")
	if err == nil {
		v, err = ev.Call(v, eval.Str(string(text)))
	}
	var out []byte
	if err == nil {
		out, err = ev.ToJSON(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, result); err != nil {
		t.Fatal(err)
	}
}
