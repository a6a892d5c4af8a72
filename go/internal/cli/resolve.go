package cli

import (
	"context"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) resolveCommand() *cli.Command {
	return &cli.Command{
		Name:      "resolve",
		Usage:     "resolve a profile to its manifest and print it as canonical JSON",
		ArgsUsage: "[REF]",
		Description: "REF is the name of a profile (coder), a qualified reference (builtin:coder, user:coder,\n" +
			"project:coder, SOURCE:coder), a flake reference (.#coder, github:OWNER/REPO#coder, path:FOLDER#coder),\n" +
			"or a profile file (./coder.nix, or a folder with a profile.nix). `.` is the profile of the flake\n" +
			"here, if it has just one. A path with dots starts from the flake's outputs: .#lib.profiles.coder.\n" +
			"Without REF it is the default profile: the project's, else the user's, else builtin:coder.\n" +
			"With --expect nothing is printed when the manifest has another digest.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "manifest", Usage: "read a manifest from `FILE` (.toml or .json, - for standard input) instead of resolving a profile"},
			&cli.StringFlag{Name: "from-resolved", Usage: "read an envelope from `FILE`, as --provenance prints it, instead of resolving a profile"},
			expectFlag(),
			&cli.BoolFlag{Name: "provenance", Usage: "print the envelope: profile, provenance, manifest and digest"},
			&cli.BoolFlag{Name: "pretty", Usage: "indent the JSON"},
			strictFlag(),
		}, append(profileFlags(), downloadFlags()...)...),
		Action:       p.resolve,
		BashComplete: p.completeNames,
	}
}

func expectFlag() cli.Flag {
	return &cli.StringFlag{Name: "expect", Usage: "fail with exit code 1 unless the manifest has this `DIGEST`, and show what differs where that is known"}
}

// expectation returns the digest from --expect; empty without the flag.
func expectation(c *cli.Context) (string, error) {
	digest := c.String("expect")
	if digest == "" {
		return "", nil
	}
	return digest, app.CheckDigest(digest)
}

// profileFlags returns the flags of commands that resolve a reference to a profile.
func profileFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "root", Usage: "`DIR` that a profile file may read, instead of its git work tree or directory"},
	}, evaluationFlags()...)
}

// evaluationFlags returns the flags of commands that evaluate.
func evaluationFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: pairFlag, Value: &texts{}, Usage: "use another flake for an input, as in nix: `NAME REF`; repeatable"},
		&cli.DurationFlag{Name: "timeout", Value: evaluate.DefaultTimeout, Usage: "stop an evaluation, or a download that receives nothing, after `DURATION`"},
		memoryFlag(),
		offlineFlag(),
		&cli.StringFlag{Name: "evaluator", Value: resolve.Embedded, Usage: "`EVALUATOR` that evaluates the profile: embedded, the one inside this program, or nix, the one that is installed"},
	}
}

// texts is the value of a repeatable flag.
type texts []string

func (t *texts) Set(text string) error { *t = append(*t, text); return nil }
func (t *texts) String() string        { return "" }

// applyUserConfig applies the user's config for evaluation; flags win.
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

// listFlags returns the flags of commands that evaluate profiles the user did not name.
func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "timeout", Value: app.ListTimeout, Usage: "stop the evaluation of one profile after `DURATION`"},
		memoryFlag(),
		&cli.StringFlag{Name: "evaluator", Value: resolve.Embedded, Usage: "`EVALUATOR` that evaluates the profiles: embedded, the one inside this program, or nix, the one that is installed"},
	}
}

// evaluationOptions returns the evaluation options from the flags.
func evaluationOptions(c *cli.Context) (resolve.Options, error) {
	options := resolve.Options{Evaluator: c.String("evaluator"), Timeout: c.Duration("timeout"), Memory: memoryLimit(c), Root: c.String("root")}
	if c.Bool("offline") {
		options.Downloads.Rule = resolve.OfflineRule
	}
	if err := applyUserConfig(c, &options); err != nil {
		return options, err
	}
	if options.Evaluator != resolve.Embedded && options.Evaluator != resolve.Nix {
		return options, diag.Errorf(diag.ExitUsage, "usage", "unknown evaluator `%s`", options.Evaluator).
			Expectedf("%s or %s", resolve.Embedded, resolve.Nix)
	}
	if options.Timeout <= 0 {
		return options, diag.Errorf(diag.ExitUsage, "usage", "--timeout must be more than nothing")
	}
	pairs, given := c.Generic(pairFlag).(*texts)
	if !given { // this command does not have the flag
		return options, nil
	}
	for _, pair := range *pairs {
		name, ref, ok := strings.Cut(pair, pairSeparator)
		if !ok || name == "" || ref == "" || strings.HasPrefix(name, "-") || strings.HasPrefix(ref, "-") {
			return options, diag.Errorf(diag.ExitUsage, "usage", "--override-input needs two values").
				Expectedf("--override-input NAME REF")
		}
		options.Overrides = append(options.Overrides, resolve.Override{Input: name, Ref: ref})
	}
	return options, nil
}

// evaluating opens the use cases with the evaluation options from the flags; nothing is
// downloaded.
func (p *program) evaluating(c *cli.Context) (*app.App, resolve.Options, error) {
	a, err := p.open(c)
	if err != nil {
		return nil, resolve.Options{}, err
	}
	options, err := evaluationOptions(c)
	return a, options, err
}

func (p *program) resolve(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	expected, err := expectation(c)
	if err != nil {
		return err
	}
	options.Provenance = c.Bool("provenance")
	result, err := p.resolved(c.Context, a, what(c), options)
	if err != nil {
		return err
	}
	if expected != "" {
		if err := a.Expect(result, expected); err != nil {
			return err
		}
	}
	if err := p.warn(c, a.Warnings(c.Context, what(c), result, options)); err != nil {
		return err
	}

	out := result.Manifest
	if options.Provenance {
		if out, err = result.Envelope(); err != nil {
			return err
		}
	}
	if c.Bool("pretty") {
		pretty := jsontext.Value(out).Clone()
		if err := pretty.Indent(jsontext.WithIndent("  ")); err != nil {
			return err
		}
		out = pretty
	}
	return p.write(append(out, '\n'))
}

// what returns the selection from REF, --manifest and --from-resolved.
func what(c *cli.Context) app.What {
	return app.What{Ref: c.Args().First(), Manifest: c.String("manifest"), FromResolved: c.String("from-resolved")}
}

// resolved resolves a selection and prints what is lost in the conversion.
func (p *program) resolved(ctx context.Context, a *app.App, what app.What, options resolve.Options) (*app.Resolved, error) {
	result, err := a.Resolve(ctx, what, options)
	if err == nil {
		p.losses(result.Losses)
	}
	return result, err
}

// resolvedManifest returns the manifest of the selection from the command line.
func (p *program) resolvedManifest(c *cli.Context, a *app.App, options resolve.Options) (*manifest.Manifest, error) {
	result, err := p.resolved(c.Context, a, what(c), options)
	if err != nil {
		return nil, err
	}
	m, problems := manifest.DecodeForm(result.Manifest)
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	return m, nil
}
