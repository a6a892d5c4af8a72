package cli

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

func (p *program) trustShowCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "say what a profile grants, and what of it you have consented to", ArgsUsage: "[REF]",
		Description: "What the profile, or the file with a manifest (.json or .toml), would let an agent do on this\n" +
			"machine: a line that begins with `!` is new to you. Nothing is started and nothing granted. Without\n" +
			"REF it is the default profile. With --json it prints `insomnia.trust/v1`.",
		Flags:        trustFlags(),
		Action:       p.trustShow,
		BashComplete: p.completeNames,
	}
}

func (p *program) trustShow(c *cli.Context) error {
	if err := arguments(c, 1, "[REF]"); err != nil {
		return err
	}
	store, err := consents()
	if err != nil {
		return err
	}
	v, err := p.judged(c, store)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.printJSON(trustReport(v))
	}
	page := grantsPage(v)
	if !v.Consented() {
		page += "\nif you agree: " + diag.Escape(v.Command(), false) + "\n"
	}
	return p.write([]byte(page))
}

// grantsPage is what a manifest grants, in words.
func grantsPage(v *trust.Verdict) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", diag.Escape(v.Summary(), false))
	fmt.Fprintf(&b, "source  %s\ndigest  %s\n\n", diag.Escape(v.Source.Key, false), v.Now.Digest())
	b.WriteString(difference.Text(trust.Entries(v.Now, v.Changes)))
	if !v.Consented() {
		b.WriteString("\n! marks what you have not consented to; texts are named by their digests, read them with insomnia resolve\n")
	}
	return b.String()
}

// reportedGrant is a grant in the JSON of trust show.
type reportedGrant struct {
	trust.Grant
	Text      string `json:"text"`
	Consented bool   `json:"consented"`
	Was       string `json:"was,omitempty"` // what was consented to, of a step or a number
}

func trustReport(v *trust.Verdict) any {
	type givenSet struct {
		At     time.Time `json:"at"`
		Digest string    `json:"digest"`
	}
	report := struct {
		Schema string          `json:"schema"`
		Source trust.Source    `json:"source"`
		State  trust.State     `json:"state"`
		Digest string          `json:"digest"`
		Grants []reportedGrant `json:"grants"`
		// Gone are restrictions that were consented to and are not there any more.
		Gone  []reportedGrant `json:"gone"`
		Given []givenSet      `json:"given"`
	}{"insomnia.trust/v1", v.Source, v.State(), v.Now.Digest(), []reportedGrant{}, []reportedGrant{}, []givenSet{}}
	for _, g := range v.Now {
		one := reportedGrant{Grant: g, Text: g.Words(false), Consented: true}
		if i := slices.IndexFunc(v.Changes, func(c trust.Change) bool { return c.Grant == g && !c.Gone }); i >= 0 {
			one.Consented, one.Was = false, v.Changes[i].Was
		}
		report.Grants = append(report.Grants, one)
	}
	for _, c := range v.Changes {
		if c.Gone {
			report.Gone = append(report.Gone, reportedGrant{Grant: c.Grant, Text: c.Grant.Words(true)})
		}
	}
	if v.Consent != nil {
		for _, given := range v.Consent.Given {
			report.Given = append(report.Given, givenSet{given.At, given.Grants.Digest()})
		}
	}
	return report
}
