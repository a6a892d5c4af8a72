package trust

import (
	"context"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Request is what is to be done with a manifest: a Pod is to start from it, or a
// secret to be handed out for it.
type Request struct {
	Source   Source
	Manifest []byte // canonical, as it will be used: not resolved again afterwards
	// Ask puts the question to the user; nil where there is no terminal.
	Ask func(ctx context.Context, v *Verdict) (bool, error)
}

// Verdict is what a manifest grants, and what of it the user has consented to.
type Verdict struct {
	Source Source
	Now    grant.Set
	// Consent is what there is for the source; nil when there is none.
	Consent *Consent
	// Changes are empty when everything is consented to. They are from the set
	// that is nearest, or from nothing.
	Changes []grant.Change
	// Role is the built-in role that Beyond was computed from; empty when there is
	// none, and everything is beyond it.
	Role string
	// Beyond is where the manifest goes further than that role.
	Beyond []grant.Change
	// Manifest is what was judged.
	Manifest []byte
}

// Judge compares a manifest with what has been consented to for its source.
func (s *Store) Judge(source Source, data []byte) (*Verdict, error) {
	m, problems := manifest.Decode(data)
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
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

// compareWithRole finds out what goes further than the built-in role that the
// profile says it has. A role of its own is compared with nothing.
func (v *Verdict) compareWithRole(s *Store, role string) {
	var base grant.Set
	if s.BuiltIn != nil {
		if m := s.BuiltIn(role); m != nil {
			base, v.Role = grant.Of(m), role
		}
	}
	v.Beyond = grant.Compare(base, v.Now)
}

// Entries words all that the manifest grants. Marked as wider is what is new to
// the user and goes further than the built-in role, as fresh what is new and does not.
func (v *Verdict) Entries() []difference.Entry {
	var lacking []grant.Change
	for _, c := range v.Beyond {
		if c.Gone && !slices.Contains(v.Changes, c) {
			lacking = append(lacking, c)
		}
	}
	unlike := entries(nil, lacking, v.effect)
	for i := range unlike {
		unlike[i].Text = unlikeRole.Replace(unlike[i].Text) + ", unlike the role " + code(v.Role)
	}
	all := append(entries(v.Now, v.Changes, v.effect), unlike...)
	difference.Sort(all)
	return all
}

// unlikeRole words what holds the built-in role back and not this profile, from
// the words for what held it back before.
var unlikeRole = strings.NewReplacer("is no longer", "is not", "no longer has to ask to", "does not have to ask to", "may now", "may", "offers again", "offers")

// News words only what is new.
func (v *Verdict) News() []difference.Entry {
	var now grant.Set
	for _, c := range v.Changes {
		if !c.Gone {
			now = append(now, c.Grant)
		}
	}
	return entries(now, v.Changes, v.effect)
}

// Wider reports whether a change goes further than the built-in role.
func (v *Verdict) Wider(c grant.Change) bool {
	return v.Role == "" || slices.ContainsFunc(v.Beyond, func(b grant.Change) bool { return b.Grant == c.Grant && b.Gone == c.Gone })
}

func (v *Verdict) effect(c grant.Change) difference.Effect {
	if v.Wider(c) {
		return difference.Wider
	}
	return difference.Fresh
}

// Legend explains the marks of the entries; empty when there are none.
func (v *Verdict) Legend() string {
	switch {
	case len(v.Changes) == 0:
		return ""
	case v.Role == "":
		return "! marks what is new to you"
	}
	return "! marks what is new to you and wider than the built-in role " + code(v.Role) + ", + what is new and no wider"
}

// Authorize is asked before a Pod starts and before a secret is handed out; it is
// not needed to create, list or show. It returns nil when the user has consented
// to all that the manifest grants, or does so when asked, and else an error with
// what is new and the command that would grant just that. Profiles of the program
// and of the user have consent by themselves. Which host a secret may go to is
// another matter, which package secret decides for all of them.
func (s *Store) Authorize(ctx context.Context, r Request) error {
	v, err := s.Judge(r.Source, r.Manifest)
	if err != nil {
		return err
	}
	if v.Consented() {
		return nil
	}
	if r.Ask == nil {
		return v.Refusal()
	}
	yes, err := r.Ask(ctx, v)
	if err != nil {
		return err
	}
	if !yes {
		return v.Refusal()
	}
	return s.Grant(ctx, r.Source, v.Now)
}

// State says how a manifest stands to what was consented to.
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

// Consented tells whether the manifest may be used.
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

// Summary says in a line how the manifest stands to what was consented to.
func (v *Verdict) Summary() string {
	ref := code(v.Source.Ref)
	switch v.State() {
	case ByItself:
		return ref + " is built in or in your own folder, and has your consent"
	case Covered:
		return "you have consented to all that " + ref + " grants"
	case Unknown:
		return "you have not consented to what " + ref + " grants"
	}
	return ref + " grants more than you have consented to"
}

func (v *Verdict) legendBelow() string {
	if v.Legend() == "" {
		return ""
	}
	return "\n" + v.Legend()
}

// Refusal is the error for a manifest that is not consented to: what is new, and
// the command that would grant it.
func (v *Verdict) Refusal() *diag.Error {
	e := diag.Errorf(diag.ExitRefused, "consent-missing", "%s:\n%s", v.Summary(), difference.Text(v.News())+v.legendBelow())
	return e.Hintf("look at all of it: insomnia trust show %s\nif you agree: %s", v.Argument(), v.Command())
}
