package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) podRollbackCommand() *cli.Command {
	return &cli.Command{
		Name:      "rollback",
		Usage:     "restore an earlier generation of a Pod",
		ArgsUsage: "POD [N]",
		Description: "Generation N becomes the current one, without N the one before. It is checked first, and the others\n" +
			"are kept: the same command with a higher number goes forward again.",
		Action:       p.podRollback,
		BashComplete: p.completePods,
	}
}

func (p *program) podRollback(c *cli.Context) error {
	a, store, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	number := 0
	if text := c.Args().Get(1); text != "" {
		if number, err = generationNumber(text); err != nil {
			return err
		}
	}
	if number == 0 && it.Current == 1 {
		return diag.Errorf(diag.ExitNotFound, "no-generation", "the Pod `%s` is at its first generation", it.Name).
			Hintf("insomnia pod show %s lists its generations", it.Name)
	}
	now, err := store.Rollback(c.Context, it, number)
	if err != nil {
		return err
	}
	p.inform("the Pod `%s` is at generation %d now, and was at %d", now.Name, now.Current, it.Current)
	if !c.Bool("json") {
		return nil
	}
	current, err := a.Snapshot(now.ID)
	if err != nil {
		return err
	}
	return p.printJSON(reportOf(current))
}
