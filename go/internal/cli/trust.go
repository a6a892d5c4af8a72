package cli

import (
	"bytes"
	"io"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// trustCommand returns the group of commands about consent.
func (p *program) trustCommand() *cli.Command {
	return group("trust", "say what profiles may do on this machine",
		p.trustShowCommand(),
		&cli.Command{
			Name: "list", Usage: "list what you have consented to",
			Description: "A line for each source and set of grants. With --json it prints `insomnia.consents/v1`.",
			Action:      p.trustList,
		},
		p.trustGrantCommand(),
		&cli.Command{
			Name: "revoke", Usage: "revoke consent", ArgsUsage: "REF|SOURCE",
			Description: "SOURCE is what `insomnia trust list` shows, for a profile that no longer exists. Pods that\n" +
				"run continue; the next start asks again.",
			Flags:        append([]cli.Flag{podFlag()}, evaluationFlags()...),
			Action:       p.trustRevoke,
			BashComplete: p.completeConsents,
		},
	)
}

func podFlag() cli.Flag {
	return &cli.StringFlag{Name: "pod", Usage: "the snapshot of the Pod `POD`, instead of what its profile is now"}
}

// trustFlags returns the flags of commands that show what a profile grants.
func trustFlags() []cli.Flag {
	return append([]cli.Flag{podFlag()}, profileFlags()...)
}

// judged compares the grants of the selected profile or Pod with the user's consents.
func (p *program) judged(c *cli.Context) (*app.App, *trust.Verdict, *granting, error) {
	a, g, err := p.granting(c)
	if err != nil {
		return nil, nil, nil, err
	}
	v, err := a.Judge(g.source, g.manifest)
	return a, v, g, err
}

// granting is a manifest and its source.
type granting struct {
	source   trust.Source
	manifest []byte
	hosts    *manifest.Hosts // for the host groups of a Pod; showing a profile does not query this machine
	warnings func() []diag.Diagnostic
}

// granting returns the selected manifest and its source: the snapshot of a Pod, or what
// the reference or file resolves to.
func (p *program) granting(c *cli.Context) (*app.App, *granting, error) {
	if name := c.String("pod"); name != "" {
		if c.NArg() > 0 {
			return nil, nil, diag.Errorf(diag.ExitUsage, "usage", "a reference and --pod cannot be used together: %s", c.Args().First())
		}
		a, err := p.open(c)
		if err != nil {
			return nil, nil, err
		}
		s, err := a.Snapshot(name)
		if err != nil {
			return nil, nil, err
		}
		warnings := func() []diag.Diagnostic { return resolve.Warnings(s.Envelope.Manifest, nil) }
		return a, &granting{s.Source(), s.Envelope.Manifest, s.Envelope.Inputs.Hosts, warnings}, nil
	}
	a, options, err := p.evaluating(c)
	if err != nil {
		return nil, nil, err
	}
	named := app.Named(c.Args().First())
	r, err := p.resolved(c.Context, a, named, options)
	if err != nil {
		return nil, nil, err
	}
	return a, &granting{r.Source(), r.Manifest, nil, func() []diag.Diagnostic { return a.Warnings(c.Context, named, r, options) }}, nil
}

// consents opens the store of consents.
func (p *program) consents(c *cli.Context) (*trust.Store, error) {
	a, err := p.open(c)
	if err != nil {
		return nil, err
	}
	return a.Consents()
}

func (p *program) trustList(c *cli.Context) error {
	store, err := p.consents(c)
	if err != nil {
		return err
	}
	all, problems, err := store.List()
	if err != nil {
		return err
	}
	type given struct {
		At     time.Time `json:"at"`
		Digest string    `json:"digest"`
		Grants int       `json:"grants"`
	}
	type consent struct {
		Source string  `json:"source"`
		Ref    string  `json:"ref"`
		Given  []given `json:"given"`
	}
	rows := []consent{}
	var b bytes.Buffer
	w := p.list(&b)
	w.row("SOURCE", "SINCE", "GRANTS", "DIGEST")
	for _, one := range all {
		row := consent{one.Key, one.Ref, []given{}}
		for _, g := range one.Given {
			row.Given = append(row.Given, given{g.At, g.Grants.Digest(), len(g.Grants)})
			w.row(diag.Name(one.Key), words.When(g.At), strconv.Itoa(len(g.Grants)), g.Grants.Digest())
		}
		rows = append(rows, row)
	}
	downloads, damaged, err := store.Downloads()
	if err != nil {
		return err
	}
	problems = append(problems, damaged...)
	if downloads == nil {
		downloads = []trust.Download{}
	}
	for _, d := range downloads {
		w.row(diag.Name(d.Locked), words.When(d.At), "download", diag.Name(d.Project))
	}
	if c.Bool("json") {
		if problems == nil {
			problems = []diag.Diagnostic{}
		}
		err = p.printJSON(map[string]any{"schema": "insomnia.consents/v1", "consents": rows, "downloads": downloads, "problems": problems})
	} else {
		w.flush()
		if len(all)+len(downloads) == 0 {
			io.WriteString(p.stderr, "no consents yet; to see what a profile grants: insomnia trust show REF\n")
			b.Reset()
		}
		err = p.write(b.Bytes())
	}
	if err != nil || len(problems) == 0 {
		return err
	}
	if !c.Bool("json") {
		p.say(problems...)
	}
	return &diag.Error{Exit: diag.ExitDifference}
}

func (p *program) trustRevoke(c *cli.Context) error {
	if c.NArg() == 0 && c.String("pod") == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF or SOURCE").Expectedf("%s REF or SOURCE", commandName(c)).
			Hintf("insomnia trust list shows what there is")
	}
	store, err := p.consents(c)
	if err != nil {
		return err
	}
	if n, err := store.RevokeDownloads(c.Context, c.Args().First()); err != nil {
		return err
	} else if n > 0 {
		p.note([]string{"revoked consent to download " + c.Args().First()})
		return nil
	}
	key := c.Args().First() // the key of an existing consent, or a reference that resolves to its source
	if c.String("pod") != "" || !store.Has(key) {
		_, g, err := p.granting(c)
		if err != nil {
			return err
		}
		key = g.source.Key
	}
	if err := store.Revoke(c.Context, key); err != nil {
		return err
	}
	p.note([]string{"revoked the consent for " + key})
	return nil
}

// completeConsents completes the sources with consent and the names of profiles.
func (p *program) completeConsents(c *cli.Context) {
	if store, err := p.consents(c); err == nil {
		all, _, _ := store.List()
		for _, one := range all {
			offer(c.App.Writer, one.Key, "")
		}
	}
	p.completeNames(c)
}
