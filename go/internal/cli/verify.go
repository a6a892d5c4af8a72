package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "check every profile of a flake, or one profile, and their policies",
		ArgsUsage: "[REF]",
		Description: "Resolves all insomniaProfiles of the flake (`.` when none is named), broken ones beside healthy\n" +
			"ones, and prints a line for each. REF may also select a single profile, as for `insomnia resolve`.\n" +
			"Policies that insomnia.lib.mkChecks put into the flake's checks are checked as well, without Nix and\n" +
			"without downloading anything for them.\n" +
			"The exit code is 1 when a profile or a policy is broken, and 4 when there is no profile.\n" +
			"--format sarif prints what is wrong with file, line and column for services that show it in a review.\n" +
			"For example:\n\n" +
			"    insomnia verify --strict\n" +
			"    insomnia verify --format sarif >insomnia.sarif",
		Flags: append([]cli.Flag{
			strictFlag(),
			&cli.StringFlag{Name: "format", Value: "text", Usage: "`FORMAT` is text, a table, or sarif, SARIF 2.1.0 for code review"},
			&cli.BoolFlag{Name: "against-nix", Usage: "evaluate with the installed Nix too; a profile that comes out differently is broken"},
		}, append(evaluationFlags(), downloadFlags()...)...),
		Action: p.verify,
	}
}

// verifyReport is the output of `verify --json`.
type verifyReport struct {
	Schema   string             `json:"schema"` // "insomnia.verify/v1"
	Flake    string             `json:"flake"`
	Ok       bool               `json:"ok"`
	Profiles []resolve.Verified `json:"profiles"`
	// Policies is absent if there are none.
	Policies []resolve.Policy `json:"policies,omitempty"`
	// Diagnostics are about the flake: why its policies could not be checked.
	Diagnostics []diag.Diagnostic `json:"diagnostics,omitempty"`
}

func (p *program) verify(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	sarif := c.String("format") == "sarif"
	switch {
	case !sarif && c.String("format") != "text":
		return diag.Errorf(diag.ExitUsage, "usage", "unknown format: %s", diag.Quote(c.String("format"))).Expectedf("text or sarif")
	case sarif && c.Bool("json"):
		return diag.Errorf(diag.ExitUsage, "usage", "--format sarif and --json cannot be used together").Hintf("leave out --json: SARIF is JSON")
	}
	text := c.Args().First()
	if text == "" {
		text = "."
	}
	verify := a.Resolver.VerifyAll
	if c.Bool("against-nix") {
		if c.IsSet("evaluator") {
			return diag.Errorf(diag.ExitUsage, "usage", "--against-nix and --evaluator cannot be used together")
		}
		verify = a.Resolver.VerifyAgainstNix
	}
	chosen, options, err := a.Select(c.Context, text, options)
	if err != nil {
		return err
	}
	verdicts, err := verify(c.Context, chosen.Target, options)
	if err != nil {
		return err
	}
	report := verifyReport{Schema: "insomnia.verify/v1", Flake: text, Profiles: verdicts.Profiles, Policies: verdicts.Policies}
	if verdicts.Unread != nil {
		report.Diagnostics = []diag.Diagnostic{*verdicts.Unread}
	}
	broken := report.settle(c.Bool("strict"), func(v resolve.Verified) []diag.Diagnostic {
		return a.ProfileWarnings(c.Context, chosen.Target, v, options)
	})
	report.Ok = broken == ""
	if c.Bool("json") {
		data, err := json.Marshal(report)
		if err != nil {
			return err
		}
		if err := p.write(append(data, '\n')); err != nil {
			return err
		}
		if report.Ok {
			return nil
		}
		return &diag.Error{Exit: diag.ExitDifference, Summary: broken}
	}
	if sarif {
		root := reference.WorkTree(a.Resolver.Dir)
		if root == "" {
			root = a.Resolver.Dir
		}
		out, err := diag.SARIF(report.all(), programVersion(), root)
		if err == nil {
			err = p.write(out)
		}
		if err != nil || report.Ok {
			return err
		}
		return &diag.Error{Exit: diag.ExitDifference, Summary: broken}
	}
	if err := p.write(append(p.verifyTable(report.Profiles), p.policyTable(report.Policies)...)); err != nil {
		return err
	}
	if report.Ok {
		p.say(report.all()...)
		return nil
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: report.all(), Summary: broken}
}

// settle adds the warnings about profiles, as errors if strict is set. It returns a
// summary of what is broken; empty for nothing.
func (r *verifyReport) settle(strict bool, warningsOf func(resolve.Verified) []diag.Diagnostic) string {
	profiles, policies := 0, 0
	for i := range r.Profiles {
		v := &r.Profiles[i]
		warnings := warningsOf(*v)
		if strict && len(warnings) > 0 {
			v.Ok, warnings = false, resolve.Strict(warnings)
		}
		v.Diagnostics = append(v.Diagnostics, warnings...)
		if misnamed := catalog.CheckName(v.Name, ""); misnamed != nil {
			v.Ok = false
			v.Diagnostics = append(v.Diagnostics, misnamed.Diagnostics...)
		}
		if !v.Ok {
			profiles++
		}
	}
	for i := range r.Policies {
		if strict {
			resolve.Strict(r.Policies[i].Diagnostics)
		}
		if hasErrors(r.Policies[i].Diagnostics) {
			policies++
		}
	}
	if strict {
		resolve.Strict(r.Diagnostics)
	}
	var parts []string
	if profiles > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d profiles broken", profiles, len(r.Profiles)))
	}
	if policies > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d policies broken", policies, len(r.Policies)))
	}
	if hasErrors(r.Diagnostics) {
		parts = append(parts, "policies not checked")
	}
	return strings.Join(parts, ", ")
}

func hasErrors(diagnostics []diag.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d diag.Diagnostic) bool { return d.Severity == diag.SeverityError })
}

// all returns the diagnostics with their subjects.
func (r *verifyReport) all() []diag.Diagnostic {
	var all []diag.Diagnostic
	add := func(subject string, diagnostics []diag.Diagnostic) {
		for _, d := range diagnostics {
			d.Profile = subject
			all = append(all, d)
		}
	}
	for _, v := range r.Profiles {
		add(v.Name, v.Diagnostics)
	}
	for _, v := range r.Policies {
		subject := "policy " + v.Policy
		if v.Profile != "" {
			subject = v.Profile + ", " + subject
		}
		add(subject, v.Diagnostics)
	}
	add("", r.Diagnostics)
	return all
}

func (p *program) verifyTable(verified []resolve.Verified) []byte {
	var b bytes.Buffer
	w := p.list(&b)
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

// policyTable returns the table of policies that follows the profiles; empty without
// policies.
func (p *program) policyTable(policies []resolve.Policy) []byte {
	if len(policies) == 0 {
		return nil
	}
	var b bytes.Buffer
	b.WriteByte('\n')
	w := p.list(&b)
	w.row("POLICY", "PROFILE", "VERDICT")
	for _, v := range policies {
		verdict := "ok"
		switch {
		case !v.Checked:
			verdict = "not checked"
		case !v.Ok:
			verdict = fmt.Sprintf("broken (%d)", len(v.Diagnostics))
		}
		profile := "-"
		if v.Profile != "" {
			profile = diag.Name(v.Profile)
		}
		w.row(diag.Name(v.Policy), profile, verdict)
	}
	w.flush()
	return b.Bytes()
}
