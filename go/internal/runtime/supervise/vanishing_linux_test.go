package supervise_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A socket that is gone before the walls around it stand does not stop the start; what is
// gone again and again does, with what bubblewrap says.
func TestVanishing(t *testing.T) {
	if !hasWalls() {
		t.Skip("bubblewrap does not work here")
	}
	for _, c := range []struct{ gone, code int }{{0, 3}, {1, 3}, {3, 3}, {4, 6}} {
		t.Run(fmt.Sprintf("%d times", c.gone), func(t *testing.T) {
			s := headless(t, `cat; cat <&5; exit 3`)
			s.Runtime = "vanishing"
			for i := range c.gone {
				if err := os.WriteFile(filepath.Join(s.Workspace, fmt.Sprint("gone", i)), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := self(runArgs(s)...)
			var out, fault bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &fault
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit %d, %s", code, fault.String())
			}
			if c.code == 3 && (out.String() != "the prompt<"+canary()+">" || fault.String() != "") {
				t.Errorf("%q %q", out.String(), fault.String())
			}
			if c.code != 3 && (!strings.Contains(fault.String(), "Can't create file") || out.String() != "") {
				t.Errorf("%q %q", out.String(), fault.String())
			}
		})
	}
	t.Run("in a terminal", func(t *testing.T) {
		s := start(t, "bash")
		s.Runtime = "vanishing"
		if err := os.WriteFile(filepath.Join(s.Workspace, "gone"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w := open(t, self(runArgs(s)...))
		w.shows("$ ")
		w.typed("stty size; exit 4\r")
		w.shows("24 80")
		w.ends(4)
		if strings.Contains(w.everything(), "create file") {
			t.Errorf("%q", w.everything())
		}
	})
}
