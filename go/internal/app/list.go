package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// ListTimeout limits the evaluation of one profile in a list.
const ListTimeout = 10 * time.Second

// Profile is one profile of a list, in the form of `insomnia.profiles/v1`.
type Profile struct {
	Name        string            `json:"name"`
	Ref         string            `json:"ref"` // can be pasted
	Source      string            `json:"source"`
	File        string            `json:"file,omitempty"`
	Line        int               `json:"line,omitempty"`
	Default     bool              `json:"default"`
	Ok          bool              `json:"ok"`
	Summary     *words.Summary    `json:"summary,omitempty"` // nil unless Ok
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
	Broken      string            `json:"-"` // the reason in a line; empty if it is not broken
	Known       bool              `json:"-"` // whether it has been evaluated
	Manifest    []byte            `json:"-"` // nil unless Ok
}

// Words describes in a line what a profile may do, or why it is broken.
func (p Profile) Words() string {
	switch {
	case p.Ok:
		return p.Summary.Words
	case len(p.Diagnostics) == 0:
		return "broken"
	}
	return "broken: " + p.Broken
}

// broken describes in a line why a profile is broken.
func broken(diagnostics []diag.Diagnostic) string {
	if len(diagnostics) == 0 {
		return "broken"
	}
	d := diagnostics[0]
	text, _, _ := strings.Cut(d.Message, "\n")
	if d.Path != "" {
		text = d.Path + ": " + text
	}
	if len(d.Positions) > 0 && d.Positions[0].Line > 0 {
		text += " (" + diag.NewText().Place(diag.Position{File: d.Positions[0].File, Line: d.Positions[0].Line}) + ")"
	}
	if n := len(diagnostics) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more", n)
	}
	return text
}

func unknown(c catalog.Candidate) Profile {
	return Profile{Name: c.Name, Ref: c.Ref.String(), Source: c.Source, File: c.File, Line: c.Line, Diagnostics: []diag.Diagnostic{}}
}

// profileOf returns a row from a candidate and its evaluation.
func profileOf(c catalog.Candidate, listed resolve.Listed) Profile {
	p := unknown(c)
	p.Known = true
	if listed.Manifest != nil {
		summary, err := words.Summarize(listed.Manifest)
		if err == nil {
			p.Ok, p.Summary, p.Manifest = true, &summary, listed.Manifest
			return p
		}
		listed.Diagnostics = diag.From(err).Diagnostics
	}
	real, _ := filepath.EvalSymlinks(p.File)
	for _, d := range listed.Diagnostics {
		d.Message, d.Hint, d.Expected = withoutStore(d.Message), withoutStore(d.Hint), withoutStore(d.Expected)
		positions := []diag.Position{}
		for _, at := range d.Positions {
			if at.File == real && real != "" {
				at.File = p.File
			}
			at.File = withoutStore(at.File)
			positions = append(positions, at)
		}
		d.Positions = positions
		p.Diagnostics = append(p.Diagnostics, d)
	}
	p.Broken = broken(p.Diagnostics)
	return p
}

// withoutStore removes the paths of this machine's store from text in a list.
func withoutStore(text string) string {
	if !strings.Contains(text, "/nix/store/") {
		return text
	}
	return regexp.MustCompile(`/nix/store/[0-9a-z]{32}-`).ReplaceAllString(text, "store:")
}

// evaluate evaluates candidates, with one call of begun or found at a time. known holds
// the answers that exist already, by target.
func (a *App) evaluate(ctx context.Context, candidates []catalog.Candidate, known map[string]resolve.Listed, options resolve.Options, begun func(i int), found func(i int, l resolve.Listed)) {
	options = looking(options)
	var files []reference.Reference
	var index []int
	for i, c := range candidates {
		listed, ok := known[c.Target.Lasting()]
		misnamed := catalog.CheckName(c.Name, c.File)
		switch {
		case misnamed != nil:
			found(i, resolve.Listed{Diagnostics: misnamed.Diagnostics})
		case ok:
			found(i, listed)
		case c.Target.IsFlake():
			begun(i)
			result, err := a.Resolver.Resolve(ctx, c.Target, options)
			if err != nil {
				found(i, resolve.Listed{Diagnostics: diag.From(err).Diagnostics})
			} else {
				found(i, resolve.Listed{Manifest: result.Manifest})
			}
		default:
			files, index = append(files, c.Target), append(index, i)
		}
	}
	a.Resolver.EachFile(ctx, files, options,
		func(i int) { begun(index[i]) }, func(i int, l resolve.Listed) { found(index[i], l) })
}

