package permissions

import (
	"os"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The page on the guard agrees with the guard's answers.
func TestPage(t *testing.T) {
	const file = "../../docs/permissions-guard.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, page2, ok := strings.Cut(string(page), "## Limits of the guard")
	if !ok {
		t.Fatal("no section on what is not seen")
	}
	m := manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "ask"}}
	m.Tools.Default = "allow"
	var rows [][]string
	for line := range strings.Lines(page2) {
		if rule, ok := strings.CutPrefix(line, "    "); ok {
			fields := strings.SplitN(strings.Join(strings.Fields(rule), " "), " ", 3)
			m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Action: manifest.Action(fields[0]), Tool: manifest.ToolName(fields[1]), Pattern: manifest.Pattern(fields[2])})
		}
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		if len(cells) == 6 && strings.Contains(cells[2], "`") {
			rows = append(rows, cells)
		}
	}
	if len(rows) < 15 || len(m.Permissions.Rules) < 10 {
		t.Fatalf("%d rows and %d rules are read", len(rows), len(m.Permissions.Rules))
	}
	guard := parse(t, &m)
	for _, cells := range rows {
		command := strings.ReplaceAll(strings.Trim(strings.TrimSpace(cells[2]), "`"), "\x00", "|")
		if d := guard.Decide(bash(command)); string(d.Action) != strings.TrimSpace(cells[3]) {
			t.Errorf("%s: `%s`: %s (%s), and the page has %s", file, command, d.Action, d.Reason, cells[3])
		}
	}
}

// The command forms of the page are denied, whatever the default.
func TestCommandForms(t *testing.T) {
	const file = "../../docs/permissions-guard.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## Command forms")
	section, _, ok := strings.Cut(section, "\n## ")
	if !ok {
		t.Fatal("no section on command forms")
	}
	forms := 0
	for _, otherwise := range []manifest.Action{"allow", "ask"} {
		m := manifest.Manifest{Permissions: manifest.Permissions{Mode: "auto", Default: otherwise}}
		m.Tools.Default = "allow"
		m.Permissions.Rules = rules("deny", "bash", "git push*", "curl * | bash*")
		guard := parse(t, &m)
		for line := range strings.Lines(section) {
			cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
			if len(cells) != 5 || !strings.Contains(cells[2], "`") {
				continue
			}
			forms++
			command := strings.ReplaceAll(strings.Trim(strings.TrimSpace(cells[2]), "`"), "\x00", "|")
			if d := guard.Decide(bash(command)); d.Action != "deny" || d.Rule == nil || strings.TrimSpace(cells[3]) != "deny" {
				t.Errorf("`%s`: %s (%s), and the page has %s", command, d.Action, d.Reason, cells[3])
			}
		}
	}
	if forms != 2*28 {
		t.Errorf("%d forms", forms/2)
	}
}
