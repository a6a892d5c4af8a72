// Package cli is the command line. Each command has a file. Flags may come before or
// after the reference. Data goes to standard output, messages go to standard error.
package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/halt"
	"github.com/insomnia-pods/insomnia/go/internal/hostgroup"
	"github.com/insomnia-pods/insomnia/go/internal/look"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/watchdog"
)

// program holds what the commands share.
type program struct {
	stdout, stderr io.Writer
	out, err       look.Paint    // whether the streams are colored
	terminal       bool          // whether standard error is a terminal
	json           bool          // whether messages on standard error are JSON
	wide           bool          // whether tables are wider than the terminal
	typed          *bufio.Reader // standard input, for commands that ask several questions
}

// askHosts returns the machine's hosts for groups; tests replace it.
var askHosts = hostgroup.Ask

// Main runs the program with the process's own streams and returns its exit code.
func Main(args []string) int {
	collectLate()
	p := &program{stdout: unbreakable(os.Stdout, 1), stderr: unbreakable(os.Stderr, 2), terminal: isTerminal(os.Stderr)}
	p.readEarly(args)
	cli.HelpPrinter = p.printHelp
	watchdog.EndProcess = func(limit int64) {
		halt.Now(func() int { return p.report(resolve.MemoryReached(limit), p.json) })
	}
	return p.run(newInterruptible(p.interruptedLate), args)
}

func (p *program) run(ctx context.Context, args []string) (code int) {
	p.readEarly(args)
	defer func() {
		if v := recover(); v != nil {
			code = p.report(p.crashed(crash.Recovered(v), args), p.json)
		}
	}()
	args, err := p.dispatch(ctx, args)
	if err == nil {
		return int(diag.ExitDone)
	}
	var ran exitOf
	if errors.As(err, &ran) {
		return int(ran)
	}
	var defect *crash.Panic
	if errors.As(err, &defect) {
		err = p.crashed(defect, args)
	}
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err())
	}
	return p.report(err, wantsJSON(args))
}

// report writes an error to standard error and returns its exit code.
func (p *program) report(err error, asJSON bool) int {
	e := diag.From(err)
	if len(e.Diagnostics) == 0 {
		return int(e.Exit) // the data contains the findings
	}
	if asJSON {
		diag.WriteJSON(p.stderr, e)
	} else {
		p.text().Write(p.stderr, e)
	}
	return int(e.Exit)
}

// commands returns constructors, because a process needs only one command.
func (p *program) commands() []commandMaker {
	return []commandMaker{
		{"init", p.initCommand},
		{"resolve", p.resolveCommand},
		{"verify", p.verifyCommand},
		{"lock", p.lockCommand},
		{"profile", p.profileCommand},
		{"alias", p.aliasCommand},
		{"source", p.sourceCommand},
		{"config", p.configCommand},
		{"import", p.importCommand},
		{"add", p.addCommand},
		{"pod", p.podCommand},
		{"runtime", p.runtimeCommand},
		{"manifest", p.manifestCommand},
		{"permissions", p.permissionsCommand},
		{"trust", p.trustCommand},
		{"secret", p.secretCommand},
		{"schema", p.schemaCommand},
		{"doctor", p.doctorCommand},
		{"completion", p.completionCommand},
		{"man", p.manCommand},
		{"version", p.versionCommand},
	}
}

type commandMaker struct {
	name string
	make func() *cli.Command
}

// app returns the whole program, or only the command with a name if it exists.
func (p *program) app(only string) *cli.App {
	app := &cli.App{
		Name:                      "insomnia",
		Usage:                     "resolve agent profiles written in Nix to one typed manifest",
		UsageText:                 "insomnia [COMMAND] [flags] [arguments]",
		Description:               "Alone on a terminal, insomnia shows the Pods and makes new ones.\n--version or -v prints the version.",
		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		Suggest:                   true,
		Writer:                    p.stdout,
		ErrWriter:                 p.stderr,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              usageError,
		Flags:                     commonFlags(),
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return unknownCommand(c.App.Commands, "insomnia", name)
			}
			return p.alone(c)
		},
	}
	all := p.commands()
	if i := slices.IndexFunc(all, func(c commandMaker) bool { return c.name == only }); i >= 0 {
		all = all[i : i+1]
	}
	for _, c := range all {
		app.Commands = append(app.Commands, c.make())
	}
	complete(app.Commands)
	return app
}

// complete adds what all commands have in common.
func complete(commands []*cli.Command) {
	for _, command := range commands {
		command.Flags = append(command.Flags, commonFlags()...)
		command.OnUsageError = usageError
		command.HideHelpCommand = true
		complete(command.Subcommands)
	}
}

