package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) secretExecCommand() *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "run a command that reads a secret from a file descriptor",
		ArgsUsage: "NAME -- COMMAND [ARGUMENT]…",
		Description: "The command finds the value, without a line break behind it, at file descriptor 3, to be read once;\n" +
			"INSOMNIA_SECRET_FD says so too. Nothing of it is in the environment or in the arguments. Signals and\n" +
			"the exit code are those of the command. For example:\n\n" +
			"    insomnia secret exec tracker.token -- sh -c 'curl -H @- https://tracker.example.org < /dev/fd/3'",
		Action:       p.secretExec,
		BashComplete: p.completeSecrets,
	}
}

// exitOf ends the program with the exit code of the command that it ran.
type exitOf int

func (e exitOf) Error() string { return fmt.Sprintf("the command ended with %d", int(e)) }

func (p *program) secretExec(c *cli.Context) error {
	const usage = "NAME -- COMMAND [ARGUMENT]…"
	name, err := secretName(c, usage, c.NArg())
	if err != nil {
		return err
	}
	argv := c.Args().Slice()[1:]
	if len(argv) == 0 {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: COMMAND that reads `%s`", name).Expectedf("%s %s", commandName(c), usage)
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	path, err := findProgram(argv[0])
	if err != nil {
		return err
	}
	value, err := bindings.Named(c.Context, name)
	if err != nil {
		return err
	}
	return handOver(path, argv, bindings.Environment(), value)
}
