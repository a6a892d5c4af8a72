package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// This file only makes up for what urfave/cli v2 lacks, before it parses the command
// line. It treats flags after an argument as arguments, forgets a common flag before the
// command, and has no flag with two values.

// dispatch runs the command of a command line, and returns the line in the order in which
// it was parsed.
func (p *program) dispatch(ctx context.Context, args []string) ([]string, error) {
	if len(args) > 1 && slices.Contains(versionFlags, args[1]) {
		args = append([]string{args[0], "version"}, args[2:]...)
	}
	if len(args) < 2 {
		return args, p.app("").RunContext(ctx, args)
	}
	if args[1] == completing && len(args) > 2 {
		return args, p.complete(ctx, args[2:])
	}
	app := p.app(args[1])
	line, err := takeApart(app, args)
	if err != nil {
		return args, err
	}
	if err := line.refuseEmpty(app); err != nil {
		return args, err
	}
	if err := line.refuseColor(); err != nil {
		return args, err
	}
	args = line.ordered(args[0])
	return args, app.RunContext(ctx, args)
}

// versionFlags are common spellings of `insomnia version`.
var versionFlags = []string{"--version", "-v", "-V", "-version"}

// pairFlag takes two values, as in `--override-input NAME REF`; they reach the
// flag parser joined by pairSeparator.
const pairFlag = "override-input"

const pairSeparator = "\x1f"

// commandLine is a parsed command line.
type commandLine struct {
	command            *cli.Command // nil if none is named
	names, flags, rest []string
	ended              bool   // whether `--` ended the flags
	pending            string // the flag at the end whose value is missing
}

// ordered returns the command, then the flags, then the arguments after `--`.
func (l *commandLine) ordered(program string) []string {
	out := append([]string{program}, l.names...)
	out = append(out, l.flags...)
	if len(l.rest) > 0 {
		out = append(append(out, "--"), l.rest...)
	}
	return out
}

// takeApart parses a command line. With an error it returns what comes before it.
func takeApart(app *cli.App, args []string) (*commandLine, error) {
	var command *cli.Command
	var names, flags, rest []string
	ended := false
	for i := 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest, ended = append(rest, args[i+1:]...), true
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
				line := &commandLine{command: command, names: names, flags: flags, rest: rest}
				if !hasValue {
					line.pending = name
				}
				return line, diag.Errorf(diag.ExitUsage, "usage", "--%s needs two values", name).
					Expectedf("--%s NAME REF", name)
			}
			flags = append(flags, "--"+name+"="+args[i+1]+pairSeparator+args[i+2])
			i += 2
		case values == 1 && !hasValue:
			if i+1 >= len(args) {
				return &commandLine{command: command, names: names, flags: flags, rest: rest, pending: name},
					diag.Errorf(diag.ExitUsage, "usage", "--%s needs a value", name)
			}
			// Joined, so that a value that begins with `-` is not taken for a flag.
			flags = append(flags, "--"+name+"="+args[i+1])
			i++
		default:
			flags = append(flags, arg)
		}
	}
	return &commandLine{command: command, names: names, flags: flags, rest: rest, ended: ended}, nil
}

// commandBelow finds a command of the program or of a group by its name.
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

// valuesOf returns the number of values that a flag takes. Before the command is known,
// the flags of all commands count.
func valuesOf(app *cli.App, command *cli.Command, name string) int {
	if name == pairFlag {
		return 2
	}
	lists := [][]cli.Flag{app.Flags}
	if command != nil {
		lists = [][]cli.Flag{command.Flags} // including the common ones
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

// wantsJSON reports whether --json was given, for errors that occur before or instead of
// parsing.
func wantsJSON(args []string) bool { return wants(args, "json") }

// wants reports whether a switch is set, also where the command line is wrong.
func wants(args []string, name string) bool {
	for _, arg := range args {
		switch arg {
		case "--":
			return false
		case "--" + name, "-" + name, "--" + name + "=true":
			return true
		}
	}
	return false
}
