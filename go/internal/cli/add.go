package cli

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/importing"
	"github.com/insomnia-pods/insomnia/go/internal/look"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

func (p *program) addCommand() *cli.Command {
	return &cli.Command{
		Name:      "add",
		Usage:     "add a published skill, agent or MCP server",
		ArgsUsage: "[REF | NAME]",
		Description: "REF is a directory with SKILL.md, a Markdown file with frontmatter, or a .json file with mcpServers, of\n" +
			"which #NAME selects one: github:OWNER/REPO/PATH, git+https://HOST/REPO?dir=PATH,\n" +
			"https://HOST/FILE.tar.gz?dir=PATH or ./PATH. Its content is shown, with invisible characters escaped,\n" +
			"and written after you agree, as a layer below `added` next to the profiles; added.lock pins it. Nothing\n" +
			"of it is run, and no key is written. --outdated compares with what is there now, --update shows the\n" +
			"difference and pins the new version. For example:\n\n" +
			"    insomnia add github:anthropics/skills/skills/pdf\n" +
			"    insomnia add --outdated\n" +
			"    insomnia add --update pdf",
		Flags: append(append([]cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the layer, instead of that of its author"},
			&cli.BoolFlag{Name: "list", Usage: "list what was added, without a download"},
			&cli.BoolFlag{Name: "outdated", Usage: "list what changed upstream; exit with 1 when something did"},
			&cli.BoolFlag{Name: "update", Usage: "show what changed upstream, of NAME or of all, and pin the new version"},
			&cli.BoolFlag{Name: "remove", Usage: "remove the files of NAME and its pin"},
			&cli.BoolFlag{Name: "dry-run", Usage: "show the content without writing it"},
			yesFlag("write what is shown without asking"),
			offlineFlag(),
		}, downloadFlags()...), scopeFlags("add it")...),
		Action:       p.add,
		BashComplete: p.completeAdded,
	}
}

func (p *program) completeAdded(c *cli.Context) {
	if a, err := p.open(c); err == nil && (c.Bool("update") || c.Bool("remove") || c.Bool("outdated")) && c.NArg() == 0 {
		all, _ := a.Added(c.Context, "", inScope(c), false, resolve.Options{Timeout: app.ListTimeout})
		for _, x := range all {
			offer(c.App.Writer, x.Name, "")
		}
	}
}

// inScope returns a filter for the scopes that --user and --project select.
func inScope(c *cli.Context) func(config.Scope) bool {
	return func(s config.Scope) bool {
		return !(c.Bool("user") && s != config.User || c.Bool("project") && s != config.Project)
	}
}

func (p *program) add(c *cli.Context) error {
	var modes []string
	for _, name := range []string{"list", "outdated", "update", "remove"} {
		if c.Bool(name) {
			modes = append(modes, "--"+name)
		}
	}
	arg := c.Args().First()
	switch {
	case len(modes) > 1:
		return diag.Errorf(diag.ExitUsage, "usage", "%s and %s cannot be used together", modes[0], modes[1])
	case len(modes) == 1 && c.String("name") != "":
		return diag.Errorf(diag.ExitUsage, "usage", "--name and %s cannot be used together", modes[0])
	case len(modes) == 0 && arg == "":
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF").Hintf("to list what was added: insomnia add --list")
	case c.Bool("remove") && arg == "":
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: NAME").Hintf("to list what was added: insomnia add --list")
	}
	a, options, err := p.adding(c)
	if err != nil {
		return err
	}
	if len(modes) == 0 {
		return p.addNew(c, a, arg, options)
	}
	if _, _, err := scope(c, a.Catalog(options), config.User); err != nil && c.Bool("user") && c.Bool("project") {
		return err
	}
	all, err := a.Added(c.Context, arg, inScope(c), c.Bool("outdated") || c.Bool("update"), options)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("update"):
		return p.addUpdate(c, all)
	case c.Bool("remove"):
		return p.addRemove(c, all[0])
	}
	return p.addList(c, all)
}

