//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/insomnia-pods/insomnia/go/internal/hidden"
	"github.com/insomnia-pods/insomnia/go/internal/hostgroup"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

func TestMain(m *testing.M) {
	// A test that calls Main in its own process starts a supervisor from this binary.
	if code, ours := hidden.Run(os.Args); ours {
		os.Exit(code)
	}
	// With -race, a process that succeeds would sleep for a second at its end. Testscript
	// passes this on, and so do the commands of ours that make an environment.
	if os.Getenv("GORACE") == "" {
		os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	// A test must not depend on the package managers of the machine.
	if os.Getenv(hostsVariable) == "" {
		askHosts = func(_ context.Context, groups []string, workspace string) hostgroup.Found {
			found := hostgroup.Found{Hosts: &manifest.Hosts{}}
			if slices.Contains(groups, grammar.GroupPackages) {
				found.Hosts.Packages = []string{"packages.example.org"}
			}
			if slices.Contains(groups, grammar.GroupGitRemotes) {
				found.Hosts.GitRemotes = []string{"git.example.org:22"}
			}
			return found
		}
	}
	testscript.Main(m, map[string]func(){
		"insomnia": func() {
			if code, ours := hidden.Run(os.Args); ours {
				os.Exit(code)
			}
			passphraseWork = 10
			completionTime, outputsTime = time.Minute, time.Minute // tests may run on a machine that is busy
			os.Exit(Main(withEvaluator(os.Args)))
		},
		"jq": func() { os.Exit(jq(os.Args[1:])) },
	})
}

// hostsVariable is set where the hosts of groups are asked of the machine.
const hostsVariable = "INSOMNIA_TEST_HOSTS"

// evaluatorVariable names the evaluator of a script to the program.
const evaluatorVariable = "INSOMNIA_TEST_EVALUATOR"

// withEvaluator adds --evaluator to the commands that evaluate, so that the
// same script serves both.
func withEvaluator(args []string) []string {
	name := os.Getenv(evaluatorVariable)
	if name == "" || slices.Contains(args, "--evaluator") || slices.Contains(args, "--manifest") || slices.Contains(args, "--against-nix") {
		return args
	}
	if slices.Contains(args, "--from-resolved") {
		return args
	}
	for i, arg := range args {
		if slices.Contains([]string{"resolve", "verify", "explain", "diff"}, arg) || i > 0 && (arg == "new" && args[i-1] == "pod" || arg == "test" && args[i-1] == "permissions") {
			return slices.Insert(slices.Clone(args), i+1, "--evaluator", name)
		}
	}
	return args
}

// TestScripts runs testdata/script: each file is a terminal session. Those in `both` run
// with each evaluator.
//
// Conditions: [nix] if Nix is installed, and [shell:NAME] for a shell, which CI requires; [embedded] with the embedded
// evaluator; [copies] if a profile file can copy to a store, which is in memory; [root]
// if permissions are not effective. Commands in addition to testscript's own: `repository
// DIR` makes a git work tree with all files tracked, `interrupt ARGS…` sends ctrl-C once
// the evaluation runs, `canonical FILE` checks that a file is one line of JSON, `full
// ARGS…` runs insomnia with a full disk as standard output, `closed ARGS…` with a pipe
// without a reader, `terminal`, `session` and `screen` at a new terminal.
func TestScripts(t *testing.T) {
	for _, run := range []struct{ folder, evaluator string }{
		{"embedded", ""}, {"both", resolve.Embedded}, {"both", resolve.Nix}, {"nix", resolve.Nix},
	} {
		t.Run(run.folder+"/"+run.evaluator, func(t *testing.T) {
			t.Parallel()
			runScripts(t, run.folder, run.evaluator)
		})
	}
}

// nixInMemory reports whether the installed Nix has a store in memory, as from 2.32 on.
var nixInMemory = sync.OnceValue(func() bool {
	out, _ := exec.Command("nix", "--version").Output()
	var minor int
	_, version, _ := strings.Cut(string(out), "(Nix) 2.")
	_, err := fmt.Sscan(strings.ReplaceAll(version, ".", " "), &minor)
	return err == nil && minor >= 32
})

func runScripts(t *testing.T, folder, evaluator string) {
	repository, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	_, nixErr := exec.LookPath("nix")
	if nixErr != nil && os.Getenv("CI") == "true" {
		t.Fatal("nix is not installed, and in CI it must be")
	}
	if nixErr != nil && evaluator == resolve.Nix && folder == "both" {
		t.Skip("nix is not installed")
	}
	dir := folder
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("testdata/script", folder)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: false,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Condition: func(name string) (bool, error) {
			if shell, ok := strings.CutPrefix(name, "shell:"); ok {
				_, err := exec.LookPath(shell)
				if err != nil && os.Getenv("CI") == "true" {
					return false, fmt.Errorf("%s is not installed, and in CI it must be", shell)
				}
				return err == nil, nil
			}
			switch name {
			case "nix":
				return nixErr == nil, nil
			case "embedded":
				return evaluator != resolve.Nix, nil
			case "copies":
				return evaluator != resolve.Nix || nixInMemory(), nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", repository)
			env.Setenv(evaluatorVariable, evaluator)
			env.Setenv("EVALUATOR", evaluator)
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
			env.Setenv("GIT_TEMPLATE_DIR", "") // no example hooks in the many repositories
			for _, name := range []string{"NIX_CONFIG", "NIX_REMOTE", "NIX_SSL_CERT_FILE"} {
				env.Setenv(name, os.Getenv(name))
			}
			return os.MkdirAll(filepath.Join(env.WorkDir, ".home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"repository": makeRepository,
			"interrupt":  interrupt,
			"canonical":  canonical,
			"full":       fullDisk,
			"closed":     closedPipe,
			"exits":      exits,
			"listen":     listen,
			"requests":   requests,
			"terminal":   terminal,
			"digest":     digest,
			"lock":       lockInputs,
			"session":    session,
			"screen":     screenCommand,
		},
	})
}

// lockInputs DIR NAME=KIND:FOLDER[:URL]… writes DIR/flake.lock without Nix. KIND
// is path, git or tarball; FOLDER has the content, from where its hash is.
func lockInputs(ts *testscript.TestScript, neg bool, args []string) {
	inputs := map[string]string{}
	nodes := map[string]any{"root": map[string]any{"inputs": inputs}}
	for _, arg := range args[1:] {
		name, rest, _ := strings.Cut(arg, "=")
		parts := strings.SplitN(rest, ":", 3)
		folder := ts.MkAbs(parts[1])
		hash, err := locate.NarHash(folder)
		locked := map[string]any{"type": parts[0]}
		switch parts[0] {
		case "path":
			locked["path"] = folder
		case "git":
			hash, err = locate.TrackedNarHash(context.Background(), flake.Ref{Dir: folder, GitRoot: folder})
			rev, gitErr := exec.Command("git", "-C", folder, "rev-parse", "HEAD").Output()
			ts.Check(gitErr)
			locked["url"], locked["rev"] = "file://"+folder, strings.TrimSpace(string(rev))
		case "tarball":
			locked["url"] = parts[2]
		}
		ts.Check(err)
		locked["narHash"] = hash
		inputs[name] = name
		nodes[name] = map[string]any{"locked": locked}
	}
	data, err := json.Marshal(map[string]any{"version": 7, "root": "root", "nodes": nodes})
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "flake.lock"), data, 0o644))
}

