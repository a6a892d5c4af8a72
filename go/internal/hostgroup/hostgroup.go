// Package hostgroup finds the hosts of a group on this machine: `@packages`, the registries that
// its package managers are configured with, and `@git-remotes`, the hosts of the remotes of a
// workspace.
//
//	found := hostgroup.Ask(ctx, groups, workspace)
//
// Only the user's and the system's configuration counts: files, and variables of the environment.
// No file of the workspace can influence where packages come from, and no program in it is run. A
// package manager is asked itself where its configuration names no registry: in an empty
// directory, for a short time, by a command that needs no network. Addresses of remotes are
// hostile text, of which only the name of a host is taken.
package hostgroup

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/ownership"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// MaxHosts bounds the hosts of a group; more are left out, which is said.
const MaxHosts = 64

// Found is the answer of a machine.
type Found struct {
	Hosts *manifest.Hosts
	// Notes describe what could not be determined.
	Notes []diag.Diagnostic
}

// Of returns the groups that a manifest lets commands reach.
func Of(m *manifest.Manifest) []string {
	if m.Sandbox.Network != "allowlist" {
		return nil
	}
	var groups []string
	for _, domain := range m.Sandbox.AllowedDomains {
		if domain == grammar.GroupPackages || domain == grammar.GroupGitRemotes {
			groups = append(groups, string(domain))
		}
	}
	return groups
}

// Ask asks this machine for the hosts of some groups, of which `@git-remotes` is
// about a workspace. Without groups it does nothing and returns nothing.
func Ask(ctx context.Context, groups []string, workspace string) Found {
	if len(groups) == 0 {
		return Found{}
	}
	found := Found{Hosts: &manifest.Hosts{}}
	if slices.Contains(groups, grammar.GroupPackages) {
		m := machine{workspace: workspace, system: "/"}
		found.Hosts.Packages, found.Notes = bounded(grammar.GroupPackages, m.packages(ctx))
	}
	if slices.Contains(groups, grammar.GroupGitRemotes) {
		hosts, notes := bounded(grammar.GroupGitRemotes, remotes(workspace))
		found.Hosts.GitRemotes, found.Notes = hosts, append(found.Notes, notes...)
	}
	return found
}

// answer is the result from one place: addresses as they are written, and remarks for
// the user.
type answer struct {
	addresses []string
	notes     []string
}

// bounded takes the hosts from addresses: sorted, each once, and no more than MaxHosts.
func bounded(group string, a answer) ([]string, []diag.Diagnostic) {
	hosts := []string{}
	odd := 0
	for _, address := range a.addresses {
		switch host, ok := hostOf(address); {
		case !ok:
			odd++
		case host != "":
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if odd > 0 {
		a.notes = append(a.notes, diag.Sprintf("%d of the addresses name no host that can be reached, and are left out", odd))
	}
	if len(hosts) > MaxHosts {
		a.notes = append(a.notes, diag.Sprintf("it has %d hosts; the first %d are taken", len(hosts), MaxHosts))
		hosts = hosts[:MaxHosts]
	}
	var notes []diag.Diagnostic
	for _, note := range a.notes {
		notes = append(notes, diag.Diagnostic{Severity: diag.SeverityWarning, Code: "host-group", Message: diag.Quote(group) + ": " + note, Positions: []diag.Position{}})
	}
	return hosts, notes
}

// remotes are the addresses of the remotes of the repository that a workspace is in.
func remotes(workspace string) answer {
	for dir := workspace; ; dir = filepath.Dir(dir) {
		repo, err := gitrepo.Open(dir)
		var missing *gitrepo.Error
		switch {
		case err == nil:
		case errors.As(err, &missing) && missing.Kind == gitrepo.NotFound && filepath.Dir(dir) != dir:
			continue
		case errors.As(err, &missing) && missing.Kind == gitrepo.NotFound:
			return answer{} // the workspace is in no repository
		default:
			return answer{notes: []string{"cannot read the repository of the workspace: " + err.Error()}}
		}
		defer repo.Close()
		if err := ownership.CheckFound(dir); err != nil {
			return answer{notes: []string{"the repository of the workspace is another user's, and is not read"}}
		}
		addresses, err := repo.Remotes()
		if err != nil {
			return answer{notes: []string{"cannot read the remotes of the workspace: " + err.Error()}}
		}
		return answer{addresses: addresses}
	}
}

// gather runs questions at the same time and joins their answers in order.
func gather(questions ...func() answer) answer {
	answers := make([]answer, len(questions))
	var all sync.WaitGroup
	for i, question := range questions {
		all.Go(func() { answers[i] = question() })
	}
	all.Wait()
	var joined answer
	for _, a := range answers {
		joined.addresses = append(joined.addresses, a.addresses...)
		joined.notes = append(joined.notes, a.notes...)
	}
	return joined
}
