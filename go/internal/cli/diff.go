package cli

import "github.com/urfave/cli/v2"

func (p *program) diffCommand() *cli.Command {
	return &cli.Command{Name: "diff", Usage: "say what another profile does differently", ArgsUsage: "A B"}
}
