package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "set up a project, and show what is missing to run a Pod in it",
		Description: "Writes .insomnia/config.toml with the default profile of the project, asks which key or login calls\n" +
			"the model, and prints the commands that come next. The project is the one that the working directory\n" +
			"is in, else the working directory. What exists is never overwritten, and a second run writes nothing.\n" +
			"With --flake it writes a flake with two profiles of your own too, those of the template `profile`.\n" +
			"--yes takes the default of each question; it binds no secret. For example:\n\n" +
			"    insomnia init --yes\n" +
			"    insomnia init --yes --flake",
		Flags: []cli.Flag{
			yesFlag("write without asking"),
			&cli.BoolFlag{Name: "flake", Usage: "write a flake with two profiles of your own as well"},
			&cli.BoolFlag{Name: "here", Usage: "make the working directory a project of its own, inside another one"},
			&cli.StringFlag{Name: "profile", Usage: "make `REF` the default profile of the project"},
			&cli.StringFlag{Name: "runtime", Usage: "make the agent program `NAME` the one that runs your Pods: claude-code, codex or opencode"},
		},
		Action: p.init,
	}
}

// initReport is the output of `init --json`.
type initReport struct {
	Schema   string        `json:"schema"`  // "insomnia.init/v1"
	Root     string        `json:"root"`    // of the project
	Written  []string      `json:"written"` // below root
	Default  string        `json:"default"` // reference
	Runtimes []initRuntime `json:"runtimes"`
	Key      *app.Key      `json:"key"` // null if none is needed or known
	Next     []string      `json:"next"`
	setup    *app.Setup    // the state before
	found    []app.FoundRuntime
}

type initRuntime struct {
	Name      string `json:"name"`
	Version   string `json:"version,omitempty"`
	Supported bool   `json:"supported"`
}

func (p *program) init(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	options := resolve.Options{Timeout: app.ListTimeout}
	if name := c.String("runtime"); name != "" {
		if err := config.Check(config.User, "runtimes", "default", name); err != nil {
			return err
		}
	}
	s, err := a.Setup(c.Bool("here"), options)
	if err != nil {
		return err
	}
	if given := c.String("profile"); given != "" && s.Default != nil && s.Default.Value != given {
		return diag.Errorf(diag.ExitState, "default-set", "the project has the default %s already", diag.Quote(s.Default.Value)).At(s.Default.At).
			Hintf("set another one: insomnia profile default %s --project", diag.Shell(given))
	}
	plan, err := p.initPlan(c, a, s, options)
	if err != nil {
		return err
	}
	r := &initReport{Schema: "insomnia.init/v1", Root: s.Root, Default: plan.Default, Next: []string{}, setup: s}
	if r.Written, err = s.Write(plan); err != nil {
		return err
	}
	if r.Written == nil {
		r.Written = []string{}
	}
	if s.Default != nil {
		r.Default = s.Default.Value
	}
	if err := p.initMachine(c, a, r, options); err != nil {
		return err
	}
	p.informInit(r)
	if c.Bool("json") {
		return p.printJSON(r)
	}
	return nil
}

// initPlan returns what to write. It asks for what the flags do not answer.
func (p *program) initPlan(c *cli.Context, a *app.App, s *app.Setup, options resolve.Options) (app.Plan, error) {
	var plan app.Plan
	asking := !c.Bool("yes") && p.canAsk()
	flake := c.Bool("flake") && !s.HasFlake
	if asking && !c.Bool("flake") && !s.HasFlake && s.Default == nil && c.String("profile") == "" {
		if _, err := exec.LookPath("nix"); err == nil {
			if flake, err = p.ask(c.Context, "Write a flake with two profiles of your own, coder and reviewer?"); err != nil {
				return plan, err
			}
		}
	}
	if flake {
		template, err := fs.Sub(insomnia.Template, "templates/profile")
		if err != nil {
			return plan, err
		}
		plan.Template = template
	}
	switch given := c.String("profile"); {
	case s.Default != nil:
	case given != "":
		ref, err := a.Checked(c.Context, s, given, options)
		if err != nil {
			return plan, err
		}
		plan.Default = ref
	case flake:
		plan.Default = "project:coder"
	case asking:
		ref, err := p.askDefault(c.Context, a, s, options)
		if err != nil {
			return plan, err
		}
		plan.Default = ref
	default:
		plan.Default = s.Suggested
	}
	files, err := s.Files(plan)
	if err != nil {
		return plan, err
	}
	if !asking && !c.Bool("yes") && (len(files) > 0 || s.Default == nil) {
		return plan, p.confirm(c, fmt.Sprintf("set up a project in %s?", s.Root))
	}
	return plan, nil
}

