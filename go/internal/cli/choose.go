package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// catalog opens the sources of profiles. Whatever is evaluated to look a name
// up is evaluated without the network.
func (p *program) catalog(resolver *resolve.Resolver, options resolve.Options) *catalog.Catalog {
	r := catalog.Open(resolver.Dir, resolver.Library)
	r.FlakeNames = func(ctx context.Context, flake catalog.Flake) ([]catalog.Defined, error) {
		defined, err := resolver.FlakeNames(ctx, flake.Ref, lookingInto(flake.Ref, options))
		if err != nil {
			if strange(flake) && diag.From(err).Exit != diag.ExitInterrupted {
				p.say(passedOver(flake, err))
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
	return r
}

// looking are the options for what the user did not name: nothing of it is downloaded.
func looking(options resolve.Options) resolve.Options {
	out := resolve.Options{Evaluator: options.Evaluator, Timeout: options.Timeout}
	if options.Downloads.Rule == resolve.OfflineRule {
		out.Downloads.Rule = resolve.OfflineRule
	}
	return out
}

// lookingInto are looking for the profiles of one flake.
func lookingInto(flake string, options resolve.Options) resolve.Options {
	out := looking(options)
	out.Downloads.Command = "insomnia verify " + secret.JoinWords([]string{flake})
	return out
}

// strange tells of a flake that has nothing to do with Insomnia: a project that
// uses Nix for its own ends must not stand in the way of a name.
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

// readOf reads a file of a flake; a link in its folder does not lead out of it.
func readOf(dir, name string) ([]byte, error) {
	root, err := bounded.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(name, maxMention)
}

// maxMention is the largest file in which a mention of insomnia is looked for.
const maxMention = 4 << 20

func passedOver(flake catalog.Flake, err error) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.SeverityWarning, Code: "flake-passed-over",
		Message:   "the project's flake could not be evaluated and does not mention insomnia, so it counts as one without profiles: " + err.Error(),
		Positions: []diag.Position{{File: flake.File}}}
}

// say writes words beside the data: a line of JSON where errors are JSON too.
func (p *program) say(diagnostics ...diag.Diagnostic) {
	if len(diagnostics) == 0 {
		return
	}
	e := &diag.Error{Exit: diag.ExitDone, Diagnostics: diagnostics}
	if p.json {
		diag.WriteJSON(p.stderr, e)
	} else {
		diag.NewText().Write(p.stderr, e)
	}
}

// note says which profile was chosen and why.
func (p *program) note(notes []string) {
	for _, note := range notes {
		if p.json {
			p.say(diag.Diagnostic{Severity: diag.SeverityNote, Code: "chosen", Message: note, Positions: []diag.Position{}})
		} else {
			io.WriteString(p.stderr, diag.Escape(note, false)+"\n")
		}
	}
}

// selectRef finds what a reference means. A name that several profiles have is
// refused with all of them.
func (p *program) selectRef(ctx context.Context, resolver *resolve.Resolver, text string, options resolve.Options) (*catalog.Selection, error) {
	r := p.catalog(resolver, options)
	chosen, err := r.Select(ctx, text)
	var ambiguous *catalog.Ambiguous
	if errors.As(err, &ambiguous) {
		return nil, p.ambiguous(ctx, resolver, ambiguous, options)
	}
	return chosen, err
}

// resolveChosen selects and resolves; it says what was chosen where the
// reference did not.
func (p *program) resolveChosen(ctx context.Context, resolver *resolve.Resolver, text string, options resolve.Options) (*resolve.Resolved, *catalog.Selection, error) {
	chosen, err := p.selectRef(ctx, resolver, text, options)
	if err != nil {
		return nil, nil, err
	}
	p.note(chosen.Notes)
	options.Downloads = p.downloadsFor(options.Downloads, chosen)
	result, err := resolver.Resolve(ctx, chosen.Target, options)
	if err != nil {
		return nil, nil, err
	}
	p.losses(result.Losses)
	if chosen.Target != chosen.Ref {
		result.Profile.Ref = chosen.Ref
	}
	if chosen.Source != "" {
		result.Profile.Source = chosen.Source
	}
	return result, chosen, nil
}

// ambiguous lists what a name could mean, with file and summary.
func (p *program) ambiguous(ctx context.Context, resolver *resolve.Resolver, a *catalog.Ambiguous, options resolve.Options) error {
	e := diag.Errorf(diag.ExitNotFound, "name-ambiguous", "%s are named `%s`", words.Count(len(a.Candidates), "profile"), a.Name)
	rows := p.evaluate(ctx, resolver, a.Candidates, nil, options)
	width := 0
	for _, row := range rows {
		width = max(width, len(diag.Name(row.Ref)))
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("  %-*s  %s", width, diag.Name(row.Ref), diag.Cell(row.what())))
		e.At(diag.Position{File: row.File, Line: row.Line, Note: row.Ref})
	}
	return e.Hintf("say which one is meant:\n%s\nor settle the name for good, in .insomnia/config.toml or your own: [aliases] %s = \"%s\"",
		strings.Join(lines, "\n"), a.Name, rows[0].Ref)
}

