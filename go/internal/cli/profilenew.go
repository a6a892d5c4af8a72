package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

//go:embed starter.nix
var starter string

func (p *program) profileNewCommand() *cli.Command {
	return &cli.Command{
		Name:      "new",
		Usage:     "create a profile to begin with",
		ArgsUsage: "NAME",
		Description: "Writes a commented profile file that resolves as it is, to the project's .insomnia/profiles where\n" +
			"there is a project and else to the user's folder, and prints its path. A file that is there\n" +
			"is left alone. With --from the profile imports another one and sets, as they are there, the values\n" +
			"that are changed most often; where other profiles have the name NAME too, an alias makes it mean\n" +
			"the new one. For example:\n\n" +
			"    insomnia profile new my-reviewer --from builtin:reviewer",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "from", Usage: "import the profile `REF`: a built-in one, or a file"},
		}, scopeFlags("write it")...),
		Action: p.profileNew,
	}
}

func (p *program) profileNew(c *cli.Context) error {
	name := c.Args().First()
	if name == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: NAME").Expectedf("insomnia profile new NAME")
	}
	if k := manifest.ProfileName("").Constraint(); !regexp.MustCompile(k.Pattern).MatchString(name) || len(name) > k.MaxLength {
		return diag.Errorf(diag.ExitUsage, "usage", "`%s` is not the name of a profile", name).
			Expectedf("a-z, 0-9 and -, at most %d, such as my-coder", k.MaxLength)
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{Timeout: app.ListTimeout})
	fallback := config.User
	if r.Root != "" {
		fallback = config.Project
	}
	to, _, err := scope(c, r, fallback)
	if err != nil {
		return err
	}
	dir := r.Folder(to)
	path := filepath.Join(dir, name+".nix")
	if err := config.Inside(filepath.Dir(dir), to, filepath.Join(filepath.Base(dir), name+".nix")); err != nil {
		return err
	}
	if err := config.InStore(path, ""); err != nil {
		return err
	}
	there, err := r.InFolder(to, name)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return diag.Errorf(diag.ExitState, "file-exists", "the profile %s already exists: %s; not overwritten", diag.Quote(name), there[0]).
			Hintf("choose another name, or edit it: insomnia profile edit %s:%s", to, name)
	}
	if _, err := os.Lstat(path); err == nil {
		return diag.Errorf(diag.ExitState, "file-exists", "%s already exists; not overwritten", path).
			Hintf("choose another name, or edit the file")
	}
	text := strings.ReplaceAll(starter, "NAME", name)
	options := resolve.Options{Timeout: app.ListTimeout, Evaluator: resolve.Embedded}
	if from := c.String("from"); from != "" {
		if text, err = a.Layer(c.Context, name, from, to, path, options); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cannotWrite(path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cannotWrite(path, err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	ref, meaning, settled := p.meaning(c.Context, r, name, string(to), path)
	if c.String("from") != "" {
		if _, err := a.Resolver.Resolve(c.Context, reference.OfFile(path), options); err != nil {
			os.Remove(path) // undo the write
			return err
		}
		if settled != "" {
			if err := p.settle(r, settled, name, ref); err != nil {
				return err
			}
			meaning = nil
		}
	}
	p.note([]string{"try it: insomnia resolve " + diag.Shell(ref)})
	p.say(meaning...)
	if c.Bool("json") {
		return p.printJSON(map[string]string{"schema": "insomnia.new/v1", "file": path, "ref": ref})
	}
	return p.write([]byte(diag.NewText().Place(diag.Position{File: path}) + "\n"))
}

// meaning returns the reference to a profile that was just written. It adds a warning if
// the name alone now means several profiles, or another one. settled is the scope in
// which an alias settles an ambiguous name; empty if the name is not ambiguous or no
// alias can settle it.
func (p *program) meaning(ctx context.Context, r *catalog.Catalog, name, source, path string) (ref string, warnings []diag.Diagnostic, settled config.Scope) {
	ref = reference.OfSource(source, name).String()
	warning := diag.Diagnostic{Severity: diag.SeverityWarning, Code: "name-ambiguous", Positions: []diag.Position{}}
	candidates := []catalog.Candidate{{Source: source}}
	bare, err := reference.Parse(name, r.Dir)
	if err != nil {
		return ref, nil, ""
	}
	chosen, err := r.Select(ctx, bare)
	var ambiguous *catalog.Ambiguous
	switch {
	case errors.As(err, &ambiguous):
		candidates, settled = ambiguous.Candidates, app.SettledIn(name, ambiguous.Candidates)
		refs := make([]string, len(candidates))
		for i, c := range candidates {
			if refs[i] = diag.Name(c.Ref.String()); c.File == path {
				ref = c.Ref.String()
			}
		}
		warning.Message = fmt.Sprintf("the name %s is ambiguous now: %s", diag.Quote(name), strings.Join(refs, ", "))
	case err == nil && chosen.Target.Path != path:
		if r.Project != nil && r.Project.Aliases[name].Value != "" {
			candidates[0].Source = catalog.Project // the project's alias would override the user's
		}
		warning.Message = fmt.Sprintf("the name %s alone does not mean it: %s", diag.Quote(name), strings.Join(append(words.Steps(chosen), chosen.Ref.String())[:1], ""))
	default:
		return ref, nil, "" // commands that look the name up report any other problem
	}
	if settle := app.Settling(name, ref, candidates); settle != "" {
		warning.Hint = "to make the name mean the new profile: " + settle
	}
	return ref, []diag.Diagnostic{warning}, settled
}

// settle adds an alias that makes an ambiguous name mean a new profile.
func (p *program) settle(r *catalog.Catalog, to config.Scope, name, ref string) error {
	dir, err := r.ConfigDir(to)
	if err != nil {
		return err
	}
	if err := config.Set(dir, to, "aliases", name, ref); err != nil {
		return err
	}
	p.note([]string{fmt.Sprintf("the name %s means %s now: an alias in %s", diag.Quote(name), diag.Name(ref), diag.NewText().Place(diag.Position{File: filepath.Join(dir, config.LocalName)}))})
	return nil
}

func cannotWrite(path string, err error) error {
	return diag.Errorf(diag.ExitState, "file-not-written", "cannot write %s: %v", path, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, filepath.Dir(path)))
}
