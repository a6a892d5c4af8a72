package config

import (
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// nixStore is the directory of Nix's build results, which only Nix may change; a variable for
// tests.
var nixStore = "/nix/store"

// InStore refuses a file below a directory that is in the Nix store, where home-manager
// links to; it may be missing. By permission bits alone root could write there. declare is
// what to write in the configuration of home-manager instead.
func InStore(path, declare string) error {
	dir := filepath.Dir(path)
	for {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			dir = real
			break
		}
		if filepath.Dir(dir) == dir {
			return nil
		}
		dir = filepath.Dir(dir)
	}
	if dir != nixStore && !strings.HasPrefix(dir, nixStore+"/") {
		return nil
	}
	hint := "link config.toml and the profiles with home-manager, not the whole directory: programs.insomnia of homeModules.default"
	if declare != "" {
		hint += "\nor declare it in what is linked there:\n" + declare
	}
	return diag.Errorf(diag.ExitRefused, "config-in-store", "cannot write %s: its directory is in the Nix store", path).Hintf("%s", hint)
}
