package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/importing"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) importCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "make profiles of the settings of another program",
		ArgsUsage: "[PROGRAM] [PATH]",
		Description: "PROGRAM is " + strings.Join(importing.Programs, ", ") + ".\n" +
			"Reads agents, permission rules, MCP servers, skills, commands, hooks and instructions, and writes\n" +
			"profiles: one for the program, one for each agent, and what they share. Without arguments it lists what\n" +
			"can be imported. PATH is a project, or the program's own directory, such as ~/.claude; without it, the\n" +
			"project, or else the user's settings. What a profile cannot say is stricter or left out, and listed\n" +
			"with its place and the reason. No key is written: a profile names a secret, and the commands that bind\n" +
			"it are printed. Nothing of what is read is run. For example:\n\n" +
			"    insomnia import claude --dry-run\n" +
			"    insomnia import codex ~/.codex --user",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "directory `DIR` to write to, instead of the profiles of the project or the user"},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the main profile, instead of that of the program"},
			&cli.BoolFlag{Name: "force", Usage: "write over files that are there"},
			&cli.BoolFlag{Name: "dry-run", Usage: "write nothing, and print what would be written"},
		}, scopeFlags("write them")...),
		Action:       p.importFrom,
		BashComplete: p.completeImport,
	}
}

func (p *program) completeImport(c *cli.Context) {
	if c.NArg() == 0 {
		for _, program := range importing.Programs {
			offer(c.App.Writer, program, "")
		}
	}
}

func (p *program) importFrom(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	from := c.Args().First()
	if from != "" && !slices.Contains(importing.Programs, from) {
		return diag.Errorf(diag.ExitUsage, "usage", "cannot import from %s", diag.Quote(from)).Expectedf("one of: %s", strings.Join(importing.Programs, ", "))
	}
	name := c.String("name")
	if name == "" {
		name = from
	}
	if k := manifest.ProfileName("").Constraint(); from != "" && (!regexp.MustCompile(k.Pattern).MatchString(name) || len(name) > k.MaxLength) {
		return diag.Errorf(diag.ExitUsage, "usage", "--name: must be the name of a profile, got %s", diag.Quote(name))
	}
	if c.String("out") != "" && (c.Bool("user") || c.Bool("project")) {
		return diag.Errorf(diag.ExitUsage, "usage", "--out cannot be used together with --user or --project")
	}
	r := a.Catalog(resolve.Options{Timeout: app.ListTimeout})
	project := r.Root
	if project == "" {
		project = a.Resolver.Dir
	}
	home, _ := os.UserHomeDir()
	candidates := importing.Detect(project, home)
	if from == "" {
		return p.importable(c, candidates)
	}
	path, user := reference.Absolute(c.Args().Get(1), a.Resolver.Dir), false
	if c.NArg() < 2 {
		i := slices.IndexFunc(candidates, func(one importing.Candidate) bool { return one.Program == from })
		if i < 0 {
			return diag.Errorf(diag.ExitNotFound, "nothing-to-import", "no settings of %s found in %s or your home directory", importing.Title(from), project).
				Hintf("name the directory: insomnia import %s PATH", from)
		}
		path, user = candidates[i].Path, candidates[i].User
	} else {
		user = slices.ContainsFunc(candidates, func(one importing.Candidate) bool { return one.Program == from && one.User && one.Path == path })
	}
	imported, err := a.Import(c.Context, from, path, name)
	if err != nil {
		return err
	}
	dir, source := reference.Absolute(c.String("out"), a.Resolver.Dir), ""
	if c.String("out") == "" {
		fallback := config.User
		if r.Root != "" && !user {
			fallback = config.Project
		}
		to, _, err := scope(c, r, fallback)
		if err != nil {
			return err
		}
		dir, source = r.Folder(to), string(to)
		for _, f := range imported.Files {
			if err := config.Inside(filepath.Dir(dir), to, filepath.Join(filepath.Base(dir), filepath.FromSlash(f.Path))); err != nil {
				return err
			}
		}
	}
	existing, unchanged := imported.Existing(dir)
	dry := c.Bool("dry-run")
	if len(existing) > 0 && !c.Bool("force") && !dry {
		return diag.Errorf(diag.ExitState, "file-exists", "%s already exists; nothing was written", diag.Name(existing[0])+more(len(existing)-1)).
			Hintf("to write over: insomnia import %s --force; to look first: insomnia import %s --dry-run", from, from)
	}
	all := unchanged == len(imported.Files)
	if !dry && !all {
		if err := imported.Save(dir, c.Bool("force") || unchanged > 0); err != nil {
			return err
		}
	}
	if c.Bool("json") {
		return p.printJSON(importReport(imported, path, dir, source, dry))
	}
	return p.write(p.importText(imported, path, dir, source, dry, all))
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + words.Count(n, "other file")
}

