package gitrepo

import (
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// errNotDir is the error for a path through a file.
var errNotDir error = syscall.ENOTDIR

// userFormat is the user's own configuration of excludes, attributes and line endings:
// $XDG_CONFIG_HOME/git/config and ~/.gitconfig, without the files they include. Files
// that are missing or damaged are ignored.
var userFormat = sync.OnceValue(func() format {
	home, _ := userdir.Home()
	dir, _ := userdir.Config()
	return readUserFormat(home, dir)
})

func readUserFormat(home, configDir string) format {
	f := format{}
	if configDir != "" {
		f.excludesFile = filepath.Join(configDir, "git", "ignore")
		f.attributesFile = filepath.Join(configDir, "git", "attributes")
	}
	for _, file := range []string{filepath.Join(configDir, "git", "config"), filepath.Join(home, ".gitconfig")} {
		if !filepath.IsAbs(file) {
			continue
		}
		data, err := bounded.ReadFile(file, maxConfig)
		if err != nil {
			continue
		}
		own := f
		err = parseConfig(string(data), func(s setting) {
			own.set(s)
			if s.section != "core" || s.sub != "" {
				return
			}
			value := s.value
			if rest, ok := strings.CutPrefix(value, "~/"); ok && home != "" {
				value = filepath.Join(home, rest)
			}
			switch {
			case s.name == "excludesfile" && (value == "" || filepath.IsAbs(value)):
				own.excludesFile = value
			case s.name == "attributesfile" && (value == "" || filepath.IsAbs(value)):
				own.attributesFile = value
			}
		})
		if err == nil {
			f = own
		}
	}
	return f
}
