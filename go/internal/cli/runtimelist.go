package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) runtimeListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "list the agent programs that can run a Pod, with the installed versions",
		Description: "Each program is looked for in the absolute directories of PATH and asked for its version. SUPPORTED is\n" +
			"whether that version has been tried with this version of insomnia. WIRE APIS are the dialects of model\n" +
			"APIs that the program speaks. For example:\n\n" +
			"    insomnia runtime list --json",
		Action: p.runtimeList,
	}
}

// runtimeRow is one runtime in a list.
type runtimeRow struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Program string `json:"program"`
	// Path is absolute; empty if the program is not installed.
	Path string `json:"path,omitempty"`
	// Version is the installed version; empty if unknown.
	Version string `json:"version,omitempty"`
	// Supported reports whether the installed version has been tested.
	Supported bool `json:"supported"`
	// From is the first tested version, Below the first untested version after it.
	From     string             `json:"from"`
	Below    string             `json:"below"`
	WireAPIs []manifest.WireAPI `json:"wireApis"`
	// Install is the command that installs the program.
	Install string `json:"install"`
	// Problem explains why the version is missing.
	Problem *diag.Diagnostic `json:"problem,omitempty"`
}

func (p *program) runtimeList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	found := app.FindRuntimes(c.Context)
	if c.Context.Err() != nil {
		return context.Cause(c.Context)
	}
	if c.Bool("json") {
		rows := make([]runtimeRow, len(found))
		for i, f := range found {
			d := f.Driver
			rows[i] = runtimeRow{Name: d.Name, Title: d.Title, Program: d.Program, Path: f.Installed.Path, Supported: f.Supported(),
				From: d.From.String(), Below: d.Below.String(), WireAPIs: d.WireAPIs, Install: d.Install}
			if f.Err == nil {
				rows[i].Version = f.Installed.Version.String()
			} else {
				rows[i].Problem = &diag.From(f.Err).Diagnostics[0]
			}
		}
		return p.printJSON(struct {
			Schema   string       `json:"schema"` // "insomnia.runtime-list/v1"
			Runtimes []runtimeRow `json:"runtimes"`
		}{"insomnia.runtime-list/v1", rows})
	}
	return p.write(p.runtimeTable(found))
}

func (p *program) runtimeTable(found []app.FoundRuntime) []byte {
	var b, notes bytes.Buffer
	w := p.list(&b)
	w.row("NAME", "VERSION", "SUPPORTED", "WIRE APIS", "PATH")
	for _, f := range found {
		d, version, path := f.Driver, "-", "not installed"
		if f.Installed.Path != "" {
			path = diag.Cell(f.Installed.Path)
		}
		if f.Err == nil {
			version = f.Installed.Version.String()
		} else {
			fmt.Fprintf(&notes, "hint: %s\n", diag.From(f.Err).Diagnostics[0].Hint)
		}
		supported := "-"
		switch {
		case f.Supported():
			supported = "yes"
		case f.Err == nil:
			supported = "no: " + tried(d)
		}
		apis := make([]string, len(d.WireAPIs))
		for i, api := range d.WireAPIs {
			apis[i] = string(api)
		}
		w.row(d.Name, version, supported, strings.Join(apis, " "), path)
	}
	w.flush()
	if notes.Len() > 0 {
		fmt.Fprintf(&b, "\n%s", notes.Bytes())
	}
	return b.Bytes()
}