// everyCommand returns commands with those of their groups.
func everyCommand(commands []*cli.Command) []*cli.Command {
	var all []*cli.Command
	for _, c := range commands {
		all = append(append(all, c), everyCommand(c.Subcommands)...)
	}
	return all
}

// commonFlags are accepted by every command, and before it.
func commonFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "json", Usage: "print data, and errors on standard error, as JSON"},
		&cli.StringFlag{Name: "color", Value: look.Auto, Usage: "color the output: `WHEN` is auto, always or never"},
		&cli.BoolFlag{Name: "wide", Usage: "print tables whole on a narrow terminal"},
		&cli.StringFlag{Name: "log-level", Value: "warn", Usage: "what to log on standard error: `LEVEL` is trace, debug, info, warn, error or off"},
		&cli.StringFlag{Name: "log-format", Value: "text", Usage: "`FORMAT` of the log: text or json"},
	}
}

// open opens the use cases in the working directory. It rejects arguments beyond those in
// the command's usage.
func (p *program) open(c *cli.Context) (*app.App, error) {
	usage := c.Command.ArgsUsage
	if err := arguments(c, mostOf(usage), usage); err != nil {
		return nil, err
	}
	log, err := p.logger(c)
	if err != nil {
		return nil, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, diag.Errorf(diag.ExitNotFound, "no-directory", "cannot read the working directory: %v", err)
	}
	cache := resolve.UserCacheDir()
	nix := &nix.Nix{
		CacheDir: cache,
		Debug: func(message string, fields map[string]any) {
			log.Debug().Fields(fields).Msg(message)
		},
		Warn: fewWarnings(func(message string) {
			log.Warn().Str("from", "nix").Msg(diag.Escape(message, true))
		}),
	}
	if p.terminal {
		nix.Progress = func(text string) {
			c.Context.Done() // a user who sees this line may press ctrl-C
			io.WriteString(p.stderr, diag.Escape(text, false)+" …\n")
		}
	}
	return &app.App{User: p, AskHosts: askHosts,
		Resolver: &resolve.Resolver{Nix: nix, Library: insomnia.Library, Version: programVersion(), Dir: dir, CacheDir: cache}}, nil
}

func unknownCommand(commands []*cli.Command, group, name string) error {
	var names []string
	for _, command := range commands {
		if command.Name != "help" {
			names = append(names, command.Name)
		}
	}
	e := diag.Errorf(diag.ExitUsage, "unknown-command", "unknown command `%s`", strings.TrimPrefix(group+" "+name, "insomnia ")).
		Expectedf("one of: %s", strings.Join(names, ", "))
	if near := resolve.Closest(name, names); near != "" {
		e.Hintf("did you mean %s %s?", group, near)
	}
	return e
}

// usageError converts an error of the flag parser to a diagnostic.
func usageError(c *cli.Context, err error, _ bool) error {
	message := err.Error()
	name, undefined := strings.CutPrefix(message, "flag provided but not defined: -")
	if !undefined {
		return diag.Errorf(diag.ExitUsage, "usage", "%s", message).Hintf("see %s", helpCommand(c))
	}
	name = strings.TrimPrefix(name, "-")
	e := diag.Errorf(diag.ExitUsage, "unknown-flag", "unknown flag --%s", name).Hintf("see %s", helpCommand(c))
	flags := c.App.Flags
	if c.Command != nil && len(c.Command.Flags) > 0 {
		flags = c.Command.Flags
	}
	var names []string
	for _, flag := range flags {
		names = append(names, flag.Names()[0])
	}
	if near := resolve.Closest(name, names); near != "" {
		e.Hintf("did you mean --%s?", near)
	}
	return e
}

func helpCommand(c *cli.Context) string {
	return commandName(c) + " --help"
}

// commandName returns the command as the user types it, such as insomnia profile list.
func commandName(c *cli.Context) string {
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != "insomnia" {
		return c.Command.HelpName
	}
	return "insomnia"
}

// mostOf returns the maximum number of arguments in a usage text.
func mostOf(usage string) int {
	if strings.Contains(usage, "…") || strings.Contains(usage, "...") { // the last one repeats
		return math.MaxInt
	}
	return len(parametersOf(usage))
}

// arguments checks the number of arguments; names is for the message.
func arguments(c *cli.Context, most int, names string) error {
	if c.NArg() > most {
		return diag.Errorf(diag.ExitUsage, "usage", "one argument too many: %s", c.Args().Get(most)).
			Hintf("usage: %s [flags] %s", commandName(c), names)
	}
	return nil
}
