package app

import (
	"context"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// Storable returns a selection in the form in which the config of a scope stores it. A
// profile that does not exist is an error. One that exists but does not resolve, or
// cannot be checked without a download, only causes a warning: it may be unfinished, or
// the machine offline.
func (a *App) Storable(ctx context.Context, r *catalog.Catalog, chosen *catalog.Selection, to config.Scope, options resolve.Options) (string, error) {
	ref, err := r.Storable(chosen, to)
	if err != nil || chosen.Source != "" || !chosen.Target.IsFlake() {
		return ref, err // a profile found by name exists
	}
	options = looking(options)
	options.Downloads.Command = "insomnia resolve " + secret.JoinWords([]string{ref})
	_, err = a.Resolver.Resolve(ctx, chosen.Target, options)
	if err == nil {
		return ref, nil
	}
	e := diag.From(err)
	switch e.Exit {
	case diag.ExitUsage, diag.ExitNotFound, diag.ExitRefused, diag.ExitInterrupted, diag.ExitInternal:
		return "", e
	case diag.ExitMissing:
		a.User.Tell(warningOf(e, "cannot check "+diag.Quote(ref)))
	default:
		a.User.Tell(warningOf(e, diag.Quote(ref)+" does not resolve"))
	}
	return ref, nil
}

// warningOf returns the first problem of an error as a warning.
func warningOf(e *diag.Error, what string) diag.Diagnostic {
	d := e.Diagnostics[0]
	d.Severity, d.Message = diag.SeverityWarning, what+": "+d.Message
	return d
}

// shared warns about profiles of a source whose names other sources have too, so that the
// name alone is ambiguous. It does not evaluate the project's flake.
func (a *App) shared(source string, names []string) []diag.Diagnostic {
	c := a.Catalog(resolve.Options{})
	candidates, _ := c.Files(false)
	for _, s := range c.Sources() {
		if s.Locked != nil && s.Name != source {
			for _, name := range s.Locked.Names() {
				candidates = append(candidates, s.Flake().Candidate(catalog.Defined{Name: name}))
			}
		}
	}
	var warnings []diag.Diagnostic
	for _, name := range names {
		of := slices.DeleteFunc(slices.Clone(candidates), func(c catalog.Candidate) bool { return c.Name != name })
		settled := slices.ContainsFunc(c.Aliases(), func(alias catalog.Alias) bool { return alias.Name == name })
		if len(of) == 0 || settled {
			continue
		}
		refs := []string{diag.Name(source + ":" + name)}
		for _, c := range of {
			refs = append(refs, diag.Name(c.Ref.String()))
		}
		d := diag.Diagnostic{Severity: diag.SeverityWarning, Code: "name-ambiguous", Positions: []diag.Position{},
			Message: "the name " + diag.Quote(name) + " is ambiguous now: " + strings.Join(refs, ", ")}
		if settle := Settling(name, of[0].Ref.String(), of); settle != "" {
			d.Hint = "to keep what the name meant: " + settle
		}
		warnings = append(warnings, d)
	}
	return warnings
}

// Settling returns the command that makes a name mean one of several profiles; empty if
// no alias can have the name.
func Settling(name, ref string, candidates []catalog.Candidate) string {
	switch SettledIn(name, candidates) {
	case config.Project:
		return "insomnia alias set " + name + " " + diag.Shell(ref) + " --project"
	case config.User:
		return "insomnia alias set " + name + " " + diag.Shell(ref)
	}
	return ""
}

// SettledIn returns the scope whose config can settle the meaning of a name; empty if no
// alias can have the name.
func SettledIn(name string, candidates []catalog.Candidate) config.Scope {
	to := config.User
	if slices.ContainsFunc(candidates, func(c catalog.Candidate) bool { return c.Source == catalog.Project }) {
		to = config.Project
	}
	if config.Check(to, "aliases", name, "builtin:coder") != nil {
		return ""
	}
	return to
}
