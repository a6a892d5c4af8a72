package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The names of a flake's profiles are left out if they take too long, and a completion as
// a whole ends without candidates.
func TestCompletionGivesUp(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", t.TempDir())
	// The names take as many steps.
	flake := func(steps string) {
		text := `{ outputs = { self }: { insomniaProfiles.${"n" + toString (builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) ` + steps + `))} = { }; }; }`
		if err := os.WriteFile(filepath.Join(dir, "flake.nix"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outputs, whole := outputsTime, completionTime
	defer func() { outputsTime, completionTime = outputs, whole }()
	candidates := func() string {
		var out bytes.Buffer
		p := &program{stdout: &out, stderr: &out}
		if code := p.run(t.Context(), []string{"insomnia", completing, "resolve", ".#"}); code != 0 {
			t.Errorf("exit code %d", code)
		}
		return out.String()
	}
	outputsTime, completionTime = time.Hour, time.Hour
	flake("10")
	if got := candidates(); got != ".#n45\n" {
		t.Fatalf("%q", got)
	}
	flake("20000000")
	for _, limits := range [][2]time.Duration{{50 * time.Millisecond, time.Hour}, {time.Hour, 50 * time.Millisecond}} {
		outputsTime, completionTime = limits[0], limits[1]
		began := time.Now()
		if got := candidates(); got != "" {
			t.Errorf("%v: %q", limits, got)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%v: it took %v", limits, took)
		}
	}
}
