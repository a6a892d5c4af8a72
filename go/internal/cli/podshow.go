package cli

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podShowCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "show what a Pod is and what it may do",
		ArgsUsage: "POD",
		Description: "POD is a name, an ID, or the beginning of an ID. The page is made from the Pod's own snapshot, and\n" +
			"says whether what its profile was read from has changed since.",
		Action:       p.podShow,
		BashComplete: p.completePods,
	}
}

func (p *program) podShow(c *cli.Context) error {
	a, s, err := p.snapshot(c)
	if err != nil {
		return err
	}
	store, err := a.Pods()
	if err != nil {
		return err
	}
	events, status, err := a.History(store, s.Pod)
	if err != nil {
		return err
	}
	drift := a.Drifts().Of(c.Context, s.Pod)
	if c.Bool("json") {
		report := reportOf(s)
		report.Events, report.Drift, report.Live = events, &drift, status
		return p.printJSON(report)
	}

	page := podPage(s, words.LiveFact(status), words.DriftFact(drift))
	var b bytes.Buffer
	b.WriteString("\n")
	w := newTable(&b)
	for _, g := range s.Pod.Generations {
		mark := " "
		if g.Number == s.Pod.Current {
			mark = "*"
		}
		w.row(fmt.Sprintf("%s generation %d", mark, g.Number), words.When(g.Created), g.Digest)
	}
	w.flush()
	b.WriteString("\n")
	for _, event := range events {
		w.row("  "+words.When(event.Time), string(event.Kind), fmt.Sprintf("generation %d", event.Generation))
	}
	w.flush()
	return p.write(append(page, b.Bytes()...))
}

// podPage describes a Pod and what its snapshot allows it to do.
func podPage(s *app.Snapshot, more ...words.Fact) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", diag.Name(s.Pod.Name), diag.Cell(orDash(s.Summary.Description)))
	w := newTable(&b)
	for _, f := range slices.Concat(words.PodFacts(s.Pod, s.Envelope), more, words.Facts(s.Manifest, s.Summary)) {
		if f.Text != "" {
			w.row("  "+f.Name, diag.Cell(f.Text))
		}
	}
	w.flush()
	return b.Bytes()
}
