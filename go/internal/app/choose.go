package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// What selects a manifest in at most one of three ways; the zero value selects the
// default profile.
type What struct {
	Ref          string // reference to a profile
	Manifest     string // file with a manifest
	FromResolved string // file with an envelope
}

// Named returns the selection for a text that may be a reference or a manifest file; - is
// standard input.
func Named(text string) What {
	if reference.ManifestFile(text) || text == manifestfile.Stdin {
		return What{Manifest: text}
	}
	return What{Ref: text}
}

// check rejects conflicting options.
func (w What) check(options resolve.Options) error {
	var given []string
	add := func(name string, is bool) {
		if is {
			given = append(given, name)
		}
	}
	add("a reference", w.Ref != "")
	add("--manifest", w.Manifest != "")
	add("--from-resolved", w.FromResolved != "")
	if len(given) > 0 && w.Ref == "" {
		add("--override-input", len(options.Overrides) > 0)
		add("--root", options.Root != "")
	}
	if len(given) < 2 {
		return nil
	}
	return diag.Errorf(diag.ExitUsage, "usage", "%s cannot be used together", strings.Join(given, " and "))
}

// Resolved is a manifest with the selection that led to it.
type Resolved struct {
	*resolve.Resolved
	Selection *catalog.Selection // nil if it came from a file
}

// Resolve resolves a selection. It tells the user what was chosen if the reference leaves
// that open.
func (a *App) Resolve(ctx context.Context, what What, options resolve.Options) (*Resolved, error) {
	if err := what.check(options); err != nil {
		return nil, err
	}
	switch {
	case what.FromResolved != "":
		e, err := a.Resolver.Envelope(what.FromResolved)
		if err != nil {
			return nil, err
		}
		return &Resolved{Resolved: &resolve.Resolved{Profile: e.Profile, Provenance: e.Provenance, Manifest: e.Manifest}}, nil
	case what.Manifest != "":
		result, err := a.Resolver.File(ctx, what.Manifest, options)
		if err != nil {
			return nil, err
		}
		return &Resolved{Resolved: result}, nil
	}
	chosen, options, err := a.Select(ctx, what.Ref, options)
	if err != nil {
		return nil, err
	}
	result, err := a.Resolver.Resolve(ctx, chosen.Target, options)
	if err != nil {
		return nil, err
	}
	result.Profile.Ref = chosen.Ref.String()
	if chosen.Source != "" {
		result.Profile.Source = chosen.Source
	}
	return &Resolved{result, chosen}, nil
}

// Select chooses the profile of a reference and sets the downloads that are allowed for
// it. It tells the user what was chosen if the reference leaves that open.
func (a *App) Select(ctx context.Context, text string, options resolve.Options) (*catalog.Selection, resolve.Options, error) {
	chosen, err := a.Choose(ctx, text, options)
	if err != nil {
		return nil, options, err
	}
	a.Note(words.Steps(chosen)...)
	options.Downloads = a.downloadsFor(options.Downloads, chosen)
	return chosen, options, nil
}

// Chosen is the code of a note about a choice.
const Chosen = "chosen"

// Note tells the user what was chosen and why.
func (a *App) Note(notes ...string) {
	for _, note := range notes {
		a.User.Tell(diag.Diagnostic{Severity: diag.SeverityNote, Code: Chosen, Message: note, Positions: []diag.Position{}})
	}
}

// Choose finds the profile of a reference; an empty one means the default. A name that
// several profiles share is an error that lists all of them.
func (a *App) Choose(ctx context.Context, text string, options resolve.Options) (*catalog.Selection, error) {
	ref, err := reference.Parse(text, a.Resolver.Dir)
	if err != nil {
		return nil, err
	}
	chosen, err := a.Catalog(options).Select(ctx, ref)
	var ambiguous *catalog.Ambiguous
	if errors.As(err, &ambiguous) {
		return nil, a.ambiguous(ctx, ambiguous, options)
	}
	return chosen, err
}

