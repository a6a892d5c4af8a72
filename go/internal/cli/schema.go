package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:        "schema",
		Usage:       "print the JSON Schema of a manifest, a profile or a config",
		ArgsUsage:   "manifest|profile|config",
		Description: "Draft 2020-12; for manifest and profile the same file that the Nix library validates with.",
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1, "manifest|profile|config"); err != nil {
				return err
			}
			switch name := c.Args().First(); name {
			case "manifest":
				return p.write(manifest.SchemaJSON())
			case "profile":
				return p.write(manifest.ProfileSchemaJSON())
			case "config":
				return p.write(config.SchemaJSON())
			case "":
				return diag.Errorf(diag.ExitUsage, "usage", "missing argument: SCHEMA").Expectedf("manifest, profile or config")
			default:
				return diag.Errorf(diag.ExitUsage, "usage", "unknown schema `%s`", name).Expectedf("manifest, profile or config")
			}
		},
	}
}
