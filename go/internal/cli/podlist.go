package cli

import (
	"bytes"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "list the Pods, the newest first",
		Description: "With its profile, model and state, and whether what the profile was read from has changed since:\n" +
			"files are compared by their hashes, and nothing is evaluated or downloaded. A Pod that cannot be\n" +
			"read is listed with the reason, and the exit code is 1 then. For example:\n\n" +
			"    insomnia pod list --here",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "here", Usage: "only the Pods whose workspace is the working directory, or is above or below it"}},
		Action: p.podList,
	}
}

// podListReport is the output of `pod list --json`.
type podListReport struct {
	Schema  string       `json:"schema"` // "insomnia.pods/v1"
	Pods    []app.PodRow `json:"pods"`
	Damaged []damagedRow `json:"damaged"`
}

type damagedRow struct {
	ID          string            `json:"id"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

func (p *program) podList(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	list, err := a.ListPods(c.Context, nil)
	if err != nil {
		return err
	}
	if c.Bool("here") {
		list.Rows = slices.DeleteFunc(list.Rows, func(row app.PodRow) bool { return !nested(row.Workspace, a.Resolver.Dir) })
	}
	report := podListReport{Schema: "insomnia.pods/v1", Pods: list.Rows, Damaged: []damagedRow{}}
	var problems []diag.Diagnostic
	for _, d := range list.Damaged {
		found := diag.From(d.Err).Diagnostics
		report.Damaged = append(report.Damaged, damagedRow{d.ID, found})
		problems = append(problems, found...)
	}
	if c.Bool("json") {
		err, problems = p.printJSON(report), nil
	} else {
		err = p.write(p.podTable(report, time.Now()))
		if len(list.Rows)+len(list.Damaged) == 0 && c.Bool("here") {
			p.inform("no Pods in this directory; to create one: insomnia pod new")
		} else if len(list.Rows)+len(list.Damaged) == 0 {
			p.inform("no Pods yet; to create one: insomnia pod new")
		}
	}
	if err != nil || len(list.Damaged) == 0 {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: problems}
}

// nested reports whether two directories are the same, or one contains the other.
func nested(a, b string) bool {
	below := func(dir, in string) bool {
		rel, err := filepath.Rel(in, dir)
		return err == nil && filepath.IsLocal(rel)
	}
	return a != "" && (below(a, b) || below(b, a))
}

func (p *program) podTable(report podListReport, now time.Time) []byte {
	var b bytes.Buffer
	if len(report.Pods)+len(report.Damaged) == 0 {
		return nil
	}
	w := p.list(&b)
	w.row("NAME", "PROFILE", "SOURCE", "MODEL", "STATE", "AGE", "DRIFT")
	const source, model = 2, 3
	w.leaveOut(source, model)
	for _, row := range report.Pods {
		w.row(diag.Cell(row.Name), diag.Name(row.Profile.Ref), diag.Name(row.Profile.Source),
			diag.Cell(row.Model), string(row.State), words.Age(now.Sub(row.Created)), words.Drift(*row.Drift))
	}
	for _, row := range report.Damaged {
		w.row(diag.Cell(row.ID), "-", "-", "-", "damaged")
	}
	w.flush()
	return b.Bytes()
}
