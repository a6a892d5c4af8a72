package cli

import (
	"context"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

func (p *program) trustGrantCommand() *cli.Command {
	return &cli.Command{
		Name: "grant", Usage: "consent to what a profile grants", ArgsUsage: "REF",
		Description: "Records consent to just the grants that the profile has now. On a terminal it shows them and asks;\n" +
			"--grants names them by the digest that `insomnia trust show` prints, and is refused when it is not\n" +
			"theirs any more.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "grants", Usage: "the `DIGEST` of the grants, as insomnia trust show prints it"},
			&cli.BoolFlag{Name: "yes", Usage: "refused: it answers prompts, and never grants"},
		}, trustFlags()...),
		Action:       p.trustGrant,
		BashComplete: p.completeNames,
	}
}

func (p *program) trustGrant(c *cli.Context) error {
	if err := arguments(c, 1, "REF"); err != nil {
		return err
	}
	if c.NArg() == 0 && c.String("pod") == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "to which profile do you consent?").Expectedf("%s REF", commandName(c))
	}
	store, err := consents()
	if err != nil {
		return err
	}
	v, err := p.judged(c, store)
	if err != nil {
		return err
	}
	switch digest := v.Now.Digest(); {
	case v.Consented():
		p.note([]string{v.Summary()})
		return nil
	case c.IsSet("grants") && c.String("grants") != digest:
		return diag.Errorf(diag.ExitRefused, "grants-differ", "the grants of `%s` are not those with the digest %s: they are %s now", v.Source.Ref, c.String("grants"), digest).
			Hintf("look at what is new: insomnia trust show %s", v.Argument())
	case !c.IsSet("grants"):
		if c.Bool("yes") {
			return diag.Errorf(diag.ExitRefused, "yes-grants-nothing", "--yes answers prompts, and never grants").
				Hintf("look at the grants: insomnia trust show %s\nif you agree: %s", v.Argument(), v.Command())
		}
		if !p.canAsk() {
			return v.Refusal()
		}
		if yes, err := p.askForConsent(c.Context, v); err != nil || !yes {
			if err == nil {
				err = diag.Errorf(diag.ExitRefused, "consent-refused", "nothing is granted to `%s`", v.Source.Ref)
			}
			return err
		}
	}
	if err := store.Grant(c.Context, v.Source, v.Now); err != nil {
		return err
	}
	p.note([]string{"granted: " + v.Source.Ref + " may do what it grants now, on this machine; insomnia trust revoke " + v.Argument() + " takes it back"})
	return nil
}

// askForConsent shows what a manifest grants and asks for consent to all of it.
func (p *program) askForConsent(ctx context.Context, v *trust.Verdict) (bool, error) {
	if _, err := io.WriteString(p.stderr, grantsPage(v, difference.Page{More: "insomnia trust show " + v.Argument() + " --full"})+"\n"); err != nil {
		return false, err
	}
	p.say(resolve.Hidden(v.Manifest)...)
	return p.ask(ctx, "\nDo you consent to all of it?")
}
