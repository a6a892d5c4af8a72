package cli

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// podCommand returns the group of commands about Pods.
func (p *program) podCommand() *cli.Command {
	return group("pod", "create and manage Pods",
		p.podNewCommand(),
		p.podListCommand(),
		p.podShowCommand(),
		p.podResumeCommand(),
		p.podAttachCommand(),
		p.podStopCommand(),
		p.podReloadCommand(),
		p.podRollbackCommand(),
		p.podDiffCommand(),
		p.podRenameCommand(),
		p.podRemoveCommand(),
		p.podPruneCommand(),
		p.podExportCommand(),
	)
}

// pods opens this user's store, for a command that names a Pod.
func (p *program) pods(c *cli.Context) (*app.App, *pod.Store, error) {
	a, err := p.open(c)
	if err != nil {
		return nil, nil, err
	}
	if c.NArg() == 0 {
		return nil, nil, diag.Errorf(diag.ExitUsage, "usage", "missing argument: POD").
			Hintf("usage: %s %s; insomnia pod list shows which there are", commandName(c), c.Command.ArgsUsage)
	}
	store, err := a.Pods()
	return a, store, err
}

// namedPod returns the Pod of the first argument.
func (p *program) namedPod(c *cli.Context) (*app.App, *pod.Store, *pod.Pod, error) {
	a, store, err := p.pods(c)
	if err != nil {
		return nil, nil, nil, err
	}
	found, err := store.Find(c.Args().First())
	return a, store, found, err
}

// snapshot reads the current generation of the Pod in the argument.
func (p *program) snapshot(c *cli.Context) (*app.App, *app.Snapshot, error) {
	a, _, err := p.pods(c)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.Snapshot(c.Args().First())
	return a, s, err
}

// completePods completes the names and IDs of Pods.
func (p *program) completePods(c *cli.Context) {
	a, err := p.open(c)
	if err != nil {
		return
	}
	store, err := a.Pods()
	if err != nil {
		return
	}
	list, _, err := store.List()
	if err != nil {
		return
	}
	for _, it := range list {
		offer(c.App.Writer, it.Name, it.Profile.Ref)
		offer(c.App.Writer, it.ID, it.Name+", "+it.Profile.Ref)
	}
}

// about is the JSON report about a Pod and one of its snapshots.
type about struct {
	Schema   string            `json:"schema"` // "insomnia.pod-report/v1"
	Pod      *pod.Pod          `json:"pod"`
	Inputs   manifest.Inputs   `json:"inputs"`
	Digest   string            `json:"digest"`
	Summary  *words.Summary    `json:"summary"`
	Started  *bool             `json:"started,omitempty"`  // for new and resume
	Losses   []diag.Diagnostic `json:"losses,omitempty"`   // of a legacy manifest
	Drift    *pod.Drift        `json:"drift,omitempty"`    // for show
	Live     *live.Status      `json:"live,omitempty"`     // for show, if the Pod is running or has run
	Events   []pod.Event       `json:"events,omitempty"`   // for show
	Manifest any               `json:"manifest,omitempty"` // for resume --dry-run
}

// reportOf describes a Pod and its current generation.
func reportOf(s *app.Snapshot) *about {
	return &about{Schema: "insomnia.pod-report/v1", Pod: s.Pod, Inputs: s.Envelope.Inputs, Digest: s.Envelope.Digest, Summary: &s.Summary}
}

// confirm asks before a change; --yes answers. It fails without a terminal.
func (p *program) confirm(c *cli.Context, question string) error {
	if c.Bool("yes") {
		return nil
	}
	if !p.canAsk() {
		command := commandName(c)
		for _, name := range c.LocalFlagNames() {
			switch value := c.String(name); {
			case name == "json" || strings.HasPrefix(name, "log-"):
			case c.Bool(name):
				command += " --" + name // part of the question
			case value != "" && value != "false":
				command += " --" + name + " " + secret.JoinWords([]string{value})
			}
		}
		return diag.Errorf(diag.ExitUsage, "not-a-terminal", "cannot ask without a terminal: %s", question).
			Hintf("say yes with the command: %s --yes", strings.TrimSpace(command+" "+secret.JoinWords(c.Args().Slice())))
	}
	yes, err := p.ask(c.Context, question)
	if err != nil || yes {
		return err
	}
	return diag.Errorf(diag.ExitRefused, "declined", "nothing was changed")
}

func yesFlag(what string) cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: what}
}
