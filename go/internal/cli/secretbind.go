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
		Usage:     "set where a secret is kept and who may get it",
		ArgsUsage: "NAME URI",
		Description: "URI is age:NAME (your own store, see `insomnia secret set`), env:VARIABLE, file:PATH, mount:NAME or\n" +
			"mount:/PATH (what systemd or an orchestrator mounted), 'exec:PROGRAM ARGUMENT…', whose words are\n" +
			"split as in a shell, though no shell runs, or login:claude-code and login:codex, the login of that\n" +
			"program to its own subscription, which it alone reads. The binding is written to your local.toml. Hosts and\n" +
			"commands are added to those that the name has; without any, the secret goes nowhere.\n\n" +
			"The program of a command is looked up on your PATH now and bound by its absolute path, with just\n" +
			"these arguments. A … at the end allows more of them, NAME=VALUE before the program allows a profile\n" +
			"to set that variable. For example:\n\n" +
			"    insomnia secret bind tracker.token env:TRACKER --command 'tracker-mcp --read-only'\n" +
			"    insomnia secret bind npm.token env:NPM --command 'npx -y @acme/mcp …'",
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
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: URI of the secret `%s`", name).Expectedf("%s %s", commandName(c), usage)
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	bound := secret.Binding{Name: name, URI: uri}
	added, err := whoFromFlags(c, "insomnia secret bind "+secret.JoinWords([]string{name, uri}))
	if err != nil {
		return err
	}
	if err := config.CheckBinding(name, added.addTo(bound)); err != nil {
		return err
	}
	judged := bound
	for _, host := range added.hosts {
		judged.Hosts = append(judged.Hosts, string(host))
	}
	for _, command := range added.commands {
		judged.Commands = append(judged.Commands, string(command))
	}
	if err := bindings.Check(judged); err != nil {
		return err
	}
	return p.rebind(c, name, func(now secret.Binding) (config.Binding, error) {
		if !c.Bool("only") && !bound.IsLogin() {
			bound.Hosts, bound.Commands = now.Hosts, now.Commands
		}
		return added.addTo(bound), nil
	})
}
