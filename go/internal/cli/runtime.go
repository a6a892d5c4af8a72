package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
)

func (p *program) runtimeCommand() *cli.Command {
	return group("runtime", "list agent programs and check what they enforce of a profile",
		p.runtimeListCommand(),
		p.runtimeCheckCommand(),
		p.runtimeRenderCommand(),
	)
}

// namedRuntime returns the runtime with a name from the user, even if it can only be
// rendered.
func namedRuntime(name string) (*runtime.Driver, error) {
	if d := drivers.RenderedAs(name); d != nil {
		return d, nil
	}
	names := renderedNames()
	e := diag.Errorf(diag.ExitUsage, "runtime-unknown", "runtime not found: %s", diag.Quote(name)).Expectedf("one of: %s", strings.Join(names, ", "))
	if near := resolve.Closest(name, names); near != "" {
		e.Hintf("did you mean %s?", near)
	}
	return nil, e
}

// runtimeNames returns the runtimes that start Pods, renderedNames those that can be
// rendered.
func runtimeNames() []string  { return namesOf(drivers.All()) }
func renderedNames() []string { return namesOf(drivers.Rendered()) }

func namesOf(all []*runtime.Driver) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names
}

// tried describes the tested versions of a program.
func tried(d *runtime.Driver) string { return fmt.Sprintf("from %v, below %v", d.From, d.Below) }

// examineRuntime describes one runtime for doctor.
func examineRuntime(found app.FoundRuntime) resolve.Finding {
	d := found.Driver
	finding := resolve.Finding{Name: "runtime", Status: resolve.StatusOptional}
	install := fmt.Sprintf("install %s: %s", d.Title, d.Install)
	switch {
	case diag.CodeIs(found.Err, "runtime-missing"):
		finding.Detail, finding.Hint = d.Name+": not installed", install
	case found.Err != nil:
		first := diag.From(found.Err).Diagnostics[0]
		finding.Detail, finding.Hint = d.Name+": "+first.Message, first.Hint
	case !found.Supported():
		finding.Detail = fmt.Sprintf("%s %v has not been tried (%s): %s", d.Name, found.Installed.Version, tried(d), found.Installed.Path)
		finding.Hint = install
	default:
		finding.Status, finding.Detail = resolve.StatusOk, fmt.Sprintf("%s %v: %s", d.Name, found.Installed.Version, found.Installed.Path)
	}
	return finding
}