// askDefault asks for the default profile until the answer is valid.
func (p *program) askDefault(ctx context.Context, a *app.App, s *app.Setup, options resolve.Options) (string, error) {
	fmt.Fprintf(p.stderr, "Profiles: %s\n", diag.Escape(strings.Join(s.Names(), ", "), false))
	for {
		line, ended, err := p.askLine(ctx, "Default profile ["+s.Suggested+"]: ")
		switch {
		case err != nil:
			return "", err
		case ended && line == "":
			return "", diag.Errorf(diag.ExitRefused, "declined", "cancelled; nothing changed")
		case line == "":
			return s.Suggested, nil
		}
		ref, err := a.Checked(ctx, s, line, options)
		if err == nil || ctx.Err() != nil {
			return ref, err
		}
		p.report(err, false)
	}
}

// initMachine determines what this machine has for the default profile, and what is
// missing.
func (p *program) initMachine(c *cli.Context, a *app.App, r *initReport, options resolve.Options) error {
	if r.setup.HasFlake && c.Bool("flake") && !r.setup.Mentions {
		p.say(diag.Diagnostic{Severity: diag.SeverityNote, Code: "flake-left", Positions: []diag.Position{{File: filepath.Join(r.Root, "flake.nix")}},
			Message: "flake.nix exists and was not changed",
			Hint:    "add to it: inputs.insomnia.url = \"github:insomnia-pods/insomnia\"; and, in its outputs, insomniaProfiles.coder"})
	}
	if wroteFlake := len(r.Written) > 0 && r.Written[0] != ".insomnia/config.toml" && !r.setup.HasFlake; wroteFlake {
		if !r.setup.InGit() {
			r.Next = append(r.Next, "git init")
		}
		r.Next = append(r.Next, "git add .", "insomnia lock && git add flake.lock")
	}
	r.found = app.FindRuntimes(c.Context)
	if c.Context.Err() != nil {
		return context.Cause(c.Context)
	}
	r.Runtimes = []initRuntime{}
	for _, f := range r.found {
		if f.Err == nil {
			r.Runtimes = append(r.Runtimes, initRuntime{f.Driver.Name, f.Installed.Version.String(), f.Supported()})
		}
	}
	if name := c.String("runtime"); name != "" {
		if err := config.Set(config.UserDir(), config.User, "runtimes", "default", name); err != nil {
			return err
		}
		p.inform("runtime of your Pods: %s", name)
	}
	m, err := a.Looked(c.Context, r.Default, options)
	if err != nil {
		if c.Context.Err() != nil {
			return context.Cause(c.Context)
		}
		// The flake may have just been written and not be locked yet, for example.
		r.Next = append(r.Next, "insomnia secret check", "insomnia pod new")
		return nil
	}
	next, err := p.initRuntime(c, a, r, m)
	if err != nil {
		return err
	}
	if err := p.initKey(c, r, m); err != nil {
		return err
	}
	r.Next = append(r.Next, next)
	return nil
}

