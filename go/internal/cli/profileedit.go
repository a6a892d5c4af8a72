package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) profileEditCommand() *cli.Command {
	return &cli.Command{
		Name: "edit", Usage: "edit a profile and check it when the editor ends", ArgsUsage: "[REF]",
		Description: "Opens the file of your own or a project's profile in $VISUAL or $EDITOR, which may have arguments.\n" +
			"Then the profile is resolved, and what it does differently now is shown. What is wrong is shown too,\n" +
			"and on a terminal the file is offered again. The file is always as you saved it. Without REF it is the\n" +
			"default profile. Nothing is downloaded. For example:\n\n" +
			"    insomnia profile edit my-reviewer",
		Flags:        listFlags(),
		Action:       p.profileEdit,
		BashComplete: p.completeNames,
	}
}

// largestProfile limits the size of a file that is compared before and after editing.
const largestProfile = 8 << 20

func (p *program) profileEdit(c *cli.Context) error {
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	chosen, err := a.Choose(c.Context, c.Args().First(), options)
	if err != nil {
		return err
	}
	p.note(words.Steps(chosen))
	file, err := editable(chosen)
	if err != nil {
		return err
	}
	editor, err := editorCommand(os.Getenv)
	if err != nil {
		return err
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	text, err := bounded.ReadFile(file, largestProfile)
	if err != nil {
		return diag.Errorf(diag.ExitNotFound, "file-unreadable", "cannot read %s: %v", file, bounded.Reason(err)).
			Hintf("check the file: ls -l %s", diag.Shell(file))
	}
	before, _ := a.Resolver.Resolve(c.Context, chosen.Target, options) // it may already be broken
	for {
		if err := edit(c.Context, editor, file, bindings.Environment()); err != nil {
			return err
		}
		now, _ := bounded.ReadFile(file, largestProfile)
		after, problem := a.Resolver.Resolve(c.Context, chosen.Target, options)
		if c.Context.Err() != nil {
			return context.Cause(c.Context)
		}
		if problem == nil {
			return p.edited(c, file, !bytes.Equal(text, now), before, after)
		}
		if !p.canAsk() {
			return problem
		}
		p.report(problem, false)
		again, err := p.ask(c.Context, "The profile does not resolve. Edit it again?")
		if err != nil {
			return err
		}
		if !again {
			return &diag.Error{Exit: diag.From(problem).Exit, Diagnostics: diag.Errorf(diag.ExitInvalid, "profile-broken", "%s is saved, and its profile does not resolve", file).
				Hintf("go on: insomnia profile edit %s", diag.Shell(chosen.Ref.String())).Diagnostics}
		}
	}
}

// edited prints the result of an edit.
func (p *program) edited(c *cli.Context, file string, changed bool, before, after *resolve.Resolved) error {
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.edit/v1", "file": file, "changed": changed, "digest": after.Digest()})
	}
	place := diag.NewText().Place(diag.Position{File: file})
	switch {
	case !changed:
		p.inform("%s: no changes", place)
	case before == nil:
		p.inform("saved %s: the profile resolves", place)
	case before.Digest() == after.Digest():
		p.inform("saved %s: the profile has the same manifest", place)
	default:
		p.inform("saved %s", place)
		out, err := p.diffText(before.Manifest, after.Manifest, "before", "now", false)
		if err != nil {
			return err
		}
		return p.write(out)
	}
	return nil
}

// editable returns the file of a profile that its user may edit.
func editable(chosen *catalog.Selection) (string, error) {
	file := chosen.File
	if chosen.Target.Kind == reference.File {
		file = chosen.Target.Path
	}
	own := chosen.Source == catalog.User || chosen.Source == catalog.Project || chosen.Target.Kind == reference.File
	if !own || !filepath.IsAbs(file) {
		e := diag.Errorf(diag.ExitRefused, "not-editable", "cannot edit %s: it is neither yours nor the project's", diag.Quote(chosen.Ref.String()))
		if chosen.Target.IsFlake() {
			return "", e.Hintf("edit the flake that it is in")
		}
		return "", e.Hintf("make one of your own from it: insomnia profile new my-%s --from %s", chosen.Target.Name, diag.Shell(chosen.Ref.String()))
	}
	real, err := filepath.EvalSymlinks(file)
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "file-not-found", "file not found: %s", file).Hintf("list the profiles: insomnia profile list")
	}
	if strings.HasPrefix(real, "/nix/store/") {
		return "", diag.Errorf(diag.ExitRefused, "not-editable", "cannot edit %s: it is in the Nix store", file).
			Hintf("edit what it was built from, such as your home-manager configuration")
	}
	f, err := os.OpenFile(real, os.O_WRONLY, 0)
	if err != nil {
		return "", diag.Errorf(diag.ExitState, "file-not-written", "cannot write %s: %v", file, bounded.Reason(err)).
			Hintf("%s", durable.Remedy(err, filepath.Dir(file)))
	}
	return file, f.Close()
}

// editorCommand returns the user's editor as words; no shell runs.
func editorCommand(getenv func(string) string) ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		line := strings.TrimSpace(getenv(name))
		if line == "" {
			continue
		}
		argv, err := secret.SplitWords(line)
		if err != nil || len(argv) == 0 {
			return nil, diag.Errorf(diag.ExitUsage, "editor-invalid", "%s is not a command", name).
				Hintf("name a program, and put words with spaces in quotes: export %s=nano", name)
		}
		return argv, nil
	}
	for _, name := range []string{"editor", "nano", "vi"} {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	return nil, diag.Errorf(diag.ExitMissing, "no-editor", "no editor found").Hintf("name one: export EDITOR=nano")
}

// edit runs the editor, without the variables that secrets are bound to, and waits for it
// to end. The editor receives keys that send signals.
func edit(ctx context.Context, argv []string, file string, environment []string) error {
	path, err := exec.LookPath(argv[0]) // does not accept a program in the working directory
	if err != nil {
		return diag.Errorf(diag.ExitMissing, "no-program", "program not found: %s", argv[0]).Hintf("name another editor: export EDITOR=nano")
	}
	ctx.Done() // installs the handlers before the editor starts
	signalsAreTheCommands.Store(true)
	defer signalsAreTheCommands.Store(false)
	cmd := &exec.Cmd{Path: path, Args: append(append([]string{}, argv...), file), Env: environment, Stdin: os.Stdin, Stdout: os.Stderr, Stderr: os.Stderr}
	if term := os.Stdout; isTerminal(term) {
		cmd.Stdout = term
	}
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return diag.Errorf(diag.ExitMissing, "editor-failed", "the editor %s ended with %s", diag.Quote(argv[0]), exit.String()).
				Hintf("%s", fmt.Sprintf("the file is as the editor left it: %s", file))
		}
		return diag.Errorf(diag.ExitMissing, "no-program", "cannot run %s: %v", argv[0], err).Hintf("name another editor: export EDITOR=nano")
	}
	return nil
}
