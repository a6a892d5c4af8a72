package cli

import "github.com/urfave/cli/v2"

// profileCommand returns the group of commands about profiles.
func (p *program) profileCommand() *cli.Command {
	return group("profile", "look at profiles and choose among them",
		p.profileListCommand(),
		p.profileShowCommand(),
		p.explainCommand(),
		p.diffCommand(),
		p.profileDefaultCommand(),
		p.profileNewCommand(),
		p.profileEditCommand(),
	)
}

// group returns a command that only has subcommands.
func group(name, usage string, commands ...*cli.Command) *cli.Command {
	for _, c := range commands {
		c.HelpName = "insomnia " + name + " " + c.Name
	}
	return &cli.Command{
		Name:        name,
		Usage:       usage,
		ArgsUsage:   "COMMAND",
		Subcommands: commands,
		Action: func(c *cli.Context) error {
			if given := c.Args().First(); given != "" {
				return unknownCommand(commands, "insomnia "+name, given)
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}
