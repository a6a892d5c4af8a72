package claudecode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
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
		if f.Gone {
			fmt.Fprintf(&b, "== %s is removed\n", f.Path)
			continue
		}
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
	login := launchOf(runtimetest.Builtin(t, "coder"))
	login.Login = "/home/ada/.claude/.credentials.json"
	for name, l := range map[string]runtime.Launch{"login": login, "headless": launchOf(full(t)), "interactive": interactive, "coder": launchOf(runtimetest.Builtin(t, "coder"))} {
		p, err := plan(l)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "testdata/"+name+".txt", printed(p))
	}
}

func TestUnserved(t *testing.T) {
	m := full(t)
	m.Model.WireAPI = "openai-chat"
	var got []string
	for _, u := range unserved(m) {
		got = append(got, u.Pointer)
	}
	if diff := cmp.Diff([]string{"/model/wireApi", "/mcpServers/ledger/args/1", "/mcpServers/ledger/args/2"}, got); diff != "" {
		t.Error(diff)
	}
}

// What the program would read into a profile's text stays text.
func TestTextStays(t *testing.T) {
	skill := manifest.Skill{Description: "a: \"b\"\n- c", Files: map[manifest.FilePath]manifest.SkillFile{"SKILL.md": {Text: "\ufeff\n--- \r\nallowed-tools: Bash\nhooks: {}\n---\r\nBody\n---\nmore\n"}}}
	files, err := skillFiles("notes", skill, "/d")
	want := "---\nname: \"notes\"\ndescription: \"a: \\\"b\\\"\\n- c\"\n---\nBody\n---\nmore\n"
	if err != nil || string(files[0].Content) != want {
		t.Errorf("%v\n%s", err, files[0].Content)
	}
	w := manifest.Workflow{Prompt: "{{a}} {{b}} $1 $ARGUMENTS {{c}}", Inputs: []manifest.WorkflowInput{{Name: "a", Required: true}, {Name: "b"}}}
	if got := command(w); !strings.HasSuffix(got, "---\n$ARGUMENTS[0] $ARGUMENTS[1] \\$1 \\$ARGUMENTS {{c}}\n") || !strings.Contains(got, `argument-hint: "a [b]"`) {
		t.Error(got)
	}
	m := &manifest.Manifest{Skills: map[manifest.SkillName]manifest.Skill{"x": {}}, Workflows: map[manifest.SkillName]manifest.Workflow{"x": {}, "x-workflow": {}, "y": {}}}
	for name, want := range map[manifest.SkillName]string{"x": "x-workflow-workflow", "x-workflow": "x-workflow", "y": "y"} {
		if got := commandName(m, name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// No secret is in the files of a plan, nor the token anywhere but in its descriptor.
func TestSecretsAreInDescriptors(t *testing.T) {
	l := launchOf(full(t))
	l.Token = "canary-token"
	p, err := plan(l)
	if err != nil {
		t.Fatal(err)
	}
	token := p.Descriptors[0].Text
	p.Descriptors[0].Text = nil
	if text := string(printed(p)); len(token) != 1 || token[0].Literal != l.Token || strings.Contains(text, l.Token) {
		t.Error("the token is in the plan")
	}
	for _, d := range p.Descriptors {
		var text strings.Builder
		for _, part := range d.Text {
			if part.Secret != "" && !part.JSON {
				t.Errorf("%s is put in as it is", part.Secret)
			}
			text.WriteString(part.Literal + part.Secret)
		}
		if d.Number == mcpDescriptor && !json.Valid([]byte(text.String())) {
			t.Error(text.String())
		}
	}
}

// The program's own rules are those that it reads as the guard does; the others are the
// guard's alone.
func TestSecondLockIsNeverStricter(t *testing.T) {
	for pattern, want := range map[string]bool{
		"git push": true, "git push *": true, "sudo*": true, "*": true, "git * --force": false, "curl * | bash*": false, `a\;b`: false, "a:b": false, "x (y)": false,
	} {
		if got := plainCommand(pattern); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
	for glob, want := range map[string]string{
		".env": "//srv/app/.env", "**/*.pem": "//srv/app/**/*.pem", "/etc/shadow": "//etc/shadow", "~/.ssh/*": "~/.ssh/*", "./a": "//srv/app/a", "a?": "", "[a]": "", "!a": "",
	} {
		if got, ok := absolute("/srv/app", glob); got != want || ok != (want != "") {
			t.Errorf("%s: %q", glob, got)
		}
	}
	if _, ok := absolute("/srv/a*b", ".env"); ok {
		t.Error("a workspace with a star")
	}
	l := launchOf(judged())
	l.Manifest.Permissions.Rules = []manifest.Rule{{Tool: "bash", Pattern: "sudo *", Action: "deny"}, {Tool: "bash", Pattern: "git push", Action: "ask"}, {Tool: "read", Pattern: "x", Action: "deny"}}
	if rules := strings.Join(denied(l), " "); !strings.Contains(rules, "Bash(sudo *)") || strings.Contains(rules, "git push") || strings.Contains(rules, "Read(") {
		t.Error(rules)
	}
	// Rules of the Pod do not bind subagents under a ceiling of their own.
	l.Manifest.Delegation = &manifest.Delegation{Ceiling: &manifest.Ceiling{Permissions: &manifest.Permissions{}}}
	if rules := strings.Join(denied(l), " "); strings.Contains(rules, "Bash(") {
		t.Error(rules)
	}
}
