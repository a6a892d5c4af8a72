package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

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

// profileListReport is what `profile list --json` prints.
type profileListReport struct {
	Schema   string            `json:"schema"` // "insomnia.profiles/v1"
	Profiles []row             `json:"profiles"`
	Aliases  []aliasRow        `json:"aliases"`
	Problems []diag.Diagnostic `json:"problems"` // of configs and sources
}

type aliasRow struct {
	Name string        `json:"name"`
	Ref  string        `json:"ref"`
	Set  diag.Position `json:"set"`
}

func (p *program) profileList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	if applyUserConfig(c, &resolve.Options{}) != nil {
		// What is wrong with the config stands below the list.
		if err := c.Set("evaluator", resolve.Embedded); err != nil {
			return err
		}
	}
	options, err := evaluationOptions(c)
	if err != nil {
		return err
	}
	resolver, err := p.resolver(c)
	if err != nil {
		return err
	}
	r := p.catalog(resolver, options)
	rows, problems := p.list(c.Context, r, resolver, options)
	if err := c.Context.Err(); err != nil {
		return err
	}
	report := profileListReport{Schema: "insomnia.profiles/v1", Profiles: rows, Aliases: aliasRows(r), Problems: problems}
	if report.Problems == nil {
		report.Problems = []diag.Diagnostic{}
	}
	if c.Bool("json") {
		err = p.printJSON(report)
		problems = slices.DeleteFunc(problems, func(diag.Diagnostic) bool { return true })
	} else {
		err = p.write(profileTable(report, r))
	}
	if err != nil || len(report.Problems) == 0 {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: problems}
}

// gather evaluates everything that has a name here.
func (p *program) gather(ctx context.Context, r *catalog.Catalog, resolver *resolve.Resolver, options resolve.Options) ([]row, []diag.Diagnostic) {
	candidates, problems := r.Files(false)
	problems = append(slices.Clone(r.Problems), problems...)
	known := map[string]resolve.Listed{}

	flakes, project, unpinned := flakesOf(r)
	problems = append(problems, unpinned...)
	for _, flake := range flakes {
		found, listed, wrong, passed := p.ofFlake(ctx, resolver, flake, options)
		candidates, problems = append(candidates, found...), append(problems, wrong...)
		maps.Copy(known, listed)
		if passed != nil {
			p.say(*passed)
		}
	}
	catalog.Explicit(candidates, project, r)

	return p.evaluate(ctx, resolver, candidates, known, options), problems
}

// list is all that has a name here, in order, with the default marked.
func (p *program) list(ctx context.Context, r *catalog.Catalog, resolver *resolve.Resolver, options resolve.Options) ([]row, []diag.Diagnostic) {
	rows, problems := p.gather(ctx, r, resolver, options)
	chosen, err := r.Select(ctx, "")
	switch {
	case err == nil:
		for i := range rows {
			rows[i].Default = rows[i].target == chosen.Target
		}
		if r.Default().At.File != "" {
			p.note(chosen.Notes)
		}
	case r.Refused != nil:
		problems = append(problems, r.Refused.Diagnostics...)
	case len(r.Problems) == 0:
		problems = append(problems, defaultProblem(err)...)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.Name, b.Name) })
	return rows, append(problems, p.badAliases(ctx, r)...)
}

// flakesOf are the flakes with profiles, that of the project among them, and
// the sources that cannot be looked at.
func flakesOf(r *catalog.Catalog) (flakes []catalog.Flake, project *catalog.Flake, problems []diag.Diagnostic) {
	if flake, ok := r.ProjectFlake(false); ok {
		project, flakes = &flake, append(flakes, flake)
	}
	for _, s := range r.Sources() {
		if s.Locked == nil {
			problems = append(problems, diag.Diagnostic{Severity: diag.SeverityWarning, Code: "source-not-pinned",
				Message: "the source " + diag.Quote(s.Name) + " is not pinned as it stands", Hint: "insomnia source update " + s.Name, Positions: []diag.Position{s.Set.At}})
			continue
		}
		flakes = append(flakes, s.Flake())
	}
	return flakes, project, problems
}

// ofFlake evaluates the profiles of a flake. passed says why one that has
// nothing to do with Insomnia was passed over.
func (p *program) ofFlake(ctx context.Context, resolver *resolve.Resolver, flake catalog.Flake, options resolve.Options) (found []catalog.Candidate, known map[string]resolve.Listed, problems []diag.Diagnostic, passed *diag.Diagnostic) {
	verified, err := resolver.Verify(ctx, flake.Ref, lookingInto(flake.Ref, options))
	switch {
	case err == nil:
	case diag.CodeIs(err, "no-profiles") || diag.CodeIs(err, "no-flake"):
		return nil, nil, nil, nil
	case strange(flake):
		over := passedOver(flake, err)
		return nil, nil, nil, &over
	default:
		for _, d := range diag.From(err).Diagnostics {
			d.Message = "the profiles of the source " + diag.Quote(flake.Source) + " cannot be listed: " + d.Message
			problems = append(problems, d)
		}
		return nil, nil, problems, nil
	}
	known = map[string]resolve.Listed{}
	for _, v := range verified {
		c := flake.Candidate(catalog.Defined{Name: v.Name})
		known[c.Target] = resolve.Listed{Manifest: v.Manifest, Diagnostics: v.Diagnostics}
		found = append(found, c)
	}
	return found, known, nil, nil
}

func defaultProblem(err error) []diag.Diagnostic {
	var ambiguous *catalog.Ambiguous
	if errors.As(err, &ambiguous) {
		return []diag.Diagnostic{{Severity: diag.SeverityError, Code: "name-ambiguous", Message: "the default is ambiguous: " + err.Error(), Positions: []diag.Position{}}}
	}
	return diag.From(err).Diagnostics
}

// badAliases are the aliases that lead nowhere.
func (p *program) badAliases(ctx context.Context, r *catalog.Catalog) []diag.Diagnostic {
	var problems []diag.Diagnostic
	if len(r.Problems) > 0 || r.Refused != nil {
		return nil
	}
	cycles := map[string]bool{}
	for _, a := range aliasRows(r) {
		_, err := r.Select(ctx, a.Name)
		if err == nil {
			continue
		}
		for _, d := range diag.From(err).Diagnostics {
			if d.Code == "alias-cycle" {
				lines := []string{}
				for _, at := range d.Positions {
					lines = append(lines, fmt.Sprint(at.File, at.Line))
				}
				slices.Sort(lines)
				if key := strings.Join(lines, " "); cycles[key] {
					continue
				} else {
					cycles[key] = true
				}
			}
			problems = append(problems, d)
		}
	}
	return problems
}

func aliasRows(r *catalog.Catalog) []aliasRow {
	out := []aliasRow{}
	for _, a := range r.Aliases() {
		out = append(out, aliasRow{a.Name, a.Value, a.At})
	}
	return out
}

func profileTable(report profileListReport, r *catalog.Catalog) []byte {
	var b bytes.Buffer
	w := newTable(&b)
	w.row("  NAME", "REFERENCE", "SOURCE", "MODEL", "SUMMARY")
	for _, row := range report.Profiles {
		mark, model, what := " ", "-", row.what()
		if row.Default {
			mark = "*"
		}
		if row.Ok {
			model = row.Summary.Model
			if !r.Summaries() {
				what = row.Summary.Description
			}
		}
		w.row(mark+" "+row.label(row.Name), row.label(row.Ref), diag.Name(row.Source),
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
