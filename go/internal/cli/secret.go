package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// passphraseWork is the work factor of a new passphrase, see [secret.Store]; tests use
// less.
var passphraseWork int

func (p *program) secretCommand() *cli.Command {
	return group("secret", "keep secrets, and say where they may go",
		p.secretSetCommand(),
		p.secretListCommand(),
		p.secretRemoveCommand(),
		p.secretBindCommand(),
		p.secretCheckCommand(),
		p.secretExecCommand(),
	)
}

// bindings opens the user's bindings and store. It asks for a passphrase at the terminal
// when one is needed.
func (p *program) bindings(c *cli.Context) (*secret.Bindings, error) {
	log, err := p.logger(c)
	if err != nil {
		return nil, err
	}
	store := secret.UserStore()
	store.Work = passphraseWork
	store.Passphrase = askHidden
	bindings, err := secret.Load(config.UserDir(), store)
	if err != nil {
		return nil, err
	}
	bindings.Debug = func(message string, fields map[string]any) { log.Debug().Fields(fields).Msg(message) }
	return bindings, nil
}

// secretName returns the first argument, which must be the name of a secret. An invalid
// name is not shown, because it may be a key.
func secretName(c *cli.Context, usage string, most int) (string, error) {
	if c.NArg() == 0 {
		return "", diag.Errorf(diag.ExitUsage, "usage", "missing argument: NAME").Expectedf("%s %s", commandName(c), usage)
	}
	if c.NArg() > most {
		return "", diag.Errorf(diag.ExitUsage, "usage", "too many arguments; a value is never given as one, since other users could see it").
			Expectedf("%s %s", commandName(c), usage)
	}
	name := c.Args().First()
	return name, secret.CheckName(name)
}

// named is the secret of a command. An unbound name gets the binding that it would have
// in the store.
type named struct {
	secret.Binding
	bindings *secret.Bindings
	isBound  bool
}

func (p *program) named(c *cli.Context) (named, error) {
	name, err := secretName(c, "NAME", 1)
	if err != nil {
		return named{}, err
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return named{}, err
	}
	bound, err := bindings.Get(name)
	if err != nil {
		return named{secret.Binding{Name: name, URI: "age:" + name}, bindings, false}, nil
	}
	return named{bound, bindings, true}, nil
}

// whoFlags returns the flags that name the destinations of a secret.
func whoFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "host", Usage: "`HOST` that the secret may be sent to: api.example.org or api.example.org:8443 by https, http://localhost:8080 without encryption; repeatable"},
		&cli.StringSliceFlag{Name: "command", Usage: "`COMMAND` of MCP servers that may get the secret in their environment: a program, its arguments, and … at the end if more arguments may follow; repeatable"},
	}
}

// who holds the hosts and commands that the flags add to a binding.
type who struct {
	hosts    []config.Host
	commands []config.Command
}

// whoFromFlags validates the flags. The error for a host in another form contains the
// whole command to use instead; command is `insomnia secret bind NAME URI`.
func whoFromFlags(c *cli.Context, command string) (who, error) {
	var w who
	var refused *diag.Error
	corrected := command
	if c.Bool("only") {
		corrected += " --only"
	}
	for _, text := range c.StringSlice("host") {
		host, err := secret.BindHost(text)
		if err != nil && refused == nil {
			refused = &diag.Error{Exit: diag.From(err).Exit}
		}
		if err != nil {
			refused.Diagnostics = append(refused.Diagnostics, diag.From(err).Diagnostics...)
		}
		if host == "" {
			host = "HOST"
		}
		corrected += " --host " + host
		w.hosts = add(w.hosts, config.Host(host))
	}
	for _, text := range c.StringSlice("command") {
		command, err := secret.BindCommand(text)
		if err != nil {
			return who{}, err
		}
		corrected += " --command " + secret.JoinWords([]string{command})
		w.commands = add(w.commands, config.Command(command))
	}
	if refused != nil {
		refused.Diagnostics[len(refused.Diagnostics)-1].Hint = corrected
		return who{}, refused
	}
	return w, nil
}

// addTo returns a binding with these hosts and commands added.
func (w who) addTo(bound secret.Binding) config.Binding {
	b := config.Binding{URI: config.BindingURI(bound.URI)}
	for _, host := range bound.Hosts {
		b.Hosts = add(b.Hosts, config.Host(host))
	}
	for _, command := range bound.Commands {
		b.Commands = add(b.Commands, config.Command(command))
	}
	for _, host := range w.hosts {
		b.Hosts = add(b.Hosts, host)
	}
	for _, command := range w.commands {
		b.Commands = add(b.Commands, command)
	}
	return b
}

func add[T comparable](list []T, item T) []T {
	for _, there := range list {
		if there == item {
			return list
		}
	}
	return append(list, item)
}

// bindingReport is the JSON output of commands that change a binding.
type bindingReport struct {
	Schema   string   `json:"schema"` // "insomnia.secret-binding/v1"
	Name     string   `json:"name"`
	URI      string   `json:"uri"`
	Hosts    []string `json:"hosts"`
	Commands []string `json:"commands"`
}

// rebind changes a binding and reports the result.
func (p *program) rebind(c *cli.Context, name string, change func(now secret.Binding) (config.Binding, error)) error {
	b, err := secret.Rebind(c.Context, config.UserDir(), name, change)
	if err != nil {
		return err
	}
	return p.sayBinding(c, name, b)
}

func (p *program) sayBinding(c *cli.Context, name string, b config.Binding) error {
	report := bindingReport{"insomnia.secret-binding/v1", name, string(b.URI), []string{}, []string{}}
	for _, host := range b.Hosts {
		report.Hosts = append(report.Hosts, string(host))
	}
	for _, command := range b.Commands {
		report.Commands = append(report.Commands, string(command))
	}
	bound := secret.Binding{Name: name, URI: string(b.URI)}
	if bound.IsLogin() {
		report.Hosts = append(report.Hosts, bound.LoginHost())
	}
	if c.Bool("json") {
		return p.printJSON(report)
	}
	notes := []string{fmt.Sprintf("%s is bound to %s now", name, b.URI)}
	switch {
	case bound.IsLogin():
		notes = append(notes, "the program alone reads it, to call a model at "+bound.LoginHost())
	case len(report.Hosts) > 0:
		notes = append(notes, "it may be sent to: "+strings.Join(report.Hosts, ", "))
	}
	if len(report.Commands) > 0 {
		notes = append(notes, "commands that may get it: "+strings.Join(report.Commands, ", "))
	}
	if len(report.Hosts)+len(report.Commands) == 0 {
		host := provider.UsualHost(name)
		if host == "" {
			host = "HOST"
		}
		notes = append(notes, fmt.Sprintf("no host may get it yet: insomnia secret bind %s %s --host %s", name, secret.JoinWords([]string{string(b.URI)}), host))
	}
	p.note(notes)
	return nil
}

// completeSecrets completes the names of bound secrets.
func (p *program) completeSecrets(c *cli.Context) {
	if c.NArg() > 0 {
		if c.NArg() == 1 && c.Command.Name == "bind" {
			for _, place := range secret.Places() {
				offer(c.App.Writer, place, "")
			}
		}
		return
	}
	bindings, err := secret.Load(config.UserDir(), secret.UserStore())
	if err != nil {
		return
	}
	for _, bound := range bindings.All() {
		offer(c.App.Writer, bound.Name, "")
	}
}
