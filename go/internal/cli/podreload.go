package cli

import (
	"bytes"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) podReloadCommand() *cli.Command {
	return &cli.Command{
		Name:      "reload",
		Usage:     "resolve the profile of a Pod again and apply the changes",
		ArgsUsage: "POD",
		Description: "The profile is resolved from where it was read, as it was then: with the same root, overrides and\n" +
			"evaluator. What changes is shown, permissions, tools, the sandbox and secrets first; a line that\n" +
			"begins with `!` tells what the Pod may do then and may not now. After a yes it becomes the next\n" +
			"generation of the Pod, and `insomnia pod rollback` undoes it.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "show what would change without changing anything"},
			yesFlag("take what has changed without asking"),
			&cli.DurationFlag{Name: "timeout", Value: evaluate.DefaultTimeout, Usage: "stop an evaluation, or a download that receives nothing, after `DURATION`"},
			memoryFlag(),
			offlineFlag(),
			downloadFlags()[0],
		},
		Action:       p.podReload,
		BashComplete: p.completePods,
	}
}

// reloadReport is the output of `pod reload --json`.
type reloadReport struct {
	Schema  string        `json:"schema"` // "insomnia.reload/v1"
	Pod     *pod.Pod      `json:"pod"`    // after the reload
	From    string        `json:"from"`   // digests
	To      string        `json:"to"`
	Wider   int           `json:"wider"` // number of changes that widen the grants
	Changes []words.Entry `json:"changes"`
	Applied bool          `json:"applied"`
}

func (p *program) podReload(c *cli.Context) error {
	downloads, err := typed(c)
	if err != nil {
		return err
	}
	options := resolve.Options{Timeout: c.Duration("timeout"), Memory: memoryLimit(c), Downloads: downloads}
	if options.Timeout <= time.Duration(0) {
		return diag.Errorf(diag.ExitUsage, "usage", "--timeout must be more than nothing")
	}
	a, _, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	r, err := a.Reload(c.Context, it, options)
	if err != nil {
		return err
	}
	report := reloadReport{Schema: "insomnia.reload/v1", Pod: it, From: r.From, To: r.To, Wider: words.Widened(r.Changes), Changes: r.Changes}
	if report.Changes == nil {
		report.Changes = []words.Entry{}
	}
	if err := p.takeReloaded(c, a, r, &report); err != nil || !c.Bool("json") {
		return err
	}
	return p.printJSON(report)
}

// takeReloaded shows the changes, asks for confirmation, and adds the generation.
func (p *program) takeReloaded(c *cli.Context, a *app.App, r *app.Reload, report *reloadReport) error {
	name, number, dry, files := r.Pod.Name, r.Generation(), c.Bool("dry-run"), r.From == r.To && !r.Rehosted
	switch {
	case r.Same() || files && dry:
		p.inform("nothing has changed: the profile resolves to the manifest that the Pod `%s` has", name)
		return nil
	case !files && !c.Bool("json"):
		if err := p.write(p.reloadText(r.Pod, *report)); err != nil {
			return err
		}
	}
	if dry {
		p.inform("nothing was changed: insomnia pod reload %s makes this generation %d", name, number)
		return nil
	}
	if !files {
		if err := p.confirm(c, diag.Sprintf("make this generation %d of the Pod `%s`?", number, name)); err != nil {
			return err
		}
	}
	now, err := a.Take(c.Context, r)
	if err != nil {
		return err
	}
	report.Pod, report.Applied = now, true
	if files {
		p.inform("nothing has changed but the files of the profile: it resolves to the manifest that the Pod `%s` has; generation %d records them", name, number)
	} else {
		p.inform("updated Pod `%s` to generation %d; to undo it: insomnia pod rollback %s", name, number, name)
	}
	return nil
}

func (p *program) reloadText(it *pod.Pod, report reloadReport) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, compared with generation %d of the Pod %s:\n\n%s", diag.Name(it.Profile.Ref), it.Current, diag.Name(it.Name), words.Page{Paint: p.out}.Text(report.Changes))
	if report.Wider > 0 {
		b.WriteString("\n! marks what it may do then and may not now\n")
	}
	return b.Bytes()
}
