package cli

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podShowCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "say what a Pod is and what it may do",
		ArgsUsage: "POD",
		Description: "POD is a name, an ID, or the beginning of an ID. The page is made from the Pod's own snapshot, and\n" +
			"says whether what its profile was read from has changed since.",
		Action:       p.podShow,
		BashComplete: p.completePods,
	}
}

func (p *program) podShow(c *cli.Context) error {
	store, it, err := p.namedPod(c, 1, "POD")
	if err != nil {
		return err
	}
	e, err := store.Envelope(it, 0)
	if err != nil {
		return err
	}
	a, err := snapshot(it, e)
	if err != nil {
		return err
	}
	if a.Events, err = store.Events(it); err != nil {
		return err
	}
	drift := p.drifts().Of(c.Context, it)
	a.Drift = &drift
	if c.Bool("json") {
		return p.printJSON(a)
	}

	page := podPage(a, append(a.facts(), driftFact(drift)))
	var b bytes.Buffer
	b.WriteString("\n")
	w := newTable(&b)
	for _, g := range it.Generations {
		mark := " "
		if g.Number == it.Current {
			mark = "*"
		}
		w.row(fmt.Sprintf("%s generation %d", mark, g.Number), when(g.Created), g.Digest)
	}
	w.flush()
	b.WriteString("\n")
	for _, event := range a.Events {
		w.row("  "+when(event.Time), string(event.Kind), fmt.Sprintf("generation %d", event.Generation))
	}
	w.flush()
	return p.write(append(page, b.Bytes()...))
}

// driftFact says how the profile stands to the snapshot now.
func driftFact(drift pod.Drift) words.Fact {
	now := driftWord(drift)
	if drift.Detail != "" {
		now += ", " + drift.Detail
	}
	return words.Fact{Name: "profile now", Text: now}
}

// podPage says what a Pod is and what its snapshot lets it do.
func podPage(a *about, facts []words.Fact) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", diag.Name(a.Pod.Name), diag.Cell(orDash(a.Summary.Description)))
	w := newTable(&b)
	for _, f := range append(facts, words.Facts(a.manifest, *a.Summary)...) {
		if f.Text != "" {
			w.row("  "+f.Name, diag.Cell(f.Text))
		}
	}
	w.flush()
	return b.Bytes()
}
