package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// hostsFor returns the hosts to which the profile named by --for would send a secret. It
// shows them and requires the user's confirmation. Commands are only shown: the user has
// to name those with --command.
func (p *program) hostsFor(c *cli.Context, name, ref string) ([]config.Host, error) {
	a, options, err := p.evaluating(c)
	if err != nil {
		return nil, err
	}
	m, err := a.Looked(c.Context, ref, options)
	if err != nil {
		return nil, err
	}
	all := secret.Uses(m)
	var b bytes.Buffer
	w := newTable(&b)
	w.row("FIELD", "DESTINATION")
	var hosts []config.Host
	uses := 0
	for _, use := range all {
		if use.Name != name {
			continue
		}
		uses++
		w.row(diag.Cell(use.Path), diag.Cell(use.To.String()))
		if use.To.Host != "" {
			hosts = add(hosts, config.Host(use.To.Host))
		}
	}
	w.flush()
	switch {
	case uses == 0:
		e := diag.Errorf(diag.ExitNotFound, "secret-unused", "the profile %s does not use the secret %s", diag.Quote(ref), diag.Quote(name))
		if names := secret.Names(all); len(names) > 0 {
			e.Expectedf("one of: %s", strings.Join(names, ", "))
		}
		return nil, e.Hintf("show what it uses: insomnia secret check %s", diag.Shell(ref))
	case len(hosts) == 0:
		return nil, diag.Errorf(diag.ExitRefused, "secret-no-host", "the profile %s sends the secret %s to no host", diag.Quote(ref), diag.Quote(name)).
			Hintf("name the command that gets it: insomnia secret set %s --command COMMAND", name)
	}
	p.inform("%s would go to:\n\n%s", name, strings.TrimRight(indented(b.String()), "\n"))
	names := make([]string, len(hosts))
	for i, host := range hosts {
		names[i] = string(host)
	}
	return hosts, p.confirm(c, fmt.Sprintf("let it be sent to %s?", strings.Join(names, ", ")))
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}
