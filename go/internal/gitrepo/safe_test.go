package gitrepo

import (
	"os"
	"path/filepath"
	"testing"
)

// The list of safe directories means what it means to git.
func TestSafe(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(dir, "home")
	os.MkdirAll(filepath.Join(home, ".config", "git"), 0o755)
	for _, test := range []struct {
		name, xdg, own string
		env            []string
		want           bool
	}{
		{name: "nothing"},
		{name: "itself", own: "[safe]\n directory = /srv/p\n", want: true},
		{name: "itself, written otherwise", own: "[safe]\n directory = /srv/./p/\n", want: true},
		{name: "another", own: "[safe]\n directory = /srv/q\n"},
		{name: "a part of the name", own: "[safe]\n directory = /srv\n directory = /srv/pp\n"},
		{name: "all", own: "[safe]\n\tdirectory = *\n", want: true},
		{name: "all below", own: "[safe]\ndirectory = /srv/*\n", want: true},
		{name: "all below, elsewhere", own: "[safe]\ndirectory = /sr/*\n"},
		{name: "taken back", own: "[safe]\ndirectory = *\ndirectory =\n"},
		{name: "taken back and said again", own: "[safe]\ndirectory = *\ndirectory = \"\"\ndirectory = /srv/p\n", want: true},
		{name: "a subsection", own: "[safe \"x\"]\ndirectory = *\n"},
		{name: "another section", own: "[user]\ndirectory = *\n"},
		{name: "in the other file", xdg: "[safe]\ndirectory = /srv/p\n", want: true},
		{name: "taken back by the stronger file", xdg: "[safe]\ndirectory = *\n", own: "[safe]\ndirectory =\n"},
		{name: "damaged", own: "[safe]\ndirectory = *\n[[[\n"},
		{name: "by environment", env: []string{"safe.directory", "*"}, want: true},
		{name: "by environment, in capitals", env: []string{"Safe.Directory", "/srv/p"}, want: true},
		{name: "by environment, taken back", own: "[safe]\ndirectory = *\n", env: []string{"safe.directory", ""}},
		{name: "by environment, another key", env: []string{"user.name", "*"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", home)
			t.Setenv("XDG_CONFIG_HOME", "")
			t.Setenv("GIT_CONFIG_GLOBAL", "")
			os.Unsetenv("GIT_CONFIG_GLOBAL")
			t.Setenv("GIT_CONFIG_COUNT", "0")
			if test.env != nil {
				t.Setenv("GIT_CONFIG_COUNT", "1")
				t.Setenv("GIT_CONFIG_KEY_0", test.env[0])
				t.Setenv("GIT_CONFIG_VALUE_0", test.env[1])
			}
			os.WriteFile(filepath.Join(home, ".config", "git", "config"), []byte(test.xdg), 0o644)
			os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(test.own), 0o644)
			if got := Safe("/srv/p"); got != test.want {
				t.Errorf("got %v", got)
			}
			if test.own != "" {
				t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null") // stands for both files
				if Safe("/srv/p") && test.env == nil {
					t.Error("GIT_CONFIG_GLOBAL is not heeded")
				}
			}
		})
	}
}
