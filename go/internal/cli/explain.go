package cli

import "github.com/urfave/cli/v2"

func (p *program) explainCommand() *cli.Command {
	return &cli.Command{Name: "explain", Usage: "say where the values of a profile come from", ArgsUsage: "REF [FIELD]"}
}
