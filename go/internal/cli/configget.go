package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

func (p *program) configGetCommand() *cli.Command {
	return &cli.Command{
		Name: "get", Usage: "print the value of a setting", ArgsUsage: "KEY",
		Description: "The project's value comes before the user's, and local.toml before config.toml. A key that is not set\n" +
			"ends with exit code 4. With --json the file and the line are printed too. For example:\n\n" +
			"    insomnia config get runtimes.default",
		Flags:        scopeFlags("look only"),
		Action:       p.configGet,
		BashComplete: p.completeKeys,
	}
}

func (p *program) configGet(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	key, err := configKey(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{})
	scopes := []config.Scope{config.User}
	switch {
	case c.Bool("user") || c.Bool("project"):
		one, _, err := scope(c, r, config.User)
		if err != nil {
			return err
		}
		scopes[0] = one
	case r.Project != nil:
		scopes = []config.Scope{config.Project, config.User}
	}
	for _, of := range scopes {
		dir, err := r.ConfigDir(of)
		if err != nil {
			return err
		}
		found, problems := config.Lookup(dir, of, key)
		if err := config.Problem(problems); err != nil {
			return err
		}
		if found == nil {
			continue
		}
		if c.Bool("json") {
			return p.printJSON(struct {
				Schema string `json:"schema"` // "insomnia.config/v1"
				*config.Found
			}{"insomnia.config/v1", found})
		}
		return p.write([]byte(diag.Escape(fmt.Sprint(found.Value), false) + "\n"))
	}
	return diag.Errorf(diag.ExitNotFound, "config-not-set", "%s is not set", key).Hintf("set it: insomnia config set %s VALUE", key)
}
