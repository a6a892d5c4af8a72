package app

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

// downloadsFor limits the downloads allowed for what the user typed to what was chosen.
// If a project chose it, downloads need the user's consent first.
func (a *App) downloadsFor(d resolve.Downloads, chosen *catalog.Selection) resolve.Downloads {
	if d.Rule == resolve.NoDownloads && chosen.Target.IsFlake() {
		d.Command = "insomnia resolve " + secret.JoinWords([]string{chosen.Target.String()})
	}
	if d.Rule != resolve.TypedRule || chosen.By == nil {
		return d
	}
	d.Rule = resolve.AskRule
	d.Consent = &downloadConsent{app: a, by: *chosen.By, target: chosen.Target.String()}
	return d
}

// downloadConsent asks before downloading what a project refers to, and remembers the
// answers.
type downloadConsent struct {
	app    *App
	by     catalog.By
	target string // what to type instead
}

func (d *downloadConsent) key(ref string) trust.DownloadKey {
	return trust.DownloadKey{Project: d.by.Root, Ref: ref}
}

func (d *downloadConsent) Locked(ref string) (string, error) {
	store, err := d.app.Consents()
	if err != nil {
		return "", err
	}
	return store.Download(d.key(ref))
}

// Ask accepts only a typed yes; no flag can answer it.
func (d *downloadConsent) Ask(ctx context.Context, ref, host string) error {
	yes, err := d.app.User.Ask(ctx, Question{Download: &Download{By: d.by, Ref: ref, Host: host}})
	if yes || err != nil && !errors.Is(err, ErrNobody) {
		return err
	}
	return diag.Errorf(diag.ExitRefused, "download-refused", "download of %s refused: %s of this project asks for it, and you did not type it", ref, d.by.What).
		At(d.by.At).Hintf("if you mean it, type the reference instead of the name: %s", secret.JoinWords([]string{d.target}))
}

func (d *downloadConsent) Record(ctx context.Context, ref, locked string) error {
	store, err := d.app.Consents()
	if err != nil {
		return err
	}
	return store.ConsentToDownload(ctx, d.key(ref), locked)
}
