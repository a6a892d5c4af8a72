package cli

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/nix/address"
)

// Commands that may download call downloading and have downloadFlags. All others call
// evaluating and use only what is on this machine.

func offlineFlag() cli.Flag {
	return &cli.BoolFlag{Name: "offline", Usage: "refuse to download anything"}
}

// downloadFlags returns the flags of commands that may download, besides --offline.
func downloadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: hostFlag, Value: &texts{}, Usage: "download from `HOST` even if its address is private or it is addressed over plain HTTP; HOST:PORT for one port; repeatable"},
	}
}

const hostFlag = "allow-host"

// typed returns the downloads that are allowed for a reference that the user typed.
func typed(c *cli.Context) (resolve.Downloads, error) {
	d := resolve.Downloads{Rule: resolve.TypedRule}
	if c.Bool("offline") {
		d.Rule = resolve.OfflineRule
	}
	hosts, given := c.Generic(hostFlag).(*texts)
	if !given {
		return d, nil
	}
	for _, text := range *hosts {
		a, err := address.Parse(address.HTTP + "://" + text)
		if err != nil || a.Path != "" || a.Query != "" {
			return d, diag.Errorf(diag.ExitUsage, "usage", "--%s: must be a host, got %q", hostFlag, text).
				Expectedf("HOST or HOST:PORT, such as git.example.org")
		}
		host := a.Host
		if strings.LastIndex(text, ":") > strings.LastIndex(text, "]") {
			host = a.HostPort()
		}
		d.Hosts = append(d.Hosts, host)
	}
	return d, nil
}

// downloading is evaluating for a command that may download.
func (p *program) downloading(c *cli.Context) (*app.App, resolve.Options, error) {
	a, options, err := p.evaluating(c)
	if err == nil {
		options.Downloads, err = typed(c)
	}
	return a, options, err
}
