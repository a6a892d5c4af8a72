package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// The two pages of docs/ that repeat the code are generated from it.
func TestDocs(t *testing.T) {
	for name, want := range map[string]string{
		"commands.md":   commandsPage((&program{}).app("")),
		"exit-codes.md": exitCodesPage(),
	} {
		golden.Check(t, filepath.Join("../../../docs", name), []byte(want))
	}
}

const written = "<!-- Written from the code: checks/update -->\n\n"

func exitCodesPage() string {
	var b strings.Builder
	b.WriteString("# Exit codes\n\n" + written)
	b.WriteString("Nothing but data is written to standard output, and nothing at all when the code is above 1.\n")
	b.WriteString("With `--json`, errors come on standard error as one line of JSON (`insomnia.diagnostics/v1`)\nthat carries the code too.\n\n")
	b.WriteString("One signal ends the program, whatever it is doing: at the latest 0.2 seconds later, with the terminal\n" +
		"as it was. A defect of the program ends with 70, one sentence, and a report in\n" +
		"`$XDG_STATE_HOME/insomnia/crash/`, of which five are kept: the stack, the version and the name of the\n" +
		"command, without arguments, environment or anything of a profile.\n\n")
	b.WriteString("| code | meaning | for example |\n|---|---|---|\n")
	for _, row := range diag.ExitCodes {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", row.Code, row.Meaning, row.Example)
	}
	return b.String()
}

func commandsPage(app *cli.App) string {
	var b strings.Builder
	b.WriteString("# Commands\n\n" + written)
	b.WriteString("Data goes to standard output, messages go to standard error. Flags come before or after the\narguments; what follows `--` is an argument. An empty argument or flag\nvalue, which a shell passes for a variable without a value, is a mistake (exit code 2); only `--prompt`\nand what `secret exec` passes on may be empty. The exit codes are in [exit-codes.md](exit-codes.md).\n\n")
	b.WriteString("Every command takes these:\n\n")
	flagTable(&b, app.Flags)
	common := map[string]bool{}
	for _, f := range app.Flags {
		common[f.Names()[0]] = true
	}
	app.Setup()
	for _, command := range everyCommand(app.Commands) {
		if len(command.Subcommands) > 0 || command.Name == "help" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", strings.TrimSpace(command.HelpName+" "+command.ArgsUsage))
		fmt.Fprintf(&b, "%s.\n", strings.ToUpper(command.Usage[:1])+command.Usage[1:])
		if command.Description != "" {
			fmt.Fprintf(&b, "\n%s\n", command.Description)
		}
		var own []cli.Flag
		for _, f := range command.Flags {
			if !common[f.Names()[0]] {
				own = append(own, f)
			}
		}
		if len(own) > 0 {
			b.WriteByte('\n')
			flagTable(&b, own)
		}
	}
	return b.String()
}

func flagTable(b *strings.Builder, flags []cli.Flag) {
	b.WriteString("| flag | what it does | default |\n|---|---|---|\n")
	for _, f := range flags {
		name, value, usage, fallback := flagWords(f)
		if value != "" {
			name += " " + value
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, usage, fallback)
	}
}

// Every command and flag has a description.
func TestEverythingIsDescribed(t *testing.T) {
	app := (&program{}).app("")
	for _, command := range everyCommand(app.Commands) {
		if command.Usage == "" {
			t.Errorf("%s has no usage", command.Name)
		}
		for _, f := range command.Flags {
			if f.(cli.DocGenerationFlag).GetUsage() == "" {
				t.Errorf("%s --%s has no usage", command.Name, f.Names()[0])
			}
		}
	}
}

func TestTakeApart(t *testing.T) {
	app := (&program{}).app("")
	pair := "--override-input=a" + pairSeparator + "./b"
	for _, test := range []struct{ in, want string }{
		{"resolve .#x --pretty", "resolve --pretty -- .#x"},
		{"resolve --pretty .#x", "resolve --pretty -- .#x"},
		{"--json resolve x", "resolve --json -- x"},
		{"--log-level debug resolve x", "resolve --log-level=debug -- x"},
		{"--pretty resolve x", "resolve --pretty -- x"},
		{"resolve x --timeout 3s --root y", "resolve --timeout=3s --root=y -- x"},
		{"resolve x --timeout=3s", "resolve --timeout=3s -- x"},
		{"resolve x --root --odd", "resolve --root=--odd -- x"},
		{"resolve x --override-input a ./b --pretty", "resolve " + pair + " --pretty -- x"},
		{"resolve -- --pretty", "resolve -- --pretty"},
		{"resolve x -- --pretty -- y", "resolve -- x --pretty -- y"},
		{"resolve --nonsense x", "resolve --nonsense -- x"},
		{"resolve resolve", "resolve -- resolve"},
		{"resolve -", "resolve -- -"},
		{"nonsense resolve", "-- nonsense resolve"},
		{"profile diff a --json b", "profile diff --json -- a b"},
		{"--json profile explain a diff", "profile explain --json -- a diff"},
		{"profile nonsense diff", "profile -- nonsense diff"},
		{"schema manifest --json", "schema --json -- manifest"},
		{"--help", "--help"},
		{"", ""},
	} {
		line, err := takeApart(app, append([]string{"insomnia"}, strings.Fields(test.in)...))
		if err != nil {
			t.Errorf("%s: %v", test.in, err)
			continue
		}
		if joined := strings.Join(line.ordered("insomnia")[1:], " "); joined != test.want {
			t.Errorf("%s became %s, not %s", test.in, joined, test.want)
		}
	}
	for _, in := range []string{"resolve --timeout", "resolve --override-input a", "resolve --override-input=a b c", "resolve x --root"} {
		if _, err := takeApart(app, append([]string{"insomnia"}, strings.Fields(in)...)); diag.From(err).Exit != diag.ExitUsage {
			t.Errorf("%s: %v", in, err)
		}
	}
}
