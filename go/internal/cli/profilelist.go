package cli

import (
	"bytes"
	"path/filepath"
	"strconv"

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
		err = p.write(p.profileTable(report, list.Summaries))
	}
	if err == nil && list.Defect != nil {
		return list.Defect
	}
	if err != nil || len(report.Problems) == 0 {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: problems}
}

func (p *program) profileTable(report profileListReport, summaries bool) []byte {
	var b bytes.Buffer
	w := p.list(&b)
	titles := []string{"  NAME", "REFERENCE", "SOURCE", "MODEL"}
	if summaries {
		w.row(append(titles, "PERMISSIONS", "TOOLS", "MCP", "SUBAGENTS", "CONTEXT", "WIRE API", "COST", "SECRETS")...)
	} else {
		w.row(append(titles, "DESCRIPTION")...)
	}
	w.leaveOut(lead(report.Profiles)...)
	for _, row := range report.Profiles {
		mark := " "
		if row.Default {
			mark = "*"
		}
		cells := []string{mark + " " + label(row, row.Name), label(row, row.Ref), diag.Name(row.Source)}
		switch s := row.Summary; {
		case !row.Ok:
			cells = append(cells, "-", orDash(row.Words()))
		case summaries:
			cells = append(cells, orDash(s.Model), orDash(s.ShortMode()), s.ShortTools(),
				strconv.Itoa(s.MCPServers), strconv.Itoa(s.Delegates), s.ShortContext(), orDash(s.WireAPI), orDash(s.Cost), strconv.Itoa(s.Secrets))
		default:
			cells = append(cells, orDash(s.Model), orDash(s.Description))
		}
		w.row(cells...)
	}
	w.flush()
	if len(report.Aliases) > 0 {
		b.WriteByte('\n')
		w.row("  ALIAS", "REFERENCE", "FILE")
		for _, a := range report.Aliases {
			w.row("  "+diag.Name(a.Name), diag.Name(a.Ref),
				diag.NewText().Place(diag.Position{File: filepath.Clean(a.Set.File), Line: a.Set.Line}))
		}
		w.flush()
	}
	return b.Bytes()
}

// lead returns the columns of the list that can be left out. A reference is needed where
// two profiles have one name.
func lead(profiles []app.Profile) []int {
	const reference, source, model, tools, mcp, subagents, context, wireAPI, cost, secrets = 1, 2, 3, 5, 6, 7, 8, 9, 10, 11
	columns := []int{source, wireAPI, mcp, subagents, secrets, context, model, tools, cost}
	for i, p := range profiles[:max(0, len(profiles)-1)] {
		if p.Name == profiles[i+1].Name {
			return columns
		}
	}
	return append([]int{reference}, columns...)
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