// Profiles are the profiles that can be chosen, as far as they are known.
type Profiles struct {
	Rows []Profile // by name
	// Default is the default profile: one of the rows, or what the config refers to. It is
	// nil while unknown, and if the config is wrong.
	Default *Profile
	Why     []string // where the default was set
	Aliases []catalog.Alias
	// Problems are the problems of configs, sources, aliases and the default.
	Problems []diag.Diagnostic
	Passed   []diag.Diagnostic // flakes treated as having no profiles
	Busy     string            // what is being evaluated; empty at the end
	// Defect is the first panic in the evaluation of a profile; nil for none. The list
	// still has the profile's row, and the caller should report the defect.
	Defect *crash.Panic
	// Summaries is set if lists should show what profiles may do.
	Summaries bool
}

// often is the minimum interval between two updates of a list.
const often = 40 * time.Millisecond

// listing is a list of profiles that is filled step by step.
type listing struct {
	catalog    *catalog.Catalog
	candidates []catalog.Candidate
	rows       map[string]Profile // the evaluated ones, by target
	chosen     *catalog.Selection // the default
	// Problems, in the order in which they are shown.
	configs, flakes, byDefault, aliases []diag.Diagnostic

	passed []diag.Diagnostic
	defect *crash.Panic
	shown  time.Time
	show   func(Profiles) // nil if only the final list matters
}

// Profiles lists the available profiles: first the files, then the flakes, then what each
// of them may do. Nothing is downloaded. show receives the list as it grows, one call at
// a time; nil if only the final list matters.
func (a *App) Profiles(ctx context.Context, options resolve.Options, show func(Profiles)) (Profiles, error) {
	c := a.Catalog(options)
	l := &listing{catalog: c, rows: map[string]Profile{}, show: show}
	files, problems := c.Files(false)
	flakes, project, unpinned := flakesOf(c)
	l.candidates, l.configs = slices.Clone(files), slices.Concat(c.Problems, problems, unpinned)
	l.say("finding the default profile", true)

	chosen, err := c.Select(ctx, reference.Reference{})
	switch {
	case err == nil:
		l.chosen = chosen
	case c.Refused != nil:
		l.byDefault = c.Refused.Diagnostics
	case len(c.Problems) == 0:
		l.byDefault = defaultProblem(err)
	}
	for _, flake := range flakes {
		if ctx.Err() != nil {
			break
		}
		l.say("evaluating the profiles of "+flake.Source+", "+flake.Ref.Flake(), true)
		found, known, wrong, passed := a.ofFlake(ctx, flake, options)
		l.candidates, l.flakes, l.passed = append(l.candidates, found...), append(l.flakes, wrong...), append(l.passed, passed...)
		catalog.Explicit(l.candidates, project, c)
		a.evaluate(ctx, found, known, options, func(int) {}, func(i int, listed resolve.Listed) { l.fill(found[i], listed) })
	}
	a.evaluate(ctx, files, nil, options,
		func(i int) { l.say("evaluating "+l.candidates[i].Ref.String(), false) },
		func(i int, listed resolve.Listed) {
			l.fill(files[i], listed)
			l.say("evaluating "+l.candidates[i].Ref.String(), false)
		})
	if len(c.Problems) == 0 && c.Refused == nil {
		l.aliases = badAliases(ctx, c)
	}
	if err := ctx.Err(); err != nil {
		return Profiles{}, err
	}
	l.say("", true)
	return l.list(""), nil
}

func (l *listing) fill(c catalog.Candidate, listed resolve.Listed) {
	l.rows[c.Target.Lasting()] = profileOf(c, listed)
	if l.defect == nil {
		l.defect = listed.Defect
	}
}

func (l *listing) say(busy string, now bool) {
	if l.show == nil || !now && time.Since(l.shown) < often {
		return
	}
	l.shown = time.Now()
	l.show(l.list(busy))
}

