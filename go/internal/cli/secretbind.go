package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func (p *program) secretBindCommand() *cli.Command {
	return &cli.Command{
		Name:      "bind",
		Usage:     "say where a secret is kept and who may get it",
		ArgsUsage: "NAME URI",
		Description: "URI is age:NAME (your own store, see `insomnia secret set`), env:VARIABLE, file:PATH or\n" +
			"'exec:PROGRAM ARGUMENT…', whose words are split as in a shell, though no shell runs. The binding is\n" +
			"written to your local.toml. Hosts and commands are added to those that the name has; without any,\n" +
			"the secret goes nowhere.",
		Flags: append(whoFlags(),
			&cli.BoolFlag{Name: "only", Usage: "drop the hosts and commands that the name has had so far"}),
		Action:       p.secretBind,
		BashComplete: p.completeSecrets,
	}
}

func (p *program) secretBind(c *cli.Context) error {
	const usage = "NAME URI [--host HOST]… [--command COMMAND]…"
	name, err := secretName(c, usage, 2)
	if err != nil {
		return err
	}
	uri := c.Args().Get(1)
	if uri == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "where is the secret `%s` kept?", name).Expectedf("%s %s", commandName(c), usage)
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	bound := secret.Binding{Name: name, URI: uri}
	if old, err := bindings.Get(name); err == nil && !c.Bool("only") {
		bound.Hosts, bound.Commands = old.Hosts, old.Commands
	}
	binding := widened(c, bound)
	if err := config.CheckBinding(name, binding); err != nil {
		return err
	}
	if err := bindings.Check(bound); err != nil {
		return err
	}
	return p.setBinding(c, name, binding)
}