// adding is downloading for a command that evaluates nothing.
func (p *program) adding(c *cli.Context) (*app.App, resolve.Options, error) {
	a, err := p.open(c)
	options := resolve.Options{Timeout: app.ListTimeout}
	if err == nil {
		options.Downloads, err = typed(c)
	}
	return a, options, err
}

func (p *program) addNew(c *cli.Context, a *app.App, text string, options resolve.Options) error {
	r := a.Catalog(options)
	fallback := config.User
	if r.Root != "" {
		fallback = config.Project
	}
	to, _, err := scope(c, r, fallback)
	if err != nil {
		return err
	}
	x, err := a.Add(c.Context, text, c.String("name"), to, options)
	if err != nil {
		return err
	}
	report := additionsReport{Schema: "insomnia.add/v1", Additions: []additionJSON{}}
	switch {
	case x.State == app.AdditionSame:
		p.inform("%s was added already, from %s", diag.Quote(x.Name), x.Before.Ref)
		p.informLayer(x)
	default:
		if err := p.agree(c, x); err != nil {
			return err
		}
		if !c.Bool("dry-run") {
			p.inform("added the %s %s to %s", importing.KindTitle(x.After.Kind), diag.Quote(x.Name), x.Layer())
			p.inform("to use it, write into a profile next to `added`: %s", x.Use())
		}
	}
	if !c.Bool("json") {
		return nil
	}
	report.Additions = append(report.Additions, additionOf(x, true, x.State != app.AdditionSame && !c.Bool("dry-run")))
	return p.printJSON(report)
}

// agree shows an addition, asks for confirmation, and saves it.
func (p *program) agree(c *cli.Context, x *app.Addition) error {
	if err := x.Writable(); err != nil {
		return err
	}
	dry := c.Bool("dry-run")
	switch {
	case p.json:
	case p.canAsk() && !dry && p.toTerminal():
		if err := p.page(c, additionText(x, p.out)); err != nil {
			return err
		}
	default:
		if _, err := p.stderr.Write([]byte(additionText(x, p.err))); err != nil {
			return err
		}
	}
	if dry {
		p.inform("nothing was written: --dry-run")
		return nil
	}
	question := "add this?"
	if x.Before != nil {
		question = diag.Sprintf("update `%s` to this?", x.Name)
	}
	if err := p.confirm(c, question); err != nil {
		return err
	}
	return x.Save()
}

func (p *program) informLayer(x *app.Addition) {
	for _, file := range x.Edited {
		p.inform("  edited here: %s", filepath.Join(x.Dir, filepath.FromSlash(file)))
	}
	for _, file := range x.Missing {
		p.inform("  missing: %s; to write it again: insomnia add --update %s", filepath.Join(x.Dir, filepath.FromSlash(file)), x.Name)
	}
}

func (p *program) addUpdate(c *cli.Context, all []*app.Addition) error {
	report := additionsReport{Schema: "insomnia.add/v1", Additions: []additionJSON{}}
	var failed error
	for _, x := range all {
		written := false
		err := x.Err
		switch {
		case err != nil:
		case !x.Pending():
			p.inform("%s is up to date: %s", diag.Quote(x.Name), lock.Describe(x.Before.Locked))
			p.informLayer(x)
		case x.State == app.AdditionChanged:
			if err = p.agree(c, x); err == nil {
				written = !c.Bool("dry-run")
			}
		case c.Bool("dry-run"):
			p.inform("%s: the content is the same; nothing was written: --dry-run", diag.Quote(x.Name))
		default:
			if err = x.Save(); err == nil {
				written = true
			}
		}
		if written {
			what := "updated"
			if x.State != app.AdditionChanged {
				what = "pinned the new version, with the same content, of"
			}
			p.inform("%s %s", what, diag.Quote(x.Name))
			if from, to := lock.Describe(x.Before.Locked), lock.Describe(x.After.Locked); from != to {
				p.inform("  from %s\n  to   %s", from, to)
			}
		}
		if err != nil {
			var known *diag.Error
			if len(all) == 1 || !errors.As(err, &known) || known.Exit == diag.ExitInterrupted || known.Exit == diag.ExitUsage {
				return err
			}
			if failed == nil {
				failed = err
			} else {
				p.say(known.Diagnostics...)
			}
		}
		report.Additions = append(report.Additions, additionOf(x, true, written))
	}
	if len(all) == 0 {
		p.inform("nothing was added yet")
	}
	if failed != nil || !c.Bool("json") {
		return failed
	}
	return p.printJSON(report)
}