func makeRepository(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "--all"},
		{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "maintenance.auto=false", "commit", "-q", "--allow-empty", "-m", "start"},
	} {
		ts.Check(ts.Exec("git", append([]string{"-C", dir}, args...)...))
	}
}

// command prepares insomnia with the environment of the script.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	program, err := exec.LookPath("insomnia")
	ts.Check(err)
	cmd := exec.Command(program, args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "XDG_CACHE_HOME", "NIX_CONFIG", "NIX_REMOTE", "GIT_CONFIG_GLOBAL", "GORACE", evaluatorVariable, hostsVariable} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// exits CODE ARGS… runs insomnia and compares the exit code; the output is
// left in the files $WORK/out and $WORK/err.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	var stdout, stderr bytes.Buffer
	cmd := command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "out"), stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "err"), []byte(tidy(ts, stderr.String())), 0o600))
	if cmd.ProcessState == nil {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, not %s\nstdout:\n%s\nstderr:\n%s", got, args[0], stdout.String(), stderr.String())
	}
	if cmd.ProcessState.ExitCode() > 1 && stdout.Len() > 0 {
		ts.Fatalf("failed, and yet there is data on standard output:\n%s", stdout.String())
	}
}

// tidy makes messages comparable: the script's folder becomes $WORK.
func tidy(ts *testscript.TestScript, s string) string {
	return strings.ReplaceAll(s, ts.Getenv("WORK"), "$WORK")
}

