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

// Bounds of a file with cases.
const (
	MaxCasesBytes = 1 << 20
	maxCases      = 10_000
)

// Case is a call with the decision that is expected of it.
type Case struct {
	Line     int // from 1
	Expected manifest.Action
	Call     permission.Call
}

// ReadCases reads cases, one a line; blank lines and those that begin with # are
// left out:
//
//	allow|ask|deny COMMAND
//	allow|ask|deny @TOOL [PATH, ADDRESS or NAME]
//
// file is for errors. All lines that are no case are reported at once.
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
			// No line is quoted: the file may be another one, with keys in it.
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

// CallOf is a call of a tool with its one argument: a command, a path, an address or
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

// Complete reports what is wrong with a call by itself: its tool is not one, or it
// lacks what the tool works on. The error is one of usage.
func Complete(call permission.Call) error {
	var servers []string
	if server, _, ok := grammar.SplitMCP(call.Tool); ok {
		servers = []string{server} // which ones there are is for the profile to say
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
