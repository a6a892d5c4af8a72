package parts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
)

func TestMain(m *testing.M) { runtimetest.Main(m) }

// The cost of a start is counted rather than timed, because machines differ: processes,
// waits for the disk, and mounts. For each mount, bubblewrap reads the whole table of
// mounts.
func TestCostOfAStart(t *testing.T) {
	strace := needed(t, "strace")
	bwrap := needed(t, "bwrap")
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := func(name string) string {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bin, home, workspace := dir("bin"), dir("home"), dir("home/src/shop")
	if out, err := exec.Command("go", "build", "-o", bin+"/claude", "github.com/insomnia-pods/insomnia/checks/bench/agent").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Symlink(bwrap, bin+"/bwrap"); err != nil {
		t.Fatal(err)
	}
	insomnia := runtimetest.Insomnia(t)
	run := func(argv ...string) {
		t.Helper()
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir = workspace
		cmd.Env = []string{"PATH=" + bin, "HOME=" + home, "TERM=xterm", "TRIED_KEY=none", "XDG_RUNTIME_DIR=" + dir("run")}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", argv, err, out)
		}
	}
	start := func(name string, wrapper ...string) {
		t.Helper()
		run(append(wrapper, insomnia, "pod", "new", "builtin:coder", "--name", name, "--runtime", "claude-code", "--print", "--prompt", "x")...)
	}
	run(insomnia, "secret", "bind", "anthropic.api.default", "env:TRIED_KEY", "--host", "api.anthropic.com")
	for _, name := range []string{"first", "second"} { // what is found out once is remembered
		start(name)
	}
	trace := filepath.Join(root, "trace")
	start("third", strace, "-f", "-qq", "-v", "-s", "300", "-e", "trace=execve,fsync,fdatasync", "-e", "signal=none", "-o", trace)
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	before, programs, syncs := true, []string{}, 0
	var walls []string
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.Contains(line, " execve("):
			_, args, _ := strings.Cut(line, `["`)
			args, _, _ = strings.Cut(args, `"]`)
			words := strings.Split(args, `", "`)
			name := filepath.Base(words[0])
			switch name {
			case filepath.Base(insomnia):
				name = words[1]
			case "bwrap":
				walls = words
			case "claude":
				before = false
			}
			programs = append(programs, name)
		case before && !strings.Contains(line, "resumed"):
			syncs++
		}
	}
	t.Logf("%q, %d waits for the disk, %d mounts: %s", programs, syncs, mounts(walls), strings.Join(walls, " "))
	if want := []string{"pod", "pod-supervise", "bwrap", "pod-inner", "claude"}; !slices.Equal(programs, want) {
		t.Errorf("a start runs %q, want %q", programs, want)
	}
	if syncs > mostSyncs {
		t.Errorf("before the program runs, the disk is waited for %d times, at most %d are wanted", syncs, mostSyncs)
	}
	if n := mounts(walls); n > mostMounts {
		t.Errorf("the walls are made of %d mounts, at most %d are wanted:\n%s", n, mostMounts, strings.Join(walls, " "))
	}
}

const (
	// mostSyncs: four for the Pod, then, while the walls are built, four for its history and
	// three for its status.
	mostSyncs = 10
	// mostMounts are those that do not depend on the machine.
	mostMounts = 20
)

// machines are paths of which it depends on the machine whether something lies over them.
var machines = regexp.MustCompile(`^/(proc/.*|media|nix|run/.+|sys|var/tmp|tmp)$`)

// mounts counts what bubblewrap mounts and mounts again.
func mounts(args []string) (n int) {
	for i, arg := range args {
		switch arg {
		case "--bind", "--ro-bind":
			if args[i+1] == "/dev/null" || machines.MatchString(args[i+2]) {
				continue // a socket of this machine
			}
			n++
		case "--tmpfs", "--remount-ro", "--proc", "--dev":
			if !machines.MatchString(args[i+1]) && !strings.HasPrefix(args[i+1], "/nix/") {
				n++
			}
		}
	}
	return n
}

// needed finds a program, which must be there in CI.
func needed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		err = exec.Command(path, "--version").Run()
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("in CI %s must be there: %v", name, err)
	}
	if err != nil {
		t.Skipf("no %s: %v", name, err)
	}
	return path
}
