package cli

import (
	"fmt"
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

// podCommand is the group of commands about Pods.
func (p *program) podCommand() *cli.Command {
	return group("pod", "create Pods from profiles, and go on with them",
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

// pods opens the store of this user, for a command that names a Pod.
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

// namedPod finds the Pod that the first argument names.
func (p *program) namedPod(c *cli.Context) (*app.App, *pod.Store, *pod.Pod, error) {
	a, store, err := p.pods(c)
	if err != nil {
		return nil, nil, nil, err
	}
	found, err := store.Find(c.Args().First())
	return a, store, found, err
}

// snapshot reads the current generation of the Pod that the argument names.
func (p *program) snapshot(c *cli.Context) (*app.App, *app.Snapshot, error) {
	a, _, err := p.pods(c)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.Snapshot(c.Args().First())
	return a, s, err
}

// completePods offers the names and IDs of Pods.
func (p *program) completePods(c *cli.Context) {
	if completingFlag() {
		cli.DefaultCompleteWithFlags(c.Command)(c)
		return
	}
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
		fmt.Fprintln(c.App.Writer, it.Name)
	}
	for _, it := range list {
		fmt.Fprintln(c.App.Writer, it.ID)
	}
}

// about is what is said of a Pod and one of its snapshots.
type about struct {
	Schema   string            `json:"schema"` // "insomnia.pod-report/v1"
	Pod      *pod.Pod          `json:"pod"`
	Inputs   manifest.Inputs   `json:"inputs"`
	Digest   string            `json:"digest"`
	Summary  *words.Summary    `json:"summary"`
	Started  *bool             `json:"started,omitempty"`  // new and resume
	Losses   []diag.Diagnostic `json:"losses,omitempty"`   // of a manifest of the older kind
	Drift    *pod.Drift        `json:"drift,omitempty"`    // show
	Live     *live.Status      `json:"live,omitempty"`     // show, of one that runs or ran
	Events   []pod.Event       `json:"events,omitempty"`   // show
	Manifest any               `json:"manifest,omitempty"` // resume --dry-run
}

// reportOf describes a Pod and its current generation.
func reportOf(s *app.Snapshot) *about {
	return &about{Schema: "insomnia.pod-report/v1", Pod: s.Pod, Inputs: s.Envelope.Inputs, Digest: s.Envelope.Digest, Summary: &s.Summary}
}

// confirm asks before something is changed; --yes answers. Without a terminal
// nobody can be asked.
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
				command += " --" + name // it is what was asked about
			case value != "" && value != "false":
				command += " --" + name + " " + secret.JoinWords([]string{value})
			}
		}
		return diag.Errorf(diag.ExitUsage, "not-a-terminal", "there is no terminal here to ask on: %s", question).
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
