package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
)

// manifestCommand returns the group of commands about manifest files.
func (p *program) manifestCommand() *cli.Command {
	return group("manifest", "check and convert manifests, and list what is in them", p.manifestValidateCommand(), p.manifestConvertCommand(), p.manifestSBOMCommand())
}

func (p *program) manifestValidateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check a file with a manifest",
		ArgsUsage: "FILE",
		Description: "FILE is a manifest (.toml or .json, what is missing and has a default may be left out), an envelope\n" +
			"as `insomnia resolve --provenance` prints it, or a legacy manifest (.toml); - is\n" +
			"standard input. Everything that is wrong is reported, with its place. The exit code is 3 when something is.",
		Action: p.manifestValidate,
	}
}

func (p *program) manifestValidate(c *cli.Context) error {
	file, err := oneFile(c, "FILE")
	if err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	judged, err := a.Resolver.Judge(c.Context, file)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.validation/v1", "file": file, "kind": judged.Kind,
			"name": judged.Name, "digest": judged.Digest, "losses": lossList(judged.Losses)})
	}
	p.losses(judged.Losses)
	return p.write([]byte(diag.Name(file) + ": valid, " + judged.Kind.Words() + ", " + judged.Digest + "\n"))
}

func (p *program) manifestConvertCommand() *cli.Command {
	return &cli.Command{
		Name:      "convert",
		Usage:     "convert a legacy manifest to a profile",
		ArgsUsage: "OLD.toml",
		Description: "OLD.toml may be - for standard input. The profile resolves to the same behavior; it is printed when it does. What has no counterpart, or\n" +
			"means something else now, is printed on standard error, and in comments of the profile. A key is\n" +
			"never in it: the profile names a secret, and each user binds the name.",
		Action: p.manifestConvert,
	}
}

func (p *program) manifestConvert(c *cli.Context) error {
	file, err := oneFile(c, "OLD.toml")
	if err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	converted, err := a.Resolver.Convert(c.Context, file)
	if err != nil {
		return err
	}
	profile := converted.Profile
	if c.Bool("json") {
		secrets := profile.Secrets
		if secrets == nil {
			secrets = []legacy.Secret{}
		}
		return p.printJSON(map[string]any{"schema": "insomnia.converted/v1", "file": file, "name": profile.Name, "profile": string(profile.Nix()),
			"digest": converted.Digest, "secrets": secrets, "losses": lossList(profile.Losses)})
	}
	p.losses(profile.Losses)
	return p.write(profile.Nix())
}

func oneFile(c *cli.Context, name string) (string, error) {
	if c.NArg() == 0 {
		return "", diag.Errorf(diag.ExitUsage, "usage", "missing argument: FILE").Hintf("usage: %s %s", commandName(c), name)
	}
	return c.Args().First(), nil
}

func lossList(losses []diag.Diagnostic) []diag.Diagnostic {
	if losses == nil {
		return []diag.Diagnostic{}
	}
	return losses
}
