package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Guarded decides tool calls as a Pod of a profile would.
type Guarded struct {
	*Resolved
	Site *toolcall.Site

	guard *permission.Guard
	m     *manifest.Manifest
}

// Answer is the decision about a call, with the places where it was written.
type Answer struct {
	// Call is the complete call, with real paths.
	Call permission.Call
	permission.Decision
	// Places are those of the rule or the field that decided; empty for a default and for
	// the guard's own decisions. A note names the preset that set it.
	Places []diag.Position
}

// Guarded resolves a selection and prepares to decide calls in a workspace; an empty one
// means the working directory.
func (a *App) Guarded(ctx context.Context, what What, options resolve.Options, workspace string) (*Guarded, error) {
	workspace, err := Workspace(a.Resolver.Dir, workspace)
	if err != nil {
		return nil, err
	}
	home, err := userdir.Home()
	if err != nil {
		return nil, diag.Errorf(diag.ExitUsage, "no-home", "cannot tell what `~/` is in rules: %v", err).Hintf("set HOME")
	}
	options.Explain = true
	r, err := a.Resolve(ctx, what, options)
	if err != nil {
		return nil, err
	}
	g := &Guarded{Resolved: r}
	var problems []manifest.Problem
	if g.m, problems = manifest.DecodeForm(r.Manifest); len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	if g.guard, err = permission.Parse(g.m); err != nil {
		return nil, refusedRules(err)
	}
	if g.Site, err = toolcall.Open(workspace, home); err != nil {
		return nil, diag.Errorf(diag.ExitNotFound, "workspace-not-found", "%v", err)
	}
	return g, nil
}

// refusedRules returns the error for rules that the guard cannot apply.
func refusedRules(err error) error {
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	e := &diag.Error{Exit: diag.ExitInvalid}
	for _, err := range list {
		d := diag.Errorf(diag.ExitInvalid, "rule-refused", "%v", err).Diagnostics[0]
		var problem *grammar.Problem
		if errors.As(err, &problem) {
			d.Code, d.Hint = problem.Code, problem.Hint
		}
		e.Diagnostics = append(e.Diagnostics, d)
	}
	return e
}

// Check returns a usage error for an invalid call: it names no tool, or lacks what the
// tool works on.
func (g *Guarded) Check(call permission.Call) error {
	servers := make([]string, 0, len(g.m.MCPServers))
	for name := range g.m.MCPServers {
		servers = append(servers, string(name))
	}
	if err := checkTool(call.Tool, servers); err != nil {
		return err
	}
	if _, ok := g.m.Subagents[manifest.SkillName(call.Subagent)]; call.Subagent != "" && !ok {
		names := []string{}
		for name := range g.m.Subagents {
			names = append(names, string(name))
		}
		slices.Sort(names)
		e := diag.Errorf(diag.ExitNotFound, "subagent-not-found", "subagent `%s` not found in the profile", call.Subagent)
		if len(names) > 0 {
			e.Expectedf("one of: %s", strings.Join(names, ", "))
		}
		return e
	}
	return nil
}

// checkTool reports what is wrong with the name of a tool.
func checkTool(tool string, servers []string) error {
	var problem *grammar.Problem
	if strings.Contains(tool, "*") {
		return diag.Errorf(diag.ExitUsage, "usage", "tool `%s`: a call has one tool, without wildcards", tool)
	}
	if !errors.As(grammar.CheckTool(tool, servers), &problem) {
		return nil
	}
	e := diag.Errorf(diag.ExitUsage, problem.Code, "%s", problem.Message)
	if problem.Code == "tool-server" {
		return e.Expectedf("a tool of one of the profile's `mcpServers`")
	}
	return e.Hintf("%s", problem.Hint)
}

// Decide decides a call with paths as an agent writes them. A path that cannot be
// resolved is denied.
func (g *Guarded) Decide(call permission.Call) Answer {
	var a Answer
	a.Call, a.Decision = g.Site.Decide(g.guard, call)
	switch {
	case a.Rule != nil:
		a.Places = resolve.RulePlaces(g.Origins, g.m, a.Rule.Pointer)
	case a.Pointer != "":
		a.Places = resolve.FieldPlaces(g.Origins, a.Pointer)
	}
	for i := range a.Places {
		a.Places[i].Source = nil // an answer quotes no lines
	}
	return a
}
