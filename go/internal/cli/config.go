package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// configCommand returns the group of commands about config.toml and local.toml.
func (p *program) configCommand() *cli.Command {
	return group("config", "show and change settings of the program",
		p.configGetCommand(),
		p.configSetCommand(),
		&cli.Command{
			Name: "path", Usage: "print the path of config.toml, the file that you edit",
			Description: "Commands write to local.toml next to it, which wins over it. Neither has to exist. For example:\n\n" +
				"    insomnia config path --project",
			Flags:  scopeFlags("print that"),
			Action: p.configPath,
		},
	)
}

func (p *program) configPath(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	to, dir, err := scope(c, a.Catalog(resolve.Options{}), config.User)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, config.FileName)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.config-path/v1", "scope": to, "config": file, "local": filepath.Join(dir, config.LocalName)})
	}
	return p.write([]byte(file + "\n"))
}

// configKey returns the first argument, which must be a valid config key.
func configKey(c *cli.Context) (string, error) {
	key := c.Args().First()
	if key == "" {
		return "", diag.Errorf(diag.ExitUsage, "usage", "missing argument: KEY").
			Hintf("usage: %s %s\nkeys: %s", commandName(c), c.Command.ArgsUsage, strings.Join(config.Keys(), ", "))
	}
	if key == "secrets" || strings.HasPrefix(key, "secrets.") {
		return "", diag.Errorf(diag.ExitUsage, "config-key", "bindings of secrets have commands of their own").Hintf("show them: insomnia secret list")
	}
	parts := strings.Split(key, ".")
	known := slices.ContainsFunc(config.Keys(), func(known string) bool {
		names := strings.Split(known, ".")
		return len(names) == len(parts) && matches(names, parts)
	})
	if known {
		return key, nil
	}
	e := diag.Errorf(diag.ExitUsage, "config-key", "unknown key: %s", diag.Quote(key)).Expectedf("one of: %s", strings.Join(config.Keys(), ", "))
	if near := resolve.Closest(key, config.Keys()); near != "" {
		e.Hintf("did you mean %s?", near)
	}
	return "", e
}

// matches reports whether the parts of a key match a known one.
func matches(known, parts []string) bool {
	for i, name := range known {
		if name != parts[i] && (name != "NAME" || parts[i] == "") {
			return false
		}
	}
	return true
}

// completeKeys completes the keys of a config.
func (p *program) completeKeys(c *cli.Context) {
	if c.NArg() > 0 {
		return
	}
	for _, key := range config.Keys() {
		offer(c.App.Writer, key, "")
	}
}
