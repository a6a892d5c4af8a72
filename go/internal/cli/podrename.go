package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) podRenameCommand() *cli.Command {
	return &cli.Command{
		Name: "rename", Usage: "give a Pod another name", ArgsUsage: "POD NAME",
		Description: "Its ID, its generations and its workspace stay as they are. A Pod that runs can be renamed, and\n" +
			"shows its new name when it is started the next time. For example:\n\n" +
			"    insomnia pod rename fix-login fix-logout",
		Action:       p.podRename,
		BashComplete: p.completePods,
	}
}

func (p *program) podRename(c *cli.Context) error {
	if c.NArg() == 1 {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: NAME").Hintf("usage: %s POD NAME", commandName(c))
	}
	_, store, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	now, err := store.Rename(c.Context, it, c.Args().Get(1))
	if err != nil {
		return err
	}
	p.inform("renamed the Pod `%s` to `%s`", it.Name, now.Name)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.renamed/v1", "id": now.ID, "from": it.Name, "name": now.Name})
	}
	return nil
}
