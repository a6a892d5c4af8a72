package permission_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

func fuzzManifest() *manifest.Manifest {
	m := &manifest.Manifest{}
	m.Tools.Default = "allow"
	m.Permissions = manifest.Permissions{Mode: "auto", Default: "allow"}
	for _, text := range []string{"deny rm *", "deny rm", "deny git push*", "deny curl * | bash*", "deny * --force * x*y*z", "ask git *", "allow echo *"} {
		action, pattern, _ := strings.Cut(text, " ")
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "bash", Action: manifest.Action(action), Pattern: manifest.Pattern(pattern)})
	}
	return m
}

// Any text is decided, in a bounded time, and the answer has a reason.
func FuzzDecide(f *testing.F) {
	table, err := os.ReadFile("../../checks/permissions/guarded.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if _, command, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			f.Add(strings.ReplaceAll(command, "⏎", "\n"))
		}
	}
	guard, err := permission.Parse(fuzzManifest())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, command string) {
		var d permission.Decision
		if spent := fuzzcost.Of(func() {
			d = guard.Decide(permission.Call{Tool: "bash", Command: command, Workspace: "/w"})
		}); spent > 10*time.Second {
			t.Errorf("took %s", spent)
		}
		switch d.Action {
		case "allow", "ask", "deny":
		default:
			t.Errorf("action %q", d.Action)
		}
		if d.Reason == "" || d.Rule == nil && d.Action == "deny" {
			t.Errorf("no reason or no rule: %+v", d)
		}
		// A command in front of another never makes it freer.
		both := guard.Decide(permission.Call{Tool: "bash", Command: "rm x\n" + command})
		if both.Action != "deny" {
			t.Errorf("behind a denied command: %s (%s)", both.Action, both.Reason)
		}
	})
}

// Texts that are long, deep or many are decided within a bound.
func TestLargeCommands(t *testing.T) {
	guard, err := permission.Parse(fuzzManifest())
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{
		"(", "{ ", "$(", "`", "\"$(", "if ", "! ", "while ", "case ", "[[ ", "((", "$((", "${x:-", "<<E\n", "a|", "a;", "a&&", "a $x ", "$x", "*", "'", "\"", "\\", "\\\n", "<(",
		"time ", "coproc ", "env ", "nice ", "timeout 1 ", "xargs ", "sudo ", "find . -exec ", "eval ", "bash -c ", "bash -c '", "a=", "a[", "a[0]=", "{a,", "[", "? ", "f() ", "cd a;", "cd $a;", ">a ", "x*y*z --force ", "git -C ", "x $x y",
		"for i in a; do ", "select i in ", "function f ", "!(a|", "@(", "$'\\x41'", "-", "rm x;", "bash -c 'eval x';", "& ", "$(a)", "((a?", "[[ -n ", "[[ ! ", "let a=", "$[", "((-", "[[ a && ", "a[1", "#",
	} {
		for _, size := range []int{1 << 10, permission.MaxCommand, permission.MaxCommand + 1<<10} {
			text := strings.Repeat(piece, size/len(piece))
			var d permission.Decision
			spent := fuzzcost.Of(func() { d = guard.Decide(permission.Call{Tool: "bash", Command: text}) })
			if spent > 20*time.Second {
				t.Errorf("%q %d: %s", piece, size, spent)
			}
			if spent > 300*time.Millisecond {
				t.Logf("%q %d: %s, %s (%s)", piece, size, spent, d.Action, d.Reason)
			}
			if size > permission.MaxCommand && d.Action == "allow" {
				t.Errorf("%q %d: allowed", piece, size)
			}
		}
	}
}