// list returns a copy of what is known so far.
func (l *listing) list(busy string) Profiles {
	out := Profiles{Rows: []Profile{}, Aliases: l.catalog.Aliases(), Passed: slices.Clone(l.passed), Busy: busy, Defect: l.defect, Summaries: l.catalog.Summaries(),
		Problems: slices.Concat(l.configs, l.flakes, l.byDefault, l.aliases)}
	for _, c := range l.candidates {
		p := unknown(c)
		if known, ok := l.rows[c.Target.Lasting()]; ok { // two sources may be the same flake
			p.Known, p.Ok, p.Broken, p.Summary, p.Manifest, p.Diagnostics = true, known.Ok, known.Broken, known.Summary, known.Manifest, known.Diagnostics
		}
		p.Default = l.chosen != nil && l.chosen.Target.Lasting() == c.Target.Lasting()
		out.Rows = append(out.Rows, p)
	}
	slices.SortStableFunc(out.Rows, func(a, b Profile) int { return strings.Compare(a.Name, b.Name) })
	if l.chosen == nil {
		return out
	}
	out.Default = &Profile{Name: l.chosen.Name, Source: l.chosen.Source, Ref: l.chosen.Target.String(), File: l.chosen.File, Default: true}
	for _, p := range out.Rows {
		if p.Default {
			out.Default = &p
		}
	}
	if l.catalog.Default().At.File != "" {
		out.Why = words.Steps(l.chosen)
	}
	return out
}

// flakesOf returns the flakes with profiles, including that of the project, and problems
// of unreadable sources.
func flakesOf(c *catalog.Catalog) (flakes []catalog.Flake, project *catalog.Flake, problems []diag.Diagnostic) {
	if flake, ok := c.ProjectFlake(false); ok {
		project, flakes = &flake, append(flakes, flake)
	}
	for _, s := range c.Sources() {
		if s.Locked == nil {
			problems = append(problems, diag.Diagnostic{Severity: diag.SeverityWarning, Code: "source-not-pinned",
				Message: "the source " + diag.Quote(s.Name) + " is not pinned as it stands", Hint: "insomnia source update " + s.Name, Positions: []diag.Position{s.Set.At}})
			continue
		}
		flakes = append(flakes, s.Flake())
	}
	return flakes, project, problems
}

// ofFlake evaluates the profiles of a flake. passed explains why a flake that is
// unrelated to Insomnia was skipped.
func (a *App) ofFlake(ctx context.Context, flake catalog.Flake, options resolve.Options) (found []catalog.Candidate, known map[string]resolve.Listed, problems, passed []diag.Diagnostic) {
	verified, err := a.Resolver.Verify(ctx, flake.Ref, lookingInto(flake.Ref, options))
	switch {
	case err == nil:
	case diag.CodeIs(err, "no-profiles") || diag.CodeIs(err, "no-flake"):
		return nil, nil, nil, nil
	case strange(flake):
		return nil, nil, nil, []diag.Diagnostic{passedOver(flake, err)}
	default:
		for _, d := range diag.From(err).Diagnostics {
			d.Message = "the profiles of the source " + diag.Quote(flake.Source) + " cannot be listed: " + d.Message
			problems = append(problems, d)
		}
		return nil, nil, problems, nil
	}
	known = map[string]resolve.Listed{}
	for _, v := range verified {
		c := flake.Candidate(catalog.Defined{Name: v.Name})
		known[c.Target.Lasting()] = resolve.Listed{Manifest: v.Manifest, Diagnostics: v.Diagnostics}
		found = append(found, c)
	}
	return found, known, nil, nil
}

func defaultProblem(err error) []diag.Diagnostic {
	var ambiguous *catalog.Ambiguous
	if errors.As(err, &ambiguous) {
		return []diag.Diagnostic{{Severity: diag.SeverityError, Code: "name-ambiguous", Message: "the default is ambiguous: " + err.Error(), Positions: []diag.Position{}}}
	}
	return diag.From(err).Diagnostics
}

// badAliases returns the problems of aliases that do not resolve. A cycle is reported
// once.
func badAliases(ctx context.Context, c *catalog.Catalog) []diag.Diagnostic {
	var problems []diag.Diagnostic
	cycles := map[string]bool{}
	for _, a := range c.Aliases() {
		ref, err := reference.Parse(a.Name, c.Dir)
		if err == nil {
			_, err = c.Select(ctx, ref)
		}
		if err == nil {
			continue
		}
		for _, d := range diag.From(err).Diagnostics {
			if d.Code == "alias-cycle" {
				lines := []string{}
				for _, at := range d.Positions {
					lines = append(lines, fmt.Sprint(at.File, at.Line))
				}
				slices.Sort(lines)
				key := strings.Join(lines, " ")
				if cycles[key] {
					continue
				}
				cycles[key] = true
			}
			problems = append(problems, d)
		}
	}
	return problems
}
