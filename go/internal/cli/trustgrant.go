package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) trustGrantCommand() *cli.Command {
	return &cli.Command{
		Name: "grant", Usage: "consent to what a profile grants", ArgsUsage: "REF",
		Description: "Records consent to just the grants that the profile has now. On a terminal it shows them and asks;\n" +
			"--grants names them by the digest that `insomnia trust show` prints, and is refused when the\n" +
			"grants have changed since.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "grants", Usage: "the `DIGEST` of the grants, as insomnia trust show prints it"},
			&cli.BoolFlag{Name: "yes", Usage: "refused: it answers prompts, and never grants"},
		}, trustFlags()...),
		Action:       p.trustGrant,
		BashComplete: p.completeNames,
	}
}

func (p *program) trustGrant(c *cli.Context) error {
	if c.NArg() == 0 && c.String("pod") == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF").Expectedf("%s REF", commandName(c))
	}
	a, v, _, err := p.judged(c)
	if err != nil {
		return err
	}
	switch {
	case v.Consented():
		p.note([]string{words.Consent(v)})
		return nil
	case !c.IsSet("grants") && c.Bool("yes"):
		return diag.Errorf(diag.ExitRefused, "yes-grants-nothing", "--yes answers prompts, and never grants").
			Hintf("look at the grants: insomnia trust show %s\nif you agree: %s", v.Argument(), v.Command())
	}
	if err := a.Grant(c.Context, v, c.String("grants")); err != nil {
		return err
	}
	p.note([]string{"granted: " + v.Source.Ref + " may do what it grants now, on this machine; insomnia trust revoke " + v.Argument() + " takes it back"})
	return nil
}
