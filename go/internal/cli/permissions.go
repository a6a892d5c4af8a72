package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// permissionsCommand returns the group of commands about permission rules.
func (p *program) permissionsCommand() *cli.Command {
	return group("permissions", "show what permission rules decide", p.permissionsTestCommand())
}

func (p *program) permissionsTestCommand() *cli.Command {
	return &cli.Command{
		Name:      "test",
		Usage:     "show what would be decided about a tool call, and by which rule",
		ArgsUsage: "REF [COMMAND]",
		Description: "Prints allow, ask or deny, the reason, and the file and line of the rule or the field that decides.\n" +
			"REF is a profile, as for `insomnia resolve`, or a file with a manifest (.json or .toml). COMMAND is\n" +
			"one argument; it is read and not run. Another tool is named by --tool:\n\n" +
			"   insomnia permissions test builtin:coder 'git -C . push --force'\n" +
			"   insomnia permissions test builtin:coder --tool edit --path src/main.go\n\n" +
			"The exit code is 0 whatever is decided, and 1 if --expect or a line of --file says otherwise.\n" +
			"A line of FILE is an action and a command, or an action, @TOOL and its path, address or name:\n" +
			"`deny git push --force`, `deny @edit secrets/key`. With --json it prints `insomnia.decisions/v1`.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "tool", Usage: "decide a call of the tool `NAME` instead of a command: read, edit, webfetch, mcp__SERVER__TOOL, ..."},
			&cli.GenericFlag{Name: "path", Value: &texts{}, Usage: "`PATH` that the tool works on; repeatable"},
			&cli.StringFlag{Name: "url", Usage: "`ADDRESS` that webfetch loads"},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the subagent or the skill"},
			&cli.StringFlag{Name: "subagent", Usage: "decide a call that the subagent `NAME` makes"},
			&cli.StringFlag{Name: "workspace", Usage: "workspace directory `DIR`, instead of the working directory"},
			&cli.StringFlag{Name: "directory", Usage: "`DIR` of the workspace that the call is made in"},
			&cli.StringFlag{Name: "expect", Usage: "end with exit code 1 if `ACTION` is not what is decided: allow, ask or deny"},
			&cli.StringFlag{Name: "file", Usage: "check every case in `FILE`, or - for standard input"},
		}, profileFlags()...),
		Action:       p.permissionsTest,
		BashComplete: p.completeNames,
	}
}

func (p *program) permissionsTest(c *cli.Context) error {
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	cases, err := p.casesOf(c, a)
	if err != nil {
		return err
	}
	guard, err := a.Guarded(c.Context, app.Named(c.Args().First()), options, c.String("workspace"))
	if err != nil {
		return err
	}
	p.losses(guard.Losses)
	problems := &diag.Error{Exit: diag.ExitUsage}
	for i := range cases {
		cases[i].Call.Subagent, cases[i].Call.Directory = c.String("subagent"), c.String("directory")
		if err := guard.Check(cases[i].Call); err != nil {
			e := diag.From(err)
			if cases[i].Line == 0 || cases[i].Call.Subagent != "" && e.Exit == diag.ExitNotFound {
				return e
			}
			e.At(diag.Position{File: casesFile(c, a), Line: cases[i].Line})
			problems.Diagnostics = append(problems.Diagnostics, e.Diagnostics...)
		}
	}
	if len(problems.Diagnostics) > 0 {
		return problems
	}
	report := decisionsReport{Schema: "insomnia.decisions/v1", Profile: guard.Profile, Digest: guard.Digest(), Workspace: guard.Site.Workspace, Decisions: []decisionReport{}}
	differ := &diag.Error{Exit: diag.ExitDifference}
	for _, one := range cases {
		answer := guard.Decide(one.Call)
		row := reportDecision(one, answer)
		report.Decisions = append(report.Decisions, row)
		if row.Ok != nil && !*row.Ok {
			report.Differ++
			differ.Diagnostics = append(differ.Diagnostics, differs(one, answer, casesFile(c, a)))
		}
	}
	switch {
	case c.Bool("json"):
		err = p.printJSON(report)
		differ.Diagnostics = nil // the report contains them
	case c.String("file") != "":
		err = p.write([]byte(fmt.Sprintf("%s, %d as expected\n", words.Count(len(cases), "case"), len(cases)-report.Differ)))
	default:
		err = p.write([]byte(answerText(report.Decisions[0])))
	}
	if err != nil || report.Differ == 0 {
		return err
	}
	if c.String("file") != "" {
		differ.Summary = fmt.Sprintf("%d of %s differ", report.Differ, words.Count(len(cases), "case"))
	}
	return differ
}

