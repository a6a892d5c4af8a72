package app

import (
	"context"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Runtime is an agent program that can run a manifest.
type Runtime struct {
	FoundRuntime
	// Looks are the user's settings for it.
	Looks map[string]string
}

// ChooseRuntime chooses the runtime of a manifest. A named runtime comes first, then the
// user's default if it can run the manifest, then the only installed one that can. An
// untested version counts only with anyVersion. Nothing is written.
func (a *App) ChooseRuntime(ctx context.Context, m *manifest.Manifest, name string, anyVersion bool) (*Runtime, error) {
	user, problems := config.Load(config.UserDir(), config.User)
	if len(problems) > 0 {
		return nil, &diag.Error{Exit: diag.ExitUsage, Diagnostics: problems}
	}
	if name != "" {
		d, err := starting(name)
		if err != nil {
			return nil, err
		}
		c := candidates(ctx, []*runtime.Driver{d}, m, anyVersion)[0]
		return &Runtime{c, user.Looks[d.Name]}, c.Err
	}
	if user.Runtime != nil {
		if d := drivers.Named(user.Runtime.Value); d != nil {
			if c := candidates(ctx, []*runtime.Driver{d}, m, anyVersion)[0]; c.Err == nil {
				return &Runtime{c, user.Looks[d.Name]}, nil
			}
		}
	}
	all := candidates(ctx, drivers.All(), m, anyVersion)
	var fit []FoundRuntime
	for _, c := range all {
		if c.Err == nil {
			fit = append(fit, c)
		}
	}
	switch len(fit) {
	case 1:
		return &Runtime{fit[0], user.Looks[fit[0].Driver.Name]}, nil
	case 0:
		return nil, noRuntime(all)
	}
	names := make([]string, len(fit))
	for i, c := range fit {
		names[i] = c.Driver.Name
	}
	return nil, diag.Errorf(diag.ExitNotFound, "runtime-ambiguous", "several runtimes can run this profile: %s", strings.Join(names, ", ")).
		Hintf("name one with --runtime NAME, or set a default in config.toml: runtimes.default = %q", names[0])
}

// starting returns the runtime with a name if it can start Pods.
func starting(name string) (*runtime.Driver, error) {
	if d := drivers.Named(name); d != nil {
		return d, nil
	}
	if drivers.RenderedAs(name) != nil {
		return nil, diag.Errorf(diag.ExitRefused, "runtime-rendered", "cannot start a Pod with %s: it is not a program, only files to render", diag.Quote(name)).
			Expectedf("one of: %s", strings.Join(runtimeNames(), ", ")).
			Hintf("write the files: insomnia runtime render REF --runtime %s --out DIR", name)
	}
	return nil, diag.Errorf(diag.ExitUsage, "runtime-unknown", "runtime %s not found", diag.Quote(name)).
		Expectedf("one of: %s", strings.Join(runtimeNames(), ", "))
}

func runtimeNames() []string {
	var names []string
	for _, d := range drivers.All() {
		names = append(names, d.Name)
	}
	return names
}

// candidates returns the runtimes, each with the reason why it cannot run a manifest in
// Err. It asks for the version only of programs that could serve the manifest.
func candidates(ctx context.Context, all []*runtime.Driver, m *manifest.Manifest, anyVersion bool) []FoundRuntime {
	var serving []*runtime.Driver
	for _, d := range all {
		if len(runtime.Reasons(d, m)) == 0 {
			serving = append(serving, d)
		}
	}
	found := findRuntimes(ctx, serving)
	candidates := make([]FoundRuntime, len(all))
	for i, d := range all {
		if len(found) == 0 || found[0].Driver != d {
			candidates[i] = FoundRuntime{Driver: d, Err: unserved(d, m)}
			continue
		}
		c := found[0]
		found = found[1:]
		if c.Err == nil && !anyVersion && !c.Supported() {
			c.Err = diag.Errorf(diag.ExitRefused, "runtime-version", "version %s of %s has not been tried with this version of insomnia: %s and later are, below %s", c.Installed.Version, d.Title, d.From, d.Below).
				Hintf("install a version that has been tried, or start it all the same with --any-version: what is refused is refused in any version")
		}
		candidates[i] = c
	}
	return candidates
}

// unserved returns the error for a manifest that a runtime cannot serve; nil if it can.
func unserved(d *runtime.Driver, m *manifest.Manifest) error {
	e := &diag.Error{Exit: diag.ExitRefused}
	for _, r := range runtime.Reasons(d, m) {
		problem := diag.Diagnostic{Severity: diag.SeverityError, Code: "runtime-unserved", Pointer: r.Pointer,
			Path: strings.ReplaceAll(strings.TrimPrefix(r.Pointer, "/"), "/", "."), Message: d.Title + " " + r.Why, Positions: []diag.Position{},
			Hint: "choose another runtime with --runtime NAME, or change the profile"}
		if r.Pointer == dialect {
			problem.Code = "runtime-dialect"
		}
		e.Diagnostics = append(e.Diagnostics, problem)
	}
	if len(e.Diagnostics) == 0 {
		return nil
	}
	return e
}

// dialect is a field that a runtime either serves or not, whatever else the manifest
// contains.
const dialect = "/model/wireApi"

// noRuntime reports that no runtime can run a manifest, with the reason for each.
func noRuntime(all []FoundRuntime) error {
	e := &diag.Error{Exit: diag.ExitMissing}
	missing := true
	for _, c := range all {
		found := diag.From(c.Err)
		missing = missing && (diag.CodeIs(c.Err, "runtime-missing") || diag.CodeIs(c.Err, "runtime-dialect"))
		e.Diagnostics = append(e.Diagnostics, found.Diagnostics...)
	}
	if !missing {
		e.Exit = diag.ExitRefused
	}
	return e
}
