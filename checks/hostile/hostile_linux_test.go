package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// deadline limits one command, so that one that hangs fails.
const deadline = 20 * time.Second

// commands are those that read a repository and must be safe in it. REF stands
// for each reference of the tree; commands without it run once.
var commands = [][]string{
	{"profile", "list", "--timeout", "2s"},
	{"resolve", "--timeout", "2s", "REF"},
	{"resolve", "--timeout", "2s", "--provenance", "REF"},
	{"verify", "--timeout", "2s", "."},
	{"pod", "new", "--no-start", "--timeout", "2s", "REF"},
	{"trust", "show", "--timeout", "2s", "REF"},
	{"doctor"},
}

func TestTrees(t *testing.T) {
	for _, name := range []string{"strace", "git"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", name)
			}
			t.Skipf("%s is not installed", name)
		}
	}
	// The result is that of the program's sources, which Go's cache of test results
	// does not know: it is told of files that a test looks at.
	for _, dir := range []string{"go", "lib", "profiles"} {
		if err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(t.TempDir(), "insomnia")
	build := exec.Command("go", "build", "-o", program, "github.com/insomnia-pods/insomnia/go/cmd/insomnia")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // no dynamic linker that opens files
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := exec.Command(program, "resolve", "builtin:coder").Output()
	if err != nil {
		t.Fatal(err)
	}
	manifestText = string(text)

	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()

	for _, tree := range trees {
		t.Run(tree.name, func(t *testing.T) {
			before := requests.Load()
			b := newBuilder(t, server.Listener.Addr())
			tree.make(b)
			for _, args := range b.expand() {
				b.watch(program, args)
			}
			if n := requests.Load() - before; n > 0 {
				t.Errorf("%d requests reached the server", n)
			}
			if _, err := os.Lstat(b.path(marker)); err == nil {
				t.Error("a program of the repository ran")
			}
		})
	}
	if len(trees) < 30 {
		t.Errorf("%d trees, not 30", len(trees))
	}
}

func newBuilder(t *testing.T, server net.Addr) *builder {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{T: t, dir: filepath.Join(root, "tree"), outside: filepath.Join(root, "outside"), home: filepath.Join(root, "home"), listen: server.String()}
	for _, dir := range []string{b.dir, b.outside, filepath.Join(b.outside, ".git"), filepath.Join(b.home, ".ssh"), filepath.Join(root, "bin")} {
		b.must(os.MkdirAll(dir, 0o755))
	}
	// The programs that would be started if any were: the user's own nix, which
	// doctor asks for its version, is not there.
	for _, name := range []string{"git", "sh", "ssh", "gpg", "cat", "touch"} {
		if path, err := exec.LookPath(name); err == nil {
			b.must(os.Symlink(path, filepath.Join(root, "bin", name)))
		}
	}
	for _, file := range []string{"outside/secret", "outside/.git/config", "home/.ssh/id_rsa"} {
		b.must(os.WriteFile(filepath.Join(root, file), []byte("token = \""+canary+"\"\n"), 0o644))
	}
	b.must(os.WriteFile(filepath.Join(b.outside, "profile.nix"), []byte(`_: throw "`+canary+`"`), 0o644))
	return b
}

