package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faulty is a stream that panics when it is first written to, as a defect
// anywhere in the program would.
type faulty struct {
	bytes.Buffer
	panicked bool
}

func (f *faulty) Write(p []byte) (int, error) {
	if !f.panicked {
		f.panicked = true
		var none map[string]int
		none["x"] = 1
	}
	return f.Buffer.Write(p)
}

// A defect ends the program with exit code 70, one sentence and a file to send.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	t.Setenv("HUNTER", "hunter2")
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("hunter2.nix", `_: builtins.trace "hunter2" { }`)
	write(".insomnia/profiles/a.nix", `_: builtins.trace "hunter2" { }`)
	for name, c := range map[string]struct {
		args    []string
		command string
		words   bool // the stream that panics is standard error, and not standard output
	}{
		"in the main goroutine":       {[]string{"--json", "version"}, "version", false},
		"in a callback of evaluation": {[]string{"resolve", "./hunter2.nix"}, "resolve", true},
		"in a worker of a list":       {[]string{"profile", "list"}, "profile list", true},
	} {
		t.Run(name, func(t *testing.T) {
			var out, words faulty
			out.panicked, words.panicked = c.words, !c.words
			p := &program{stdout: &out, stderr: &words}
			code := p.run(context.Background(), append([]string{"insomnia"}, c.args...))
			rows := name == "in a worker of a list" // one profile costs a list no more than its row
			if code != 70 || (out.Len() > 0) != rows || rows && !strings.Contains(out.String(), "builtin:reviewer") {
				t.Errorf("exit code %d, on standard output: %s", code, out.String())
			}
			_, path, found := strings.Cut(words.String(), "wrote a crash report to ")
			path, _, _ = strings.Cut(path, ".txt")
			if !found || strings.Count(words.String(), "wrote") != 1 || strings.Contains(words.String(), "goroutine") {
				t.Fatalf("got:\n%s", words.String())
			}
			report, err := os.ReadFile(path + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			text := string(report)
			if !strings.Contains(text, "\ncommand: "+c.command+"\n") || !strings.Contains(text, "nil map") || !strings.Contains(text, "faulty") {
				t.Errorf("the report:\n%s", text)
			}
			if strings.Contains(text, "hunter2") {
				t.Errorf("the report has more than it may:\n%s", text)
			}
		})
	}
	t.Run("without a place for the report", func(t *testing.T) {
		write("file", "")
		t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "file"))
		words := faulty{panicked: true}
		p := &program{stdout: &faulty{}, stderr: &words}
		if code := p.run(context.Background(), []string{"insomnia", "version"}); code != 70 || !strings.Contains(words.String(), "cannot be written") {
			t.Errorf("exit code %d\n%s", code, words.String())
		}
	})
}
