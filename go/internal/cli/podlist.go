package cli

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

func (p *program) podListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "list the Pods, the newest first",
		Description: "With its profile, model and state, and whether what the profile was read from has changed since:\n" +
			"files are compared by their hashes, and nothing is evaluated or downloaded. A Pod that cannot be\n" +
			"read is listed with the reason, and the exit code is 1 then.",
		Action: p.podList,
	}
}

// podListReport is what `pod list --json` prints.
type podListReport struct {
	Schema  string       `json:"schema"` // "insomnia.pods/v1"
	Pods    []podRow     `json:"pods"`
	Damaged []damagedRow `json:"damaged"`
}

type podRow struct {
	*pod.Pod
	Drift pod.Drift `json:"drift"`
}

type damagedRow struct {
	ID          string            `json:"id"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

func (p *program) podList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	store, err := p.pods()
	if err != nil {
		return err
	}
	list, damaged, err := store.List()
	if err != nil {
		return err
	}
	report := podListReport{Schema: "insomnia.pods/v1", Pods: make([]podRow, len(list)), Damaged: []damagedRow{}}
	drifts := p.drifts()
	for i, it := range list {
		report.Pods[i] = podRow{it, drifts.Of(c.Context, it)}
	}
	if err := c.Context.Err(); err != nil {
		return err
	}
	var problems []diag.Diagnostic
	for _, d := range damaged {
		found := diag.From(d.Err).Diagnostics
		report.Damaged = append(report.Damaged, damagedRow{d.ID, found})
		problems = append(problems, found...)
	}
	if c.Bool("json") {
		err, problems = p.printJSON(report), nil
	} else {
		err = p.write(podTable(report, time.Now()))
		if len(list)+len(damaged) == 0 {
			p.inform("there are no Pods yet: insomnia pod new creates one")
		}
	}
	if err != nil || len(damaged) == 0 {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference, Diagnostics: problems}
}

// drifts compares Pods with what they were resolved from, with the library of
// this program, and with the pins of named sources.
func (p *program) drifts() *pod.Drifts {
	opened := map[string]*catalog.Catalog{}
	return &pod.Drifts{
		Library: (&resolve.Resolver{Library: insomnia.Library}).LibraryDigest,
		Pinned: func(_ context.Context, source pod.Source) (string, error) {
			r := opened[source.Dir]
			if r == nil {
				r = catalog.Open(source.Dir, insomnia.Library)
				opened[source.Dir] = r
			}
			return r.Pinned(source.Named)
		},
	}
}

func podTable(report podListReport, now time.Time) []byte {
	var b bytes.Buffer
	if len(report.Pods)+len(report.Damaged) == 0 {
		return nil
	}
	w := newTable(&b)
	w.row("NAME", "PROFILE", "SOURCE", "MODEL", "STATE", "AGE", "PROFILE NOW")
	for _, row := range report.Pods {
		w.row(diag.Cell(row.Name), diag.Name(row.Profile.Ref), diag.Name(row.Profile.Source),
			diag.Cell(row.Model), string(row.State), age(now.Sub(row.Created)), driftWord(row.Drift))
	}
	for _, row := range report.Damaged {
		w.row(diag.Cell(row.ID), "-", "-", "-", "damaged")
	}
	w.flush()
	return b.Bytes()
}

// driftWord is what a list says of the profile that a Pod was made from.
func driftWord(d pod.Drift) string {
	switch d.State {
	case pod.Changed:
		return "changed since"
	case pod.Gone:
		return "gone"
	case pod.Unchanged:
		return "the same"
	}
	return "-"
}

// age is how long ago something was, in the largest unit that fits.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
