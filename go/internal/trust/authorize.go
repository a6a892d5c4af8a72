package trust

import (
	"context"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Request describes a use of a manifest: to start a Pod from it, or to release a secret
// for it.
type Request struct {
	Source   Source
	Manifest []byte // canonical, as it will be used: not resolved again afterwards
	// Decoded is the manifest; nil where it is still to be decoded.
	Decoded *manifest.Manifest
	// Ask puts the question to the user; nil where there is no terminal.
	Ask func(ctx context.Context, v *Verdict) (bool, error)
}

// Verdict is the grants of a manifest, and the part of them that the user has consented
// to.
type Verdict struct {
	Source Source
	Now    grant.Set
	// Consent is the consent to the source; nil if there is none.
	Consent *Consent
	// Changes are empty when everything is consented to. They are from the set
	// that is nearest, or from nothing.
	Changes []grant.Change
	// Role is the built-in role that Beyond was computed from; empty when there is
	// none, and everything is beyond it.
	Role string
	// Beyond lists where the manifest allows more than that role.
	Beyond []grant.Change
	// Manifest is the manifest that the verdict is about.
	Manifest []byte
}

// Judge compares a manifest with what has been consented to for its source.
func (s *Store) Judge(source Source, data []byte) (*Verdict, error) {
	m, problems := manifest.DecodeForm(data)
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	return s.judge(source, data, m)
}

// Authorized reports whether Authorize has nothing to ask.
func (s *Store) Authorized(r Request) (bool, error) {
	v, err := s.verdict(r)
	return err == nil && v.Consented(), err
}

func (s *Store) verdict(r Request) (*Verdict, error) {
	if r.Decoded == nil {
		return s.Judge(r.Source, r.Manifest)
	}
	return s.judge(r.Source, r.Manifest, r.Decoded)
}

func (s *Store) judge(source Source, data []byte, m *manifest.Manifest) (*Verdict, error) {
	v := &Verdict{Source: source, Now: grant.Of(m), Manifest: data}
	if source.Own {
		return v, nil
	}
	var err error
	if v.Consent, err = s.Consented(source.Key); err != nil {
		return nil, err
	}
	v.Changes = grant.Compare(nil, v.Now)
	if v.Consent != nil {
		for _, given := range v.Consent.Given {
			if changes := grant.Compare(given.Grants, v.Now); len(changes) < len(v.Changes) {
				v.Changes = changes
			}
		}
	}
	if len(v.Changes) > 0 {
		v.compareWithRole(s, string(m.Profile.Role))
	}
	return v, nil
}

// compareWithRole finds the grants that exceed those of the built-in role that the
// profile claims. A role that is not built in is compared with nothing.
func (v *Verdict) compareWithRole(s *Store, role string) {
	var base grant.Set
	if s.BuiltIn != nil {
		if m := s.BuiltIn(role); m != nil {
			base, v.Role = grant.Of(m), role
		}
	}
	v.Beyond = grant.Compare(base, v.Now)
}

// Wider reports whether a change allows more than the built-in role.
func (v *Verdict) Wider(c grant.Change) bool {
	return v.Role == "" || slices.ContainsFunc(v.Beyond, func(b grant.Change) bool { return b.Grant == c.Grant && b.Gone == c.Gone })
}

// Refused is the error for a manifest that is not consented to.
type Refused struct{ Verdict *Verdict }

func (r *Refused) Error() string { return "no consent to what " + r.Verdict.Source.Ref + " grants" }

// Authorize is asked before a Pod starts and before a secret is handed out; it is
// not needed to create, list or show. It returns nil when the user has consented
// to all that the manifest grants, or does so when asked, and else a [Refused]. Profiles of the program
// and of the user have consent by themselves. Which host a secret may go to is
// another matter, which package secret decides for all of them.
func (s *Store) Authorize(ctx context.Context, r Request) error {
	v, err := s.verdict(r)
	if err != nil {
		return err
	}
	if v.Consented() {
		return nil
	}
	if r.Ask == nil {
		return &Refused{v}
	}
	yes, err := r.Ask(ctx, v)
	if err != nil {
		return err
	}
	if !yes {
		return &Refused{v}
	}
	return s.Grant(ctx, r.Source, v.Now)
}

// State is the relation of a manifest to the recorded consent.
type State string

const (
	ByItself State = "own"       // the program's or the user's own: it needs no consent
	Covered  State = "consented" // there is consent to all of it
	Further  State = "wider"     // there is consent to less
	Unknown  State = "none"      // there is none
)

func (v *Verdict) State() State {
	switch {
	case v.Source.Own:
		return ByItself
	case len(v.Changes) == 0:
		return Covered
	case v.Consent == nil:
		return Unknown
	}
	return Further
}

// Consented reports whether the manifest may be used.
func (v *Verdict) Consented() bool { return v.Source.Own || len(v.Changes) == 0 }

// Command is the command that consents to just this set.
func (v *Verdict) Command() string {
	return "insomnia trust grant " + v.Argument() + " --grants " + v.Now.Digest()
}

// Argument names the source to the commands of `insomnia trust`, and can be pasted.
func (v *Verdict) Argument() string {
	if name, ok := strings.CutPrefix(v.Source.Ref, podFlag+" "); ok {
		return podFlag + " " + diag.Cell(secret.JoinWords([]string{name}))
	}
	return diag.Cell(secret.JoinWords([]string{v.Source.Ref}))
}

const podFlag = "--pod"

// OfPod is the source of a Pod's manifest, named by the Pod: its profile may grant
// something else by now.
func OfPod(source Source, name string) Source {
	source.Ref = podFlag + " " + name
	return source
}
