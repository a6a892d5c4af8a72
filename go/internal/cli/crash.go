package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const issues = "https://github.com/insomnia-pods/insomnia/issues"

// crashed writes a report of a panic and returns the error that names the report.
func (p *program) crashed(c *crash.Panic, args []string) *diag.Error {
	dir, err := crash.Dir()
	path := ""
	if err == nil {
		path, err = crash.Write(dir, crash.Report{Command: p.commandIn(args), Version: programVersion(), Time: time.Now()}, c)
	}
	if err != nil {
		return diag.Errorf(diag.ExitInternal, "crash", "%v; the crash report cannot be written: %v", c, err).Hintf("describe what you did at %s", issues)
	}
	return diag.Errorf(diag.ExitInternal, "crash", "%v; wrote a crash report to %s", c, path).
		Hintf("send this file, which has none of your data, to %s", issues)
}

// commandIn returns the name of the command in a command line, and nothing else of it.
func (p *program) commandIn(args []string) (name string) {
	defer func() {
		if recover() != nil {
			name = "unknown"
		}
	}()
	var words []string
	commands := p.app("").Commands
	for _, word := range args[min(1, len(args)):] {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.Name == word })
		if i < 0 && len(words) > 0 {
			break
		}
		if i >= 0 {
			words, commands = append(words, word), commands[i].Subcommands
		}
	}
	return strings.Join(words, " ")
}
