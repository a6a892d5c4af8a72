package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/sbom"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) manifestSBOMCommand() *cli.Command {
	return &cli.Command{
		Name: "sbom", Usage: "print the bill of materials of a profile as CycloneDX 1.6", ArgsUsage: "[REF]",
		Description: "Lists models, prompts, skills, workflows, MCP servers and hooks of the manifest as JSON. What the\n" +
			"manifest holds has the SHA-256 of its bytes; what it only names, such as a command, has that of what is\n" +
			"said of it in a property. The same manifest gives the same bytes. REF is as for `insomnia resolve`.\n" +
			"For example:\n\n" +
			"    insomnia manifest sbom builtin:coder >coder.cdx.json",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "manifest", Usage: "read a manifest from `FILE` (.toml or .json, - for standard input) instead of resolving a profile"},
			&cli.StringFlag{Name: "from-resolved", Usage: "read an envelope from `FILE`, as --provenance prints it, instead of resolving a profile"},
		}, append(profileFlags(), downloadFlags()...)...),
		Action:       p.manifestSBOM,
		BashComplete: p.completeNames,
	}
}

func (p *program) manifestSBOM(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	result, err := p.resolved(c.Context, a, what(c), options)
	if err != nil {
		return err
	}
	m, problems := manifest.DecodeForm(result.Manifest)
	if len(problems) > 0 {
		return manifest.Problems(problems)
	}
	out, err := sbom.Of(m, result.Manifest, programVersion())
	if err != nil {
		return err
	}
	return p.write(out)
}
