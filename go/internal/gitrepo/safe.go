package gitrepo

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// Safe reports whether the user configured git to trust a directory that another user
// owns: `safe.directory` in the user's or the system's configuration, or in
// GIT_CONFIG_COUNT and its like. As with git, no repository can influence it. Included
// configuration files are not read.
func Safe(dir string) bool {
	safe := false
	each := func(value string) {
		switch {
		case value == "":
			safe = false // an empty value ends the list before it
		case value == "*", filepath.Clean(expandHome(value)) == dir:
			safe = true
		case strings.HasSuffix(value, "/*"):
			safe = safe || strings.HasPrefix(dir, strings.TrimSuffix(expandHome(value), "*"))
		}
	}
	for _, file := range configFiles() {
		data, err := bounded.ReadFile(file, maxConfig)
		if err != nil {
			continue
		}
		before := safe
		err = parseConfig(string(data), func(s setting) {
			if s.section == "safe" && s.sub == "" && s.name == "directory" {
				each(s.value)
			}
		})
		if err != nil {
			safe = before
		}
	}
	count, _ := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT"))
	for i := range min(max(count, 0), 1000) {
		n := strconv.Itoa(i)
		if strings.EqualFold(os.Getenv("GIT_CONFIG_KEY_"+n), "safe.directory") {
			each(os.Getenv("GIT_CONFIG_VALUE_" + n))
		}
	}
	return safe
}

// configFiles are those that git takes for protected, the weakest first.
func configFiles() []string {
	files := []string{"/etc/gitconfig"}
	if file, set := os.LookupEnv("GIT_CONFIG_GLOBAL"); set {
		return append(files, file)
	}
	if file, err := userdir.Config("git", "config"); err == nil {
		files = append(files, file)
	}
	if file, err := userdir.Home(".gitconfig"); err == nil {
		files = append(files, file)
	}
	return files
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if expanded, err := userdir.Home(rest); err == nil {
			return expanded
		}
	}
	return path
}
