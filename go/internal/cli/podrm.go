package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:      "rm",
		Usage:     "remove a Pod with all its generations",
		ArgsUsage: "POD",
		Description: "The workspace is left alone, and so is a Pod that runs. A Pod that is damaged is removed with\n" +
			"--damaged and its whole ID, as `insomnia pod list` shows it; a Pod that is not damaged never is.\n" +
			"For example:\n\n" +
			"    insomnia pod rm fix-login",
		Flags: []cli.Flag{
			yesFlag("remove it without asking"),
			&cli.BoolFlag{Name: "damaged", Usage: "remove a damaged Pod by its whole ID, with what is left of its history"},
		},
		Action:       p.podRemove,
		BashComplete: p.completeRemovable,
	}
}

func (p *program) podRemove(c *cli.Context) error {
	if c.Bool("damaged") {
		return p.podRemoveDamaged(c)
	}
	a, store, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	if err := p.confirm(c, diag.Sprintf("remove the Pod `%s` and its history (%s, %s)?", it.Name, it.ID, it.Profile.Ref)); err != nil {
		return err
	}
	if err := a.Remove(c.Context, store, it); err != nil {
		return err
	}
	p.inform("removed the Pod `%s`", it.Name)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.removed/v1", "id": it.ID, "name": it.Name})
	}
	return nil
}

func (p *program) podRemoveDamaged(c *cli.Context) error {
	a, store, err := p.pods(c)
	if err != nil {
		return err
	}
	id := c.Args().First()
	left, err := store.Remains(id)
	if err != nil {
		return err
	}
	what := "the damaged Pod " + diag.Quote(id)
	if left.Name != "" {
		what += ", named " + diag.Quote(left.Name)
	}
	history := fmt.Sprintf("%s, %d of them intact", words.Count(left.Generations, "generation"), left.Intact)
	if err := p.confirm(c, fmt.Sprintf("%s, has %s, in %s; remove it with all of them?", what, history, left.Dir)); err != nil {
		return err
	}
	if err := a.RemoveDamaged(c.Context, store, id); err != nil {
		return err
	}
	p.inform("removed %s, and its history: %s", what, history)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.removed/v1", "id": id, "name": left.Name})
	}
	return nil
}

// completeRemovable completes the IDs of damaged Pods after --damaged, and otherwise
// Pods.
func (p *program) completeRemovable(c *cli.Context) {
	if !c.Bool("damaged") {
		p.completePods(c)
		return
	}
	store, err := new(app.App).Pods()
	if err != nil {
		return
	}
	_, damaged, err := store.List()
	if err != nil {
		return
	}
	for _, d := range damaged {
		offer(c.App.Writer, d.ID, "")
	}
}
