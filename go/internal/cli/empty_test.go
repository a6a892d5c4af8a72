package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// An empty argument or flag value is a usage error of every command that there is.
func TestEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, t.TempDir())
	}
	t.Chdir(t.TempDir())
	app := (&program{}).app("")
	app.Setup()
	for _, command := range everyCommand(app.Commands) {
		if len(command.Subcommands) > 0 || command.Name == "help" {
			continue
		}
		words := strings.Fields(command.HelpName)
		var lines [][]string
		parameters := parametersOf(command.ArgsUsage)
		for i, parameter := range parameters {
			if strings.HasSuffix(parameter, "…") {
				continue
			}
			given := make([]string, len(parameters))
			for j := range given {
				given[j] = "x"
			}
			for _, empty := range []string{"", " ", "\t\n"} {
				given[i] = empty
				lines = append(lines, append(append([]string{}, words...), given...), append(append(append([]string{}, words...), "--"), given...))
			}
		}
		for _, f := range command.Flags {
			name := f.Names()[0]
			switch takes := f.(cli.DocGenerationFlag).TakesValue(); {
			case name == pairFlag:
				lines = append(lines, append(words, "--"+name, "", "./x"), append(words, "--"+name, "x", ""))
			case takes && name != textFlag:
				lines = append(lines, append(words, "--"+name, ""), append(words, "--"+name+"="), append(words, "-"+name+"=", "x"))
			}
		}
		for _, line := range lines {
			var out, words bytes.Buffer
			p := &program{stdout: &out, stderr: &words}
			if code := p.run(context.Background(), line); code != int(diag.ExitUsage) || out.Len() > 0 || !strings.HasPrefix(words.String(), "error: empty ") {
				t.Errorf("%q: exit code %d\n%s%s", line, code, out.String(), words.String())
			}
		}
	}
}

// What is not a reference may be empty: a text, and the arguments of another program.
func TestEmptyIsTaken(t *testing.T) {
	app := (&program{}).app("")
	for _, line := range [][]string{
		{"insomnia", "pod", "new", "builtin:coder", "--no-start", "--prompt", ""},
		{"insomnia", "pod", "new", "--no-start", "--prompt="},
		{"insomnia", "secret", "exec", "api.key", "--", "printf", "", " "},
		{"insomnia", "resolve", "--nonsense="}, // is unknown, which is what there is to say
		{"insomnia", "resolve", "--pretty=", "x"},
	} {
		taken, err := takeApart(app, line)
		if err == nil {
			err = taken.refuseEmpty(app)
		}
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}
