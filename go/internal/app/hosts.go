package app

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/hostgroup"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Hosts asks this machine for the hosts of the groups that a manifest, as JSON,
// lets commands reach: nil where it names none. What cannot be found out is told.
func (a *App) Hosts(ctx context.Context, data []byte, workspace string) *manifest.Hosts {
	m, problems := manifest.DecodeForm(data)
	if len(problems) > 0 {
		return nil // what has no form has no groups, and is refused elsewhere
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

// recordHosts records in an envelope the hosts of the groups that its manifest names.
func (a *App) recordHosts(ctx context.Context, e *manifest.Envelope) error {
	e.Inputs.Hosts = a.Hosts(ctx, e.Manifest, e.Inputs.Workspace)
	return ctx.Err()
}