func canonical(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "}\n") || !json.Valid([]byte(text)) || strings.Contains(text, ": ") && strings.HasPrefix(text, "{ ") {
		ts.Fatalf("not one line of JSON:\n%s", text)
	}
}

// interrupt ARGS… runs insomnia until the evaluation has started, as the file `started`
// with the process of nix or the trace `started` on standard error shows, then sends
// ctrl-C. Exit code 130, nothing on stdout, and the process of nix gone.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	var stdout bytes.Buffer
	var stderr growing
	cmd := command(ts, args)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	pidFile := filepath.Join(ts.Getenv("HOME"), "started")
	os.Remove(pidFile)
	ts.Check(cmd.Start())
	pid, started := 0, false
	for deadline := time.Now().Add(60 * time.Second); !started; time.Sleep(10 * time.Millisecond) {
		if ts.Getenv(evaluatorVariable) == resolve.Nix {
			data, _ := os.ReadFile(pidFile)
			pid, _ = strconv.Atoi(strings.TrimSpace(string(data)))
			started = pid != 0
		} else {
			started = strings.Contains(stderr.String(), "trace: started")
		}
		if time.Now().After(deadline) {
			cmd.Process.Kill()
			cmd.Wait()
			ts.Fatalf("the evaluation did not start\n%s", stderr.String())
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || stdout.Len() > 0 {
		ts.Fatalf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
	for deadline := time.Now().Add(10 * time.Second); pid != 0 && syscall.Kill(pid, 0) == nil && !zombie(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("nix still runs")
		}
	}
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "err"), []byte(stderr.String()), 0o600))
}

// growing is text that is read while a program still writes it.
type growing struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (g *growing) Write(data []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(data)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

func zombie(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return strings.HasPrefix(rest, "Z")
}

func fullDisk(ts *testscript.TestScript, neg bool, args []string) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	ts.Check(err)
	defer full.Close()
	badOutput(ts, full, "no space left on device", args)
}

func closedPipe(ts *testscript.TestScript, neg bool, args []string) {
	r, w, err := os.Pipe()
	ts.Check(err)
	r.Close()
	defer w.Close()
	badOutput(ts, w, "broken pipe", args)
}

func badOutput(ts *testscript.TestScript, stdout *os.File, says string, args []string) {
	var stderr bytes.Buffer
	cmd := command(ts, args)
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	cmd.Run()
	want := "error: cannot write to standard output: " + says + "\n"
	if code := cmd.ProcessState.ExitCode(); code != 70 || stderr.String() != want {
		ts.Fatalf("exit code %d, stderr %q", code, stderr.String())
	}
}

var servers sync.Map // script's folder: *server

type server struct {
	mu   sync.Mutex
	seen []string
}

// listen DIR serves a folder over HTTP, and the repositories in it (NAME.git) to git; its
// address is in $SERVER, HOST:PORT in $HOST.
func listen(ts *testscript.TestScript, neg bool, args []string) {
	s := &server{}
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	core, _ := exec.Command("git", "--exec-path").Output()
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(core)), "git-http-backend"),
		Env: []string{"GIT_PROJECT_ROOT=" + ts.MkAbs(args[0]), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null"}}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.URL.String())
		s.mu.Unlock()
		if strings.Contains(r.URL.Path, ".git/") {
			backend.ServeHTTP(w, r)
			return
		}
		files.ServeHTTP(w, r)
	}))
	ts.Defer(h.Close)
	servers.Store(ts.Getenv("WORK"), s)
	ts.Setenv("SERVER", h.URL)
	ts.Setenv("HOST", strings.TrimPrefix(h.URL, "http://"))
}

// requests PATH… compares what was asked of the server since the last look.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	v, _ := servers.Load(ts.Getenv("WORK"))
	s := v.(*server)
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Join(s.seen, " ") != strings.Join(args, " ") {
		ts.Fatalf("requests %q, not %q", s.seen, args)
	}
	s.seen = nil
}

// Each command of a script is a process of this test binary. What its packages do as they
// start is done thousands of times.
func TestStartOfTheTestBinary(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	traces := regexp.MustCompile(`(?m)^init (\S+) .* (\d+) bytes, \d+ allocs$`).FindAllSubmatch(out, -1)
	if len(traces) == 0 {
		t.Fatalf("nothing is traced:\n%s", out)
	}
	for _, trace := range traces {
		if size, _ := strconv.Atoi(string(trace[2])); size > 4<<20 {
			t.Errorf("package %s allocates %d bytes as it starts", trace[1], size)
		}
	}
}
