package cli

import (
	"bytes"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podPruneCommand() *cli.Command {
	return &cli.Command{
		Name:  "prune",
		Usage: "remove transcripts that are older than their Pods keep them",
		Description: "A Pod keeps the transcript of its last session for session.retentionDays; then it and the trace are\n" +
			"removed, and the Pod is kept. Pods that run are left alone. The same is done whenever a session ends\n" +
			"in a terminal. For example:\n\n" +
			"    insomnia pod prune --dry-run",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "dry-run", Usage: "list the Pods, and remove nothing"}},
		Action: p.podPrune,
	}
}

// pruneReport is the output of `pod prune --json`.
type pruneReport struct {
	Schema  string       `json:"schema"` // "insomnia.pruned/v1"
	Pods    []app.Pruned `json:"pods"`
	Removed bool         `json:"removed"`
}

func (p *program) podPrune(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	dry := c.Bool("dry-run")
	pruned, err := a.Prune(c.Context, dry)
	if err != nil && len(pruned) == 0 {
		return err
	}
	if c.Bool("json") {
		if wrong := p.printJSON(pruneReport{"insomnia.pruned/v1", pruned, !dry}); wrong != nil {
			return wrong
		}
		return err
	}
	if len(pruned) == 0 {
		p.inform("no transcript is older than its Pod keeps it")
		return err
	}
	if !dry {
		for _, one := range pruned {
			p.inform("%s", one.Sentence())
		}
		return err
	}
	var b bytes.Buffer
	w := p.list(&b)
	w.row("NAME", "ENDED", "RETENTION DAYS")
	for _, one := range pruned {
		w.row(diag.Cell(one.Name), words.When(one.Ended), strconv.FormatInt(one.Days, 10))
	}
	w.flush()
	if wrong := p.write(b.Bytes()); wrong != nil {
		return wrong
	}
	return err
}
