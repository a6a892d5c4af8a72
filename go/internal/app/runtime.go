package app

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/installed"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Runtime is an agent program that can run a manifest.
type Runtime struct {
	Driver    *runtime.Driver
	Installed installed.Installed
	// Looks are what the user has set for it.
	Looks map[string]string
}

// candidate is a runtime with what keeps it from running a manifest; nil for nothing.
type candidate struct {
	Runtime
	why error
}

// ChooseRuntime chooses what runs a manifest: the runtime that is named; else the user's
// own, where it can; else the only one that is installed and can. A version that has not
// been tried counts only with anyVersion. Nothing is written.
func (a *App) ChooseRuntime(ctx context.Context, m *manifest.Manifest, name string, anyVersion bool) (*Runtime, error) {
	user, problems := config.Load(config.UserDir(), config.User)
	if len(problems) > 0 {
		return nil, &diag.Error{Exit: diag.ExitUsage, Diagnostics: problems}
	}
	if name != "" {
		d := drivers.Named(name)
		if d == nil {
			return nil, diag.Errorf(diag.ExitUsage, "runtime-unknown", "runtime %s not found", diag.Quote(name)).
				Expectedf("one of: %s", strings.Join(runtimeNames(), ", "))
		}
		c := find(ctx, d, m, anyVersion)
		c.Looks = user.Looks[d.Name]
		return &c.Runtime, c.why
	}
	all := drivers.All()
	if user.Runtime != nil {
		if d := drivers.Named(user.Runtime.Value); d != nil {
			if c := find(ctx, d, m, anyVersion); c.why == nil {
				c.Looks = user.Looks[d.Name]
				return &c.Runtime, nil
			}
		}
	}
	candidates := make([]candidate, len(all))
	var asked sync.WaitGroup
	for i, d := range all {
		asked.Go(func() { candidates[i] = find(ctx, d, m, anyVersion) }) // a program takes up to a second to tell its version
	}
	asked.Wait()
	var fit []candidate
	for _, c := range candidates {
		if c.Looks = user.Looks[c.Driver.Name]; c.why == nil {
			fit = append(fit, c)
		}
	}
	switch len(fit) {
	case 1:
		return &fit[0].Runtime, nil
	case 0:
		return nil, noRuntime(candidates)
	}
	names := make([]string, len(fit))
	for i, c := range fit {
		names[i] = c.Driver.Name
	}
	return nil, diag.Errorf(diag.ExitNotFound, "runtime-ambiguous", "several runtimes can run this profile: %s", strings.Join(names, ", ")).
		Hintf("name one with --runtime NAME, or set it for good in config.toml: runtimes.default = %q", names[0])
}

func runtimeNames() []string {
	var names []string
	for _, d := range drivers.All() {
		names = append(names, d.Name)
	}
	return names
}

// find finds out whether a runtime can run a manifest.
func find(ctx context.Context, d *runtime.Driver, m *manifest.Manifest, anyVersion bool) candidate {
	c := candidate{Runtime: Runtime{Driver: d}}
	if !slices.Contains(d.WireAPIs, m.Model.WireAPI) {
		spoken := make([]string, len(d.WireAPIs))
		for i, api := range d.WireAPIs {
			spoken[i] = string(api)
		}
		c.why = diag.Errorf(diag.ExitRefused, "runtime-dialect", "%s does not speak %s, the dialect of the model %s", d.Title, m.Model.WireAPI, diag.Quote(string(m.Model.Ref))).
			Hintf("it speaks %s: choose another runtime with --runtime NAME", strings.Join(spoken, ", "))
		return c
	}
	if d.Unserved != nil {
		e := &diag.Error{Exit: diag.ExitRefused}
		for _, u := range d.Unserved(m) {
			e.Diagnostics = append(e.Diagnostics, diag.Diagnostic{Severity: diag.SeverityError, Code: "runtime-unserved", Pointer: u.Pointer,
				Path: strings.ReplaceAll(strings.TrimPrefix(u.Pointer, "/"), "/", "."), Message: d.Title + " " + u.Why, Positions: []diag.Position{},
				Hint: "choose another runtime with --runtime NAME, or change the profile"})
		}
		if len(e.Diagnostics) > 0 {
			c.why = e
			return c
		}
	}
	if c.Installed, c.why = installed.Find(ctx, d); c.why != nil {
		return c
	}
	if !anyVersion && !d.Supports(c.Installed.Version) {
		c.why = diag.Errorf(diag.ExitRefused, "runtime-version", "version %s of %s has not been tried with this version of insomnia: %s and later are, below %s", c.Installed.Version, d.Title, d.From, d.Below).
			Hintf("install a version that has been tried, or start it all the same with --any-version: what is refused is refused in any version")
	}
	return c
}

// noRuntime reports why no runtime can run a manifest, each with its reason.
func noRuntime(all []candidate) error {
	e := &diag.Error{Exit: diag.ExitMissing}
	missing := true
	for _, c := range all {
		found := diag.From(c.why)
		missing = missing && (diag.CodeIs(c.why, "runtime-missing") || diag.CodeIs(c.why, "runtime-dialect"))
		e.Diagnostics = append(e.Diagnostics, found.Diagnostics...)
	}
	if !missing {
		e.Exit = diag.ExitRefused
	}
	return e
}
