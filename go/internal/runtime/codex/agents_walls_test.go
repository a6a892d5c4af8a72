//go:build agents

package codex_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// walled lets the program of a room write its state, the workspace and /tmp alone.
func walled(room *runtimetest.Room) {
	root := filepath.Dir(room.State)
	room.Wrapper = []string{
		"bwrap", "--unshare-user", "--unshare-pid", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
		"--ro-bind", root, root, "--ro-bind", filepath.Dir(room.Insomnia), filepath.Dir(room.Insomnia),
		"--bind", room.State, room.State, "--bind", room.Workspace, room.Workspace, "--bind", room.Temp, room.Temp,
	}
}

// The sandbox of Codex stands inside that of a Pod, and says the same. What it denies is
// not what the rules deny: all commands are allowed.
func TestSandboxInSandbox(t *testing.T) {
	t.Parallel()
	for filesystem, c := range map[manifest.Filesystem]struct{ works, fails []string }{
		"read-only": {
			works: []string{"cat plain", "touch /tmp/x"},
			fails: []string{"touch new", "touch STATE/x", "cat .env", "cat sub/.env"},
		},
		"workspace-write": {
			works: []string{"touch new", "git add plain && git commit -qm x", "touch /tmp/x"},
			fails: []string{"touch STATE/x", "echo x >> STATE/codex/config.toml", "touch .git/hooks/x", "git config a.b c", "cat .env", "cat sub/.env"},
		},
		"full": {
			works: []string{"touch new", "git add plain && git commit -qm x"},
			fails: []string{"touch STATE/x", "echo x >> STATE/codex/config.toml", "cat .env"},
		},
	} {
		t.Run(string(filesystem), func(t *testing.T) {
			m := coder(t, models[1])
			m.Sandbox.Filesystem, m.Sandbox.Network = filesystem, "none"
			m.Sandbox.DenyRead = []manifest.PathGlob{".env", "**/.env", "**/*.pem", "~/.ssh/**"}
			m.Permissions.Rules = nil
			m.Permissions.Mode, m.Permissions.Default = "bypass", "allow"
			commands := slices.Concat(c.works, c.fails)
			var script string
			room := runtimetest.New(t, &codex.Driver, func(n int, r modelmock.Request) modelmock.Turn { return shell(script)(n, r) })
			walled(room)
			for _, command := range commands {
				script += "(" + strings.ReplaceAll(command, "STATE", room.State) + ") >/dev/null 2>&1 && echo DID || echo FAILED\n"
			}
			write(t, filepath.Join(room.Workspace, "plain"), "x\n")
			write(t, filepath.Join(room.Workspace, ".env"), "x\n")
			write(t, filepath.Join(room.Workspace, "sub/.env"), "x\n")
			for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "a"}, {"config", "user.email", "a@example.org"}} {
				if err := exec.Command("git", append([]string{"-C", room.Workspace}, args...)...).Run(); err != nil {
					t.Fatal(err)
				}
			}
			result := room.Run(room.Launch(m))
			text := results(t, result)
			_, output, _ := strings.Cut(text, "Output:\n")
			got := strings.Fields(output)
			if len(got) != len(commands) {
				t.Fatalf("exit %d: %s\n%s", result.Exit, text, result.Stderr)
			}
			for i, command := range commands {
				want := "DID"
				if i >= len(c.works) {
					want = "FAILED"
				}
				if got[i] != want {
					t.Errorf("%s: %s", command, got[i])
				}
			}
			if len(result.HomeChanges) > 0 {
				t.Errorf("HOME changed: %v", result.HomeChanges)
			}
		})
	}
}

// A conversation is summarized when it has reached the threshold, by a request of the same
// session with the prompt of the Pod.
func TestCompaction(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		for tokens, want := range map[int64]bool{49_990: true, 49_980: false} {
			t.Run(fmt.Sprint(model, " ", tokens), func(t *testing.T) {
				m := coder(t, model)
				m.Context.Compaction.ThresholdTokens = 50_000
				room := runtimetest.New(t, &codex.Driver, func(n int, r modelmock.Request) modelmock.Turn {
					return modelmock.Turn{Text: fmt.Sprint("Answer ", n, "."), InputTokens: tokens, OutputTokens: 10}
				})
				first := room.Run(room.Launch(m))
				l := room.Launch(m)
				l.Resume, l.Session, l.Prompt = true, codex.Driver.Request(first.Log[0].Header).Session, "Go on."
				second := room.Run(l)
				if second.Exit != 0 {
					t.Fatalf("exit %d\n%s\n%s", second.Exit, second.Stdout, second.Stderr)
				}
				if compacted := len(second.Log) > 1; compacted != want {
					t.Errorf("%d requests", len(second.Log))
				}
				for _, r := range second.Log {
					about := codex.Driver.Request(r.Header)
					if r.Path != "/v1/responses" || about.Session != l.Session || about.Side != "" || !strings.Contains(r.System, strings.TrimSpace(l.System)) {
						t.Errorf("%s %+v %d %.100s", r.Path, about, len(r.Tools), r.System)
					}
				}
			})
		}
	}
}

// A resumed session has the present sandbox of the Pod.
func TestResumeInNarrowerSandbox(t *testing.T) {
	t.Parallel()
	m := coder(t, models[1])
	m.Permissions = manifest.Permissions{Mode: "bypass", Default: "allow"}
	file, pending := "first", true
	room := runtimetest.New(t, &codex.Driver, func(_ int, r modelmock.Request) modelmock.Turn {
		if codex.Driver.Request(r.Header).Side != "" {
			return modelmock.Turn{Text: "A title"}
		}
		if pending {
			pending = false
			return modelmock.Turn{Calls: []modelmock.Call{r.Shell("touch " + file)}}
		}
		return modelmock.Turn{Text: "All done here."}
	})
	first := room.Run(room.Launch(m))
	narrower := *m
	narrower.Sandbox.Filesystem = "read-only"
	file, pending = "second", true
	l := room.Launch(&narrower)
	l.Resume, l.Session, l.Prompt = true, codex.Driver.Request(first.Log[0].Header).Session, "Go on."
	if text := results(t, room.Run(l)); !strings.Contains(text, "Read-only file system") {
		t.Error(text)
	}
	if !exists(filepath.Join(room.Workspace, "first")) || exists(filepath.Join(room.Workspace, "second")) {
		t.Error("the session has the sandbox that it had")
	}
}
