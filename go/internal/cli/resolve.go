package cli

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
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
			"Without REF it is the default profile: the project's, else the user's, else builtin:coder.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "manifest", Usage: "read a manifest from `FILE` (.toml or .json) instead of resolving a profile"},
			&cli.StringFlag{Name: "from-resolved", Usage: "read an envelope from `FILE`, as --provenance prints it, instead of resolving a profile"},
			&cli.BoolFlag{Name: "provenance", Usage: "print the envelope: profile, provenance, manifest and digest"},
			&cli.BoolFlag{Name: "pretty", Usage: "indent the JSON"},
			strictFlag(),
			&cli.StringFlag{Name: "root", Usage: "let a profile file read what is below `FOLDER`, instead of its git work tree or folder"},
		}, append(evaluationFlags(), downloadFlags()...)...),
		Action:       p.resolve,
		BashComplete: p.completeNames,
	}
}

// evaluationFlags are for the commands that evaluate.
func evaluationFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: pairFlag, Value: &texts{}, Usage: "use another flake for an input, as in nix: `NAME REF`; repeatable"},
		&cli.DurationFlag{Name: "timeout", Value: nix.DefaultTimeout, Usage: "stop an evaluation, or a download that receives nothing, after `DURATION`"},
		offlineFlag(),
		&cli.StringFlag{Name: "evaluator", Value: resolve.Embedded, Usage: "`EVALUATOR` that evaluates the profile: embedded, the one inside this program, or nix, the one that is installed"},
	}
}

// texts is the value of a flag that can be repeated.
type texts []string

func (t *texts) Set(text string) error { *t = append(*t, text); return nil }
func (t *texts) String() string        { return "" }

// evaluating is what a command with --root and the flags for evaluation resolves with.
func (p *program) evaluating(c *cli.Context) (*resolve.Resolver, resolve.Options, error) {
	options, err := evaluationOptions(c)
	if err != nil {
		return nil, options, err
	}
	options.Root = c.String("root")
	resolver, err := p.resolver(c)
	return resolver, options, err
}

func evaluationOptions(c *cli.Context) (resolve.Options, error) {
	options := resolve.Options{Evaluator: c.String("evaluator"), Timeout: c.Duration("timeout")}
	if c.Bool("offline") {
		options.Downloads.Rule = resolve.OfflineRule
	}
	if err := applyUserConfig(c, &options); err != nil {
		return options, err
	}
	if options.Evaluator != resolve.Embedded && options.Evaluator != resolve.Nix {
		return options, diag.Errorf(diag.ExitUsage, "usage", "there is no evaluator `%s`", options.Evaluator).
			Expectedf("%s or %s", resolve.Embedded, resolve.Nix)
	}
	if options.Timeout <= 0 {
		return options, diag.Errorf(diag.ExitUsage, "usage", "--timeout must be more than nothing")
	}
	pairs, given := c.Generic(pairFlag).(*texts)
	if !given { // not a flag of this command
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

func (p *program) resolve(c *cli.Context) error {
	if err := arguments(c, 1, "[REF]"); err != nil {
		return err
	}
	options, err := downloadOptions(c)
	if err != nil {
		return err
	}
	options.Root = c.String("root")
	options.Provenance = c.Bool("provenance")
	resolver, err := p.resolver(c)
	if err != nil {
		return err
	}

	result, err := p.resolved(c, resolver, options)
	if err != nil {
		return err
	}
	if err := p.warn(c, resolve.Hidden(result.Manifest)); err != nil {
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

// resolved is what the reference leads to, or what is in the file that stands in
// its place.
func (p *program) resolved(c *cli.Context, resolver *resolve.Resolver, options resolve.Options) (*resolve.Resolved, error) {
	file, from := c.String("manifest"), c.String("from-resolved")
	switch {
	case c.IsSet("manifest") && c.IsSet("from-resolved"):
		return nil, diag.Errorf(diag.ExitUsage, "usage", "--manifest and --from-resolved exclude each other")
	case c.IsSet("manifest"), c.IsSet("from-resolved"):
		flag := "manifest"
		if c.IsSet("from-resolved") {
			flag = "from-resolved"
		}
		if c.NArg() > 0 {
			return nil, diag.Errorf(diag.ExitUsage, "usage", "a reference and --%s exclude each other: %s", flag, c.Args().First())
		}
		for _, name := range []string{"override-input", "root"} {
			if c.IsSet(name) {
				return nil, diag.Errorf(diag.ExitUsage, "usage", "--%s and --%s exclude each other", name, flag)
			}
		}
	default:
		result, _, err := p.resolveChosen(c.Context, resolver, c.Args().First(), options)
		return result, err
	}
	if from != "" {
		e, err := resolver.Envelope(from)
		if err != nil {
			return nil, err
		}
		return &resolve.Resolved{Profile: e.Profile, Provenance: e.Provenance, Manifest: e.Manifest, Digest: e.Digest}, nil
	}
	result, err := resolver.File(c.Context, file, options)
	if err == nil {
		p.losses(result.Losses)
	}
	return result, err
}
