package cli

import (
	"context"
	"flag"
	"io"

	"github.com/urfave/cli/v2"
)

// dispatch runs the command that a command line names, and gives the line in
// the order in which it was read.
func (p *program) dispatch(ctx context.Context, args []string) ([]string, error) {
	if len(args) < 2 || args[len(args)-1] == completing {
		return args, p.app("").RunContext(ctx, args)
	}
	app := p.app(args[1])
	line, err := takeApart(app, args)
	if err != nil {
		return args, err
	}
	args = line.ordered(args[0])
	if c := plainContext(ctx, app, line); c != nil {
		return args, line.command.Action(c)
	}
	// Flags remember what they were given, so they are made anew.
	return args, p.app(args[1]).RunContext(ctx, args)
}

// plainContext is the context of a command whose line is nothing but its flags
// and arguments. It is nil for everything else, which urfave/cli does: help,
// groups, mistakes. Its own way to the command looks each flag up among all, by
// a regular expression, which takes longer than many a command.
func plainContext(ctx context.Context, app *cli.App, line *commandLine) *cli.Context {
	command := line.command
	if command == nil || len(command.Subcommands) > 0 {
		return nil
	}
	set := flag.NewFlagSet(command.Name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, f := range command.Flags {
		if slice, ok := f.(cli.DocGenerationSliceFlag); ok && slice.IsSliceFlag() {
			return nil // would be cut at commas
		}
		if f.Apply(set) != nil {
			return nil
		}
	}
	if set.Parse(append(append(line.flags[:len(line.flags):len(line.flags)], "--"), line.rest...)) != nil {
		return nil
	}
	c := cli.NewContext(app, set, &cli.Context{Context: ctx})
	c.Command = command
	if command.HelpName == "" {
		command.HelpName = app.Name + " " + command.Name
	}
	return c
}
