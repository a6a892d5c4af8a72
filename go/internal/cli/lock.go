package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

func (p *program) lockCommand() *cli.Command {
	return &cli.Command{
		Name:      "lock",
		Usage:     "lock the inputs of a flake",
		ArgsUsage: "[FLAKEREF] [INPUT...]",
		Description: "Writes flake.lock next to flake.nix (`.` when no flake is named), without Nix and as Nix 2.34 writes it.\n" +
			"Inputs keep what is locked as long as flake.nix has the same address for them; --update locks all\n" +
			"of them again, or only each INPUT. What changed is printed on standard error. For example:\n\n" +
			"    insomnia lock\n" +
			"    insomnia lock --update agents\n" +
			"    insomnia lock ./flake --check",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "update", Usage: "lock all inputs again, or only each INPUT"},
			&cli.BoolFlag{Name: "check", Aliases: []string{"dry-run"}, Usage: "write nothing; exit with 1 when flake.lock is out of date"},
			offlineFlag(),
		}, downloadFlags()...),
		Action: p.lock,
	}
}

// lockReport is the output of `lock --json`.
type lockReport struct {
	Schema  string        `json:"schema"`  // "insomnia.lock/v1"
	File    string        `json:"file"`    // flake.lock
	Changed bool          `json:"changed"` // whether it was out of date
	Written bool          `json:"written"`
	Changes []lock.Change `json:"changes"`
}

func (p *program) lock(c *cli.Context) error {
	flake, inputs := ".", c.Args().Slice()
	if len(inputs) > 0 && (!c.Bool("update") || isFlake(inputs[0])) {
		flake, inputs = inputs[0], inputs[1:]
	}
	if len(inputs) > 0 && !c.Bool("update") {
		return diag.Errorf(diag.ExitUsage, "usage", "an INPUT needs --update").Hintf("insomnia lock %s --update %s", flake, inputs[0])
	}
	downloads, err := typed(c)
	if err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	l, err := a.Resolver.Lock(c.Context, flake, resolve.LockOptions{Downloads: downloads, Update: inputs,
		UpdateAll: c.Bool("update") && len(inputs) == 0,
		Warn: func(text string) {
			p.say(diag.Diagnostic{Severity: diag.SeverityWarning, Code: "override-unused", Message: text, Positions: []diag.Position{}})
		}})
	if err != nil {
		return err
	}
	write := l.Changed && !c.Bool("check")
	if write {
		if err := l.Write(c.Context); err != nil {
			return err
		}
	}
	p.informLock(l, write)
	if c.Bool("json") {
		report := lockReport{"insomnia.lock/v1", l.File, l.Changed, write, l.Changes}
		if report.Changes == nil {
			report.Changes = []lock.Change{}
		}
		if err := p.printJSON(report); err != nil {
			return err
		}
	}
	if l.Changed && !write {
		return &diag.Error{Exit: diag.ExitDifference}
	}
	return nil
}

// isFlake reports whether an argument names a directory rather than an input.
func isFlake(text string) bool {
	ref, err := reference.Parse(text, "/")
	return err == nil && ref.Kind == reference.Local
}

func (p *program) informLock(l *resolve.Lock, written bool) {
	file := diag.NewText().Place(diag.Position{File: l.File})
	switch {
	case written:
		p.inform("wrote %s", file)
	case l.Changed:
		p.inform("%s is out of date; not written", file)
	default:
		p.inform("%s is up to date", file)
	}
	for _, change := range l.Changes {
		from, to := diag.Escape(change.From, false), diag.Escape(change.To, false)
		switch {
		case from != "" && to != "":
			to = from + "\n       -> " + to
		case to == "":
			to = from
		}
		p.inform("  %s %s: %s", change.Change, diag.Name(change.Input), to)
	}
	if add := l.Add(); add != "" {
		p.say(diag.Diagnostic{Severity: diag.SeverityNote, Code: "lock-not-tracked", Positions: []diag.Position{},
			Message: "git does not track flake.lock, so it is not part of the flake yet", Hint: add})
	}
}
