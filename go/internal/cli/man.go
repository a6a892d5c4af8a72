package cli

import "github.com/urfave/cli/v2"

func (p *program) manCommand() *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: "For example: insomnia man > ~/.local/share/man/man1/insomnia.1",
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0, ""); err != nil {
				return err
			}
			page, err := c.App.ToManWithSection(1)
			if err != nil {
				return err
			}
			return p.write([]byte(page))
		},
	}
}
