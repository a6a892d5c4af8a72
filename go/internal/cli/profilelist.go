package cli

import (
	"bytes"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

func (p *program) profileListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "list the profiles that can be chosen here",
		Description: "From the program, the user's folder, the project's folder and flake, and the named sources.\n" +
			"The default is marked with *. A broken profile is listed with what is wrong with it. Nothing is\n" +
			"downloaded. The exit code is 1 when a config or a source cannot be read.",
		Flags:  listFlags(),
		Action: p.profileList,
	}
}

// profileListReport is the output of `profile list --json`.
type profileListReport struct {
	Schema   string            `json:"schema"` // "insomnia.profiles/v1"
	Profiles []app.Profile     `json:"profiles"`
	Aliases  []aliasRow        `json:"aliases"`
	Problems []diag.Diagnostic `json:"problems"` // of configs and sources
}

type aliasRow struct {
	Name string        `json:"name"`
	Ref  string        `json:"ref"`
	Set  diag.Position `json:"set"`
}

func (p *program) profileList(c *cli.Context) error {
	if applyUserConfig(c, &resolve.Options{}) != nil {
		// The list is followed by the problems of the config.
		if err := c.Set("evaluator", resolve.Embedded); err != nil {
			return err
		}
	}
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	list, err := a.Profiles(c.Context, options, nil)
	if err != nil {
		return err
	}
	p.say(list.Passed...)
	p.note(list.Why)
	report := profileListReport{Schema: "insomnia.profiles/v1", Profiles: list.Rows, Aliases: []aliasRow{}, Problems: list.Problems}
	for _, a := range list.Aliases {
		report.Aliases = append(report.Aliases, aliasRow{a.Name, a.Value, a.At})
	}
	if report.Problems == nil {
		report.Problems = []diag.Diagnostic{}
	}
	problems := report.Problems
	if c.Bool("json") {
		err = p.printJSON(report)
		problems = nil
	} else {
		err = p.write(profileTable(report, list.Summaries))
	}
	if err == nil && list.Defect != nil {
		return list.Defect
	}
	if err != nil || len(report.Problems) == 0 {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: problems}
}

func profileTable(report profileListReport, summaries bool) []byte {
	var b bytes.Buffer
	w := newTable(&b)
	w.row("  NAME", "REFERENCE", "SOURCE", "MODEL", "SUMMARY")
	for _, row := range report.Profiles {
		mark, model, what := " ", "-", row.Words()
		if row.Default {
			mark = "*"
		}
		if row.Ok {
			model = row.Summary.Model
			if !summaries {
				what = row.Summary.Description
			}
		}
		w.row(mark+" "+label(row, row.Name), label(row, row.Ref), diag.Name(row.Source),
			orDash(model), orDash(what))
	}
	w.flush()
	if len(report.Aliases) > 0 {
		b.WriteByte('\n')
		w.row("  ALIAS", "LEADS TO", "SET IN")
		for _, a := range report.Aliases {
			w.row("  "+diag.Name(a.Name), diag.Name(a.Ref),
				diag.NewText().Place(diag.Position{File: filepath.Clean(a.Set.File), Line: a.Set.Line}))
		}
		w.flush()
	}
	return b.Bytes()
}

// label returns a name or a reference for a list. If the profile's name is invalid, it is
// quoted and cut: the reason is next to it.
func label(p app.Profile, text string) string {
	const most = 40
	if catalog.CheckName(p.Name, "") != nil {
		return diag.Shorten(diag.QuoteProse(text), most)
	}
	return diag.Name(text)
}