func (p *program) addRemove(c *cli.Context, x *app.Addition) error {
	if c.Bool("dry-run") {
		p.inform("nothing was removed: --dry-run")
		return nil
	}
	if err := x.Remove(); err != nil {
		return err
	}
	p.inform("removed %s, from %s", diag.Quote(x.Name), x.Before.Ref)
	for _, file := range x.Edited {
		p.inform("  edited here, and left: %s", filepath.Join(x.Dir, filepath.FromSlash(file)))
	}
	if c.Bool("json") {
		return p.printJSON(additionsReport{Schema: "insomnia.add/v1", Additions: []additionJSON{additionOf(x, false, true)}})
	}
	return nil
}

// addList prints the additions, and with --outdated their present state.
func (p *program) addList(c *cli.Context, all []*app.Addition) error {
	outdated := c.Bool("outdated")
	report := additionsReport{Schema: "insomnia.added/v1", Additions: []additionJSON{}}
	var out bytes.Buffer
	t := p.list(&out)
	header := []string{"NAME", "KIND", "SCOPE", "PIN", "REFERENCE"}
	if outdated {
		header = []string{"NAME", "KIND", "SCOPE", "STATE", "PIN", "NOW", "REFERENCE"}
	}
	t.row(header...)
	changed := false
	for _, x := range all {
		state := x.State
		if len(x.Edited) > 0 {
			state += ", edited here"
		}
		if len(x.Missing) > 0 {
			state += ", files missing"
		}
		pin, now := shortPin(x.Before.Locked), "-"
		if x.After != nil {
			now = shortPin(x.After.Locked)
		}
		row := []string{x.Name, x.Before.Kind, string(x.Scope), pin, diag.Cell(x.Before.Ref)}
		if outdated {
			row = []string{x.Name, x.Before.Kind, string(x.Scope), state, pin, now, diag.Cell(x.Before.Ref)}
			changed = changed || x.State != app.AdditionSame
		}
		t.row(row...)
		report.Additions = append(report.Additions, additionOf(x, false, false))
		if x.Err != nil {
			p.say(diag.From(x.Err).Diagnostics...)
		}
	}
	switch {
	case c.Bool("json"):
		if err := p.printJSON(report); err != nil {
			return err
		}
	case len(all) == 0:
		p.inform("nothing was added yet")
	default:
		t.flush()
		if err := p.write(out.Bytes()); err != nil {
			return err
		}
	}
	if changed {
		return &diag.Error{Exit: diag.ExitDifference}
	}
	return nil
}

// shortPin returns a commit or a hash, cut for a table.
func shortPin(locked map[string]any) string {
	for _, name := range []string{"rev", "narHash"} {
		if text, _ := locked[name].(string); text != "" {
			return diag.Cell(strings.ToValidUTF8(text[:min(len(text), 19)], ""))
		}
	}
	return "-"
}

// additionText shows what would be written. It quotes every line, so that none can pass
// for a message of this program.
func additionText(x *app.Addition, paint look.Paint) string {
	var out strings.Builder
	fmt.Fprintf(&out, "the %s %s of %s\n", importing.KindTitle(x.After.Kind), diag.Quote(x.Made.Name), diag.Name(x.After.Ref))
	if x.Before != nil && lock.Describe(x.Before.Locked) != lock.Describe(x.After.Locked) {
		fmt.Fprintf(&out, "  from %s\n  to   %s\n", diag.Escape(lock.Describe(x.Before.Locked), false), diag.Escape(lock.Describe(x.After.Locked), false))
	} else {
		fmt.Fprintf(&out, "  %s\n", diag.Escape(lock.Describe(x.After.Locked), false))
	}
	for _, f := range x.Made.Files {
		old := x.Text(f.Path)
		switch {
		case x.Before != nil && bytes.Equal(old, f.Data):
			continue
		case x.Before == nil || old == nil:
			fmt.Fprintf(&out, "\n==> %s <==\n", diag.Cell(f.Path))
			quoteLines(&out, string(f.Data))
		default:
			fmt.Fprintf(&out, "\n==> %s, changed <==\n", diag.Cell(f.Path))
			differenceLines(&out, string(old), string(f.Data), paint)
		}
		if f.Executable {
			out.WriteString("  (executable)\n")
		}
	}
	for _, file := range x.Removed {
		fmt.Fprintf(&out, "\n==> %s, removed <==\n", diag.Cell(file))
	}
	lossText(&out, x.Made.Found)
	out.WriteString("\n")
	return out.String()
}