// casesOf returns the calls from the arguments or the file with cases.
func (p *program) casesOf(c *cli.Context, a *app.App) ([]app.Case, error) {
	const usage = "REF COMMAND"
	command, paths := c.Args().Get(1), *c.Generic("path").(*texts)
	tool, address, name := c.String("tool"), c.String("url"), c.String("name")
	if c.NArg() == 0 {
		return nil, diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF").Hintf("usage: %s %s", commandName(c), usage)
	}
	expected := c.String("expect")
	if expected != "" && expected != "allow" && expected != "ask" && expected != "deny" {
		return nil, diag.Errorf(diag.ExitUsage, "usage", "--expect: must be one of: allow, ask, deny, got `%s`", expected)
	}
	described := command != "" || tool != "" || len(paths) > 0 || address != "" || name != ""
	if c.String("file") != "" {
		if described || expected != "" {
			return nil, diag.Errorf(diag.ExitUsage, "usage", "--file cannot be used together with a call or --expect")
		}
		return readCases(c.String("file"), casesFile(c, a))
	}
	if !described {
		return nil, diag.Errorf(diag.ExitUsage, "usage", "missing argument: COMMAND").Hintf("usage: %s %s; --tool for another tool", commandName(c), usage)
	}
	if tool == "" {
		switch {
		case command != "":
			tool = grammar.ToolBash
		case address != "":
			tool = grammar.ToolWebFetch
		default:
			return nil, diag.Errorf(diag.ExitUsage, "usage", "missing flag: --tool NAME")
		}
	}
	call := permission.Call{Tool: tool, Command: command, Paths: paths, URL: address, Argument: name}
	complete := app.Complete(call)
	if complete != nil && !diag.CodeIs(complete, "usage") {
		return nil, complete // the tool does not exist
	}
	kind := grammar.KindOf(tool)
	for _, given := range []struct {
		is   bool
		what string
		kind grammar.Kind
	}{{command != "", "COMMAND", grammar.KindCommand}, {len(paths) > 0, "--path", grammar.KindPath}, {address != "", "--url", grammar.KindAddress}, {name != "", "--name", grammar.KindName}} {
		if given.is && given.kind != kind {
			return nil, diag.Errorf(diag.ExitUsage, "usage", "%s does not apply to the tool `%s`", given.what, tool)
		}
	}
	if complete != nil {
		return nil, complete
	}
	return []app.Case{{Expected: manifest.Action(expected), Call: call}}, nil
}

// casesFile returns the name of the file with cases for errors.
func casesFile(c *cli.Context, a *app.App) string {
	name := c.String("file")
	switch name {
	case "":
		return ""
	case "-":
		return "standard input"
	}
	return reference.Absolute(name, a.Resolver.Dir)
}

func readCases(typed, file string) ([]app.Case, error) {
	var data []byte
	var err error
	if typed == "-" {
		if data, err = io.ReadAll(io.LimitReader(os.Stdin, app.MaxCasesBytes+1)); err == nil && len(data) > app.MaxCasesBytes {
			err = bounded.ErrTooLarge
		}
	} else {
		data, err = bounded.ReadFile(file, app.MaxCasesBytes)
	}
	if err != nil {
		return nil, diag.Errorf(diag.ExitNotFound, "cases-unreadable", "cannot read %s: %v", typed, bounded.Reason(err)).Expectedf("a file with cases of at most 1 MiB")
	}
	return app.ReadCases(file, data)
}

