package cli

import (
	"encoding/json"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// version is set at link time by packages; otherwise the version comes from the build
// information.
var version = ""

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (p *program) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version",
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0, ""); err != nil {
				return err
			}
			if !c.Bool("json") {
				return p.write([]byte("insomnia " + programVersion() + "\n"))
			}
			data, err := json.Marshal(map[string]string{"version": programVersion(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
			if err != nil {
				return err
			}
			return p.write(append(data, '\n'))
		},
	}
}
