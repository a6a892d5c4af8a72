package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/tui"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The command line and the screens answer alike: both drive the same use cases, in
// the same home and project.
func TestCommandsAndScreensAgree(t *testing.T) {
	inProject(t, map[string]string{
		".insomnia/profiles/mine.nix":   `{ insomnia }: insomnia.lib.mkProfile { name = "mine"; model.ref = "anthropic/claude-sonnet-4-5"; tools.deny = [ "bash" ]; }`,
		".insomnia/profiles/broken.nix": "{ insomnia }: {\n  modle = 1;\n",
		".insomnia/profiles/coder.nix":  `{ insomnia }: insomnia.lib.mkProfile { name = "coder"; imports = [ insomnia.insomniaProfiles.coder ]; }`,
		".insomnia/config.toml":         "default = \"project:mine\"\n[aliases]\nm = \"project:mine\"\nlost = \"user:none\"\n",
	})
	screens := screensHere(t)

	t.Run("profiles", func(t *testing.T) {
		var printed profileListReport
		decode(t, printedBy(t, 1, "profile", "list", "--json"), &printed)
		var shown app.Profiles
		screens.Profiles(t.Context(), func(list app.Profiles) { shown = list })
		var again []app.Profile
		data, err := json.Marshal(shown.Rows)
		if err != nil {
			t.Fatal(err)
		}
		decode(t, data, &again)
		if diff := cmp.Diff(printed.Profiles, again, cmp.AllowUnexported(app.Profile{})); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(messages(printed.Problems), messages(shown.Problems)); diff != "" || len(shown.Problems) == 0 {
			t.Error(diff)
		}
		if shown.Default == nil || shown.Default.Ref != strings.TrimSpace(string(printedBy(t, 0, "profile", "default"))) {
			t.Errorf("%+v", shown.Default)
		}
	})

	for _, ref := range []string{"", "m", "mine", "builtin:coder", "./.insomnia/profiles/mine.nix"} {
		t.Run("new "+ref, func(t *testing.T) {
			args := []string{"pod", "new", "--json", "--no-start", "--prompt", "Go."}
			if ref != "" {
				args = append(args, ref)
			}
			var printed about
			decode(t, printedBy(t, 0, args...), &printed)
			r, err := screens.Resolve(t.Context(), ref, manifest.Inputs{Prompt: "Go."})
			if err != nil {
				t.Fatal(err)
			}
			in := printed.Inputs
			in.Name = ""
			if r.Digest != printed.Digest || r.Ref != printed.Pod.Profile.Ref || !cmp.Equal(r.Inputs, in) {
				t.Errorf("%+v\n%+v\n%s", r, printed, cmp.Diff(r.Inputs, in))
			}
			if diff := cmp.Diff(*printed.Summary, r.Summary); diff != "" {
				t.Error(diff)
			}
			created, err := screens.Create(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			// They differ in nothing but what is theirs alone.
			a, b := *printed.Pod, *find(t, created.ID)
			for _, p := range []*pod.Pod{&a, &b} {
				p.ID, p.Name, p.Created = "", "", p.Created.Truncate(0)
			}
			if a.Source.Target != b.Source.Target || a.Source.Folder != b.Source.Folder || a.Profile != b.Profile || a.Workspace != b.Workspace || a.Model != b.Model {
				t.Errorf("%+v\n%+v", a, b)
			}
		})
	}

	for _, ref := range []string{"coder", "lost", "broken", "project:broken", "none", "./none.nix"} {
		t.Run("error "+ref, func(t *testing.T) {
			_, err := screens.Resolve(t.Context(), ref, manifest.Inputs{})
			if err == nil {
				t.Fatal("it resolves")
			}
			var printed diag.Error
			var out, said bytes.Buffer
			p := &program{stdout: &out, stderr: &said}
			if code := p.run(context.Background(), []string{"insomnia", "pod", "new", ref, "--no-start", "--json"}); code != int(diag.From(err).Exit) {
				t.Errorf("exit code %d, %v", code, err)
			}
			decode(t, said.Bytes(), &printed)
			if diff := cmp.Diff(messages(printed.Diagnostics), messages(diag.From(err).Diagnostics)); diff != "" || len(printed.Diagnostics) == 0 {
				t.Error(diff)
			}
		})
	}

	t.Run("pods", func(t *testing.T) {
		if err := os.WriteFile(".insomnia/profiles/mine.nix", []byte("{ insomnia }: {"), 0o600); err != nil {
			t.Fatal(err)
		}
		var printed podListReport
		decode(t, printedBy(t, 0, "pod", "list", "--json"), &printed)
		var shown tui.Pods
		screens.Pods(t.Context(), func(list tui.Pods) { shown = list })
		if shown.Err != nil || len(shown.Rows) != len(printed.Pods) || len(shown.Rows) < 10 {
			t.Fatalf("%v, %d and %d", shown.Err, len(shown.Rows), len(printed.Pods))
		}
		changed := 0
		for i, row := range shown.Rows {
			if it := printed.Pods[i]; row.ID != it.ID || row.Name != it.Name || row.Now != words.Drift(*it.Drift) || row.Detail != it.Drift.Detail {
				t.Errorf("%+v\n%+v", row, it)
			}
			if row.Drifted {
				changed++
			}
		}
		if changed == 0 {
			t.Error("no Pod has a profile that changed")
		}
		for _, row := range shown.Rows[:2] {
			page := string(printedBy(t, 0, "pod", "show", row.Name))
			details, err := screens.Details(t.Context(), row.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range details.Facts {
				if f.Text != "" && !strings.Contains(page, diag.Cell(f.Text)) {
					t.Errorf("%q is not on the page:\n%s", f.Text, page)
				}
			}
			grants := string(printedBy(t, 0, "trust", "show", "--full", "--pod", row.Name))
			// As wide as the page gets, the screens break no line.
			if got := details.Grants(1 << 20); !strings.HasPrefix(squeezed(grants), squeezed(got)) {
				t.Error(cmp.Diff(squeezed(grants), squeezed(got)))
			}
		}
	})
}

// What evaluations say is not written over the screen.
func TestNothingIsSaidBehindTheScreens(t *testing.T) {
	inProject(t, map[string]string{
		"loud.nix":  `{ insomnia }: builtins.trace "LOUD" (insomnia.lib.mkProfile { name = "loud"; model.ref = "anthropic/claude-sonnet-4-5"; })`,
		"flake.nix": `{ outputs = { self }: throw "a stranger"; }`,
	})
	var said bytes.Buffer
	p := &program{stdout: &said, stderr: &said, terminal: true}
	flags := flag.NewFlagSet("insomnia", flag.ContinueOnError)
	for _, f := range commonFlags() {
		if err := f.Apply(flags); err != nil {
			t.Fatal(err)
		}
	}
	screens, err := p.screens(cli.NewContext(p.app(""), flags, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := screens.Resolve(t.Context(), "./loud.nix", manifest.Inputs{}); err != nil {
		t.Fatal(err)
	}
	if _, err := screens.Resolve(t.Context(), "coder", manifest.Inputs{}); err != nil {
		t.Fatal(err)
	}
	screens.Profiles(t.Context(), func(app.Profiles) {})
	if said.Len() > 0 {
		t.Errorf("said: %s", &said)
	}
	p.run(t.Context(), []string{"insomnia", "resolve", "./loud.nix"})
	if !strings.Contains(said.String(), "LOUD") {
		t.Error("the profile is not loud")
	}
}

// Every command refuses an argument that its usage does not name, before it acts.
func TestTooManyArguments(t *testing.T) {
	inProject(t, nil)
	var try func(commands []*cli.Command, names ...string)
	try = func(commands []*cli.Command, names ...string) {
		for _, command := range commands {
			line := append(slices.Clip(names), command.Name)
			most := mostOf(command.ArgsUsage)
			if len(command.Subcommands) > 0 {
				try(command.Subcommands, line...)
				continue
			}
			if most == math.MaxInt {
				continue
			}
			var out, said bytes.Buffer
			for i := range most + 1 {
				line = append(line, []string{"a", "b", "c", "d"}[i])
			}
			p := &program{stdout: &out, stderr: &said}
			if code := p.run(t.Context(), line); code != int(diag.ExitUsage) || !strings.Contains(said.String(), "too many") || out.Len() > 0 {
				t.Errorf("%s: exit code %d: %s%s", line, code, &out, &said)
			}
		}
	}
	try((&program{}).app("").Commands, "insomnia")
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Error(entries, err)
	}
}

func TestMostOf(t *testing.T) {
	for usage, want := range map[string]int{"": 0, "[REF]": 1, "A B": 2, "REF|SOURCE": 1, "POD [N]": 2,
		"[FLAKEREF] [INPUT...]": math.MaxInt, "NAME -- COMMAND [ARGUMENT]…": math.MaxInt} {
		if got := mostOf(usage); got != want {
			t.Errorf("%q: %d, want %d", usage, got, want)
		}
	}
}

// squeezed is a text without what depends on the width of a page.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

func messages(diagnostics []diag.Diagnostic) []string {
	var out []string
	for _, d := range diagnostics {
		out = append(out, d.Code+": "+d.Message+"\n"+d.Hint)
	}
	return out
}

// inProject makes a home and a project, and enters it.
func inProject(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// printedBy runs a command, which ends with the code, and returns its data.
func printedBy(t *testing.T, code int, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	p := &program{stdout: &out, stderr: &said}
	if got := p.run(context.Background(), append([]string{"insomnia"}, args...)); got != code {
		t.Fatalf("%s: exit code %d: %s", args, got, &said)
	}
	return out.Bytes()
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
}

func find(t *testing.T, id string) *pod.Pod {
	t.Helper()
	s, err := (&app.App{}).Snapshot(id)
	if err != nil {
		t.Fatal(err)
	}
	return s.Pod
}
