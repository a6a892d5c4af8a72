package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/tui"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// accessibleVariable asks for lines instead of a screen.
const accessibleVariable = "INSOMNIA_ACCESSIBLE"

// alone is what `insomnia` does without a command: it opens the TUI where there
// is a person at a terminal, and prints the help elsewhere.
func (p *program) alone(c *cli.Context) error {
	accessible := os.Getenv(accessibleVariable) != "" && os.Getenv(accessibleVariable) != "0"
	dumb := os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == ""
	out, ours := p.stdout.(*os.File)
	if !ours || !isatty.IsTerminal(out.Fd()) || !isatty.IsTerminal(os.Stdin.Fd()) || dumb && !accessible {
		return cli.ShowAppHelp(c)
	}
	backend, err := p.tuiBackend(c)
	if err != nil {
		return err
	}
	return tui.Run(c.Context, backend, tui.Options{In: os.Stdin, Out: out, Accessible: accessible})
}

// tuiWork does the work behind the TUI.
type tuiWork struct {
	program  *program // one whose words go nowhere: the screen says what there is to say
	resolver *resolve.Resolver
	options  resolve.Options // of every evaluation: nothing is downloaded
	store    *pod.Store
}

func (p *program) tuiBackend(c *cli.Context) (*tui.Backend, error) {
	silent := &program{stdout: io.Discard, stderr: io.Discard}
	resolver, err := silent.resolver(c)
	if err != nil {
		return nil, err
	}
	store, err := silent.pods()
	if err != nil {
		return nil, err
	}
	options := resolve.Options{Evaluator: resolve.Embedded, Timeout: listTimeout}
	if err := applyUserConfig(c, &options); err != nil {
		options.Evaluator = resolve.Embedded // the list of profiles says what is wrong with the config
	}
	w := &tuiWork{program: silent, resolver: resolver, options: options, store: store}
	return &tui.Backend{Dir: resolver.Dir, Pods: w.pods, Details: w.details, Profiles: w.profiles,
		Resolve: w.resolve, Create: w.create}, nil
}

func (w *tuiWork) pods(ctx context.Context, show func(tui.Pods)) {
	all, damaged, err := w.store.List()
	rows := make([]tui.Pod, 0, len(all)+len(damaged))
	for _, it := range all {
		rows = append(rows, tui.Pod{ID: it.ID, Name: it.Name, Profile: it.Profile.Name, Ref: it.Profile.Ref, Model: it.Model,
			State: string(it.State), Workspace: it.Workspace, Age: age(time.Since(it.Created)), Now: "…"})
	}
	for _, d := range damaged {
		rows = append(rows, tui.Pod{ID: d.ID, Damage: strings.TrimPrefix(d.Err.Error(), "the Pod "+d.ID+" is damaged: ")})
	}
	show(tui.Pods{Rows: slices.Clone(rows), Err: err})
	drifts, shown := w.program.drifts(), time.Now()
	for i, it := range all {
		d := drifts.Of(ctx, it)
		if ctx.Err() != nil {
			return
		}
		rows[i].Now, rows[i].Detail, rows[i].Drifted = driftWord(d), d.Detail, d.State == pod.Changed || d.State == pod.Gone
		if time.Since(shown) > often {
			show(tui.Pods{Rows: slices.Clone(rows)})
			shown = time.Now()
		}
	}
	show(tui.Pods{Rows: rows, Err: err})
}

func (w *tuiWork) details(ctx context.Context, id string) (*tui.Details, error) {
	it, err := w.store.Find(id)
	if err != nil {
		return nil, err
	}
	e, err := w.store.Envelope(it, 0)
	if err != nil {
		return nil, err
	}
	a, err := snapshot(it, e)
	if err != nil {
		return nil, err
	}
	events, err := w.store.Events(it)
	if err != nil {
		return nil, err
	}
	m, err := whole(e)
	if err != nil {
		return nil, err
	}
	grants, err := w.grants(sourceOfPod(it, e), e.Manifest)
	if err != nil {
		return nil, err
	}
	d := &tui.Details{Grants: grants, Manifest: m, Summary: *a.Summary, Facts: append(a.facts(), driftFact(w.program.drifts().Of(ctx, it)))}
	for _, event := range events {
		d.Events = append(d.Events, words.Fact{Name: when(event.Time), Text: fmt.Sprintf("%s, generation %d", event.Kind, event.Generation)})
	}
	return d, nil
}

// listing is a list of profiles that becomes known bit by bit.
type listing struct {
	candidates []catalog.Candidate
	rows       map[string]row // by target, of those that have been evaluated
	defaults   *catalog.Selection
	problems   []diag.Diagnostic
	busy       string
	shown      time.Time
	show       func(tui.Profiles)
}

// often is how often a list is shown that changes all the time.
const often = 40 * time.Millisecond

func (l *listing) say(now bool) {
	if !now && time.Since(l.shown) < often {
		return
	}
	l.shown = time.Now()
	out := tui.Profiles{Busy: l.busy}
	for _, c := range l.candidates {
		out.Rows = append(out.Rows, l.profile(c))
	}
	slices.SortStableFunc(out.Rows, func(a, b tui.Profile) int { return strings.Compare(a.Name, b.Name) })
	if l.defaults != nil {
		found := tui.Profile{Name: l.defaults.Name, Source: l.defaults.Source, Ref: l.defaults.Target, File: l.defaults.File, Default: true}
		for _, p := range out.Rows {
			if p.Default {
				found = p
			}
		}
		out.Default = &found
	}
	for _, d := range l.problems {
		out.Problems = append(out.Problems, d.Message)
	}
	l.show(out)
}