// initRuntime returns the command that starts a Pod. If several programs can run it, the
// user chooses.
func (p *program) initRuntime(c *cli.Context, a *app.App, r *initReport, m *manifest.Manifest) (string, error) {
	const start = "insomnia pod new"
	_, err := a.ChooseRuntime(c.Context, m, "", false)
	var fit []string
	switch {
	case err == nil:
		return start, nil
	case diag.CodeIs(err, "runtime-ambiguous"):
		for _, f := range r.found {
			if _, err := a.ChooseRuntime(c.Context, m, f.Driver.Name, false); err == nil {
				fit = append(fit, f.Driver.Name)
			}
		}
	default:
		for _, d := range diag.From(err).Diagnostics {
			if _, command, ok := strings.Cut(d.Hint, ": npm "); ok {
				r.Next = append(r.Next, "npm "+command)
				break
			}
		}
		return start, nil
	}
	if !c.Bool("yes") && p.canAsk() && len(fit) > 0 {
		for {
			line, ended, err := p.askLine(c.Context, "Agent program that runs your Pods: "+strings.Join(fit, ", ")+" ["+fit[0]+"]: ")
			switch {
			case err != nil:
				return "", err
			case ended:
				return start + " --runtime " + fit[0], nil
			case line == "":
				line = fit[0]
			}
			if err := config.Check(config.User, "runtimes", "default", line); err != nil {
				p.report(err, false)
				continue
			}
			p.inform("runtime of your Pods: %s", line)
			return start, config.Set(config.UserDir(), config.User, "runtimes", "default", line)
		}
	}
	return start + " --runtime " + fit[0], nil
}

// initKey finds the key of the model, and offers to bind it to an available place.
func (p *program) initKey(c *cli.Context, r *initReport, m *manifest.Manifest) error {
	k, err := app.KeyOf(m)
	if err != nil || k == nil {
		return err
	}
	r.Key = k
	if k.Bound {
		return nil
	}
	if !c.Bool("yes") && p.canAsk() {
		for _, uri := range k.Places {
			yes, err := p.ask(c.Context, fmt.Sprintf("Bind the secret %s to %s, to be sent to %s alone?", k.Name, uri, k.Host))
			if err != nil {
				return err
			}
			if yes {
				k.Bound = true
				return app.BindKey(c.Context, k, uri)
			}
		}
	}
	switch {
	case len(k.Places) > 0:
		r.Next = append(r.Next, k.Bind(k.Places[0]))
	case k.Usual:
		r.Next = append(r.Next, "insomnia secret set "+k.Name+" --host "+k.Host)
	default:
		r.Next = append(r.Next, "insomnia secret check "+diag.Shell(r.Default))
	}
	return nil
}

// informInit prints what was written, what this machine has, and the next steps.
func (p *program) informInit(r *initReport) {
	if p.json {
		return
	}
	for _, name := range r.Written {
		p.inform("wrote %s", diag.NewText().Place(diag.Position{File: filepath.Join(r.Root, filepath.FromSlash(name))}))
	}
	if len(r.Written) == 0 {
		p.inform("nothing to write: %s is a project already", r.Root)
	}
	p.inform("default profile: %s", r.Default)
	var programs []string
	for _, f := range r.found {
		if f.Err != nil {
			continue
		}
		text := f.Driver.Title + " " + f.Installed.Version.String()
		if !f.Supported() {
			text += " (not tried with this version of insomnia)"
		}
		programs = append(programs, text)
	}
	if len(programs) == 0 {
		programs = []string{"none found"}
	}
	p.inform("agent programs: %s", strings.Join(programs, ", "))
	if k := r.Key; k != nil {
		state := "not bound"
		if k.Bound {
			state = "bound"
		}
		p.inform("key of the model: %s, %s", k.Name, state)
	}
	if len(r.setup.Others) > 0 {
		p.inform("not read by Pods: %s (docs/moving.md shows where a profile says the same)", strings.Join(r.setup.Others, ", "))
	}
	io.WriteString(p.stderr, "next:\n")
	for _, command := range r.Next {
		p.inform("  %s", command)
	}
}