// expand are the command lines for a tree.
func (b *builder) expand() [][]string {
	var lines [][]string
	for _, args := range commands {
		if at := slices.Index(args, "--timeout"); at >= 0 && b.timeout != "" {
			args = slices.Clone(args)
			args[at+1] = b.timeout
		}
		at := slices.Index(args, "REF")
		if at < 0 {
			lines = append(lines, args)
			continue
		}
		for _, ref := range b.refs {
			line := slices.Clone(args)
			if line[at] = ref; ref == "" {
				line = slices.Delete(line, at, at+1)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// watch runs a command below strace and judges what it did.
func (b *builder) watch(program string, args []string) {
	b.Helper()
	trace := b.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	// With the filter only the calls of the list stop the program, not each one that it makes.
	cmd := exec.CommandContext(ctx, "strace", append([]string{"-ff", "--seccomp-bpf", "-y", "-s", "4096", "-o", filepath.Join(trace, "t"),
		"-e", "trace=execve,execveat,open,openat,openat2,socket,connect", "--", program}, args...)...)
	cmd.Dir = b.dir
	cmd.Env = append([]string{"PATH=" + filepath.Join(filepath.Dir(b.outside), "bin"), "HOME=" + b.home, "XDG_CONFIG_HOME=" + b.home + "/.config",
		"XDG_CACHE_HOME=" + b.home + "/.cache", "XDG_STATE_HOME=" + b.home + "/.local/state"}, b.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// What hangs may eat all memory meanwhile: the whole group ends with the deadline.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	what := "insomnia " + strings.Join(args, " ")
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		b.Fatalf("%s: did not end within %s", what, deadline)
	case err != nil && !errors.As(err, &exit):
		b.Fatal(err)
	case exit != nil && (exit.ExitCode() < 0 || exit.ExitCode() == 70 || exit.ExitCode() == 2 && bytes.Contains(stderr.Bytes(), []byte("goroutine "))):
		b.Errorf("%s: %v\n%s", what, err, tail(stderr.String()))
	}
	if strings.Contains(stdout.String()+stderr.String(), canary) {
		b.Errorf("%s: what must not be read was printed:\n%s", what, tail(stdout.String()+stderr.String()))
	}
	files, err := filepath.Glob(filepath.Join(trace, "t.*"))
	b.must(err)
	if len(files) == 0 {
		b.Fatalf("%s: strace left nothing\n%s", what, stderr.String())
	}
	started, creates := 0, len(args) > 1 && args[0] == "pod" && args[1] == "new"
	for _, file := range files {
		data, err := os.ReadFile(file)
		b.must(err)
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "execve") {
				started++
			}
			if fault := b.judge(line, creates); fault != "" {
				b.Errorf("%s: %s: %s", what, fault, strings.TrimSpace(line))
			}
		}
	}
	if started != 1 {
		b.Errorf("%s: %d programs were started", what, started-1)
	}
}

// runtime are files of the system: Go's own, git's list of safe directories, and
// the names of users for a message about who owns a project.
var (
	opened = regexp.MustCompile(`^open(?:at|at2)?\(.*\) = \d+<(.*)>$`)
	// packages are the configuration files of package managers, which contain the hosts
	// they use. A Pod that may reach these hosts records them when it is created, and only
	// then.
	packages = regexp.MustCompile(`^(/usr(/local)?)?/etc/npmrc$|^/etc/pip\.conf$|^/etc/apt/sources\.list(\.d(/[^/]+)?)?$`)
	runtime  = regexp.MustCompile(`^/proc/\d+/(maps|cgroup|mountinfo|status|stat|auxv)$|^/sys/(kernel/mm/transparent_hugepage|fs/cgroup|devices/system/cpu)/|^/dev/(null|pts/\d+|tty)$|^/etc/(localtime|gitconfig|passwd)$|^/usr/share/zoneinfo/`)
)

// judge returns what is wrong with a system call of a command, or nothing.
func (b *builder) judge(line string, creates bool) string {
	if strings.HasPrefix(line, "socket(") || strings.HasPrefix(line, "connect(") {
		return "a socket"
	}
	m := opened.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil || runtime.MatchString(m[1]) || creates && packages.MatchString(m[1]) {
		return ""
	}
	for _, name := range b.private {
		if m[1] == b.path(name) {
			return "a private file of the tree"
		}
	}
	mine := append([]string{b.dir, filepath.Join(b.home, ".config", "insomnia"), filepath.Join(b.home, ".config", "git"),
		filepath.Join(b.home, ".gitconfig"), filepath.Join(b.home, ".cache", "insomnia"), filepath.Join(b.home, ".local", "state", "insomnia")}, b.allowed...)
	for _, dir := range mine {
		if m[1] == dir || strings.HasPrefix(m[1], dir+"/") {
			return ""
		}
	}
	// The directories above the state are opened to make new ones in them durable.
	if state := filepath.Join(b.home, ".local", "state", "insomnia"); m[1] == "/" || strings.HasPrefix(state, m[1]+"/") {
		return ""
	}
	return fmt.Sprintf("a file outside the sources (%s)", m[1])
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