// row is one profile of a list.
type row struct {
	Name        string            `json:"name"`
	Ref         string            `json:"ref"`
	Source      string            `json:"source"`
	File        string            `json:"file,omitempty"`
	Line        int               `json:"line,omitempty"`
	Default     bool              `json:"default"`
	Ok          bool              `json:"ok"`
	Summary     *words.Summary    `json:"summary,omitempty"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
	target      string
	manifest    []byte // of a profile that is sound
}

// label is a name or a reference in a list. That of a profile whose name cannot be
// used is quoted and cut: why it is broken stands beside it.
func (r row) label(text string) string {
	const most = 40
	if catalog.CheckName(r.Name, "") != nil {
		return diag.Shorten(diag.QuoteProse(text), most)
	}
	return diag.Name(text)
}

// what says in a line what the profile may do, or why it is broken.
func (r row) what() string {
	if r.Ok {
		return r.Summary.Words
	}
	if len(r.Diagnostics) == 0 {
		return "broken"
	}
	d := r.Diagnostics[0]
	text, _, _ := strings.Cut(d.Message, "\n")
	if d.Path != "" {
		text = d.Path + ": " + text
	}
	if len(d.Positions) > 0 && d.Positions[0].Line > 0 {
		text += " (" + diag.NewText().Place(diag.Position{File: d.Positions[0].File, Line: d.Positions[0].Line}) + ")"
	}
	if n := len(r.Diagnostics) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more", n)
	}
	return "broken: " + text
}

// evaluate makes rows of candidates. known are the manifests that are there
// already, by target.
func (p *program) evaluate(ctx context.Context, resolver *resolve.Resolver, candidates []catalog.Candidate, known map[string]resolve.Listed, options resolve.Options) []row {
	options = looking(options)
	rows := make([]row, len(candidates))
	var files []string
	var index []int
	for i, c := range candidates {
		rows[i] = row{Name: c.Name, Ref: c.Ref, Source: c.Source, File: c.File, Line: c.Line, Diagnostics: []diag.Diagnostic{}, target: c.Target}
		listed, ok := known[c.Target]
		misnamed := catalog.CheckName(c.Name, c.File)
		switch {
		case misnamed != nil:
			rows[i].fill(resolve.Listed{Diagnostics: misnamed.Diagnostics})
		case ok:
			rows[i].fill(listed)
		case isFlake(c.Target, resolver.Dir):
			result, err := resolver.Resolve(ctx, c.Target, options)
			if err != nil {
				listed.Diagnostics = diag.From(err).Diagnostics
			} else {
				listed.Manifest = result.Manifest
			}
			rows[i].fill(listed)
		default:
			files, index = append(files, c.Target), append(index, i)
		}
	}
	for i, listed := range resolver.ListFiles(ctx, files, options) {
		rows[index[i]].fill(listed)
	}
	return rows
}

// isFlake reports whether a target is an output of a flake, and not a file.
func isFlake(target, dir string) bool {
	ref, err := reference.Parse(target, dir)
	return err == nil && ref.IsFlake()
}

func (r *row) fill(listed resolve.Listed) {
	if listed.Manifest != nil {
		summary, err := words.Summarize(listed.Manifest)
		if err == nil {
			r.Ok, r.Summary, r.manifest = true, &summary, listed.Manifest
			return
		}
		listed.Diagnostics = diag.From(err).Diagnostics
	}
	real, _ := filepath.EvalSymlinks(r.File)
	for _, d := range listed.Diagnostics {
		d.Message, d.Hint, d.Expected = withoutStore(d.Message), withoutStore(d.Hint), withoutStore(d.Expected)
		positions := []diag.Position{}
		for _, at := range d.Positions {
			if at.File == real && real != "" {
				at.File = r.File
			}
			at.File = withoutStore(at.File)
			positions = append(positions, at)
		}
		d.Positions = positions
		r.Diagnostics = append(r.Diagnostics, d)
	}
}

// withoutStore keeps the paths of this machine's store out of a list.
func withoutStore(text string) string {
	if !strings.Contains(text, "/nix/store/") {
		return text
	}
	return regexp.MustCompile(`/nix/store/[0-9a-z]{32}-`).ReplaceAllString(text, "store:")
}

// applyUserConfig takes what the user has set about evaluation; a flag wins.
func applyUserConfig(c *cli.Context, options *resolve.Options) error {
	if c.IsSet("evaluator") {
		return nil
	}
	user, problems := config.Load(config.UserDir(), config.User)
	for _, d := range problems {
		if d.Path == "evaluator" || d.Path == "" {
			return config.Problem(problems)
		}
	}
	if user.Evaluator != "" {
		options.Evaluator = user.Evaluator
	}
	return nil
}

// listTimeout is how long one profile of a list may take.
const listTimeout = 10 * time.Second

// listFlags are for commands that evaluate what nobody named.
func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "timeout", Value: listTimeout, Usage: "stop the evaluation of one profile after `DURATION`"},
		&cli.StringFlag{Name: "evaluator", Value: resolve.Embedded, Usage: "`EVALUATOR` that evaluates the profiles: embedded, the one inside this program, or nix, the one that is installed"},
	}
}

// printJSON prints data as one line of JSON.
func (p *program) printJSON(v any) error {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	return p.write([]byte(b.String()))
}
