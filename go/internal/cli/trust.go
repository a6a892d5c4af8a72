package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// trustCommand is the group of commands about consent.
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
			Name: "revoke", Usage: "take consent back", ArgsUsage: "REF|SOURCE",
			Description: "SOURCE is what `insomnia trust list` shows, for a profile that is not there any more. Pods that\n" +
				"run go on; the next start asks again.",
			Flags:        append([]cli.Flag{podFlag()}, evaluationFlags()...),
			Action:       p.trustRevoke,
			BashComplete: p.completeConsents,
		},
	)
}

func podFlag() cli.Flag {
	return &cli.StringFlag{Name: "pod", Usage: "the snapshot of the Pod `POD`, instead of what its profile is now"}
}

// trustFlags are for the commands that look at what a profile grants.
func trustFlags() []cli.Flag {
	return append([]cli.Flag{
		podFlag(),
		&cli.StringFlag{Name: "root", Usage: "let a profile file read what is below `FOLDER`, instead of its git work tree or folder"},
	}, evaluationFlags()...)
}

func consents() (*trust.Store, error) {
	dir, err := trust.DefaultDir()
	if err != nil {
		return nil, err
	}
	store := trust.Open(dir)
	store.BuiltIn = builtIn
	return store, nil
}

// builtIn is the manifest of a built-in role; nil where there is none of the name.
func builtIn(role string) *manifest.Manifest {
	resolver := &resolve.Resolver{Library: insomnia.Library, Version: programVersion(), Dir: "/"}
	result, err := resolver.Resolve(context.Background(), catalog.Builtin+":"+role, resolve.Options{Evaluator: resolve.Embedded, Timeout: listTimeout})
	if err != nil {
		return nil
	}
	m, problems := manifest.Decode(result.Manifest)
	if len(problems) > 0 {
		return nil
	}
	return m
}

// judged finds out what a reference, or a Pod, grants and how that stands to what
// was consented to.
func (p *program) judged(c *cli.Context, store *trust.Store) (*trust.Verdict, error) {
	if name := c.String("pod"); name != "" {
		if c.NArg() > 0 {
			return nil, diag.Errorf(diag.ExitUsage, "usage", "a reference and --pod exclude each other: %s", c.Args().First())
		}
		source, envelope, err := podSource(name)
		if err != nil {
			return nil, err
		}
		return store.Judge(source, envelope)
	}
	result, err := p.resolvedArgument(c)
	if err != nil {
		return nil, err
	}
	return store.Judge(trust.SourceOf(result.Profile, result.Again, result.Digest), result.Manifest)
}

// resolvedArgument resolves the reference, or reads the manifest, that was typed.
func (p *program) resolvedArgument(c *cli.Context) (*resolve.Resolved, error) {
	resolver, options, err := p.evaluating(c)
	if err != nil {
		return nil, err
	}
	return p.resolveOrRead(c.Context, resolver, c.Args().First(), options)
}

// podSource is where the snapshot of a Pod came from, and the snapshot.
func podSource(name string) (trust.Source, []byte, error) {
	dir, err := pod.DefaultDir()
	if err != nil {
		return trust.Source{}, nil, err
	}
	store := pod.Open(dir)
	found, err := store.Find(name)
	if err != nil {
		return trust.Source{}, nil, err
	}
	e, err := store.Envelope(found, 0)
	if err != nil {
		return trust.Source{}, nil, err
	}
	return sourceOfPod(found, e), e.Manifest, nil
}

func sourceOfPod(it *pod.Pod, e *manifest.Envelope) trust.Source {
	return trust.OfPod(trust.SourceOf(e.Profile, it.Source.Target, e.Digest), it.Name)
}

// authorize asks for consent to a snapshot of a Pod. It comes before anything of
// the snapshot takes effect.
func (p *program) authorize(ctx context.Context, it *pod.Pod, e *manifest.Envelope) error {
	store, err := consents()
	if err != nil {
		return err
	}
	request := trust.Request{Source: sourceOfPod(it, e), Manifest: e.Manifest}
	if p.canAsk() {
		request.Ask = p.askForConsent
	}
	return store.Authorize(ctx, request)
}

func (p *program) trustList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	store, err := consents()
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
	w := newTable(&b)
	w.row("SOURCE", "SINCE", "GRANTS", "DIGEST")
	for _, one := range all {
		row := consent{one.Key, one.Ref, []given{}}
		for _, g := range one.Given {
			row.Given = append(row.Given, given{g.At, g.Grants.Digest(), len(g.Grants)})
			w.row(diag.Name(one.Key), when(g.At), strconv.Itoa(len(g.Grants)), g.Grants.Digest())
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
		w.row(diag.Name(d.Locked), when(d.At), "download", diag.Name(d.Project))
	}
	if c.Bool("json") {
		if problems == nil {
			problems = []diag.Diagnostic{}
		}
		err = p.printJSON(map[string]any{"schema": "insomnia.consents/v1", "consents": rows, "downloads": downloads, "problems": problems})
	} else {
		w.flush()
		if len(all)+len(downloads) == 0 {
			io.WriteString(p.stderr, "you have consented to nothing yet\n")
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
	if err := arguments(c, 1, "REF|SOURCE"); err != nil {
		return err
	}
	if c.NArg() == 0 && c.String("pod") == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "which consent is to be taken back?").Expectedf("%s REF or SOURCE", commandName(c)).
			Hintf("insomnia trust list shows what there is")
	}
	store, err := consents()
	if err != nil {
		return err
	}
	if n, err := store.RevokeDownloads(c.Context, c.Args().First()); err != nil {
		return err
	} else if n > 0 {
		p.note([]string{"revoked consent to download " + c.Args().First()})
		return nil
	}
	key, err := p.consentKey(c, store)
	if err != nil {
		return err
	}
	if err := store.Revoke(c.Context, key); err != nil {
		return err
	}
	p.note([]string{"the consent for " + key + " is taken back"})
	return nil
}

// consentKey is the key of the consent that was meant: one that there is, or that
// of the source that a reference leads to.
func (p *program) consentKey(c *cli.Context, store *trust.Store) (string, error) {
	if name := c.String("pod"); name != "" {
		source, _, err := podSource(name)
		return source.Key, err
	}
	key := c.Args().First()
	if store.Has(key) {
		return key, nil
	}
	result, err := p.resolvedArgument(c)
	if err != nil {
		return "", err
	}
	return trust.SourceOf(result.Profile, result.Again, result.Digest).Key, nil
}

// completeConsents offers the sources with consent, and the names of profiles.
func (p *program) completeConsents(c *cli.Context) {
	if store, err := consents(); err == nil && !completingFlag() {
		all, _, _ := store.List()
		for _, one := range all {
			if !strings.Contains(one.Key, ":") { // the shells break words there
				fmt.Fprintln(c.App.Writer, diag.Cell(one.Key))
			}
		}
	}
	p.completeNames(c)
}
