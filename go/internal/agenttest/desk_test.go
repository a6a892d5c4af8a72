package agenttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// canary is the key of the model; nothing inside a Pod may have it.
const canary = "sk-canary-8f2c71d0a4b94e6f"

// otherKey is the value of another secret.
const otherKey = "sk-other-51c07e6a92"

// program is the insomnia that is tried, unrulyDir where the unruly agent programs are.
var program, unrulyDir string

func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); versions[name] != "" {
		os.Exit(runUnruly(name, os.Args[1:]))
	}
	dir, err := os.MkdirTemp("", "insomnia-")
	if program = os.Getenv("INSOMNIA_BUILT"); err == nil && program == "" {
		program = filepath.Join(dir, "insomnia")
		build := exec.Command("go", "build", "-o", program, "github.com/insomnia-pods/insomnia/go/cmd/insomnia")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		err = build.Run()
	}
	unrulyDir = filepath.Join(dir, "unruly")
	for name := range versions {
		if err == nil {
			err = copyProgram(filepath.Join(unrulyDir, name))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// copyProgram makes a copy of this program.
func copyProgram(to string) error {
	self, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err != nil {
		return err
	}
	if os.Link(self, to) == nil {
		return nil
	}
	data, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// agent is a program with what its tools are called.
type agent struct {
	runtime, role, program string
	// shell is a call that runs a command.
	shell func(command string) modelmock.Call
}

var agents = []agent{
	{"claude-code", "coder", "claude", func(command string) modelmock.Call {
		return modelmock.Call{Tool: "Bash", Input: map[string]any{"command": command, "description": "run it"}}
	}},
	{"codex", "coder-openai", "codex", func(command string) modelmock.Call {
		text, _ := json.Marshal(command)
		return modelmock.Call{Tool: "exec", Input: "const r = await tools.exec_command({cmd: " + string(text) + "}); text(r.output ?? JSON.stringify(r));"}
	}},
	{"opencode", "coder", "opencode", func(command string) modelmock.Call {
		return modelmock.Call{Tool: "bash", Input: map[string]any{"command": command, "description": "run it"}}
	}},
}

// each runs a test for each program, at a desk of its own.
func each(t *testing.T, test func(t *testing.T, a agent)) {
	t.Parallel()
	for _, a := range agents {
		t.Run(a.runtime, func(t *testing.T) {
			t.Parallel()
			test(t, a)
		})
	}
}

// desk is a user with a workspace and a model.
type desk struct {
	*testing.T
	agent
	home, xdg, work string
	env             []string
	model           *modelmock.Mock
	baseURL, port   string
	free            string   // an unused port
	keys            sync.Map // keys that the model was shown
	paths           sync.Map // paths that it was asked at
	account, plan   string   // what is said of the account of a login, and its plan
}

// newDesk makes a desk with a real program; fields are added to the profile of a role, in Nix.
func newDesk(t *testing.T, a agent, fields string, script modelmock.Script) *desk {
	t.Helper()
	dir := os.Getenv("INSOMNIA_AGENTS")
	if _, err := exec.LookPath(filepath.Join(dir, a.program)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	d := openDesk(t, a, dir, script)
	d.profile(fmt.Sprintf(`{ insomnia }:
insomnia.lib.mkProfile {
  name = "tried";
  imports = [ insomnia.insomniaProfiles.%s ];
  model.baseUrl = "%s";
  %s
}
`, a.role, d.baseURL, fields))
	d.git("init", "-q")
	return d
}

// openDesk makes a desk without a profile, with the programs of a directory.
func openDesk(t *testing.T, a agent, programs string, script modelmock.Script) *desk {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(cache, "insomnia-agents-test")
	if err := os.MkdirAll(base, 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp(base, "desk-")
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	d := &desk{T: t, agent: a, home: filepath.Join(root, "home"), xdg: filepath.Join(root, "xdg"), work: filepath.Join(root, "work")}
	for _, dir := range []string{d.home, d.xdg, d.work} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.model = modelmock.New(script, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, key := range []string{r.Header.Get("X-Api-Key"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")} {
			if key != "" {
				d.keys.Store(key, true)
			}
		}
		d.paths.Store(r.URL.Path, true)
		if name, ok := strings.CutPrefix(r.URL.Path, "/mcp/"); ok {
			d.paths.Store("header "+r.Header.Get("X-Team"), true)
			overHTTP(w, r, "over_"+name)
			return
		}
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/elsewhere")
		d.model.ServeHTTP(w, r)
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	address := "http://" + listener.Addr().String()
	d.baseURL = address
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, d.free, _ = net.SplitHostPort(unused.Addr().String())
	unused.Close()
	_, d.port, _ = net.SplitHostPort(listener.Addr().String())
	path := os.Getenv("PATH")
	if programs != "" {
		path = programs + ":" + path
	}
	d.env = []string{
		"PATH=" + path, "HOME=" + d.home, "TERM=xterm-256color", "LANG=C.UTF-8", "TEST_KEY=" + canary, "OTHER_KEY=" + otherKey,
		"XDG_CONFIG_HOME=" + d.xdg + "/config", "XDG_STATE_HOME=" + d.xdg + "/state", "XDG_DATA_HOME=" + d.xdg + "/data", "XDG_CACHE_HOME=" + d.xdg + "/cache",
	}
	name := "anthropic.api.default"
	if a.role == "coder-openai" {
		name, d.baseURL = "openai.api.default", address+"/v1"
	}
	d.write(d.xdg+"/config/insomnia/config.toml", fmt.Sprintf("[secrets.%q]\nuri = \"env:TEST_KEY\"\nhosts = [%q]\n[secrets.\"other.key\"]\nuri = \"env:OTHER_KEY\"\nhosts = [%[2]q]\n", name, address))
	return d
}

// profile writes the profile from which Pods are created.
func (d *desk) profile(text string) {
	d.Helper()
	d.write(d.xdg+"/config/insomnia/profiles/tried.nix", text)
}

func (d *desk) write(path, text string) {
	d.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) git(args ...string) {
	d.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = d.work, d.env
	if out, err := cmd.CombinedOutput(); err != nil {
		d.Fatalf("git: %v\n%s", err, out)
	}
}

// ran is the outcome of a command.
type ran struct {
	exit           int
	stdout, stderr string
}

// insomnia runs a command of the program in the workspace.
func (d *desk) insomnia(args ...string) ran {
	d.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = d.work, d.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		d.Fatal(err)
	}
	timer := time.AfterFunc(4*time.Minute, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	if !timer.Stop() {
		d.Fatalf("insomnia %s does not end (%v)\n%s\n%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	if _, after, crashed := strings.Cut(errs.String(), "wrote a crash report to "); crashed {
		path, _, _ := strings.Cut(after, "\n")
		report, _ := os.ReadFile(path)
		d.Errorf("insomnia %s has crashed:\n%s", strings.Join(args, " "), report)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// headless starts a new Pod without a terminal.
func (d *desk) headless(prompt string, more ...string) ran {
	d.Helper()
	return d.insomnia(append([]string{"pod", "new", "user:tried", "--runtime", d.runtime, "--name", "tried", "--print", "--prompt", prompt}, more...)...)
}

// results are the results of tool calls that the model was given, in order.
func (d *desk) results() (texts []string) {
	log := d.model.Log()
	if len(log) == 0 {
		return nil
	}
	seen := map[string]bool{}
	for _, r := range log {
		for _, result := range r.Results {
			if !seen[result.Call] {
				seen[result.Call] = true
				texts = append(texts, result.Text)
			}
		}
	}
	return texts
}

// conversation are the requests of the conversation: those that offer tools.
func (d *desk) conversation() (out []modelmock.Request) {
	for _, r := range d.model.Log() {
		if len(r.Tools) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// tree describes all below a directory.
func tree(t testing.TB, dir string) map[string]string {
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += string(data)
		}
		out[path] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// script answers requests that offer tools with turns, one after the other, and others
// with a word.
func script(turns ...modelmock.Turn) modelmock.Script {
	var mu sync.Mutex
	next := 0
	return func(_ int, r modelmock.Request) modelmock.Turn {
		mu.Lock()
		defer mu.Unlock()
		if len(r.Tools) == 0 {
			return modelmock.Turn{Text: "a title"}
		}
		turn := turns[min(next, len(turns)-1)]
		next++
		return turn
	}
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// onlyKey checks that the model was shown the real key and nothing else, and that no
// file has it.
func (d *desk) onlyKey() {
	d.Helper()
	shown := 0
	d.keys.Range(func(key, _ any) bool {
		shown++
		if key != canary {
			d.Errorf("the model was shown %q", key)
		}
		return true
	})
	if shown == 0 {
		d.Error("the model was shown no key")
	}
	for path, text := range tree(d, filepath.Dir(d.work)) {
		if strings.Contains(text, canary) {
			d.Errorf("%s has the key", path)
		}
	}
}
