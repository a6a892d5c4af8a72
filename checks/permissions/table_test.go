// Package permissions holds the guard to tables of commands, written by hand, and
// to what a real bash runs.
package permissions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// bash is a call in the workspace of the tables.
func bash(command string) permission.Call {
	return permission.Call{Tool: "bash", Command: command, Workspace: "/srv/app", Home: "/home/ada"}
}

// table is a profile of rules and the verdicts that commands must get under it.
type table struct {
	manifest manifest.Manifest
	cases    []verdict
}

type verdict struct {
	line    int
	action  manifest.Action
	command string
}

func readTable(t testing.TB, file string) table {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var read table
	read.manifest.Tools.Default = "allow"
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSuffix(line, "\n")
		fields := strings.SplitN(line, " ", 4)
		action, command, isCase := strings.Cut(line, "\t")
		switch {
		case line == "", line[0] == '#':
		case isCase:
			command = strings.ReplaceAll(command, "⏎", "\n")
			read.cases = append(read.cases, verdict{number, manifest.Action(action), command})
		case fields[0] == "mode":
			read.manifest.Permissions.Mode = manifest.PermissionMode(fields[1])
		case fields[0] == "default":
			read.manifest.Permissions.Default = manifest.Action(fields[1])
		case fields[0] == "rule" && len(fields) == 4:
			read.manifest.Permissions.Rules = append(read.manifest.Permissions.Rules, manifest.Rule{
				Action: manifest.Action(fields[1]), Tool: manifest.ToolName(fields[2]), Pattern: manifest.Pattern(fields[3])})
		default:
			t.Fatalf("%s:%d: not a line of a table: %q", file, number, line)
		}
	}
	return read
}

func rules(action manifest.Action, tool manifest.ToolName, patterns ...string) []manifest.Rule {
	var list []manifest.Rule
	for _, pattern := range patterns {
		list = append(list, manifest.Rule{Tool: tool, Pattern: manifest.Pattern(pattern), Action: action})
	}
	return list
}

func parse(t testing.TB, m *manifest.Manifest) *permission.Guard {
	t.Helper()
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// Each command of the tables gets its verdict.
func TestDecisions(t *testing.T) {
	files, err := filepath.Glob("*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".txt"), func(t *testing.T) {
			table := readTable(t, file)
			guard := parse(t, &table.manifest)
			wrong := 0
			for _, c := range table.cases {
				d := guard.Decide(bash(c.command))
				if d.Action != c.action {
					wrong++
					t.Errorf("%s:%d: %q: %s (%s), must be %s", file, c.line, c.command, d.Action, d.Reason, c.action)
				}
				if d.Reason == "" {
					t.Errorf("%s:%d: %q: no reason", file, c.line, c.command)
				}
			}
			t.Logf("%d of %d commands under %d rules are as the table says", len(table.cases)-wrong, len(table.cases), len(table.manifest.Permissions.Rules))
		})
	}
}

// The order of rules never decides.
func TestOrderOfRules(t *testing.T) {
	table := readTable(t, "guarded.txt")
	guard := parse(t, &table.manifest)
	turned := table.manifest
	turned.Permissions.Rules = nil
	for _, rule := range table.manifest.Permissions.Rules {
		turned.Permissions.Rules = append([]manifest.Rule{rule}, turned.Permissions.Rules...)
	}
	other := parse(t, &turned)
	for _, c := range table.cases {
		call := bash(c.command)
		if a, b := guard.Decide(call).Action, other.Decide(call).Action; a != b {
			t.Errorf("%q: %s, and %s with the rules in the other order", c.command, a, b)
		}
	}
}

// A thousand decisions are quick.
func TestCost(t *testing.T) {
	table := readTable(t, "guarded.txt")
	guard := parse(t, &table.manifest)
	start := time.Now()
	for i := range 1000 {
		guard.Decide(bash(table.cases[i%len(table.cases)].command))
	}
	// The goal is 50 ms on a free machine; the bound is for a busy one.
	if spent := time.Since(start); spent > 5*time.Second {
		t.Errorf("1,000 decisions took %s", spent)
	}
}

func BenchmarkThousandDecisions(b *testing.B) {
	table := readTable(b, "guarded.txt")
	guard := parse(b, &table.manifest)
	for b.Loop() {
		for i := range 1000 {
			guard.Decide(bash(table.cases[i%len(table.cases)].command))
		}
	}
}

func Example() {
	m := &manifest.Manifest{}
	m.Tools.Default = "allow"
	m.Permissions = manifest.Permissions{Mode: "ask", Default: "ask", Rules: []manifest.Rule{
		{Tool: "bash", Pattern: "git push*", Action: "deny"},
	}}
	guard, err := permission.Parse(m)
	if err != nil {
		panic(err)
	}
	d := guard.Decide(permission.Call{Tool: "bash", Command: "cd src && git -C . push --force"})
	fmt.Println(d.Action, d.Rule.Pointer)
	fmt.Println(d.Reason)
	// Output:
	// deny /permissions/rules/0
	// rule `bash git push*` denies it
}
