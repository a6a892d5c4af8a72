package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) podExportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "print the snapshot of a Pod, for use elsewhere",
		ArgsUsage: "POD",
		Description: "As a manifest, for `--manifest`, or as an envelope, for `insomnia pod new --from-resolved`. Neither\n" +
			"holds a path of this machine or the startup inputs of the Pod: who makes a Pod of it gives those.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "manifest", Usage: "`FORMAT` is manifest, the canonical JSON alone, or resolved, with where it came from"},
		},
		Action:       p.podExport,
		BashComplete: p.completePods,
	}
}

func (p *program) podExport(c *cli.Context) error {
	format := c.String("format")
	if format != "manifest" && format != "resolved" {
		return diag.Errorf(diag.ExitUsage, "usage", "unknown format `%s`", format).Expectedf("manifest or resolved")
	}
	_, s, err := p.snapshot(c)
	if err != nil {
		return err
	}
	out := []byte(s.Envelope.Manifest)
	if format == "resolved" {
		if out, err = manifest.EncodeEnvelope(app.Portable(s.Envelope)); err != nil {
			return err
		}
	}
	return p.write(append(out, '\n'))
}
