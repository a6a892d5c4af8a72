package cli

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func (p *program) secretCheckCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "check the secrets of a profile",
		ArgsUsage: "[REF]",
		Description: "For each reference to a secret: is it bound, may it go where the profile would send it, and can its\n" +
			"value be had? Every value is read, also from commands, and none is shown. The exit code is 1 when\n" +
			"something is missing. REF is as for `insomnia resolve`.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "manifest", Usage: "check a manifest from `FILE` (.toml or .json, - for standard input) instead of a profile"},
		}, profileFlags()...),
		Action:       p.secretCheck,
		BashComplete: p.completeNames,
	}
}

// checkReport is the output of `secret check --json`.
type checkReport struct {
	Schema  string           `json:"schema"` // "insomnia.secret-check/v1"
	Profile string           `json:"profile"`
	Ok      bool             `json:"ok"`
	Uses    []secret.Checked `json:"uses"`
}

func (p *program) secretCheck(c *cli.Context) error {
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	m, err := p.resolvedManifest(c, a, options)
	if err != nil {
		return err
	}
	uses, err := bindings.CheckUses(c.Context, secret.Uses(m))
	if err != nil {
		return err
	}
	report := checkReport{Schema: "insomnia.secret-check/v1", Profile: string(m.Profile.Name), Ok: true, Uses: uses}
	if uses == nil {
		report.Uses = []secret.Checked{}
	}
	failed := &diag.Error{Exit: diag.ExitDifference}
	for _, use := range uses {
		report.Ok = report.Ok && use.Ok()
		failed.Diagnostics = append(failed.Diagnostics, use.Problems...)
	}
	if c.Bool("json") {
		failed.Diagnostics = nil // the data contains them
		err = p.printJSON(report)
	} else {
		err = p.write(p.checkTable(report))
	}
	if err != nil || report.Ok {
		return err
	}
	return failed
}

func (p *program) checkTable(report checkReport) []byte {
	var b bytes.Buffer
	if len(report.Uses) == 0 {
		fmt.Fprintf(&b, "%s uses no secrets\n", report.Profile)
		return b.Bytes()
	}
	w := p.list(&b)
	w.row("FIELD", "SECRET", "DESTINATION", "BOUND", "ALLOWED", "READABLE")
	for _, use := range report.Uses {
		backend := "no"
		if use.Bound {
			backend = use.Backend
		}
		w.row(diag.Cell(use.Path), use.Name, diag.Cell(use.To.String()), backend, yesNo(use.Allowed), yesNo(use.Readable))
	}
	w.flush()
	return b.Bytes()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
