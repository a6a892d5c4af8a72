//go:build unix

package cli

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// A Pod is created without consent and starts only with it: to what its snapshot
// grants, whatever its profile has become.
func TestPodsAreAuthorized(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
	write := func(prompt string) {
		t.Helper()
		text := `{ insomnia }: insomnia.lib.mkProfile { name = "mine"; model.ref = "anthropic/claude-sonnet-4-5"; prompts.system = "` + prompt + `"; }`
		if err := os.WriteFile("mine.nix", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (code int, said string) {
		var out, words bytes.Buffer
		p := &program{stdout: &out, stderr: &words}
		return p.run(context.Background(), append([]string{"insomnia"}, args...)), words.String()
	}
	start := func(name string) error {
		t.Helper()
		a := &app.App{Resolver: &resolve.Resolver{Library: insomnia.Library, Dir: "/"}, User: app.Nobody{}}
		snapshot, err := a.Snapshot(name)
		if err != nil {
			t.Fatal(err)
		}
		return a.Authorize(context.Background(), snapshot)
	}

	write("one")
	if code, said := run("pod", "new", "./mine.nix", "--name", "first", "--no-start"); code != 0 {
		t.Fatal(code, said)
	}
	err := start("first")
	if !diag.CodeIs(err, "consent-missing") {
		t.Fatal(err)
	}
	// The profile changes before there is consent: the snapshot has its own command.
	write("two")
	grant := regexp.MustCompile(`insomnia (trust grant --pod first --grants sha256-\S+)`).FindStringSubmatch(diag.From(err).Diagnostics[0].Hint)
	if grant == nil {
		t.Fatalf("no command in %q", diag.From(err).Diagnostics[0].Hint)
	}
	if code, said := run(strings.Fields(grant[1])...); code != 0 {
		t.Fatal(code, said)
	}
	if err := start("first"); err != nil {
		t.Fatal(err)
	}
	// This is not consent to what the profile grants now, and it survives such a consent.
	if code, said := run("trust", "grant", "./mine.nix"); code != int(diag.ExitRefused) {
		t.Fatal(code, said)
	}
	_, said := run("trust", "grant", "./mine.nix")
	grant = regexp.MustCompile(`insomnia (trust grant ./mine.nix --grants sha256-\S+)`).FindStringSubmatch(said)
	if code, said := run(strings.Fields(grant[1])...); code != 0 {
		t.Fatal(code, said)
	}
	if err := start("first"); err != nil {
		t.Fatal(err)
	}
	if code, said := run("trust", "revoke", "--pod", "first"); code != 0 {
		t.Fatal(code, said)
	}
	if err := start("first"); !diag.CodeIs(err, "consent-missing") {
		t.Fatal(err)
	}
	if code, said := run("trust", "show", "--pod", "nobody"); code != int(diag.ExitNotFound) {
		t.Error(code, said)
	}

	// A Pod of a manifest has no source but its content: consent to the file is to the Pod.
	var out bytes.Buffer
	if code := (&program{stdout: &out, stderr: &out}).run(context.Background(), []string{"insomnia", "resolve", "./mine.nix"}); code != 0 {
		t.Fatal(out.String())
	}
	if err := os.WriteFile("m.json", out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := run("pod", "new", "--manifest", "m.json", "--name", "second", "--no-start"); code != 0 {
		t.Fatal(code, said)
	}
	if err := start("second"); !diag.CodeIs(err, "consent-missing") {
		t.Fatal(err)
	}
	_, said = run("trust", "grant", "m.json")
	grant = regexp.MustCompile(`insomnia (trust grant m.json --grants sha256-\S+)`).FindStringSubmatch(said)
	if code, said := run(strings.Fields(grant[1])...); code != 0 {
		t.Fatal(code, said)
	}
	if err := start("second"); err != nil {
		t.Fatal(err)
	}
}