// Catalog opens the sources of profiles. Evaluations during a lookup do not use the
// network.
func (a *App) Catalog(options resolve.Options) *catalog.Catalog {
	c := catalog.Open(a.Resolver.Dir, a.Resolver.Library)
	c.FlakeNames = func(ctx context.Context, flake catalog.Flake) ([]catalog.Defined, error) {
		defined, err := a.Resolver.FlakeNames(ctx, flake.Ref, lookingInto(flake.Ref, options))
		if err != nil {
			if strange(flake) && diag.From(err).Exit != diag.ExitInterrupted {
				a.User.Tell(passedOver(flake, err))
				return nil, nil
			}
			return nil, err
		}
		out := make([]catalog.Defined, len(defined))
		for i, d := range defined {
			out[i].Name = d.Name
			if d.Position != nil && filepath.IsAbs(d.Position.File) && !strings.HasPrefix(d.Position.File, "/nix/store/") {
				out[i].File, out[i].Line = d.Position.File, d.Position.Line
			}
		}
		return out, nil
	}
	return c
}

// looking returns options for evaluating what the user did not name: nothing is
// downloaded.
func looking(options resolve.Options) resolve.Options {
	out := resolve.Options{Evaluator: options.Evaluator, Timeout: options.Timeout, Memory: options.Memory}
	if options.Downloads.Rule == resolve.OfflineRule {
		out.Downloads.Rule = resolve.OfflineRule
	}
	return out
}

// lookingInto returns the options of looking for the profiles of one flake.
func lookingInto(flake reference.Reference, options resolve.Options) resolve.Options {
	out := looking(options)
	out.Downloads.Command = "insomnia verify " + secret.JoinWords([]string{flake.Flake()})
	return out
}

// Outputs returns the names of the profiles of a flake. No profile is evaluated, and
// nothing is downloaded.
func (a *App) Outputs(ctx context.Context, flake string) ([]string, error) {
	ref, err := reference.Parse(flake, a.Resolver.Dir)
	if err != nil {
		return nil, err
	}
	options := lookingInto(ref, resolve.Options{Evaluator: resolve.Embedded})
	options.Downloads.Rule = resolve.OfflineRule
	defined, err := a.Resolver.FlakeNames(ctx, ref, options)
	names := make([]string, len(defined))
	for i, d := range defined {
		names[i] = d.Name
	}
	return names, err
}

// strange reports whether a flake is unrelated to Insomnia. A project that uses Nix for
// something else must not break the lookup of a name.
func strange(flake catalog.Flake) bool {
	if flake.File == "" {
		return false
	}
	for _, name := range []string{"flake.nix", "flake.lock"} {
		data, err := readOf(filepath.Dir(flake.File), name)
		if err == nil && strings.Contains(string(data), "insomnia") {
			return false
		}
	}
	return true
}

// readOf reads a file of a flake. Links in its directory cannot lead outside it.
func readOf(dir, name string) ([]byte, error) {
	root, err := bounded.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(name, maxMention)
}

// maxMention limits the files that are searched for a mention of insomnia.
const maxMention = 4 << 20

func passedOver(flake catalog.Flake, err error) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.SeverityWarning, Code: "flake-passed-over",
		Message:   "the project's flake could not be evaluated and does not mention insomnia, so it counts as one without profiles: " + err.Error(),
		Positions: []diag.Position{{File: flake.File}}}
}

// ambiguous lists the possible meanings of a name, with file and summary.
func (a *App) ambiguous(ctx context.Context, name *catalog.Ambiguous, options resolve.Options) error {
	e := diag.Errorf(diag.ExitNotFound, "name-ambiguous", "%s are named `%s`", words.Count(len(name.Candidates), "profile"), name.Name)
	rows := make([]Profile, len(name.Candidates))
	a.evaluate(ctx, name.Candidates, nil, options, func(int) {}, func(i int, listed resolve.Listed) { rows[i] = profileOf(name.Candidates[i], listed) })
	width := 0
	for _, row := range rows {
		width = max(width, len(diag.Name(row.Ref)))
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("  %-*s  %s", width, diag.Name(row.Ref), diag.Cell(row.Words())))
		e.At(diag.Position{File: row.File, Line: row.Line, Note: row.Ref})
	}
	hint := "say which one is meant:\n" + strings.Join(lines, "\n")
	if settle := Settling(name.Name, rows[0].Ref, name.Candidates); settle != "" {
		hint += "\nor settle the name with an alias: " + settle
	}
	return e.Hintf("%s", hint)
}