func (l *listing) profile(c catalog.Candidate) tui.Profile {
	p := tui.Profile{Name: c.Name, Source: c.Source, Ref: c.Ref, File: c.File, Default: l.defaults != nil && l.defaults.Target == c.Target}
	if r, ok := l.rows[c.Target]; ok {
		p.Known = true
		if p.Summary = r.Summary; !r.Ok {
			p.Broken = strings.TrimPrefix(r.what(), "broken: ")
		}
	}
	return p
}

// fill takes what an evaluation gave.
func (l *listing) fill(c catalog.Candidate, listed resolve.Listed) {
	r := row{Name: c.Name, Ref: c.Ref, Source: c.Source, File: c.File, Line: c.Line, Diagnostics: []diag.Diagnostic{}, target: c.Target}
	if misnamed := catalog.CheckName(c.Name, c.File); misnamed != nil {
		listed = resolve.Listed{Diagnostics: misnamed.Diagnostics}
	}
	r.fill(listed)
	l.rows[c.Target] = r
}

// profiles lists what `profile list` does: the files at once, then the flakes,
// then what each of them may do.
func (w *tuiWork) profiles(ctx context.Context, show func(tui.Profiles)) {
	r := w.program.catalog(w.resolver, w.options)
	l := &listing{rows: map[string]row{}, show: show, busy: "finding the default profile"}
	files, problems := r.Files(false)
	flakes, project, unpinned := flakesOf(r)
	l.candidates, l.problems = slices.Clone(files), slices.Concat(r.Problems, problems, unpinned)
	l.say(true)

	chosen, err := r.Select(ctx, "")
	switch {
	case ctx.Err() != nil:
		return
	case err == nil:
		l.defaults = chosen
	case r.Refused != nil:
		l.problems = append(l.problems, r.Refused.Diagnostics...)
	case len(r.Problems) == 0:
		l.problems = append(l.problems, defaultProblem(err)...)
	}
	for _, flake := range flakes {
		l.busy = "evaluating the profiles of " + flake.Source + ", " + flake.Ref
		l.say(true)
		found, known, wrong, passed := w.program.ofFlake(ctx, w.resolver, flake, w.options)
		if ctx.Err() != nil {
			return
		}
		l.candidates, l.problems = append(l.candidates, found...), append(l.problems, wrong...)
		if passed != nil {
			l.problems = append(l.problems, *passed)
		}
		catalog.Explicit(l.candidates, project, r)
		for _, c := range found {
			l.fill(c, known[c.Target])
		}
	}
	targets := make([]string, len(files))
	for i, c := range files {
		targets[i] = c.Target
	}
	w.resolver.EachFile(ctx, targets, looking(w.options),
		func(i int) { l.busy = "evaluating " + l.candidates[i].Ref; l.say(false) },
		func(i int, listed resolve.Listed) { l.fill(l.candidates[i], listed); l.say(false) })
	if ctx.Err() != nil {
		return
	}
	l.problems = append(l.problems, w.program.badAliases(ctx, r)...)
	l.busy = ""
	l.say(true)
}

func (w *tuiWork) maker() *app.Maker {
	return &app.Maker{Resolver: w.resolver, Store: w.store, Select: func(ctx context.Context, ref string) (*catalog.Selection, error) {
		return w.program.selectRef(ctx, w.resolver, ref, w.options)
	}}
}

func (w *tuiWork) resolve(ctx context.Context, ref string, in manifest.Inputs) (*tui.Resolved, error) {
	options := w.options
	options.Timeout = 0 // the usual one: this profile was chosen
	draft, err := w.maker().Draft(ctx, app.Request{Ref: ref, Options: options, Inputs: in})
	if diag.CodeIs(err, "not-downloaded") {
		e := diag.From(err)
		e.Diagnostics[0].Message, _, _ = strings.Cut(e.Diagnostics[0].Message, ", and is not")
		return nil, e.Hintf("insomnia pod new %s downloads it, and creates the Pod", secret.JoinWords([]string{ref}))
	}
	if err != nil {
		return nil, err
	}
	e := draft.New.Envelope
	m, err := whole(e)
	if err != nil {
		return nil, err
	}
	grants, err := w.grants(trust.SourceOf(e.Profile, draft.New.Source.Target, e.Digest), e.Manifest)
	if err != nil {
		return nil, err
	}
	return &tui.Resolved{Grants: grants, Ref: e.Profile.Ref, Digest: e.Digest, Inputs: e.Inputs, Manifest: m, Summary: words.SummaryOf(m, e.Manifest), Work: draft}, nil
}

// grants is the page of what a manifest grants, with its texts, after what is
// hidden in them.
func (w *tuiWork) grants(source trust.Source, data []byte) (func(width int) string, error) {
	store, err := consents()
	if err != nil {
		return nil, err
	}
	v, err := store.Judge(source, data)
	if err != nil {
		return nil, err
	}
	var warnings strings.Builder
	if hidden := resolve.Hidden(data); len(hidden) > 0 {
		diag.NewText().Write(&warnings, &diag.Error{Diagnostics: hidden})
		warnings.WriteByte('\n')
	}
	return func(width int) string {
		return difference.Page{Width: width}.Wrap(warnings.String()) + grantsPage(v, difference.Page{Full: true, Width: width})
	}, nil
}

// whole reads all of a manifest: what it grants is shown one by one.
func whole(e *manifest.Envelope) (*manifest.Manifest, error) {
	m, problems := manifest.Decode(e.Manifest)
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	return m, nil
}

func (w *tuiWork) create(ctx context.Context, r *tui.Resolved) (*tui.Created, error) {
	p, err := w.maker().Create(ctx, r.Work.(*app.Draft))
	if err != nil {
		return nil, err
	}
	return &tui.Created{ID: p.ID, Says: notStarted(p)}, nil
}
