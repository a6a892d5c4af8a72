package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

func strictFlag() cli.Flag {
	return &cli.BoolFlag{Name: "strict", Usage: "treat warnings as errors"}
}

// warn prints warnings; with --strict they are the error that the command ends with.
func (p *program) warn(c *cli.Context, warnings []diag.Diagnostic) error {
	if len(warnings) == 0 {
		return nil
	}
	if c.Bool("strict") {
		return &diag.Error{Exit: diag.ExitInvalid, Diagnostics: resolve.Strict(warnings)}
	}
	p.say(warnings...)
	return nil
}
