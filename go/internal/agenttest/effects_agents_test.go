//go:build agents

package agenttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// The real programs enforce what their settings declare.
func TestEffectsOfPrograms(t *testing.T) {
	for _, f := range ofPrograms {
		for _, a := range agents {
			if f.runtimes != nil && !slices.Contains(f.runtimes, a.runtime) {
				continue
			}
			t.Run(f.name+"/"+a.runtime, func(t *testing.T) {
				t.Parallel()
				dir := os.Getenv("INSOMNIA_AGENTS")
				if _, err := exec.LookPath(filepath.Join(dir, a.program)); err != nil {
					if os.Getenv("CI") == "true" {
						t.Fatal(err)
					}
					t.Skip(err)
				}
				// Without ripgrep opencode has no skills.
				if found, _ := filepath.Glob(filepath.Join(dir, "../@openai/codex-*/vendor/*/*/rg")); len(found) > 0 {
					dir += ":" + filepath.Dir(found[0])
				}
				f.compare(t, a, dir)
			})
		}
	}
}
