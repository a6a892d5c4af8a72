package installed_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/remembered"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/installed"
)

var driver = &runtime.Driver{Title: "Agent", Program: "agent", Install: "npm install -g agent"}

// program writes a shell script that is the agent program in a new directory.
func program(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "agent"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFind(t *testing.T) {
	dir := program(t, `echo "agent-cli 1.18.33 (linux)"; echo more; echo "WARNING: 9.9.9" >&2`)
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	found, err := installed.Find(t.Context(), driver)
	want := installed.Installed{Path: filepath.Join(dir, "agent"), Version: runtime.Version{1, 18, 33}, Raw: "agent-cli 1.18.33 (linux)"}
	if err != nil || found != want {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestFindWhatIsNotThere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := installed.Find(t.Context(), driver)
	if !diag.CodeIs(err, "runtime-missing") || !strings.Contains(fmt.Sprintf("%+v", diag.From(err).Diagnostics), "npm install -g agent") {
		t.Errorf("%+v", err)
	}
}

// A program in the project is passed over, however PATH leads there; one in the home
// directory is the user's.
func TestFindNothingOfTheProject(t *testing.T) {
	hostile, good := program(t, "echo 6.6.6"), program(t, "echo 1.2.3")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(hostile, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PATH", strings.Join([]string{hostile, link, good}, ":"))
	t.Chdir(hostile)
	if found, err := installed.Find(t.Context(), driver); err != nil || found.Path != filepath.Join(good, "agent") {
		t.Errorf("%+v, %v", found, err)
	}
	t.Setenv("HOME", hostile)
	if found, err := installed.Find(t.Context(), driver); err != nil || found.Path != filepath.Join(hostile, "agent") {
		t.Errorf("at home: %+v, %v", found, err)
	}
}

// A directory, a file that cannot be run, and a program that only a relative entry of
// PATH leads to are not started.
func TestFindStartsNothingElse(t *testing.T) {
	hostile, ran := program(t, `touch "$HOME/ran"; echo 6.6.6`), t.TempDir()
	t.Setenv("HOME", ran)
	plain, folder := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(plain, "agent"), []byte("#!/bin/sh\necho 7.7.7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "agent"), 0o755); err != nil {
		t.Fatal(err)
	}
	good := program(t, "echo 1.2.3")
	t.Chdir(hostile)
	for _, relative := range []string{".", "", "./", "../" + filepath.Base(hostile)} {
		t.Setenv("PATH", strings.Join([]string{relative, plain, folder, good, "/usr/bin", "/bin"}, ":"))
		found, err := installed.Find(t.Context(), driver)
		if err != nil || found.Path != filepath.Join(good, "agent") {
			t.Errorf("PATH with %q first: %+v, %v", relative, found, err)
		}
		t.Setenv("PATH", relative)
		if _, err := installed.Find(t.Context(), driver); !diag.CodeIs(err, "runtime-missing") {
			t.Errorf("PATH of %q: %v", relative, err)
		}
	}
	if entries, _ := os.ReadDir(ran); len(entries) > 0 {
		t.Error("a program of the working directory ran")
	}
}

// The program sees no key, no code to load, no settings, and no directory to write to but
// an empty one.
func TestFindKeepsSecrets(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	dir := program(t, `env > `+log+`; pwd >> `+log+`; ls -A >> `+log+`; echo 1.2.3`)
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	for _, name := range []string{"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "NODE_OPTIONS", "LD_PRELOAD", "GITHUB_TOKEN", "XDG_CONFIG_HOME", "CODEX_HOME"} {
		t.Setenv(name, "canary")
	}
	if _, err := installed.Find(t.Context(), driver); err != nil {
		t.Fatal(err)
	}
	seen, err := os.ReadFile(log)
	if err != nil || strings.Contains(string(seen), "canary") {
		t.Errorf("%s, %v", seen, err)
	}
	if cwd, _ := os.Getwd(); strings.Contains(string(seen), cwd) {
		t.Errorf("it runs in the working directory:\n%s", seen)
	}
}

func TestFindOfHostilePrograms(t *testing.T) {
	for name, script := range map[string]string{
		"no version": "echo hello",
		"nothing":    "true",
		"failing":    "echo 1.2.3; exit 3",
		"flooding":   "while :; do echo 1.2.3 1.2.3 1.2.3 1.2.3; done",
		"two parts":  "echo 1.2",
		"far":        `printf '%0300d 1.2.3\n' 0`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := program(t, script)
			t.Setenv("PATH", dir+":/usr/bin:/bin")
			found, err := installed.Find(t.Context(), driver)
			if !diag.CodeIs(err, "runtime-version") || found.Path != filepath.Join(dir, "agent") {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

// A program that hangs ends with the context, and so does what it has started.
func TestFindEnds(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	dir := program(t, `sleep 600 & echo $! > `+started+`.new; mv `+started+`.new `+started+`; wait`)
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	ctx, cancel := context.WithCancel(t.Context())
	begin := time.Now()
	go func() {
		for !exists(started) && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := installed.Find(ctx, driver); err == nil || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	pid, _ := os.ReadFile(started)
	for exists("/proc/"+strings.TrimSpace(string(pid))+"/fd") && !zombie(string(pid)) {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("what it started still runs")
		}
		time.Sleep(time.Millisecond)
	}
}

func zombie(pid string) bool {
	status, err := os.ReadFile("/proc/" + strings.TrimSpace(pid) + "/stat")
	return err == nil && strings.Contains(string(status), ") Z ")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A program of a package is asked once for each version of it.
func TestFindAsksOnce(t *testing.T) {
	root := t.TempDir()
	log, pack := filepath.Join(root, "log"), filepath.Join(root, "agent")
	t.Setenv("HOME", root)
	t.Setenv("XDG_STATE_HOME", root)
	t.Setenv("PATH", pack+":/usr/bin:/bin")
	for _, dir := range []string{pack, filepath.Join(root, "insomnia")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	install := func(version string) {
		t.Helper()
		for name, text := range map[string]string{"package.json": "{}", "agent": "#!/bin/sh\necho >>" + log + "\necho " + version + "\n"} {
			if err := os.WriteFile(filepath.Join(pack, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
			if _, ok := remembered.Program(filepath.Join(pack, "agent")); ok {
				return
			}
		}
	}
	named := *driver
	named.Name = "agent"
	for i, version := range []string{"1.2.3", "1.2.4"} {
		install(version)
		for range 3 {
			found, err := installed.Find(t.Context(), &named)
			if err != nil || found.Version.String() != version || found.Raw != version {
				t.Errorf("%+v, %v", found, err)
			}
		}
		if asked, _ := os.ReadFile(log); strings.Count(string(asked), "\n") != i+1 {
			t.Errorf("%s: asked %d times", version, len(asked))
		}
	}
}
