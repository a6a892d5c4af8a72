package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
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
		p.podReloadCommand(),
		p.podRollbackCommand(),
		p.podRemoveCommand(),
		p.podExportCommand(),
	)
}

// pods opens the store of this user.
func (p *program) pods() (*pod.Store, error) {
	dir, err := pod.DefaultDir()
	if err != nil {
		return nil, err
	}
	return pod.Open(dir), nil
}

// namedPod finds the Pod that the first argument names.
func (p *program) namedPod(c *cli.Context, most int, names string) (*pod.Store, *pod.Pod, error) {
	if err := arguments(c, most, names); err != nil {
		return nil, nil, err
	}
	ref := c.Args().First()
	if ref == "" {
		return nil, nil, diag.Errorf(diag.ExitUsage, "usage", "which Pod?").
			Hintf("usage: %s %s; insomnia pod list shows which there are", commandName(c), names)
	}
	store, err := p.pods()
	if err != nil {
		return nil, nil, err
	}
	found, err := store.Find(ref)
	return store, found, err
}

// completePods offers the names and IDs of Pods.
func (p *program) completePods(c *cli.Context) {
	if completingFlag() {
		cli.DefaultCompleteWithFlags(c.Command)(c)
		return
	}
	store, err := p.pods()
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
	Events   []pod.Event       `json:"events,omitempty"`   // show
	Manifest any               `json:"manifest,omitempty"` // resume --dry-run

	manifest *manifest.Manifest
}

// snapshot describes a Pod by the envelope of its current generation, which the
// store or the resolver has verified.
func snapshot(it *pod.Pod, e *manifest.Envelope) (*about, error) {
	m, problems := e.Decoded()
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	summary := words.SummaryOf(m, e.Manifest)
	return &about{Schema: "insomnia.pod-report/v1", Pod: it, Inputs: e.Inputs, Digest: e.Digest, Summary: &summary, manifest: m}, nil
}

// facts are the lines of a page about a Pod.
func (a *about) facts() []words.Fact {
	it := a.Pod
	return []words.Fact{
		{Name: "id", Text: it.ID},
		{Name: "profile", Text: it.Profile.Ref},
		{Name: "source", Text: it.Profile.Source},
		{Name: "generation", Text: fmt.Sprintf("%d of %d", it.Current, len(it.Generations))},
		{Name: "digest", Text: a.Digest},
		{Name: "workspace", Text: a.Inputs.Workspace},
		{Name: "runtime", Text: a.Inputs.Runtime},
		{Name: "prompt", Text: firstLine(a.Inputs.Prompt)},
	}
}

func firstLine(text string) string {
	line, rest, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 60 {
		line, rest = string(runes[:60]), "…"
	}
	if strings.TrimSpace(rest) != "" {
		line += " …"
	}
	return line
}

// when is a time as people read it in lists: to the minute, here.
func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// confirm asks before something is changed; --yes answers. Without a terminal
// nobody can be asked.
func (p *program) confirm(c *cli.Context, question string) error {
	if c.Bool("yes") {
		return nil
	}
	if !p.canAsk() {
		return diag.Errorf(diag.ExitUsage, "not-a-terminal", "there is no terminal here to ask on: %s", question).
			Hintf("say yes with the command: %s --yes", strings.TrimSpace(commandName(c)+" "+strings.Join(c.Args().Slice(), " ")))
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

// inform says in words what was done; it is no data.
func (p *program) inform(format string, args ...any) {
	if !p.json {
		io.WriteString(p.stderr, diag.Escape(diag.Sprintf(format, args...), true)+"\n")
	}
}
