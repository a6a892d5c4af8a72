package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// examineSelection examines the project, the configs, and what the configs refer to.
// machine contains the earlier findings about this machine.
func examineSelection(ctx context.Context, a *app.App, machine []resolve.Finding) []resolve.Finding {
	r := a.Catalog(resolve.Options{Timeout: app.ListTimeout})
	var findings []resolve.Finding
	if r.Refused != nil {
		findings = problemsAs("project", r.Refused.Diagnostics[:1])
	}
	findings = append(findings, examineConfigs(r)...)
	if len(r.Problems) > 0 {
		for _, name := range []string{"default", "aliases", "sources"} {
			findings = append(findings, resolve.Finding{Name: name, Status: resolve.StatusWarning, Detail: "not checked: a config has problems", Hint: "correct the config first"})
		}
		return findings
	}
	return slices.Concat(findings, examineEvaluator(r, machine), examineBindings(ctx, r), examineSources(r))
}

// examineConfigs lists the files of each config with their problems.
func examineConfigs(r *catalog.Catalog) []resolve.Finding {
	if len(r.Problems) > 0 {
		places := diag.NewText()
		problems := slices.Clone(r.Problems)
		for i, d := range problems {
			if len(d.Positions) > 0 {
				problems[i].Message = places.Place(d.Positions[0]) + ": " + d.Message
				if d.Hint == "" {
					problems[i].Hint = "edit " + diag.Shell(d.Positions[0].File)
				}
			}
		}
		return problemsAs("config", problems)
	}
	var findings []resolve.Finding
	for _, c := range []*config.Config{r.User, r.Project} {
		if c == nil {
			continue
		}
		var files []string
		for _, name := range []string{config.FileName, config.LocalName} {
			if _, err := os.Lstat(filepath.Join(c.Dir, name)); err == nil && c.Dir != "" {
				files = append(files, name)
			}
		}
		detail := "of the " + string(c.Scope) + ": none"
		if len(files) > 0 {
			detail = "of the " + string(c.Scope) + ": " + strings.Join(files, " and ") + " in " + c.Dir
		}
		findings = append(findings, resolve.Finding{Name: "config", Status: resolve.StatusOk, Detail: detail})
	}
	return findings
}

// examineEvaluator reports a configured evaluator that this machine does not have.
func examineEvaluator(r *catalog.Catalog, machine []resolve.Finding) []resolve.Finding {
	if r.User.Evaluator != resolve.Nix {
		return nil
	}
	for _, f := range machine {
		if f.Name == "nix" && f.Status == resolve.StatusOptional {
			return []resolve.Finding{{Name: "evaluator", Status: resolve.StatusWarning, Detail: "your config sets nix: " + f.Detail,
				Hint: "install Nix, or remove `evaluator` from the config in " + r.User.Dir}}
		}
	}
	return []resolve.Finding{{Name: "evaluator", Status: resolve.StatusOk, Detail: "nix, as your config sets it"}}
}

// examineBindings reports a default and aliases that do not resolve.
func examineBindings(ctx context.Context, r *catalog.Catalog) []resolve.Finding {
	var defaults, aliases []resolve.Finding
	count := 0
	for _, b := range r.Bindings() {
		into := &defaults
		if b.Alias != "" {
			into = &aliases
			count++
		}
		if err := r.Dangling(ctx, b); err != nil {
			d := diag.From(err).Diagnostics[0]
			d.Message = diag.NewText().Place(diag.Position{File: b.At.File, Line: b.At.Line}) + ": " + d.Message
			switch {
			case strings.Contains(d.Hint, "\n"):
				d.Hint += "\nor "
			case d.Hint != "":
				d.Hint += "; or "
			}
			d.Hint += removal(b)
			*into = append(*into, problemsAs(map[bool]string{true: "aliases", false: "default"}[b.Alias != ""], []diag.Diagnostic{d})...)
		}
	}
	if len(defaults) == 0 {
		set := r.Default()
		detail := set.Value + ", built in"
		if set.At.File != "" {
			detail = set.Value + ", from " + diag.NewText().Place(diag.Position{File: set.At.File, Line: set.At.Line})
		}
		defaults = []resolve.Finding{{Name: "default", Status: resolve.StatusOk, Detail: detail}}
	}
	if len(aliases) == 0 {
		aliases = []resolve.Finding{{Name: "aliases", Status: resolve.StatusOk, Detail: fmt.Sprintf("%d, and none is dangling", count)}}
	}
	return append(defaults, aliases...)
}

// removal returns the command that removes a default or an alias.
func removal(b catalog.Binding) string {
	flag := " --" + string(b.Scope)
	switch {
	case catalog.Removable(b.Setting, "") != nil:
		return "edit " + diag.Shell(b.At.File)
	case b.Alias == "":
		return "remove the default: insomnia profile default --unset" + flag
	}
	return "remove the alias: insomnia alias rm " + b.Alias + flag
}

// examineSources reports sources that are not pinned or whose directory is gone.
func examineSources(r *catalog.Catalog) []resolve.Finding {
	var problems []diag.Diagnostic
	sources := r.Sources()
	for _, s := range sources {
		base := r.User.Dir
		if s.Scope == config.Project {
			base = r.Root
		}
		ref, err := reference.Parse(s.Set.Value, base)
		switch {
		case err != nil:
			problems = append(problems, diag.From(err).Diagnostics[0])
		case s.Locked == nil:
			problems = append(problems, diag.Diagnostic{Message: diag.Quote(s.Name) + " is not pinned to what it is", Hint: "insomnia source update " + s.Name})
		case ref.Path != "" && !there(ref.Path):
			problems = append(problems, diag.Diagnostic{Message: diag.Quote(s.Name) + ": directory not found: " + ref.Path,
				Hint: "restore it, or remove the source: insomnia source rm " + s.Name})
		}
	}
	if len(problems) == 0 {
		return []resolve.Finding{{Name: "sources", Status: resolve.StatusOk, Detail: fmt.Sprintf("%d, and all are pinned", len(sources))}}
	}
	return problemsAs("sources", problems)
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// problemsAs converts problems to findings, each with its remedy on one line.
func problemsAs(name string, problems []diag.Diagnostic) []resolve.Finding {
	findings := make([]resolve.Finding, len(problems))
	for i, d := range problems {
		findings[i] = resolve.Finding{Name: name, Status: resolve.StatusWarning, Detail: d.Message, Hint: d.Hint}
	}
	return findings
}
