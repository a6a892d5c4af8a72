package app

import (
	"encoding/base64"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// CheckDigest returns an error unless text has the form of a digest: sha256- and 32 bytes
// in base64.
func CheckDigest(text string) error {
	encoded, ok := strings.CutPrefix(text, "sha256-")
	sum, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if ok && err == nil && len(sum) == 32 {
		return nil
	}
	return diag.Errorf(diag.ExitUsage, "digest-form", "invalid digest: %s", diag.Quote(text)).
		Expectedf("sha256- and base64, as insomnia resolve --provenance prints it").
		Hintf("print it: insomnia resolve REF --provenance | jq -r .digest")
}

// Expect compares a resolved manifest with its expected digest. If they differ, the error
// has exit code 1. It lists the changes if a Pod of this user has the expected manifest.
func (a *App) Expect(r *Resolved, digest string) error {
	if r.Digest() == digest {
		return nil
	}
	e := diag.Errorf(diag.ExitDifference, "digest-differs", "the manifest of `%s` differs from the expected one", r.Profile.Name).
		Expectedf("%s, got %s", digest, r.Digest())
	before, of := a.withDigest(digest)
	if before == nil {
		return e.Hintf("compare it with the commit that had the digest, or expect the new one: --expect %s", r.Digest())
	}
	changes, err := words.Between(before, r.Manifest)
	if err != nil {
		return err
	}
	return e.Hintf("since the Pod %s:\n%s", of, strings.TrimRight(words.Text(changes), "\n"))
}

// withDigest returns the manifest with a digest from a generation of a Pod, and the Pod's
// name; nil for none.
func (a *App) withDigest(digest string) (manifest []byte, name string) {
	store, err := a.Pods()
	if err != nil {
		return nil, ""
	}
	pods, _, err := store.List()
	if err != nil {
		return nil, ""
	}
	for _, p := range pods {
		for _, g := range p.Generations {
			if g.Digest != digest {
				continue
			}
			if e, err := store.Envelope(p, g.Number); err == nil {
				return e.Manifest, p.Name
			}
		}
	}
	return nil, ""
}
