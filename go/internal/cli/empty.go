package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// textFlag is the only flag whose value is free text, which may be empty.
const textFlag = "prompt"

// refuseEmpty rejects empty arguments and flag values, for every command. A shell passes
// an empty argument for an unset variable; treating it as missing would apply the default
// instead.
func (l *commandLine) refuseEmpty(app *cli.App) error {
	problems := &diag.Error{Exit: diag.ExitUsage}
	add := func(message, hint string) {
		problems.Diagnostics = append(problems.Diagnostics,
			diag.Errorf(diag.ExitUsage, "empty-argument", "%s", message).Hintf("%s", hint).Diagnostics...)
	}
	for _, flag := range l.flags {
		name, value, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if name == textFlag || valuesOf(app, l.command, name) == 0 {
			continue
		}
		of := []string{""}
		if name == pairFlag {
			of = []string{" NAME", " REF"}
		}
		for i, part := range strings.SplitN(value, pairSeparator, len(of)) {
			if blank(part) {
				add("empty value: --"+name+of[i], "set the variable that the value comes from, or leave out --"+name)
			}
		}
	}
	name, usage := "insomnia", "COMMAND"
	if l.command != nil {
		name, usage = "insomnia "+strings.Join(l.names, " "), l.command.ArgsUsage
	}
	parameters := parametersOf(usage)
	for i, argument := range l.rest {
		parameter := fmt.Sprintf("number %d", i+1)
		if i < len(parameters) {
			parameter = parameters[i]
		}
		if strings.HasSuffix(parameter, "…") {
			break // the rest belongs to another program
		}
		if blank(argument) {
			what := "set the variable that it comes from"
			if strings.HasPrefix(parameter, "[") {
				what += ", or leave it out"
			}
			add("empty argument: "+strings.Trim(parameter, "[]"), what+"\nusage: "+name+" [flags] "+usage)
		}
	}
	if len(problems.Diagnostics) == 0 {
		return nil
	}
	return problems
}

// parametersOf returns the names of the arguments in a usage text, such as REF or
// [FIELD]; a name that ends in … stands for all remaining arguments.
func parametersOf(usage string) (names []string) {
	for _, word := range strings.Fields(usage) {
		if word != "--" {
			names = append(names, word)
		}
	}
	return names
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }
