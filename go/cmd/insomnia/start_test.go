package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// What a package does when it is made ready, every start waits for: tables and
// patterns are made when they are first used.
func TestPackagesAreReadyAtOnce(t *testing.T) {
	const most = 40 // objects allocated by one package
	program := filepath.Join(t.TempDir(), "insomnia")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ours := regexp.MustCompile(`(?m)^init (github\.com/insomnia-pods/\S+) .* (\d+) allocs$`)
	for _, m := range ours.FindAllStringSubmatch(string(out), -1) {
		if n, _ := strconv.Atoi(m[2]); n > most {
			t.Errorf("%s allocates %d objects before main begins, more than %d", m[1], n, most)
		}
	}
	if !regexp.MustCompile(`(?m)^init \S+ .* \d+ allocs$`).Match(out) {
		t.Errorf("no package tells of its start:\n%s", out)
	}
}
