package cli

import (
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) trustShowCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show what a profile grants and what you have consented to", ArgsUsage: "[REF]",
		Description: "What the profile, or the file with a manifest (.json or .toml), would let an agent do on this\n" +
			"machine. A line that begins with `!` is new to you and wider than the built-in role that the profile\n" +
			"has, one with `+` is new and no wider. Values are in backticks, with invisible characters escaped.\n" +
			"Nothing is started and nothing granted. Without REF it is the default profile. With --json it prints\n" +
			"`insomnia.trust/v1`.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "full", Usage: "show long lists and values whole, and the prompts that the model reads"},
			&cli.BoolFlag{Name: "no-pager", Usage: "print a long page to the terminal at once"},
			strictFlag(),
		}, trustFlags()...),
		Action:       p.trustShow,
		BashComplete: p.completeNames,
	}
}

func (p *program) trustShow(c *cli.Context) error {
	_, v, g, err := p.judged(c)
	if err != nil {
		return err
	}
	warnings := g.warnings()
	if c.Bool("strict") && len(warnings) > 0 {
		return p.warn(c, warnings)
	}
	if c.Bool("json") {
		err = p.printJSON(trustReport(v, c.Bool("full")))
	} else {
		page := words.Grants(v, words.Page{Full: c.Bool("full"), More: "--full", Hosts: g.hosts, Paint: p.out})
		if !v.Consented() {
			page += "\nif you agree: " + diag.Escape(v.Command(), false) + "\n"
		}
		err = p.page(c, page)
	}
	if err != nil {
		return err
	}
	return p.warn(c, warnings)
}

// reportedGrant is a grant in the JSON of trust show.
type reportedGrant struct {
	grant.Grant
	Text      string `json:"text"`
	Consented bool   `json:"consented"`
	// Wider is set if the grant has no consent and allows more than the built-in role.
	Wider bool   `json:"wider"`
	Was   string `json:"was,omitempty"` // the consented value of a level or a number
}

func trustReport(v *trust.Verdict, full bool) any {
	type givenSet struct {
		At     time.Time `json:"at"`
		Digest string    `json:"digest"`
	}
	report := struct {
		Schema string          `json:"schema"`
		Source trust.Source    `json:"source"`
		State  trust.State     `json:"state"`
		Digest string          `json:"digest"`
		Role   string          `json:"role,omitempty"` // built-in role that Wider compares with
		Grants []reportedGrant `json:"grants"`
		// Gone are restrictions that had consent and no longer exist.
		Gone  []reportedGrant `json:"gone"`
		Given []givenSet      `json:"given"`
		Texts []grant.Passage `json:"texts,omitempty"` // with --full
	}{Schema: "insomnia.trust/v1", Source: v.Source, State: v.State(), Digest: v.Now.Digest(), Role: v.Role,
		Grants: []reportedGrant{}, Gone: []reportedGrant{}, Given: []givenSet{}}
	for _, g := range v.Now {
		one := reportedGrant{Grant: g, Text: words.Grant(g, false), Consented: true}
		if i := slices.IndexFunc(v.Changes, func(c grant.Change) bool { return c.Grant == g && !c.Gone }); i >= 0 {
			one.Consented, one.Was, one.Wider = false, v.Changes[i].Was, v.Wider(v.Changes[i])
		}
		report.Grants = append(report.Grants, one)
	}
	for _, c := range v.Changes {
		if c.Gone {
			report.Gone = append(report.Gone, reportedGrant{Grant: c.Grant, Text: words.Grant(c.Grant, true), Wider: v.Wider(c)})
		}
	}
	if v.Consent != nil {
		for _, given := range v.Consent.Given {
			report.Given = append(report.Given, givenSet{given.At, given.Grants.Digest()})
		}
	}
	if full {
		report.Texts = grant.Passages(v.Manifest)
	}
	return report
}
