package resolve

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Verified is the verdict over one profile of a flake.
type Verified struct {
	Name        string            `json:"name"`
	Ok          bool              `json:"ok"`
	Role        string            `json:"role,omitempty"`
	Model       string            `json:"model,omitempty"`
	Digest      string            `json:"digest,omitempty"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
	Manifest    []byte            `json:"-"` // canonical; nil when it is broken
}

// survey is the answer of survey.nix: an answer, as JSON text, for each name.
type survey struct {
	Names     *[]string            `json:"names"`
	Profiles  []*string            `json:"profiles"`
	Positions []*evaluate.Position `json:"positions"`

	rows []*row
}

// row is the answer about one attribute, as JSON; of a profile also what was accepted.
type row struct {
	text   []byte
	judged manifest.Judged
}

// Verify checks every profile of a flake, broken ones beside healthy ones, in
// one evaluation and one more for each profile that evaluation dies of. A flake
// without profiles is an error: not found, no-profiles. Of a reference to a single
// profile it checks that one.
func (r *Resolver) Verify(ctx context.Context, selected reference.Reference, options Options) ([]Verified, error) {
	verdicts, err := r.verify(ctx, selected, options, false)
	if err != nil {
		return nil, err
	}
	return verdicts.Profiles, nil
}

// Verdicts are the verdicts over a flake, or over a single profile.
type Verdicts struct {
	Profiles []Verified
	// Policies are those of the flake's checks that insomnia.lib.mkChecks made; of a
	// single profile, those that are asked of it.
	Policies []Policy
	// Unread explains why the policies could not be read: a warning if this machine lacks
	// what they need, else an error; nil if they were read.
	Unread *diag.Diagnostic
}

// VerifyAll is Verify with the policies.
func (r *Resolver) VerifyAll(ctx context.Context, selected reference.Reference, options Options) (*Verdicts, error) {
	return r.verify(ctx, selected, options, true)
}

func (r *Resolver) verify(ctx context.Context, selected reference.Reference, options Options, policies bool) (*Verdicts, error) {
	if !selected.WholeFlake() {
		return r.verifyOne(ctx, selected, options, policies)
	}
	ref, err := locate.Of(selected)
	if err != nil {
		return nil, err
	}
	f, err := r.evaluator(options).Open(ctx, ref, options.evaluation())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v := r.ofProfiles(f, options)
	found, err := v.all(ctx)
	if err != nil {
		return nil, err
	}
	if found.Names == nil {
		return nil, diag.Errorf(diag.ExitInvalid, "not-profiles", "`%s` of `%s` is not a set of profiles", evaluate.OutputName, ref.Flake).
			Expectedf("%s.NAME = insomnia.lib.mkProfile { … };", evaluate.OutputName)
	}
	if len(*found.Names) == 0 {
		return nil, choose(f, nil)
	}
	verified, err := v.verdicts(found)
	if err != nil {
		return nil, err
	}
	verdicts := &Verdicts{Profiles: verified}
	if policies {
		err = r.policies(ctx, f, verdicts, "", options)
	}
	return verdicts, err
}

// verifyOne is verify for a single profile. What keeps it from being looked at, such
// as a file that does not exist, is an error, as it is for Resolve.
func (r *Resolver) verifyOne(ctx context.Context, selected reference.Reference, options Options, policies bool) (*Verdicts, error) {
	verdicts := &Verdicts{Profiles: []Verified{{Name: profileName(selected), Diagnostics: []diag.Diagnostic{}}}}
	v := &verdicts.Profiles[0]
	judge := func(result *Resolved, err error) error {
		if err != nil {
			e := diag.From(err)
			if e.Exit != diag.ExitInvalid && e.Exit != diag.ExitEvaluation {
				return e
			}
			v.Diagnostics = e.Diagnostics
			return nil
		}
		v.accepted(result.judged)
		return nil
	}
	var unread error
	if policies && isOutput(selected) {
		options.opened = func(f *evaluate.Flake, result *Resolved, err error) {
			if judge(result, err) == nil {
				unread = r.policies(ctx, f, verdicts, v.Name, options)
			}
		}
	}
	if err := judge(r.Resolve(ctx, selected, options)); err != nil {
		return nil, err
	}
	return verdicts, unread
}

// isOutput reports whether a reference selects one of a flake's insomniaProfiles.
func isOutput(ref reference.Reference) bool {
	return len(ref.Attr) == 1 || len(ref.Attr) == 2 && ref.Attr[0] == evaluate.OutputName
}

// profileName returns the name that a reference has for its profile: it is known even
// if the profile is broken.
func profileName(ref reference.Reference) string {
	switch {
	case len(ref.Attr) > 0:
		return ref.Attr[len(ref.Attr)-1]
	case ref.Kind != reference.File:
		return ref.Name
	case filepath.Base(ref.Path) == "profile.nix":
		return filepath.Base(filepath.Dir(ref.Path))
	}
	return reference.BareName(ref.Path)
}

// verification asks about all attributes of an output, for the profiles or the
// policies in them.
type verification struct {
	flake  *evaluate.Flake
	failed map[string]diag.Diagnostic // by name: evaluation dies of these

	output   string
	survey   string // survey.nix with what describes one: { skip, only } -> output -> answers
	one      string // what describes one, where the flake can be asked for one: name -> output -> answer
	resolver *Resolver
	options  Options
}

func (r *Resolver) ofProfiles(f *evaluate.Flake, options Options) *verification {
	return &verification{flake: f, failed: map[string]diag.Diagnostic{}, output: evaluate.OutputName, resolver: r, options: options,
		one:    "name: profiles: (" + evaluate.DescribeText + ") { value = profiles.${name}; where = [ name ]; position = builtins.unsafeGetAttrPos name profiles; }",
		survey: "{ skip, only }: (" + evaluate.SurveyText + ") { describe = " + evaluate.ReportText + "; inherit skip only; }"}
}

var indexFrame = pattern.Lazy{Text: `insomnia-profile=(\d+)`}

// all asks for all profiles, leaves out what evaluation dies of, and asks again.
func (v *verification) all(ctx context.Context) (*survey, error) {
	var known *survey
	if v.flake.One != nil {
		known, err := v.names(ctx)
		if err != nil || known.Names == nil {
			return known, err
		}
		return v.oneByOne(ctx, known, nil)
	}
	for {
		found, err := v.ask(ctx, slices.Sorted(maps.Keys(v.failed)), nil)
		failure := ofProfile(err)
		if failure == nil {
			return found, err
		}
		if known == nil {
			if known, err = v.names(ctx); err != nil || known.Names == nil {
				return known, err
			}
		}
		index, ok := failedIndex(failure)
		if !ok || index >= len(*known.Names) || v.known((*known.Names)[index]) {
			return v.oneByOne(ctx, known, failure)
		}
		v.fail(ctx, known, index, failure)
	}
}

// ofProfile is a failure that the other profiles need not share; nil for another error.
func ofProfile(err error) *evaluate.Failure {
	var f *evaluate.Failure
	if errors.As(err, &f) && f.Kind != evaluate.Cancelled {
		return f
	}
	return nil
}

// oneByOne gives each profile an evaluation of its own, with limits of its own. cause
// is the reason: a failure that does not name a profile, such as a stack overflow on
// old versions of Nix, or nil if evaluations are cheap.
func (v *verification) oneByOne(ctx context.Context, all *survey, cause *evaluate.Failure) (*survey, error) {
	names := *all.Names
	all.rows = make([]*row, len(names))
	failures := 0
	time := newBudget(v.options.Timeout)
	for i, name := range names {
		if v.known(name) {
			continue
		}
		found, err := time.within(ctx, func(ctx context.Context) (*row, error) { return v.about(ctx, i, name) })
		failure := ofProfile(err)
		switch {
		case failure != nil:
			failures++
			v.fail(ctx, all, i, failure)
		case err != nil:
			return nil, err
		default:
			all.rows[i] = found
		}
	}
	if failures == 0 && cause != nil {
		// Together they fail and alone they do not: report the original failure.
		return nil, cause
	}
	return all, nil
}

// about asks for the attribute of that index and name.
func (v *verification) about(ctx context.Context, index int, name string) (*row, error) {
	if v.one == "" || v.flake.One == nil {
		found, err := v.ask(ctx, nil, []string{name})
		if err != nil || index >= len(found.rows) {
			return nil, err
		}
		return found.rows[index], nil
	}
	var a answer
	out, err := v.flake.One(ctx, v.output, name, v.one, a.judgeOf(v.options))
	if err == nil && !utf8.Valid(out) {
		err = &evaluate.Failure{Kind: evaluate.InvalidText}
	}
	return &row{out, a.judged}, err
}

func (v *verification) known(name string) bool {
	_, known := v.failed[name]
	return known
}

// names asks for the names and places of all profiles alone.
func (v *verification) names(ctx context.Context) (*survey, error) {
	return v.ask(ctx, nil, []string{})
}

// ask runs survey.nix.
func (v *verification) ask(ctx context.Context, skip, only []string) (*survey, error) {
	limit := "null"
	if only != nil {
		limit = nixList(only)
	}
	out, err := v.flake.Apply(ctx, v.output, "("+v.survey+") { skip = "+nixList(skip)+"; only = "+limit+"; }")
	if err != nil {
		if v.output == checksOutput && ofProfile(err) == nil && elsewhere(err) {
			err = &evaluate.Failure{Kind: evaluate.Unhad, Ref: v.flake.Ref, Message: err.Error(), Cause: err}
		}
		return nil, err
	}
	if !utf8.Valid(out) { // a profile is text in there: which one is found out one by one
		return nil, &evaluate.Failure{Kind: evaluate.InvalidText}
	}
	var s survey
	if err := json.Unmarshal(out, &s); err != nil {
		return nil, illegible(v.options, err)
	}
	s.rows = make([]*row, len(s.Profiles))
	for i, text := range s.Profiles {
		if text != nil {
			s.rows[i] = &row{text: []byte(*text)}
		}
	}
	return &s, nil
}

func (v *verification) fail(ctx context.Context, known *survey, index int, failure *evaluate.Failure) {
	name := (*known.Names)[index]
	if v.output == checksOutput { // it is defined in the library
		d := failure.Diagnose().Diagnostics[0]
		if elsewhere(failure) {
			d.Severity = diag.SeverityWarning
		}
		v.failed[name] = d
		return
	}
	if !atAuthor(v.flake, failure) && index < len(known.Positions) {
		define(failure, known.Positions[index], v.flake.Tree)
	}
	e := failure.Diagnose()
	if failure.Kind == evaluate.InvalidText {
		ref := *v.flake.Ref
		ref.Attr = []string{name}
		e = diag.From(v.resolver.placeInvalidText(ctx, &ref, v.options, e))
	}
	v.failed[name] = e.Diagnostics[0]
}

// define places a failure at the profile's definition, where that is known.
func define(f *evaluate.Failure, p *evaluate.Position, in evaluate.Sources) {
	if p == nil {
		return
	}
	p.Note = "defined here"
	if at := evaluate.PlacesOf(in, *p); len(at) > 0 {
		f.Positions = at
	}
}

// failedIndex reads from the trace which profile an evaluation died of.
func failedIndex(failure *evaluate.Failure) (int, bool) {
	for _, context := range slices.Backward(failure.Trace) {
		if m := indexFrame.Get().FindStringSubmatch(context); m != nil {
			index, err := strconv.Atoi(m[1])
			return index, err == nil
		}
	}
	return 0, false
}

func (v *verification) verdicts(found *survey) ([]Verified, error) {
	out := make([]Verified, len(*found.Names))
	for i, name := range *found.Names {
		out[i] = Verified{Name: name, Diagnostics: []diag.Diagnostic{}}
		if d, failed := v.failed[name]; failed {
			out[i].Diagnostics = append(out[i].Diagnostics, d)
			continue
		}
		if i >= len(found.rows) || found.rows[i] == nil {
			return nil, illegible(v.options, errors.New("no answer for profile "+name))
		}
		a := answer{judged: found.rows[i].judged}
		if err := a.read(found.rows[i].text); err != nil {
			return nil, illegible(v.options, err)
		}
		judged, err := check(&a, "profile "+reference.Attribute([]string{name}), v.flake.Tree)
		if err != nil {
			out[i].Diagnostics = append(out[i].Diagnostics, diag.From(err).Diagnostics...)
			continue
		}
		out[i].accepted(judged)
	}
	return out, nil
}

// accepted records what a healthy profile comes to.
func (v *Verified) accepted(judged manifest.Judged) {
	v.Ok, v.Digest, v.Manifest = true, manifest.Digest(judged.Canonical), judged.Canonical
	v.Role, v.Model = judged.Role, judged.Model
}
