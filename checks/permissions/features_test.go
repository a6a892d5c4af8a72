//go:build unix

package permissions

import (
	"os/exec"
	"strings"
	"testing"
)

// The lines of features.txt run in a real bash: what is allowed runs nothing that is
// denied, and of the others nearly all do, or the table would show nothing.
func TestFeatures(t *testing.T) {
	program, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	table := readTable(t, "features.txt")
	guard := parse(t, &table.manifest)
	b := newBash(t, program)
	others, ran := 0, 0
	for _, c := range table.cases {
		log, _, err := b.run(c.command)
		if err != nil {
			t.Fatal(err)
		}
		denied := strings.Contains(log, "denied\n")
		if guard.Decide(bash(c.command)).Action == "allow" {
			if denied {
				t.Errorf("features.txt:%d: %q is allowed and ran zap", c.line, c.command)
			}
			continue
		}
		others++
		if denied {
			ran++
		} else {
			t.Logf("features.txt:%d: %q did not run zap", c.line, c.command)
		}
	}
	if ran < others*9/10 {
		t.Errorf("of %d lines that are not allowed, %d ran zap", others, ran)
	}
}
