package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// What urfave/cli v2 cannot do is done here, before it reads the command line, and
// nothing else: it takes flags after an argument for arguments, forgets a common
// flag that stands before the command, and has no flag with two values.

// dispatch runs the command that a command line names, and returns the line in
// the order in which it was read.
func (p *program) dispatch(ctx context.Context, args []string) ([]string, error) {
	if len(args) > 1 && slices.Contains(versionFlags, args[1]) {
		args = append([]string{args[0], "version"}, args[2:]...)
	}
	if len(args) < 2 || args[len(args)-1] == completing {
		return args, p.app("").RunContext(ctx, args)
	}
	app := p.app(args[1])
	line, err := takeApart(app, args)
	if err != nil {
		return args, err
	}
	if err := line.refuseEmpty(app); err != nil {
		return args, err
	}
	args = line.ordered(args[0])
	return args, app.RunContext(ctx, args)
}

// versionFlags are what people type for `insomnia version`.
var versionFlags = []string{"--version", "-v", "-V", "-version"}

// pairFlag takes two values, as in `--override-input NAME REF`; they reach the
// flag parser joined by pairSeparator.
const pairFlag = "override-input"

const pairSeparator = "\x1f"

// completing is what the completion scripts add to ask for candidates.
const completing = "--generate-bash-completion"

// commandLine is what was typed, taken apart.
type commandLine struct {
	command            *cli.Command // nil when none is named
	names, flags, rest []string
}

// ordered puts the command first, then the flags, then the arguments behind
// `--`.
func (l *commandLine) ordered(program string) []string {
	out := append([]string{program}, l.names...)
	out = append(out, l.flags...)
	if len(l.rest) > 0 {
		out = append(append(out, "--"), l.rest...)
	}
	return out
}

// takeApart reads a command line; there must be something in it beside the program.
func takeApart(app *cli.App, args []string) (*commandLine, error) {
	var command *cli.Command
	var names, flags, rest []string
	for i := 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			if below := commandBelow(app, command, arg); below != nil && len(rest) == 0 {
				command, names = below, append(names, below.Name)
				continue
			}
			rest = append(rest, arg)
			continue
		}
		name := strings.TrimLeft(arg, "-")
		name, _, hasValue := strings.Cut(name, "=")
		values := valuesOf(app, command, name)
		switch {
		case values == 2:
			if hasValue || i+2 >= len(args) {
				return nil, diag.Errorf(diag.ExitUsage, "usage", "--%s needs two values", name).
					Expectedf("--%s NAME REF", name)
			}
			flags = append(flags, "--"+name+"="+args[i+1]+pairSeparator+args[i+2])
			i += 2
		case values == 1 && !hasValue:
			if i+1 >= len(args) {
				return nil, diag.Errorf(diag.ExitUsage, "usage", "--%s needs a value", name)
			}
			// Joined, so that a value that begins with `-` stays one.
			flags = append(flags, "--"+name+"="+args[i+1])
			i++
		default:
			flags = append(flags, arg)
		}
	}
	return &commandLine{command, names, flags, rest}, nil
}

// commandBelow finds a command by its name: of the program, or of a group.
func commandBelow(app *cli.App, group *cli.Command, name string) *cli.Command {
	if group == nil {
		return app.Command(name)
	}
	for _, c := range group.Subcommands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// valuesOf is the number of values that a flag takes. Before the command is
// known, any command's flag counts.
func valuesOf(app *cli.App, command *cli.Command, name string) int {
	if name == pairFlag {
		return 2
	}
	lists := [][]cli.Flag{app.Flags}
	if command != nil {
		lists = [][]cli.Flag{command.Flags} // the common ones are among them
	} else {
		for _, c := range everyCommand(app.Commands) {
			lists = append(lists, c.Flags)
		}
	}
	for _, list := range lists {
		for _, flag := range list {
			if slices.Contains(flag.Names(), name) {
				if doc, ok := flag.(cli.DocGenerationFlag); ok && doc.TakesValue() {
					return 1
				}
				return 0
			}
		}
	}
	return 0
}

// wantsJSON tells whether --json was given, for errors that come before or
// instead of a parsed command line.
func wantsJSON(args []string) bool {
	for _, arg := range args {
		switch arg {
		case "--":
			return false
		case "--json", "-json", "--json=true":
			return true
		}
	}
	return false
}
