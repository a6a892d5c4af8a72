package app

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/hostgroup"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Hosts returns this machine's hosts for the host groups in a manifest given as JSON; nil
// if it names no groups. It tells the user what could not be determined.
func (a *App) Hosts(ctx context.Context, data []byte, workspace string) *manifest.Hosts {
	m, problems := manifest.DecodeForm(data)
	if len(problems) > 0 {
		return nil // an invalid manifest has no groups, and is rejected elsewhere
	}
	groups, ask := hostgroup.Of(m), a.AskHosts
	if len(groups) == 0 {
		return nil
	}
	if ask == nil {
		ask = hostgroup.Ask
	}
	found := ask(ctx, groups, workspace)
	if len(found.Notes) > 0 {
		a.User.Tell(found.Notes...)
	}
	return found.Hosts
}

// recordHosts records in an envelope the hosts of the groups in its manifest.
func (a *App) recordHosts(ctx context.Context, e *manifest.Envelope) error {
	e.Inputs.Hosts = a.Hosts(ctx, e.Manifest, e.Inputs.Workspace)
	return ctx.Err()
}
