package secret

import (
	"fmt"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Allowed checks whether a secret may go where a manifest would send it: only to hosts
// and commands that the user's binding lists. No manifest can choose or extend them.
func Allowed(bound Binding, use Use) error {
	to := use.To
	if bound.IsLogin() {
		return allowedLogin(bound, use)
	}
	switch {
	case to.Host != "":
		if slices.ContainsFunc(bound.Hosts, func(entry string) bool { return canonical(entry) == to.Host }) {
			return nil
		}
		return bound.problem(diag.ExitRefused, "secret-host", "may not be sent to %s", to.Host).
			Expectedf("%s", among("host", bound.Hosts)).
			Hintf("if it is meant to go there: insomnia secret bind %s %s --host %s", bound.Name, shell(bound.URI), to.Host)
	case len(to.Command) > 0:
		return allowedCommand(bound, to)
	}
	return bound.problem(diag.ExitRefused, "secret-destination", "goes nowhere: %s", to.Unknown)
}

// allowedCommand compares what a profile would start with each bound command.
// When none is the same, the error lists what differs from the closest one.
func allowedCommand(bound Binding, to Destination) error {
	refuse := func(differences []string) *diag.Error {
		text := ""
		if len(differences) > 0 {
			text = ": " + strings.Join(differences, "; ")
		}
		return bound.problem(diag.ExitRefused, "secret-command", "may not be given to the command `%s`%s", JoinWords(to.Command), text).
			Expectedf("%s", among("command", bound.Commands))
	}
	program, err := ProgramPath(to.Command[0])
	never := to.unbindable(program)
	if err != nil {
		d := diag.From(err).Diagnostics[0]
		hint := d.Hint
		if hint == "" {
			hint = "change `command` of the server to " + d.Expected
		}
		return refuse(append([]string{d.Message}, never...)).Hintf("%s", hint)
	}
	var closest []string
	for _, entry := range bound.Commands {
		command, err := parseCommand(entry)
		if err != nil || command.check() != nil {
			continue // Problems reports it
		}
		differences := command.differences(program, to)
		if len(differences) == 0 && len(never) == 0 {
			return nil
		}
		if closest == nil || len(differences) < len(closest) {
			closest = differences
		}
	}
	e := refuse(append(never, closest...))
	if len(never) > 0 {
		return e.Hintf("remove it from the server, or bind a script of your own that sets it and starts the command")
	}
	return e.Hintf("if it is meant to get it: insomnia secret bind %s %s %s", bound.Name, shell(bound.URI), bindFlag(program, to))
}

// differences lists the parts in which what a profile would start is not the
// bound command. program is the path that would be started.
func (b boundCommand) differences(program string, to Destination) []string {
	var out []string
	if program != b.program {
		out = append(out, "the program is "+shell(program)+", not "+shell(b.program))
	}
	args := to.Command[1:]
	for i := range max(len(args), len(b.args)) {
		switch {
		case i >= len(args):
			out = append(out, fmt.Sprintf("argument %d is missing: %s", i+1, shell(b.args[i])))
		case i < len(b.args) && args[i] != b.args[i]:
			out = append(out, fmt.Sprintf("argument %d is %s, not %s", i+1, shell(args[i]), shell(b.args[i])))
		case i >= len(b.args) && slices.Contains(to.Arguments, i+1):
			// Other users see arguments: an open end does not match an argument with a secret.
			out = append(out, fmt.Sprintf("argument %d has a secret in it and is not bound: %s", i+1, shell(args[i])))
		case i >= len(b.args) && !b.open:
			out = append(out, fmt.Sprintf("argument %d is not bound: %s", i+1, shell(args[i])))
		}
	}
	for _, assignment := range to.Env {
		name, _, _ := strings.Cut(assignment, "=")
		switch {
		case slices.Contains(b.env, assignment), envvar.Dangerous(name) != "": // the latter is unbindable
		case sets(b.env, name):
			out = append(out, "the variable "+name+" does not have the bound value")
		default:
			out = append(out, "the profile sets the variable "+name+", which is not bound")
		}
	}
	for _, assignment := range b.env {
		if name, _, _ := strings.Cut(assignment, "="); !sets(to.Env, name) {
			out = append(out, "the variable "+name+" is missing")
		}
	}
	return out
}

// sets reports whether a variable is among assignments.
func sets(env []string, name string) bool {
	return slices.ContainsFunc(env, func(assignment string) bool { return strings.HasPrefix(assignment, name+"=") })
}

// unbindable lists what no binding can allow, since it decides what the command
// runs or whom it talks to.
func (d Destination) unbindable(program string) []string {
	var out []string
	if text := d.bindable(program); config.CheckBinding("a", config.Binding{URI: "age:a", Commands: []config.Command{config.Command(text)}}) != nil {
		out = append(out, "its command line is too long for a binding, or has control characters")
	}
	for _, assignment := range d.Env {
		name, _, _ := strings.Cut(assignment, "=")
		if why := envvar.Dangerous(name); why != "" {
			out = append(out, "the profile sets the variable "+name+", which "+why)
		}
	}
	for _, name := range d.Variables {
		if why := envvar.Dangerous(name); why != "" {
			out = append(out, "the profile puts a secret into the variable "+name+", which "+why)
		}
	}
	if d.Cwd != "" {
		out = append(out, "the profile sets the working directory "+shell(d.Cwd))
	}
	return out
}

// bindFlag is the flag that binds a secret to what a profile would start.
func bindFlag(program string, to Destination) string {
	return "--command " + shell(to.bindable(program))
}

// bindable is the text of the bound command that is just this destination.
func (d Destination) bindable(program string) string {
	return boundCommand{env: d.Env, program: program, args: d.Command[1:]}.String()
}

// canonical is the one way to write a host of a binding.
func canonical(entry string) string {
	if !strings.Contains(entry, "://") {
		entry = "https://" + entry
	}
	return urlHost(manifest.URL(entry)).Host
}

func among(what string, entries []string) string {
	if len(entries) == 0 {
		return "nothing yet: it is bound to no " + what
	}
	return "a " + what + " that you bound it to: " + strings.Join(entries, ", ")
}

// Problems are the bound commands that no profile can match, with what to write
// instead.
func (b Binding) Problems() []diag.Diagnostic {
	if err := b.loginGoesNowhereElse(); err != nil {
		return diag.From(err).Diagnostics
	}
	repaired := "insomnia secret bind " + b.Name + " " + shell(b.URI) + " --only"
	for _, host := range b.Hosts {
		repaired += " --host " + host
	}
	var out []diag.Diagnostic
	for _, entry := range b.Commands {
		command, err := parseCommand(entry)
		if err == nil {
			err = command.check()
		}
		if err == nil {
			repaired += " --command " + shell(entry)
			continue
		}
		e := b.problem(diag.ExitUsage, "secret-command", "is bound to the command %s, which matches nothing: %v", entry, err)
		out = append(out, e.Diagnostics...)
		if text, err := BindCommand(entry); err == nil {
			repaired += " --command " + shell(text)
		} else {
			repaired += " --command /PATH/TO/PROGRAM"
		}
	}
	for i := range out {
		out[i].Hint = "bind it with an absolute program: " + repaired
	}
	return out
}