// importable lists what can be imported.
func (p *program) importable(c *cli.Context, candidates []importing.Candidate) error {
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.importable/v1", "candidates": candidates})
	}
	if len(candidates) == 0 {
		p.note([]string{"nothing to import was found in this project and in your home directory"})
		return nil
	}
	var out bytes.Buffer
	t := newTable(&out)
	t.row("PROGRAM", "PATH", "COMMAND")
	for _, one := range candidates {
		t.row(one.Program, diag.Cell(one.Path), "insomnia import "+one.Program+" "+diag.Shell(one.Path))
	}
	t.flush()
	return p.write(out.Bytes())
}

type importFile struct {
	Path       string `json:"path"`
	Profile    string `json:"profile,omitempty"`
	Bytes      int    `json:"bytes"`
	Executable bool   `json:"executable,omitempty"`
	// Text is the content that would be written, with --dry-run.
	Text *string `json:"text,omitempty"`
}

type importJSON struct {
	Schema  string             `json:"schema"` // insomnia.import/v1
	Program string             `json:"program"`
	From    string             `json:"from"`
	Dir     string             `json:"dir"`
	Written bool               `json:"written"`
	Read    []string           `json:"read"`
	Files   []importFile       `json:"files"`
	Refs    map[string]string  `json:"refs"` // by profile name
	Secrets []importing.Secret `json:"secrets"`
	Losses  []importing.Loss   `json:"losses"`
}

func importReport(i *app.Imported, from, dir, source string, dry bool) importJSON {
	out := importJSON{Schema: "insomnia.import/v1", Program: i.Program, From: from, Dir: dir, Written: !dry, Read: i.Found.Read,
		Refs: map[string]string{}, Secrets: append([]importing.Secret{}, i.Found.Secrets...), Losses: append([]importing.Loss{}, i.Found.Losses...)}
	for _, f := range i.Files {
		file := importFile{Path: f.Path, Profile: f.Profile, Bytes: len(f.Data), Executable: f.Executable}
		if dry {
			text := string(f.Data)
			file.Text = &text
		}
		out.Files = append(out.Files, file)
		if f.Profile != "" {
			out.Refs[f.Profile] = importRef(f, dir, source)
		}
	}
	return out
}

// importRef returns the reference to a profile that was written.
func importRef(f importing.File, dir, source string) string {
	if source == "" {
		return filepath.Join(dir, filepath.FromSlash(f.Path))
	}
	return reference.OfSource(source, f.Profile).String()
}

func (p *program) importText(i *app.Imported, from, dir, source string, dry, all bool) []byte {
	var out bytes.Buffer
	f := i.Found
	verb := "wrote"
	if dry {
		verb = "would write"
	}
	profiles := 0
	for _, file := range i.Files {
		profiles += min(len(file.Profile), 1)
	}
	fmt.Fprintf(&out, "read %s of %s in %s; ", words.Count(len(f.Read), "file"), importing.Title(i.Program), diag.Name(f.Dir))
	made := words.Count(profiles, "profile") + " and " + words.Count(len(i.Files)-profiles, "other file")
	if all && !dry {
		fmt.Fprintf(&out, "unchanged: %s in %s\n", made, diag.Name(dir))
	} else {
		fmt.Fprintf(&out, "%s %s to %s\n", verb, made, diag.Name(dir))
	}
	out.WriteString("\n")
	t := newTable(&out)
	t.row("PROFILE", "REFERENCE")
	for _, file := range i.Files {
		if file.Profile != "" {
			t.row(diag.Cell(file.Profile), diag.Shell(importRef(file, dir, source)))
		}
	}
	t.flush()
	if dry {
		for _, file := range i.Files {
			fmt.Fprintf(&out, "\n==> %s <==\n%s", diag.Cell(file.Path), diag.Escape(string(file.Data), true))
			if !bytes.HasSuffix(file.Data, []byte("\n")) {
				out.WriteString("\n")
			}
		}
	}
	if len(f.Secrets) > 0 {
		out.WriteString("\nsecrets to bind:\n")
		for _, s := range f.Secrets {
			out.WriteString("    " + diag.Escape(s.Bind, false) + "\n")
		}
	}
	writeLosses(&out, f)
	return out.Bytes()
}

// writeLosses lists what the profiles leave out or express differently.
func writeLosses(out *bytes.Buffer, f *importing.Found) {
	t := newTable(out)
	for _, kind := range []struct{ name, title string }{
		{importing.Lost, "left out"}, {importing.Stricter, "stricter than before"}, {importing.Changed, "written in another way"}, {importing.Shown, "characters that cannot be seen"},
	} {
		first := true
		for _, l := range f.Losses {
			if l.Kind != kind.name {
				continue
			}
			if first {
				out.WriteString("\n" + kind.title + ":\n")
				t.row("  PLACE", "FIELD", "REASON")
				first = false
			}
			t.row("  "+orDash(l.Place()), orDash(keyform.Mask(l.Field)), diag.Cell(l.Reason))
		}
		t.flush()
	}
}