const bar = "  | "

func quoteLines(out *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(bar+diag.Escape(strings.TrimSuffix(line, "\n"), false), " ") + "\n")
	}
}

// differenceLines quotes the changed lines with three lines of context.
func differenceLines(out *strings.Builder, old, new string, paint look.Paint) {
	at := 0
	for line := range strings.Lines(udiff.Unified("old", "new", old, new)) {
		if at++; at > 2 { // the names of the files
			style := map[byte]look.Style{'+': look.Added, '-': look.Removed, '@': look.Dim}[line[0]]
			text := strings.TrimRight(diag.Escape(strings.TrimSuffix(line, "\n"), false), " ")
			out.WriteString(strings.TrimRight(bar+paint.Text(style, text), " ") + "\n")
		}
	}
}

// lossText lists the secrets to bind, and what the layer leaves out.
func lossText(out *strings.Builder, f *importing.Found) {
	if len(f.Secrets) > 0 {
		out.WriteString("\nsecrets to bind:\n")
		for _, s := range f.Secrets {
			out.WriteString("    " + diag.Escape(s.Bind, false) + "\n")
		}
	}
	var b bytes.Buffer
	writeLosses(&b, f)
	out.Write(b.Bytes())
}

type additionsReport struct {
	Schema    string         `json:"schema"` // insomnia.add/v1, or insomnia.added/v1 for a list
	Additions []additionJSON `json:"additions"`
}

type additionJSON struct {
	Name    string             `json:"name"`
	Kind    string             `json:"kind"`
	Ref     string             `json:"ref"`
	Scope   string             `json:"scope"`
	State   string             `json:"state"`
	Layer   string             `json:"layer"`
	Use     string             `json:"use"`
	Written bool               `json:"written"`
	Pinned  map[string]any     `json:"pinned,omitempty"`
	Now     map[string]any     `json:"now,omitempty"`
	Edited  []string           `json:"edited,omitempty"`
	Missing []string           `json:"missing,omitempty"`
	Error   []diag.Diagnostic  `json:"error,omitempty"`
	Files   []importFile       `json:"files,omitempty"`
	Secrets []importing.Secret `json:"secrets,omitempty"`
	Losses  []importing.Loss   `json:"losses,omitempty"`
}

func additionOf(x *app.Addition, texts, written bool) additionJSON {
	out := additionJSON{Name: x.Name, Scope: string(x.Scope), State: x.State, Layer: x.Layer(), Use: x.Use(), Written: written, Edited: x.Edited, Missing: x.Missing}
	if x.Before != nil {
		out.Kind, out.Ref, out.Pinned = x.Before.Kind, x.Before.Ref, x.Before.Locked
	}
	if x.After != nil {
		out.Kind, out.Ref, out.Now = x.After.Kind, x.After.Ref, x.After.Locked
	}
	if x.Err != nil {
		out.Error = diag.From(x.Err).Diagnostics
	}
	if x.Made == nil || !texts {
		return out
	}
	out.Secrets, out.Losses = x.Made.Found.Secrets, x.Made.Found.Losses
	for _, f := range x.Made.Files {
		file := importFile{Path: f.Path, Bytes: len(f.Data), Executable: f.Executable}
		if utf8.Valid(f.Data) {
			text := string(f.Data)
			file.Text = &text
		}
		out.Files = append(out.Files, file)
	}
	return out
}
