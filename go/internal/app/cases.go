package app

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Limits on a file with cases.
const (
	MaxCasesBytes = 1 << 20
	maxCases      = 10_000
)

// Case is a call with its expected decision.
type Case struct {
	Line     int // from 1
	Expected manifest.Action
	Call     permission.Call
}

// ReadCases parses cases, one per line. It skips blank lines and those that begin with #:
//
//	allow|ask|deny COMMAND
//	allow|ask|deny @TOOL [PATH, ADDRESS or NAME]
//
// file is the name in errors. All invalid lines are reported at once.
func ReadCases(file string, data []byte) ([]Case, error) {
	if !utf8.Valid(data) {
		return nil, diag.Errorf(diag.ExitUsage, "cases-text", "cannot read the cases: not valid UTF-8").At(diag.Position{File: file}).Hintf("save the file as UTF-8")
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	e := &diag.Error{Exit: diag.ExitUsage}
	var cases []Case
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.Trim(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if len(cases) == maxCases {
			return nil, diag.Errorf(diag.ExitUsage, "cases-many", "the file has more than %d cases", maxCases).At(diag.Position{File: file, Line: number}).Hintf("write several files")
		}
		c, problem := readCase(line)
		if problem != nil {
			// Do not quote the line: this may be the wrong file, with keys in it.
			problem.Positions = []diag.Position{{File: file, Line: number}}
			e.Diagnostics = append(e.Diagnostics, *problem)
			continue
		}
		c.Line = number
		cases = append(cases, c)
	}
	if len(e.Diagnostics) > 0 {
		return nil, e
	}
	if len(cases) == 0 {
		return nil, diag.Errorf(diag.ExitUsage, "cases-none", "the file has no cases").At(diag.Position{File: file}).Hintf("write lines such as `deny git push --force`")
	}
	return cases, nil
}

var actions = []string{"allow", "ask", "deny"}

func readCase(line string) (Case, *diag.Diagnostic) {
	refuse := func(e *diag.Error) (Case, *diag.Diagnostic) { return Case{}, &e.Diagnostics[0] }
	action, rest := cutSpace(line)
	if !slices.Contains(actions, action) {
		return refuse(diag.Errorf(diag.ExitUsage, "cases-form", "the line must begin with allow, ask or deny").
			Hintf("write `deny git push --force`, or `deny @edit secrets/key` for another tool"))
	}
	c := Case{Expected: manifest.Action(action)}
	tool, isTool := strings.CutPrefix(rest, "@")
	if rest == "" {
		return refuse(diag.Errorf(diag.ExitUsage, "cases-form", "the case has no call").Hintf("write a command behind `%s`", action))
	}
	if !isTool {
		c.Call = permission.Call{Tool: grammar.ToolBash, Command: rest}
		return c, nil
	}
	name, argument := cutSpace(tool)
	c.Call = CallOf(name, argument)
	if err := Complete(c.Call); err != nil {
		return refuse(diag.From(err))
	}
	if argument != "" && grammar.KindOf(name) == grammar.KindCall {
		return refuse(diag.Errorf(diag.ExitUsage, "cases-form", "the tool `%s` has no argument that rules are matched with", name).Hintf("write `%s @%s`", action, name))
	}
	return c, nil
}

// CallOf returns a call of a tool with its one argument: a command, a path, an address or
// a name.
func CallOf(tool, argument string) permission.Call {
	call := permission.Call{Tool: tool}
	switch grammar.KindOf(tool) {
	case grammar.KindCommand:
		call.Command = argument
	case grammar.KindPath:
		if argument != "" {
			call.Paths = []string{argument}
		}
	case grammar.KindAddress:
		call.URL = argument
	default:
		call.Argument = argument
	}
	return call
}

// Complete returns a usage error for a call that is invalid in any profile: its tool does
// not exist, or it lacks what the tool works on.
func Complete(call permission.Call) error {
	var servers []string
	if server, _, ok := grammar.SplitMCP(call.Tool); ok {
		servers = []string{server} // the profile decides which servers exist
	}
	if err := checkTool(call.Tool, servers); err != nil {
		return err
	}
	missing := ""
	switch grammar.KindOf(call.Tool) {
	case grammar.KindCommand:
		if call.Command == "" {
			missing = "COMMAND"
		}
	case grammar.KindPath:
		if len(call.Paths) == 0 {
			missing = "PATH"
		}
	case grammar.KindAddress:
		if call.URL == "" {
			missing = "URL"
		}
	case grammar.KindName:
		if call.Argument == "" {
			missing = "NAME"
		}
	}
	if missing == "" {
		return nil
	}
	return diag.Errorf(diag.ExitUsage, "usage", "missing argument of the tool `%s`: %s", call.Tool, missing)
}

func cutSpace(text string) (first, rest string) {
	i := strings.IndexAny(text, " \t")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " \t")
}
