package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/nix/address"
)

// Commands that may download begin with downloadOptions and have downloadFlags; all
// others begin with evaluationOptions, and use what is on this machine.

func offlineFlag() cli.Flag {
	return &cli.BoolFlag{Name: "offline", Usage: "refuse to download anything"}
}

// downloadFlags are for the commands that may download, beside --offline.
func downloadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: hostFlag, Value: &texts{}, Usage: "download from `HOST` even if its address is private or it is addressed over plain HTTP; HOST:PORT for one port; repeatable"},
	}
}

const hostFlag = "allow-host"

// typed is what a command may download for a reference that the user typed.
func typed(c *cli.Context) (resolve.Downloads, error) {
	d := resolve.Downloads{Rule: resolve.TypedRule}
	if c.Bool("offline") {
		d.Rule = resolve.OfflineRule
	}
	hosts, given := c.Generic(hostFlag).(*texts)
	if !given {
		return d, nil
	}
	for _, text := range *hosts {
		a, err := address.Parse(address.HTTP + "://" + text)
		if err != nil || a.Path != "" || a.Query != "" {
			return d, diag.Errorf(diag.ExitUsage, "usage", "--%s: must be a host, got %q", hostFlag, text).
				Expectedf("HOST or HOST:PORT, such as git.example.org")
		}
		host := a.Host
		if strings.LastIndex(text, ":") > strings.LastIndex(text, "]") {
			host = a.HostPort()
		}
		d.Hosts = append(d.Hosts, host)
	}
	return d, nil
}

// downloadOptions are evaluationOptions for a command that may download.
func downloadOptions(c *cli.Context) (resolve.Options, error) {
	options, err := evaluationOptions(c)
	if err == nil {
		options.Downloads, err = typed(c)
	}
	return options, err
}

// downloadsFor is what may be downloaded for what was chosen: the word of a
// project needs the user's consent first.
func (p *program) downloadsFor(d resolve.Downloads, chosen *catalog.Selection) resolve.Downloads {
	if d.Rule == resolve.NoDownloads && strings.ContainsAny(chosen.Target, "#:") {
		d.Command = "insomnia resolve " + secret.JoinWords([]string{chosen.Target})
	}
	if d.Rule != resolve.TypedRule || chosen.By == nil {
		return d
	}
	d.Rule = resolve.AskRule
	d.Consent = &downloadConsent{program: p, by: *chosen.By, target: chosen.Target}
	return d
}

// downloadConsent asks about what a project names, and keeps the answers.
type downloadConsent struct {
	program *program
	by      catalog.By
	target  string // what to type instead
}

func (d *downloadConsent) key(ref string) trust.DownloadKey {
	return trust.DownloadKey{Project: d.by.Root, Ref: ref}
}

func (d *downloadConsent) Locked(ref string) (string, error) {
	store, err := consents()
	if err != nil {
		return "", err
	}
	return store.Download(d.key(ref))
}

// Ask shows who asks for what, and from where, and takes nothing but a typed yes:
// no flag answers it.
func (d *downloadConsent) Ask(ctx context.Context, ref, host string) error {
	p, place := d.program, d.by.At.File
	if d.by.At.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, d.by.At.Line)
	}
	if !p.canAsk() {
		return d.refused(ref)
	}
	if _, err := io.WriteString(p.stderr, fmt.Sprintf("%s of this project wants a download:\n\n  %s\n  from  %s\n  set in  %s\n\n",
		diag.Escape(d.by.What, false), diag.Escape(ref, false), diag.Escape(host, false), diag.Escape(place, false))); err != nil {
		return err
	}
	yes, err := p.ask(ctx, "Download it, and use it for this project from now on?")
	if err != nil {
		return err
	}
	if !yes {
		return d.refused(ref)
	}
	return nil
}

func (d *downloadConsent) refused(ref string) error {
	return diag.Errorf(diag.ExitRefused, "download-refused", "download of %s refused: %s of this project asks for it, and you did not type it", ref, d.by.What).
		At(d.by.At).Hintf("if you mean it, type the reference instead of the name: %s", secret.JoinWords([]string{d.target}))
}

func (d *downloadConsent) Record(ctx context.Context, ref, locked string) error {
	store, err := consents()
	if err != nil {
		return err
	}
	return store.ConsentToDownload(ctx, d.key(ref), locked)
}
