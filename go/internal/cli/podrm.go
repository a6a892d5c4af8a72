package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) podRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:         "rm",
		Usage:        "remove a Pod with all its generations",
		ArgsUsage:    "POD",
		Description:  "The workspace is left alone.",
		Flags:        []cli.Flag{yesFlag("remove it without asking")},
		Action:       p.podRemove,
		BashComplete: p.completePods,
	}
}

func (p *program) podRemove(c *cli.Context) error {
	_, store, it, err := p.namedPod(c, 1, "POD")
	if err != nil {
		return err
	}
	if err := p.confirm(c, diag.Sprintf("remove the Pod `%s` and its history (%s, %s)?", it.Name, it.ID, it.Profile.Ref)); err != nil {
		return err
	}
	if err := store.Remove(c.Context, it); err != nil {
		return err
	}
	p.inform("the Pod `%s` is removed", it.Name)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.removed/v1", "id": it.ID, "name": it.Name})
	}
	return nil
}
