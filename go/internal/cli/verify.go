package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "check every profile of a flake, or one profile",
		ArgsUsage: "[REF]",
		Description: "Resolves all insomniaProfiles of the flake (`.` when none is named), broken ones beside healthy\n" +
			"ones, and prints a line for each. REF may also select a single profile, as for `insomnia resolve`.\n" +
			"The exit code is 1 when one is broken, and 4 when there is none.",
		Flags: append([]cli.Flag{
			strictFlag(),
			&cli.BoolFlag{Name: "against-nix", Usage: "evaluate with the installed Nix too; a profile that comes out differently is broken"},
		}, append(evaluationFlags(), downloadFlags()...)...),
		Action: p.verify,
	}
}

// verifyReport is what `verify --json` prints.
type verifyReport struct {
	Schema   string             `json:"schema"` // "insomnia.verify/v1"
	Flake    string             `json:"flake"`
	Ok       bool               `json:"ok"`
	Profiles []resolve.Verified `json:"profiles"`
}

func (p *program) verify(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	text := c.Args().First()
	if text == "" {
		text = "."
	}
	verify := a.Resolver.Verify
	if c.Bool("against-nix") {
		if c.IsSet("evaluator") {
			return diag.Errorf(diag.ExitUsage, "usage", "--against-nix and --evaluator exclude each other")
		}
		verify = a.Resolver.VerifyAgainstNix
	}
	chosen, options, err := a.Select(c.Context, text, options)
	if err != nil {
		return err
	}
	verified, err := verify(c.Context, chosen.Target, options)
	if err != nil {
		return err
	}

	problems := &diag.Error{Exit: diag.ExitDifference}
	broken := 0
	for i := range verified {
		warnings := a.ProfileWarnings(c.Context, chosen.Target, verified[i], options)
		if c.Bool("strict") && len(warnings) > 0 {
			verified[i].Ok, warnings = false, resolve.Strict(warnings)
		}
		verified[i].Diagnostics = append(verified[i].Diagnostics, warnings...)
		if misnamed := catalog.CheckName(verified[i].Name, ""); misnamed != nil {
			verified[i].Ok = false
			verified[i].Diagnostics = append(verified[i].Diagnostics, misnamed.Diagnostics...)
		}
	}
	for _, v := range verified {
		if !v.Ok {
			broken++
		}
		for _, d := range v.Diagnostics {
			d.Profile = v.Name
			problems.Diagnostics = append(problems.Diagnostics, d)
		}
	}
	if c.Bool("json") {
		data, err := json.Marshal(verifyReport{Schema: "insomnia.verify/v1", Flake: text, Ok: broken == 0, Profiles: verified})
		if err != nil {
			return err
		}
		if err := p.write(append(data, '\n')); err != nil {
			return err
		}
		problems.Diagnostics = nil // they are in the report
	} else if err := p.write(verifyTable(verified)); err != nil {
		return err
	}
	if broken == 0 {
		p.say(problems.Diagnostics...)
		return nil
	}
	problems.Summary = fmt.Sprintf("%d of %d profiles broken", broken, len(verified))
	return problems
}

func verifyTable(verified []resolve.Verified) []byte {
	var b bytes.Buffer
	w := newTable(&b)
	w.row("PROFILE", "VERDICT", "ROLE", "MODEL")
	for _, v := range verified {
		verdict := "ok"
		if !v.Ok {
			verdict = fmt.Sprintf("broken (%d)", len(v.Diagnostics))
		} else if n := len(v.Diagnostics); n > 0 {
			verdict = "ok, " + words.Count(n, "warning")
		}
		w.row(diag.Name(v.Name), verdict, orDash(v.Role), orDash(v.Model))
	}
	w.flush()
	return b.Bytes()
}
