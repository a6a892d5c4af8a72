package cli

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

func (p *program) runtimeRenderCommand() *cli.Command {
	return &cli.Command{
		Name:      "render",
		Usage:     "write the settings and the start script of an agent program for a profile",
		ArgsUsage: "[REF]",
		Description: "Writes what a Pod would start the program with: its files, its arguments and its environment, and a\n" +
			"README.md that says what is missing without a Pod. Secrets stay references. Nothing is started, and no\n" +
			"secret is read. DIR must be missing or empty.\n\n" +
			"The runtime agents-dir is not a program: AGENTS.md and .agents, with skills, agents and commands, are what\n" +
			"several programs read from a project. It is advice, and the table of what is lost is printed.\n" +
			"REF is as for `insomnia resolve`. For example:\n\n" +
			"    insomnia runtime render builtin:coder --runtime opencode --out plan\n" +
			"    insomnia runtime render builtin:coder --runtime agents-dir --out advice",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "runtime", Usage: "agent program `NAME`: " + strings.Join(renderedNames(), ", ")},
			&cli.StringFlag{Name: "out", Usage: "directory `DIR` to write to"},
			&cli.StringFlag{Name: "workspace", Usage: "directory `DIR` that the agent works in; without it, the working directory"},
			&cli.StringFlag{Name: "manifest", Usage: "render a manifest from `FILE` (.toml or .json, - for standard input) instead of a profile"},
		}, profileFlags()...),
		Action:       p.runtimeRender,
		BashComplete: p.completeNames,
	}
}

func (p *program) runtimeRender(c *cli.Context) error {
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	for _, flag := range []string{"runtime", "out"} {
		if !c.IsSet(flag) {
			return diag.Errorf(diag.ExitUsage, "usage", "missing flag: --%s", flag).Hintf("see %s", helpCommand(c))
		}
	}
	d, err := namedRuntime(c.String("runtime"))
	if err != nil {
		return err
	}
	if d.Tree != nil && c.IsSet("workspace") {
		return diag.Errorf(diag.ExitUsage, "usage", "--workspace only applies to runtimes that are started; %s is not", d.Name)
	}
	m, err := p.resolvedManifest(c, a, options)
	if err != nil {
		return err
	}
	rendered, err := a.Render(m, d, c.String("out"), c.String("workspace"))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.printJSON(struct {
			Schema  string   `json:"schema"` // "insomnia.runtime-render/v1"
			Profile string   `json:"profile"`
			Runtime string   `json:"runtime"`
			Dir     string   `json:"dir"`
			Files   []string `json:"files"`
			// Losses are the fields that are not fully enforced.
			Losses []lostField `json:"losses"`
		}{"insomnia.runtime-render/v1", string(m.Profile.Name), d.Name, rendered.Dir, rendered.Files, lostFields(runtime.Losses(d, m))})
	}
	if d.Tree != nil {
		p.inform("wrote `%s` as %s: %s", m.Profile.Name, d.Title, diag.Quote(rendered.Dir))
		return p.write(checksText(checkReportOf(m, []runtime.Check{runtime.CheckManifest(d, m)}), m))
	}
	p.inform("wrote the plan of `%s` for %s: %s", m.Profile.Name, d.Title, diag.Quote(rendered.Dir))
	return nil
}
