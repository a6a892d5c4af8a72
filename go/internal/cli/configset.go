package cli

import (
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

func (p *program) configSetCommand() *cli.Command {
	return &cli.Command{
		Name: "set", Usage: "change a setting, or remove it", ArgsUsage: "KEY [VALUE]",
		Description: "Writes to local.toml of the user, or of the project with --project; everything else in the file stays.\n" +
			"The default, aliases and sources have commands of their own, which check what they write. For example:\n\n" +
			"    insomnia config set runtimes.default codex\n" +
			"    insomnia config set ui.summaries --unset",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "unset", Usage: "remove the setting from local.toml"},
		}, scopeFlags("change it")...),
		Action:       p.configSet,
		BashComplete: p.completeKeys,
	}
}

// settledBy returns the command that writes a key which `config set` does not.
func settledBy(key, value string) string {
	group, name, _ := strings.Cut(key, ".")
	if value == "" {
		value = "REF"
	}
	switch group {
	case "default":
		return "insomnia profile default " + diag.Shell(value)
	case "aliases":
		return "insomnia alias set " + diag.Shell(name) + " " + diag.Shell(value)
	case "sources":
		return "insomnia source add " + diag.Shell(name) + " " + diag.Shell(value)
	}
	return ""
}

func (p *program) configSet(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	key, err := configKey(c)
	if err != nil {
		return err
	}
	value := c.Args().Get(1)
	if command := settledBy(key, value); command != "" {
		return diag.Errorf(diag.ExitUsage, "config-key", "%s has a command of its own, which checks the value", diag.Quote(key)).Hintf("%s", command)
	}
	switch unset := c.Bool("unset"); {
	case unset && value != "":
		return diag.Errorf(diag.ExitUsage, "usage", "--unset and VALUE cannot be used together").Hintf("usage: insomnia config set %s --unset", key)
	case !unset && value == "":
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: VALUE").Hintf("usage: insomnia config set %s VALUE\nto remove it: insomnia config set %[1]s --unset", key)
	}
	to, dir, err := scope(c, a.Catalog(resolve.Options{}), config.User)
	if err != nil {
		return err
	}
	place := diag.NewText().Place(diag.Position{File: filepath.Join(dir, config.LocalName)})
	if value == "" {
		found, problems := config.Lookup(dir, to, key)
		if err := config.Problem(problems); err != nil {
			return err
		}
		if found == nil {
			return diag.Errorf(diag.ExitNotFound, "config-not-set", "%s is not set for the %s", key, to).Hintf("see where it is set: insomnia config get %s --json", key)
		}
		if err := catalog.Removable(config.Setting{At: found.At}, key); err != nil {
			return err
		}
		if err := config.SetValue(dir, to, key, ""); err != nil {
			return err
		}
		p.inform("removed %s from %s", key, place)
	} else {
		if err := config.SetValue(dir, to, key, value); err != nil {
			return err
		}
		p.inform("set %s to %s, in %s", key, diag.Quote(value), place)
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.config-set/v1", "key": key, "scope": to, "file": filepath.Join(dir, config.LocalName), "set": value != ""})
	}
	return nil
}
