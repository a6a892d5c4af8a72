package claudecode

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// full reads the manifest of the conformance corpus that has every field.
func full(t testing.TB) *manifest.Manifest {
	t.Helper()
	data, err := os.ReadFile("../../../../checks/conformance/bases/full.json")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := manifest.Decode(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func launchOf(m *manifest.Manifest) runtime.Launch {
	return runtime.Launch{
		Manifest: m, Pod: "tried", Workspace: "/srv/app", State: "/state/agent", Files: "/state/files", Insomnia: "/usr/bin/insomnia",
		Guard: "/run/pod/guard.sock", Gateway: "http://127.0.0.1:4100", Token: "the-token", System: "You plan.\n",
		Session: "c8f0a1de-2c55-4c8b-9f3e-0d7c6f2f9a11", Headless: true, Prompt: "Begin.",
	}
}

// printed writes a plan for people.
func printed(p *runtime.Plan) []byte {
	var b bytes.Buffer
	section := func(name string, lines []string) {
		fmt.Fprintf(&b, "== %s\n%s\n", name, strings.Join(lines, "\n"))
	}
	quote := make([]string, len(p.Args))
	for i, a := range p.Args {
		quote[i] = fmt.Sprintf("%q", a)
	}
	section("arguments", quote)
	section("environment", p.Env)
	section("stdin", []string{fmt.Sprintf("%q", p.Stdin)})
	for _, d := range p.Descriptors {
		fmt.Fprintf(&b, "== descriptor %d\n", d.Number)
		for _, part := range d.Text {
			if part.Secret != "" {
				fmt.Fprintf(&b, "«%s»", part.Secret)
			} else {
				b.WriteString(part.Literal)
			}
		}
		b.WriteString("\n")
	}
	for _, f := range p.Files {
		fmt.Fprintf(&b, "== %s %o keep=%v\n%s", f.Path, f.Mode, f.Keep, f.Content)
		if !bytes.HasSuffix(f.Content, []byte("\n")) {
			b.WriteString("\n")
		}
	}
	return b.Bytes()
}

func TestPlan(t *testing.T) {
	interactive := launchOf(full(t))
	interactive.Headless, interactive.Resume, interactive.Changed = false, true, true
	interactive.UI = map[string]string{"theme": "dark", "editorMode": "vim"}
	for name, l := range map[string]runtime.Launch{"headless": launchOf(full(t)), "interactive": interactive} {
		p, err := plan(l)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "testdata/"+name+".txt", printed(p))
	}
}