// decisionsReport is `insomnia.decisions/v1`.
type decisionsReport struct {
	Schema    string            `json:"schema"`
	Profile   manifest.Identity `json:"profile"`
	Digest    string            `json:"digest"`
	Workspace string            `json:"workspace"` // real
	Decisions []decisionReport  `json:"decisions"`
	Differ    int               `json:"differ"` // number of unexpected decisions
}

type decisionReport struct {
	Line      int             `json:"line,omitempty"` // in the file with cases
	Tool      string          `json:"tool"`
	Command   string          `json:"command,omitempty"`
	Paths     []string        `json:"paths,omitempty"` // real
	URL       string          `json:"url,omitempty"`
	Name      string          `json:"name,omitempty"`
	Subagent  string          `json:"subagent,omitempty"`
	Directory string          `json:"directory,omitempty"` // real
	Action    manifest.Action `json:"action"`
	Reason    string          `json:"reason"`
	// Pointer is the JSON Pointer of the rule or field that decided; empty if Insomnia
	// itself decided.
	Pointer   string          `json:"pointer,omitempty"`
	Rule      *manifest.Rule  `json:"rule,omitempty"`
	Positions []diag.Position `json:"positions"`
	Expected  manifest.Action `json:"expected,omitempty"`
	Ok        *bool           `json:"ok,omitempty"` // whether the decision is as expected
}

func reportDecision(one app.Case, a app.Answer) decisionReport {
	r := decisionReport{Line: one.Line, Tool: a.Call.Tool, Command: a.Call.Command, Paths: a.Call.Paths, URL: a.Call.URL, Name: a.Call.Argument, Subagent: a.Call.Subagent,
		Directory: a.Call.Directory, Action: a.Action, Reason: a.Reason, Pointer: a.Pointer, Positions: append([]diag.Position{}, a.Places...), Expected: one.Expected}
	if a.Rule != nil {
		r.Rule = &a.Rule.Rule
	}
	if one.Expected != "" {
		ok := a.Action == one.Expected
		r.Ok = &ok
	}
	return r
}

// answerText shows the action and the reason, and below them the deciding rule and its
// place.
func answerText(r decisionReport) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-5s  %s\n", r.Action, diag.Escape(r.Reason, false))
	line := func(text string) { fmt.Fprintf(&b, "       %s\n", text) }
	places := diag.NewText()
	for _, at := range r.Positions {
		at.Column = 0
		text := places.Place(at)
		if at.Note != "" {
			text += " (" + diag.Cell(at.Note) + ")"
		}
		line(text)
	}
	if len(r.Positions) == 0 && r.Pointer != "" {
		text := diag.Cell(manifestfile.Dotted(r.Pointer))
		if r.Rule == nil {
			text += " (default of the schema)"
		}
		line(text)
	}
	return b.String()
}

// differs returns the error for an unexpected decision.
func differs(one app.Case, a app.Answer, file string) diag.Diagnostic {
	subject := one.Call.Command
	if subject == "" {
		subject = one.Call.Tool + " " + strings.Join(one.Call.Paths, " ") + one.Call.URL + one.Call.Argument
	}
	d := diag.Errorf(diag.ExitDifference, "decision-differs", "`%s`: must be %s, got %s: %s", diag.Shorten(strings.TrimSpace(subject), 200), one.Expected, a.Action, a.Reason).Diagnostics[0]
	if one.Line > 0 {
		d.Positions = append(d.Positions, diag.Position{File: file, Line: one.Line})
	}
	for _, at := range a.Places {
		at.Note = strings.TrimSuffix("decides, "+at.Note, ", ")
		d.Positions = append(d.Positions, at)
	}
	return d
}
