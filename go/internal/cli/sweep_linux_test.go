//go:build canaries

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// newSweep plants the values.
func newSweep(t *testing.T, program string) *sweep {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sweep{program: program, root: root, sources: map[string]bool{}}
	at := func(path string) string { return filepath.Join(root, path) }
	for _, dir := range []string{"home", "tmp", "bin", "keys", "project/.insomnia/profiles", "plain", "literal"} {
		if err := os.MkdirAll(at(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put := func(path, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(at(path), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	put("bin/mcp", "#!/bin/sh\n", 0o700) // secrets are bound to it
	s.env = []string{
		"PATH=" + at("bin") + ":" + filepath.Dir(program) + ":" + os.Getenv("PATH"), "HOME=" + at("home"), "TMPDIR=" + at("tmp"), "TERM=xterm",
		"XDG_CONFIG_HOME=" + at("home/config"), "XDG_DATA_HOME=" + at("home/data"), "XDG_STATE_HOME=" + at("home/state"), "XDG_CACHE_HOME=" + at("home/cache"),
		"NIX_CONFIG=" + os.Getenv("NIX_CONFIG"), "GIT_CONFIG_GLOBAL=/dev/null", "EDITOR=true",
	}

	dresses := []string{"@", "sk-@", `a"b\@/+?&= é%`, "-----BEGIN-----\n@\n-----END-----\n", "@\n", "\t'@'$(id)`"}
	plant := func(where string, i int) canary {
		c := newCanary(fmt.Sprintf("cn.%s%d", where, i), where, dresses[i%len(dresses)])
		s.canaries = append(s.canaries, c)
		return c
	}
	var names []string
	bind := func(name, uri string) {
		t.Helper()
		names = append(names, name)
		if code := s.run(root, "", nil, "secret", "bind", name, uri, "--host", "api.example.org", "--command", "mcp"); code != 0 {
			t.Fatalf("binding %s: %d", name, code)
		}
	}
	for i := range 6 {
		c := plant("store", i)
		names = append(names, c.name)
		if code := s.run(root, c.value, nil, "secret", "set", c.name, "--host", "api.example.org", "--command", "mcp"); code != 0 {
			t.Fatalf("setting %s: %d", c.name, code)
		}
	}
	for i := range 5 {
		c := plant("variable", i)
		s.env = append(s.env, fmt.Sprintf("CANARY_%d=%s", i, c.value))
		bind(c.name, fmt.Sprintf("env:CANARY_%d", i))
	}
	for i := range 6 {
		c := plant("file", i)
		put("keys/"+c.name, c.value, 0o600)
		s.sources[at("keys/"+c.name)] = true
		bind(c.name, "file:"+at("keys/"+c.name))
	}
	// A stand-in for op and its like, which writes to standard error too, and takes its time.
	put("bin/op", "#!/bin/sh\ncat "+at("keys")+"/$1 >&2\nsleep 0.05\ncat "+at("keys")+"/$1\n[ \"$2\" != fail ]\n", 0o700)
	for i := range 5 {
		c := plant("exec", i)
		put("keys/"+c.name, c.value, 0o600)
		s.sources[at("keys/"+c.name)] = true
		bind(c.name, "exec:op "+c.name)
	}
	// Untracked files in a project.
	for i, dir := range []string{"project", "plain"} {
		c := plant("dotenv", i)
		put(dir+"/.env", "KEY="+c.value+"\n", 0o600)
		s.sources[at(dir+"/.env")] = true
	}

	var servers strings.Builder
	for i, name := range names {
		fmt.Fprintf(&servers, "  mcpServers.s%d = { command = \"mcp\"; env.TOKEN = insomnia.lib.secrets.ref %q; };\n", i, name)
		fmt.Fprintf(&servers, "  mcpServers.h%d = { type = \"http\"; url = \"https://api.example.org/\"; headers.X-Key = insomnia.lib.secrets.ref %q; };\n", i, name)
	}
	profile := func(name, more string) string {
		return "{ insomnia }:\ninsomnia.lib.mkProfile {\n  name = \"" + name + "\";\n  model.ref = \"anthropic/claude-sonnet-4-5\";\n  model.baseUrl = \"https://api.example.org/v1\";\n" + more + "}\n"
	}
	put("project/.insomnia/profiles/all.nix", profile("all", servers.String()), 0o600)
	put("project/.insomnia/profiles/evil.nix", profile("evil", "  model.auth = insomnia.lib.secrets.ref \"cn.store0\";\n  mcpServers.x = { type = \"http\"; url = \"https://evil.example.net/\"; headers.A = insomnia.lib.secrets.ref \"cn.exec0\"; };\n"), 0o600)
	put("project/.insomnia/profiles/broken.nix", profile("broken", "  model.auth = { };\n  nonsense = 1;\n"), 0o600)
	put("project/loose.nix", profile("loose", "  model.auth = insomnia.lib.secrets.ref \"cn.file0\";\n"), 0o600)
	put("plain/profile.nix", profile("plain", "  model.auth = insomnia.lib.secrets.ref \"cn.file1\";\n"), 0o600)
	// Keys that an author wrote out, where only references belong and where nothing does.
	literals := ""
	for i, format := range []string{
		"  mcpServers.a = { command = \"mcp\"; args = [ \"--key\" \"gh" + "p_@\" ]; };\n",
		"  mcpServers.b = { type = \"http\"; url = \"https://api.example.org/?key=sk" + "-ant-api03-@\"; };\n",
		"  mcpServers.c = { type = \"http\"; url = \"https://api.example.org/\"; headers.Authorization.value = \"Bear" + "er @\"; };\n",
		"  mcpServers.d = { command = \"mcp\"; env.KEY = \"@\"; };\n",
		"  hooks = [ { event = \"SessionEnd\"; command = [ \"mcp\" \"gl" + "pat-@\" ]; } ];\n",
		"  tools.hf" + "_@ = 1;\n",
	} {
		c := newCanary(fmt.Sprintf("cn.literal%d", i), "literal", format)
		s.canaries = append(s.canaries, c)
		literals += c.value
	}
	put("literal/profile.nix", profile("literal", literals), 0o600)
	slot := newCanary("cn.literal.slot", "literal", "{ insomnia }: insomnia.lib.mkProfile { name = \"slot\"; model.auth = \"@\" // { }; }\n")
	s.canaries = append(s.canaries, slot)
	put("literal/slot.nix", slot.value, 0o600)
	s.sources[at("literal/profile.nix")], s.sources[at("literal/slot.nix")] = true, true
	// Keys in the settings of other programs, in each place where people write them.
	for name, lines := range foreignSettings {
		c := newCanary("cn.foreign."+name, "literal", strings.Join(lines, ""))
		s.canaries = append(s.canaries, c)
		if err := os.MkdirAll(filepath.Dir(at("foreign/"+name)), 0o700); err != nil {
			t.Fatal(err)
		}
		put("foreign/"+name, strings.ReplaceAll(c.value, "(at)", "@"), 0o600)
		s.sources[at("foreign/"+name)] = true
	}
	put("project/flake.nix", "{ outputs = _: { insomniaProfiles = { }; }; }\n", 0o600)
	put("project/older.toml", "[model]\nid = \"claude-sonnet-4-5\"\n", 0o600)
	for _, args := range [][]string{{"init", "-q"}, {"add", "loose.nix", "flake.nix", ".insomnia"}} {
		if out, err := exec.Command("git", append([]string{"-C", at("project")}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return s
}

// everything runs every command, then looks at everything that was left.
func (s *sweep) everything(t *testing.T) {
	before := storePaths()
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })

	project := filepath.Join(s.root, "project")
	ran := map[string]bool{}
	run := func(line string) int {
		t.Helper()
		args := strings.Fields(line)
		ran[strings.Join(args[:min(2, len(args))], " ")], ran[args[0]] = true, true
		code := 0
		for _, more := range [][]string{{"--log-level", "trace", "--log-format", "json"}, {"--json"}} {
			code = s.run(project, "", nil, slices.Concat(args[:1], more, args[1:])...)
		}
		return code
	}
	for _, line := range strings.Split(strings.TrimSpace(commandLines), "\n") {
		want, line, _ := strings.Cut(line, " ")
		if code := run(line); want != "*" && strconv.Itoa(code) != want {
			t.Errorf("%s ended with %d, not %s: %s", line, code, want, s.said)
		}
	}
	app := (&program{}).app("")
	app.Setup()
	for _, c := range everyCommand(app.Commands) {
		if name := strings.TrimPrefix(c.HelpName, "insomnia "); len(c.Subcommands) == 0 && c.Name != "help" && !ran[name] && name != "secret check" && name != "secret exec" {
			t.Errorf("the sweep does not run %s", name)
		}
	}
	s.secrets(t)
	s.screen(t, project)
	stop()
	watching.Wait()

	s.files(t, s.root)
	for name := range storePaths() {
		if !before[name] {
			s.files(t, filepath.Join("/nix/store", name))
		}
	}
}

// commandLines are the commands to run, with the exit code of the second run, which has
// --json; * for any. Pods come before the commands that need one.
const commandLines = `
0 resolve project:all
0 resolve project:all --provenance --pretty
* resolve project:all --evaluator nix
* resolve .#all --evaluator nix
* resolve ./loose.nix --evaluator nix
* resolve ../plain --evaluator nix
0 resolve ../plain
4 resolve nobody
3 resolve ../literal/profile.nix
* resolve ../literal/profile.nix --evaluator nix
5 resolve ../literal/slot.nix
* resolve ../literal/slot.nix --evaluator nix
3 profile explain ../literal/profile.nix
3 profile show ../literal/profile.nix
0 init --yes
0 alias set short project:all
0 alias list
0 resolve short
4 alias rm short
* lock . --dry-run
2 lock ../plain
0 import
0 import claude ../foreign --dry-run
0 import claude ../foreign --out imported
0 import mcp ../foreign/.mcp.json --out imported
0 import codex ../foreign --out imported
0 import opencode ../foreign --out imported
0 add ../foreign/.mcp.json#a --user --dry-run
0 add ../foreign/.mcp.json#a --user --yes --json
0 add ../foreign/.mcp.json#b --user --yes
0 add ../foreign/.claude/skills/helper --user --yes
0 add ../foreign/.claude/agents/helper.md --user --yes --name helper-agent
7 add ../foreign/.mcp.json#b --project --yes
0 add --list
0 add --outdated
0 add --update
4 add --remove a
* resolve ./imported/claude/profile.nix
* resolve ./imported/codex/profile.nix
3 profile diff project:all ../literal/profile.nix
3 secret check ../literal/profile.nix
3 trust show ../literal/profile.nix
3 pod new ../literal/profile.nix --name literal --no-start
3 resolve project:broken
2 resolve --nonsense
* verify
* verify . --against-nix
0 profile list
0 profile show project:all
0 profile explain project:all
* profile explain project:all model.auth
* profile diff project:all project:evil
0 profile default
0 profile default project:all
* profile new fresh
* profile new layered --from project:all
* profile edit ./loose.nix
0 config path
0 config set ui.summaries true
0 config get ui.summaries
2 config get secrets.cn.store0
0 source list
* source add there path:../plain
* source update
* source rm there
0 schema manifest
0 schema config
* manifest validate older.toml
* manifest convert older.toml
0 manifest sbom project:all
3 manifest sbom ../literal/profile.nix
* verify . --format sarif
* verify ../literal/profile.nix --format sarif
1 resolve project:all --expect sha256-hube94MyVZjFa5RxAKPX0GGIToDT7c5t3JAdoKUt95E=
* pod new project:all --name one --no-start --workspace .
* pod new project:all --name two --no-start
* pod new project:evil --name three --no-start
0 pod list
0 pod show one
0 pod export one
0 pod export one --format resolved
* pod resume one --print
* pod resume one --dry-run
* pod attach one
* pod stop one
0 pod prune
* pod reload one --yes
* pod rollback one
* pod diff one 1 1
* pod diff one
* pod rename one uno
* pod rm uno --yes
0 permissions test project:all make
0 permissions test project:all --tool read --path .env
2 permissions test project:all --file .env
3 permissions test ../literal/profile.nix make
0 trust show project:all
0 trust list
* trust grant project:all
* trust revoke project:all
* doctor
* runtime list
* runtime check project:all
* runtime render project:all --runtime claude-code --out plan
* runtime render project:all --runtime opencode --out plan2
0 completion bash
0 man
0 version
0 secret list
2 secret set
7 secret set cn.file0
* secret set cn.store0 --for project:all --yes
* secret bind cn.store0
* secret rm nobody
`

// secrets runs the commands that read values.
func (s *sweep) secrets(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })
	defer watching.Wait()
	defer stop()
	project := filepath.Join(s.root, "project")
	trace := []string{"--log-level", "trace", "--log-format", "json"}
	for _, args := range [][]string{
		{"secret", "check", "project:all"}, {"secret", "check", "project:all", "--json"}, {"secret", "check", "project:evil"},
		{"secret", "check", "project:broken"}, {"secret", "check", "./loose.nix"},
	} {
		s.run(project, "", nil, append(args, trace...)...)
	}
	for _, c := range s.canaries {
		if c.where == "dotenv" || c.where == "literal" {
			continue
		}
		// The consumer reports what else it received, but not the value itself.
		s.run(project, "", nil, slices.Concat([]string{"secret", "exec", c.name}, trace, []string{"--", "sh", "-c", "cat /dev/fd/3 > /dev/null; sleep 0.03"})...)
		// Each of them for real: else nothing could have got out.
		cmd := exec.Command(s.program, "secret", "exec", c.name, "--", "cat", "/dev/fd/3")
		cmd.Env = s.env
		want := c.value
		if c.where != "variable" && strings.Count(want, "\n") == 1 {
			want = strings.TrimSuffix(want, "\n")
		}
		if out, err := cmd.Output(); err != nil || string(out) != want {
			s.mu.Lock()
			if len(s.found) == 0 { // a leak may stop the program
				t.Errorf("%s does not reach its consumer: %v", c.name, err)
			}
			s.mu.Unlock()
		}
	}
	// Failures of what holds the values: a command that fails after it has written
	// the value, a file that others can read, damage, another identity.
	s.run(project, "", nil, "secret", "bind", "cn.exec1", "exec:op cn.exec1 fail")
	os.Chmod(filepath.Join(s.root, "keys/cn.file1"), 0o644)
	store := filepath.Join(s.root, "home/data/insomnia/secrets")
	os.WriteFile(filepath.Join(store, "cn.store1.age"), []byte("age-encryption.org/v1\n"), 0o600)
	data, _ := os.ReadFile(filepath.Join(store, "cn.store2.age"))
	os.WriteFile(filepath.Join(store, "cn.store3.age"), data, 0o600)
	s.run(project, "", nil, append([]string{"secret", "check", "project:all"}, trace...)...)
	s.run(project, "", nil, append([]string{"secret", "check", "project:all", "--json"}, trace...)...)
	for _, name := range []string{"cn.exec1", "cn.file1", "cn.store1", "cn.store3"} {
		s.run(project, "", nil, append([]string{"secret", "exec", name, "--", "true"}, trace...)...)
		s.run(project, "two\x00parts", nil, append([]string{"secret", "set", name}, trace...)...)
		s.run(project, "", nil, append([]string{"secret", "rm", name, "--yes"}, trace...)...)
	}
	s.run(project, "", nil, append([]string{"secret", "list", "--json"}, trace...)...)
	full, _ := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	cmd := exec.Command(s.program, "secret", "check", "project:all")
	cmd.Dir, cmd.Env = project, s.env
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = full, &stderr
	cmd.Run()
	full.Close()
	s.look("the errors of a full disk", stderr.Bytes(), "")
}

// screen starts the program alone at a terminal and walks about.
func (s *sweep) screen(t *testing.T, dir string) {
	cmd := exec.Command(s.program)
	cmd.Dir, cmd.Env = dir, s.env
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 160})
	if err != nil {
		t.Fatal(err)
	}
	var shown growing
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		chunk := make([]byte, 1<<16)
		for {
			n, err := terminal.Read(chunk)
			shown.Write(chunk[:n])
			if err != nil {
				return
			}
		}
	}()
	seen := 0
	// draws waits until the screen shows something new, for keys that change nothing only so long.
	draws := func(patience time.Duration) {
		for deadline := time.Now().Add(patience); len(shown.String()) == seen && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		seen = len(shown.String())
	}
	draws(time.Minute)
	for _, key := range []string{"\x1b[B", "\x1b[B", "\r", "\x1b", "n", "\t", "\x1b", "?", "/all", "\x1b", "q"} {
		terminal.WriteString(key)
		draws(time.Second)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		cmd.Process.Kill()
		<-ended
	}
	cmd.Wait()
	terminal.Close()
	if shown.String() == "" {
		t.Error("the screen stays empty")
	}
	s.look("the screen", []byte(shown.String()), "")
}
