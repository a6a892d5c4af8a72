package cli

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) podReloadCommand() *cli.Command {
	return &cli.Command{
		Name:      "reload",
		Usage:     "resolve the profile of a Pod again, and take what has changed",
		ArgsUsage: "POD",
		Description: "The profile is resolved from where it was read, as it was then: with the same root, overrides and\n" +
			"evaluator. What changes is shown, permissions, tools, the sandbox and secrets first; a line that\n" +
			"begins with `!` tells what the Pod may do then and may not now. After a yes it becomes the next\n" +
			"generation of the Pod, and `insomnia pod rollback` leads back.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "show what would change, and change nothing"},
			yesFlag("take what has changed without asking"),
			&cli.DurationFlag{Name: "timeout", Value: nix.DefaultTimeout, Usage: "stop an evaluation, or a download that receives nothing, after `DURATION`"},
			offlineFlag(),
			downloadFlags()[0],
		},
		Action:       p.podReload,
		BashComplete: p.completePods,
	}
}

// reloadReport is what `pod reload --json` prints.
type reloadReport struct {
	Schema  string             `json:"schema"` // "insomnia.reload/v1"
	Pod     *pod.Pod           `json:"pod"`    // as it is afterwards
	From    string             `json:"from"`   // digests
	To      string             `json:"to"`
	Wider   int                `json:"wider"` // how many of the changes are wider
	Changes []difference.Entry `json:"changes"`
	Applied bool               `json:"applied"`
}

func (p *program) podReload(c *cli.Context) error {
	downloads, err := typed(c)
	if err != nil {
		return err
	}
	options := resolve.Options{Timeout: c.Duration("timeout"), Downloads: downloads}
	if options.Timeout <= time.Duration(0) {
		return diag.Errorf(diag.ExitUsage, "usage", "--timeout must be more than nothing")
	}
	store, it, err := p.namedPod(c, 1, "POD")
	if err != nil {
		return err
	}
	current, err := store.Envelope(it, 0)
	if err != nil {
		return err
	}
	maker, err := p.maker(c, options)
	if err != nil {
		return err
	}
	next, source, err := maker.Again(c.Context, it, current, options)
	if errors.Is(err, app.ErrNoProfile) {
		return diag.Errorf(diag.ExitNotFound, "no-profile", "the Pod `%s` was made of a manifest, and there is no profile to resolve again", it.Name).
			Hintf("make another Pod of what it should be: insomnia pod new REF, or insomnia pod new --manifest FILE")
	}
	if err != nil {
		return err
	}
	changes, err := difference.Between(current.Manifest, next.Manifest)
	if err != nil {
		return err
	}
	report := reloadReport{Schema: "insomnia.reload/v1", Pod: it, From: current.Digest, To: next.Digest,
		Wider: difference.Widened(changes), Changes: changes}
	if report.Changes == nil {
		report.Changes = []difference.Entry{}
	}
	from := *it
	from.Source = source
	if err := p.takeReloaded(c, store, &from, next, &report); err != nil || !c.Bool("json") {
		return err
	}
	return p.printJSON(report)
}

// takeReloaded shows what has changed, asks, and adds the generation.
func (p *program) takeReloaded(c *cli.Context, store *pod.Store, it *pod.Pod, next *manifest.Envelope, report *reloadReport) (err error) {
	number, dry := len(it.Generations)+1, c.Bool("dry-run")
	if report.From == report.To {
		changed := p.drifts().Of(c.Context, report.Pod).State == pod.Changed
		if !changed || dry {
			p.inform("nothing has changed: the profile resolves to the manifest that the Pod `%s` has", it.Name)
			return nil
		}
		// Recorded, so that later changes can be told from this one.
		if report.Pod, err = store.Add(c.Context, it, next); err != nil {
			return err
		}
		report.Applied = true
		p.inform("nothing has changed but the files of the profile: it resolves to the manifest that the Pod `%s` has; generation %d records them", it.Name, number)
		return nil
	}
	if !c.Bool("json") {
		if err := p.write(reloadText(it, *report)); err != nil {
			return err
		}
	}
	if dry {
		p.inform("nothing was changed: insomnia pod reload %s makes this generation %d", it.Name, number)
		return nil
	}
	if err := p.confirm(c, diag.Sprintf("make this generation %d of the Pod `%s`?", number, it.Name)); err != nil {
		return err
	}
	if report.Pod, err = store.Add(c.Context, it, next); err != nil {
		return err
	}
	report.Applied = true
	p.inform("the Pod `%s` is at generation %d now; insomnia pod rollback %s leads back", it.Name, number, it.Name)
	return nil
}

func reloadText(it *pod.Pod, report reloadReport) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, compared with generation %d of the Pod %s:\n\n%s", diag.Name(it.Profile.Ref), it.Current, diag.Name(it.Name), difference.Text(report.Changes))
	if report.Wider > 0 {
		b.WriteString("\n! marks what it may do then and may not now\n")
	}
	return b.Bytes()
}
