package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) manCommand() *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: "For example: insomnia man > ~/.local/share/man/man1/insomnia.1",
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0, ""); err != nil {
				return err
			}
			return p.write([]byte(manPage(p.app(""))))
		},
	}
}

// manPage returns the manual page of all commands, in the macros of man(7).
func manPage(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n", strings.ToUpper(app.Name), app.Name, roff(app.Usage))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n\\fICOMMAND\\fR [\\fIflags\\fR] [\\fIarguments\\fR]\n", app.Name)
	b.WriteString(".SH DESCRIPTION\nData goes to standard output, messages go to standard error. Flags come before or after the\narguments; what follows \\-\\- is an argument.\n")
	b.WriteString(".SH OPTIONS\nEvery command takes these:\n")
	common := commonFlags()
	manFlags(&b, common)
	b.WriteString(".SH COMMANDS\n")
	app.Setup()
	for _, command := range everyCommand(app.Commands) {
		if len(command.Subcommands) > 0 || command.Name == "help" {
			continue
		}
		fmt.Fprintf(&b, ".SS %s\n%s.\n", roff(strings.TrimSpace(command.HelpName+" "+command.ArgsUsage)),
			roff(strings.ToUpper(command.Usage[:1])+command.Usage[1:]))
		if command.Description != "" {
			fmt.Fprintf(&b, ".PP\n%s\n", roff(command.Description))
		}
		manFlags(&b, command.Flags[:len(command.Flags)-len(common)])
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, row := range diag.ExitCodes {
		fmt.Fprintf(&b, ".TP\n.B %d\n%s\n", row.Code, roff(row.Meaning))
	}
	return b.String()
}

func manFlags(b *strings.Builder, flags []cli.Flag) {
	for _, f := range flags {
		name, value, usage, fallback := flagWords(f)
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff(name))
		if value != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(value))
		}
		fmt.Fprintf(b, "\n%s", roff(strings.ReplaceAll(usage, "`", "")))
		if fallback != "" {
			fmt.Fprintf(b, " (default: %s)", roff(fallback))
		}
		b.WriteByte('\n')
	}
}

// flagWords returns a flag's name, the placeholder of its value, its usage, and its
// default.
func flagWords(f cli.Flag) (name, value, usage, fallback string) {
	doc := f.(cli.DocGenerationFlag)
	name, usage = "--"+f.Names()[0], doc.GetUsage()
	if doc.TakesValue() {
		value, fallback = "VALUE", strings.Trim(doc.GetValue(), `"`)
		if _, rest, ok := strings.Cut(usage, "`"); ok {
			value, _, _ = strings.Cut(rest, "`")
		}
	}
	return name, value, usage, fallback
}

// roff escapes text so that none of it is an instruction.
func roff(text string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
