package cli

import "github.com/urfave/cli/v2"

func (p *program) podStopCommand() *cli.Command {
	return &cli.Command{
		Name:      "stop",
		Usage:     "end the program of a running Pod",
		ArgsUsage: "POD",
		Description: "The program is asked to end, and after 3 seconds it is ended with all that it has started. The Pod\n" +
			"is kept: `insomnia pod resume` continues it. A Pod that does not run is left as it is. For example:\n\n" +
			"    insomnia pod stop fix-login",
		Action:       p.podStop,
		BashComplete: p.completePods,
	}
}

func (p *program) podStop(c *cli.Context) error {
	a, _, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	stopped, err := a.Stop(c.Context, it)
	if err != nil {
		return err
	}
	if stopped {
		p.inform("stopped Pod `%s`", it.Name)
	} else {
		p.inform("Pod `%s` is not running", it.Name)
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.stopped/v1", "id": it.ID, "name": it.Name, "stopped": stopped})
	}
	return nil
}
